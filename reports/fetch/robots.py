"""What a robots.txt says to us, by RFC 9309: pure; the bytes are fetched elsewhere, and nothing is opened here."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from urllib.parse import quote, unquote_to_bytes, urlsplit
from urllib.robotparser import RobotFileParser

DELAY_MAX = dt.timedelta(hours=1)  # a longer pause is taken for a mistake
CHARACTERS_MAX = 500_000  # what stands behind is not read (RFC 9309 asks for 500 KiB)
_ANYBODY = "*"
_SIGNS = "/?&=:;@!$'()*+,~-._"  # that stand in a path as they are


@dataclasses.dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host for one user agent."""

    text: str
    user_agent: str

    def allows(self, url: str) -> bool:
        """Whether `url` may be asked: the longest rule that covers it says so, and everything may that none covers."""
        parts = urlsplit(url)
        path = _written(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
        covering = [(len(pattern), may) for may, pattern in self._rules() if _covers(pattern, path)]
        return max(covering, default=(0, True))[1]  # of two as long, the one that allows

    @property
    def pause(self) -> dt.timedelta:
        """What it wants between two requests: Crawl-delay or Request-rate, the longer; none where it says nothing."""
        if not self.text:
            return dt.timedelta()
        parser = RobotFileParser()
        parser.parse(self.text.splitlines())
        seconds = float(parser.crawl_delay(self.user_agent) or 0)
        rate = parser.request_rate(self.user_agent)
        if rate is not None and rate.requests:
            seconds = max(seconds, rate.seconds / rate.requests)
        return dt.timedelta(seconds=min(seconds, DELAY_MAX.total_seconds()))

    def _rules(self) -> list[tuple[bool, str]]:
        """Whether it allows, and which paths: the rules of all groups that name us, else of those for anybody."""
        ours: dict[str, list[tuple[bool, str]]] = {}
        agents: list[str] = []
        is_named = False  # whether the line before named an agent: several of them share their rules
        for key, value in _lines(self.text):
            if key == "user-agent":
                agents = [*agents, _agent(value)] if is_named else [_agent(value)]
                for agent in agents:
                    ours.setdefault(agent, [])
            elif key in {"allow", "disallow"} and value:
                for agent in agents:
                    ours[agent].append((key == "allow", _written(value)))
            is_named = key == "user-agent"
        return ours.get(_agent(self.user_agent), ours.get(_ANYBODY, []))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _agent(value: str) -> str:
    return value.partition("/")[0].strip().lower()


def _written(path: str) -> str:
    """A path in one way of writing: what may be escaped or not is compared as the same."""
    return quote(unquote_to_bytes(path), safe=_SIGNS)


def _covers(pattern: str, path: str) -> bool:
    """Whether a path begins as the pattern says: a star stands for anything, a dollar at the end for the end."""
    is_whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    last = others.pop() if others and is_whole else None
    at = len(first)
    for piece in others:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if last is not None:
        return len(path) - len(last) >= at and path.endswith(last)
    return not is_whole or at == len(path)


def text_of(payload: bytes) -> str:
    """The bytes of a robots.txt as text; an empty one where it is a web page, as sites without one like to answer."""
    text = payload.decode("utf-8-sig", errors="replace").replace("\x00", "")[:CHARACTERS_MAX]
    return "" if text.lstrip()[:1] == "<" else text
