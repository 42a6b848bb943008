"""Whether two pieces of evidence may speak of one event: by day, place, names, numbers, actor and rare words.

A plain score: points for what two pieces share, fewer for what contradicts. It only orders what people look at.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

NEAR_DAYS = 7  # an event is dated within a week of itself by those who report it
ENOUGH = 5.5  # points from which a pair is proposed: a day and an area are not enough, nor a day and a name
_DAYS = ((0, 3.0, "same day"), (1, 2.0, "one day apart"), (3, 1.5, "three days apart or fewer"), (7, 1.0, "same week"))
_AREA, _ACTOR, _NAME, _NAMES, _FIGURE, _FIGURES, _WORD, _WORDS = 2.0, 1.0, 2.0, 4.0, 2.5, 5.0, 0.5, 2.0
_PASSAGE = 3.0
_ELSEWHERE = -3.0  # two areas, and no name of a place in common
_NOBODY = frozenset({"", "unknown", "none", "several"})
_COMMON = 0.15  # share of the pieces at hand from which a name or a word tells nothing
_COMMON_LEAST = 4  # pieces: in a handful every word is in a large share
DAYS_OF_A_MONTH, YEARS = 31, range(1900, 2101)
_TOLD = 3  # names or words printed of each kind

_HARM = (
    r"killed|dead|deaths|died|civilians|people|persons|bodies|injured|wounded|abducted|detained|arrested|raped|women|"
    r"children|men|houses|villages|displaced|tués?|morts?|blessés?|personnes|civils|muertos|asesinad[oa]s|heridos|"
    r"personas|убит\w*|погиб\w*|ранен\w*|человек|قتيلا?|قتلى|جريحا?|شخصا?|人|名"
)
_FIGURE_OF = re.compile(
    rf"(?<![\w.,/-])(\d{{1,3}}(?:[,. ]\d{{3}})+|\d+)(?![\w/-])(?:\s+(?:\w+\s+){{0,2}}?({_HARM})\b)?"
)
_NAMED = re.compile(r"(?<=[^\W\d_]\s)(?<![.!?:]\s)[A-ZÀ-ÞА-Я][\w’'-]+(?:[ -](?:[A-ZÀ-ÞА-Я][\w’'-]+|al-\w+))*")
_FIRST_NAMED = re.compile(r"[A-ZÀ-ÞА-Я][\w’'-]+(?: [A-ZÀ-ÞА-Я][\w’'-]+)+")  # two capitals are a name, a sentence or not
_WORDS_IN = re.compile(r"[^\W\d_]{5,}")
_BEFORE = frozenset({
    "the", "a", "an", "in", "on", "at", "of", "and", "from", "by", "since", "after", "before", "during", "under", "le",
    "les", "en", "à", "au", "aux", "dans", "в", "на",
})  # fmt: skip
_SAY_NOTHING = frozenset({
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "government", "state",
    "states", "nations", "united", "council", "commission", "office", "rights", "human", "security", "international",
    "committee", "report", "reports", "special", "rapporteur", "independent", "mission", "mechanism", "general",
    "secretary", "assembly", "world", "high", "commissioner", "minister", "president", "ministry", "civil", "war",
})  # fmt: skip

Figures = Mapping[int, str]  # a number of people or things -> the noun that follows it, or ""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is compared of a piece of evidence."""

    number: int
    event: str  # name; empty where it has none
    day: dt.date
    area: str  # first-level area
    actor: str
    passage: int  # two signs read in one passage are no news to anybody
    sign: str  # indicator and direction: what counts twice
    report: int = 0  # 0: not known
    names: frozenset[str] = field(default=frozenset())  # folded names of places, groups, people
    figures: Figures = field(default_factory=dict)
    words: frozenset[str] = field(default=frozenset())

    @property
    def group(self) -> str:
        """What it stands in: its event, or itself alone."""
        return self.event or f"~{self.number}"


@dataclass(frozen=True, slots=True)
class Alike:
    """Two pieces that may speak of one event; the reasons in words, the weightiest first."""

    first: int
    second: int
    score: float
    reasons: tuple[str, ...]
    counts_twice: bool  # one sign, so that the score counts both until they are one event
    names: tuple[str, ...] = ()  # that both texts write, longest first

    @property
    def in_words(self) -> str:
        """Such as: same day, both name El Fasher, both say 46 killed."""
        return ", ".join(self.reasons)


def read(piece: Piece, text: str) -> Piece:
    """The piece with what its text names and counts."""
    names, figures, words = _read(text)
    return replace(piece, names=names, figures=figures, words=words)


@functools.lru_cache(maxsize=1024)  # texts of a country near a day: a reviewer meets the same ones at every passage
def _read(text: str) -> tuple[frozenset[str], Figures, frozenset[str]]:
    names = {_folded(found) for found in (*_NAMED.findall(text), *_FIRST_NAMED.findall(text))}
    words = frozenset(word.lower() for word in _WORDS_IN.findall(text)) - _SAY_NOTHING
    return frozenset(_telling(names)), _figures(text), words


def alike(pieces: Sequence[Piece], *, apart: Iterable[tuple[int, int]] = ()) -> list[Alike]:
    """Pairs of one country that may be one event, best first: of each two events or lone pieces those most alike.

    `apart`: pairs of numbers that are known to be different, which holds for all of their events.
    """
    groups = {piece.number: piece.group for piece in pieces}
    never = {frozenset((groups.get(one, ""), groups.get(other, ""))) for one, other in apart}
    found: dict[frozenset[str], Alike] = {}
    for one, other in _near(sorted(telling(pieces), key=lambda piece: (piece.day, piece.number))):
        both = frozenset((one.group, other.group))
        if len(both) < 2 or both in never or _is_told_already(one, other) or not _share_any(one, other):
            continue
        pair = compared(one, other)
        if pair.score >= ENOUGH and (both not in found or _order(pair) < _order(found[both])):
            found[both] = pair
    return sorted(found.values(), key=_order)


def candidates(piece: Piece, others: Sequence[Piece]) -> list[Alike]:
    """What one piece may be the same event as, best first, each event once; nothing is left out for few points."""
    mine, *rest = telling([piece, *others])
    found: dict[str, Alike] = {}
    for other in rest:
        if other.group == mine.group:
            continue
        pair = compared(mine, other)
        if other.group not in found or pair.score > found[other.group].score:
            found[other.group] = pair
    return sorted(found.values(), key=lambda pair: (-pair.score, pair.first, pair.second))


def telling(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without the names and words that so many of them share that they tell nothing.

    Counted by passage: several signs read in one passage are one.
    """
    texts = {piece.passage: piece.names | piece.words for piece in pieces}
    counts = Counter(word for words in texts.values() for word in words)
    most = max(_COMMON_LEAST, _COMMON * len(texts))
    common = frozenset(word for word, count in counts.items() if count > most)
    return [replace(piece, names=piece.names - common, words=piece.words - common) for piece in pieces]


def compared(one: Piece, other: Piece) -> Alike:
    """What two pieces share, in points and words."""
    names = _longest(one.names & other.names)
    parts = [*_by_day(one, other), *_by_area(one, other, bool(names)), *_by_actor(one, other)]
    if one.passage == other.passage:
        parts.append((_PASSAGE, "read in the same passage"))
    else:
        parts += [*_by_names(names), *_by_figures(one.figures, other.figures), *_by_words(one, other, names)]
    told = sorted((part for part in parts if part[1]), key=lambda part: -part[0])
    first, second = sorted((one.number, other.number))
    points = sum(part[0] for part in parts)
    return Alike(first, second, points, tuple(words for _, words in told), one.sign == other.sign, tuple(names))


def _is_told_already(one: Piece, other: Piece) -> bool:
    """Whether nobody need ask: two signs of one passage, or two events that the reader of one report named apart."""
    named_apart = bool(one.event and other.event and one.report and one.report == other.report)
    return one.passage == other.passage or named_apart


def _share_any(one: Piece, other: Piece) -> bool:
    """Whether the texts have anything in common at all: asked first, since most pairs do not."""
    return not (
        one.names.isdisjoint(other.names)
        and one.words.isdisjoint(other.words)
        and one.figures.keys().isdisjoint(other.figures)
    )


Part = tuple[float, str]


def _near(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """Pairs within NEAR_DAYS, of pieces in the order of their days."""
    for place, one in enumerate(pieces):
        for other in pieces[place + 1 :]:
            if (other.day - one.day).days > NEAR_DAYS:
                break
            yield one, other


def _order(pair: Alike) -> tuple[bool, float, int, int]:
    return not pair.counts_twice, -pair.score, pair.first, pair.second


def _by_day(one: Piece, other: Piece) -> Iterator[Part]:
    days = abs((one.day - other.day).days)
    points, words = next(((points, words) for most, points, words in _DAYS if days <= most), (0.0, ""))
    yield points, words or f"{days} days apart"


def _by_area(one: Piece, other: Piece, shares_names: bool) -> Iterator[Part]:
    if one.area and _folded(one.area) == _folded(other.area):
        yield _AREA, f"both in {one.area}"
    elif one.area and other.area and not shares_names:
        yield _ELSEWHERE, f"but in {one.area} and in {other.area}"


def _by_names(names: Sequence[str]) -> Iterator[Part]:
    if names:
        yield min(_NAMES, _NAME * len(names)), f"both name {_listed(name.title() for name in names)}"


def _by_figures(one: Figures, other: Figures) -> Iterator[Part]:
    if shared := one.keys() & other.keys():
        said = [f"{number:,} {one[number] or other[number]}".strip() for number in sorted(shared, reverse=True)]
        yield min(_FIGURES, _FIGURE * len(shared)), f"both say {_listed(said)}"


def _by_actor(one: Piece, other: Piece) -> Iterator[Part]:
    if one.actor == other.actor and one.actor not in _NOBODY:
        yield _ACTOR, f"both from: {one.actor.replace('_', ' ')}"


def _by_words(one: Piece, other: Piece, names: Sequence[str]) -> Iterator[Part]:
    told = {word for name in names for word in name.split()}
    shared = sorted((one.words & other.words) - told, key=lambda word: (-len(word), word))
    if len(shared) > 1:  # one word is chance
        points = min(_WORDS, _WORD * len(shared))
        yield points, f"share the rare words {_listed(shared)}" if points >= 1 else ""


def _listed(words: Iterable[str]) -> str:
    *most, last = list(words)[:_TOLD]
    return f"{', '.join(most)} and {last}" if most else last


def _longest(names: Iterable[str]) -> list[str]:
    """Names that are no part of another, longest first."""
    kept: list[str] = []
    for name in sorted(names, key=lambda name: (-len(name), name)):
        if not any(name in longer for longer in kept):
            kept.append(name)
    return kept


def _telling(names: Iterable[str]) -> Iterator[str]:
    """Names without the small words before them, if anything is left that not every report writes."""
    for name in names:
        words = name.split()
        while words and words[0] in _BEFORE:
            del words[0]
        if any(word not in _SAY_NOTHING for word in words) and len(" ".join(words)) > 2:
            yield " ".join(words)


def _figures(text: str) -> dict[int, str]:
    """Numbers that count something: from 3 on, and neither years nor days of a month."""
    found: dict[int, str] = {}
    for digits, noun in _FIGURE_OF.findall(text):
        number = int(re.sub(r"\D", "", digits)[:12])
        is_year = number in YEARS and digits.isdigit()  # "3 June 2024 gunmen killed 18": no figure of gunmen
        if number >= 3 and not is_year and (noun or number > DAYS_OF_A_MONTH):
            found[number] = found.get(number) or noun.lower()
    return found


def _folded(name: str) -> str:
    return " ".join(name.replace("’", "'").lower().split())
