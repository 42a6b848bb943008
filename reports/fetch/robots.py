"""What a robots.txt says to us: pure; the bytes are fetched elsewhere, and nothing is opened here."""

import dataclasses
import datetime as dt
from urllib.robotparser import RobotFileParser

DELAY_MAX = dt.timedelta(hours=1)  # a longer pause is taken for a mistake
CHARACTERS_MAX = 500_000  # what stands behind is not read (RFC 9309 asks for 500 KiB)


@dataclasses.dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host for one user agent. Stars within a path are taken as letters: the parser knows none."""

    text: str
    user_agent: str

    def allows(self, url: str) -> bool:
        """Whether `url` may be asked; everything may where there are no rules."""
        return not self.text or self._parser().can_fetch(self.user_agent, url)

    @property
    def pause(self) -> dt.timedelta:
        """What it wants between two requests: Crawl-delay or Request-rate, the longer; none where it says nothing."""
        if not self.text:
            return dt.timedelta()
        parser = self._parser()
        seconds = float(parser.crawl_delay(self.user_agent) or 0)
        rate = parser.request_rate(self.user_agent)
        if rate is not None and rate.requests:
            seconds = max(seconds, rate.seconds / rate.requests)
        return dt.timedelta(seconds=min(seconds, DELAY_MAX.total_seconds()))

    def _parser(self) -> RobotFileParser:
        parser = RobotFileParser()
        parser.parse(self.text.splitlines())
        return parser


def text_of(payload: bytes) -> str:
    """The bytes of a robots.txt as text; an empty one where it is a web page, as sites without one like to answer."""
    text = payload.decode("utf-8-sig", errors="replace").replace("\x00", "")[:CHARACTERS_MAX]
    return "" if text.lstrip()[:1] == "<" else text
