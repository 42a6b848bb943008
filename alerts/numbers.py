"""How many warnings went out, how long each step took, how many went unanswered. Pure: cases in, figures out."""

import collections
import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from fractions import Fraction

FEWEST = 3  # steps that ended: a median of fewer would tell of one or two warnings, not of the system
_HALF = Fraction(1, 2)
_ZERO = dt.timedelta()
Span = tuple[dt.datetime, dt.datetime | None]  # when it began; when it ended, None while it is open


class NoMedian(enum.StrEnum):
    """Why there is no median."""

    FEW = "no median: fewer than three have ended"
    OPEN = "no median yet: half or more are still open"


@dataclasses.dataclass(frozen=True, slots=True)
class Elapsed:
    """How long a step took: over those that ended, and with those that are still open beside them.

    The median counts an open one as longer than it has lasted so far, so that slow answers are never left out
    (Kaplan and Meier's estimate; where none is open, the ordinary median).
    """

    done: int = 0
    open: int = 0
    median: dt.timedelta | None = None
    shortest: dt.timedelta | None = None
    longest: dt.timedelta | None = None

    @property
    def why_none(self) -> NoMedian | None:
        """Why it has no median; None where it has one, or nothing began."""
        if self.median is not None or not self.done + self.open:
            return None
        return NoMedian.FEW if self.done < FEWEST else NoMedian.OPEN


def elapsed(spans: Iterable[Span], *, at: dt.datetime) -> Elapsed:
    """What `spans` say at `at`. One that ends before it begins (a clock that was set back) took no time."""
    listed = list(spans)
    ended = sorted(max(end - start, _ZERO) for start, end in listed if end is not None)
    lasting = [max(at - start, _ZERO) for start, end in listed if end is None]
    if not ended:
        return Elapsed(open=len(lasting))
    median = _median(ended, lasting) if len(ended) >= FEWEST else None
    return Elapsed(len(ended), len(lasting), median, ended[0], ended[-1])


def _median(ended: Sequence[dt.timedelta], lasting: Sequence[dt.timedelta]) -> dt.timedelta | None:
    """When half have ended; None where that has not been seen. Exact: no rounding decides between two days."""
    left = Fraction(1)
    for time in sorted(set(ended)):
        at_risk = sum(one >= time for one in (*ended, *lasting))
        left *= Fraction(at_risk - ended.count(time), at_risk)
        if left < _HALF:
            return time
        if left == _HALF:
            later = [one for one in ended if one > time]
            return (time + later[0]) / 2 if later else None
    return None


class Fate(enum.StrEnum):
    """What became of a warning after it was drafted."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    PRACTICE = "for practice"
    LETTER = "a correction or withdrawal of another"
    WAITING = "waiting for release"
    ENDED = "refused or lapsed"


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One alert. `on` is the day it was released, or drafted where it was not."""

    fate: Fate
    on: dt.date
    level: int
    kind: str
    found_at: dt.datetime
    released_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    is_false_alarm: bool = False  # by a reader's own mark
    has_arrived: bool = False  # somewhere

    @property
    def month(self) -> str:
        return f"{self.on:%Y-%m}"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One office that is to answer one warning."""

    office: int
    level: int
    opened_at: dt.datetime
    due_at: dt.datetime  # by the time set for the level
    answered_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    is_false_alarm: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """Whether offices answered within the time set for the level. One that still has time is in no share."""

    in_time: int = 0
    late: int = 0
    unanswered: int = 0
    not_due: int = 0

    @property
    def missed(self) -> int:
        """Not answered within the time set."""
        return self.late + self.unanswered

    @property
    def judged(self) -> int:
        return self.in_time + self.missed

    @property
    def share(self) -> float | None:
        """Of those that can be judged, how many were missed, from 0 to 1; None where these are too few."""
        return self.missed / self.judged if self.judged >= FEWEST else None


def kept(asked: Iterable[Asked], *, at: dt.datetime) -> Kept:
    """What became of each question, at `at`. An answer at the very end is in time."""
    counts = collections.Counter(_kept(one, at) for one in asked)
    return Kept(**counts)


def _kept(one: Asked, at: dt.datetime) -> str:
    if one.answered_at is not None:
        return "in_time" if one.answered_at <= one.due_at else "late"
    return "unanswered" if one.due_at < at else "not_due"


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """What is told of a group of alerts. The times and false alarms are those of warnings that stand."""

    fates: dict[Fate, int]
    to_release: Elapsed
    to_answer: Elapsed
    to_decision: Elapsed
    arrived_nowhere: int
    false_alarms: int
    false_alarms_withdrawn: int

    @property
    def standing(self) -> int:
        return self.fates[Fate.STANDING]

    @property
    def warnings(self) -> int:
        """Those that went out as such, whether they stand or were withdrawn."""
        return self.standing + self.fates[Fate.WITHDRAWN]


@dataclasses.dataclass(frozen=True, slots=True)
class OfficeFigures:
    """What is told of the warnings that one office was to answer."""

    asked: int
    kept: Kept
    to_answer: Elapsed
    to_decision: Elapsed
    false_alarms: int


def figures(cases: Sequence[Case], *, at: dt.datetime) -> Figures:
    """The figures of a group, at `at`. From a signal to its release drafts that wait are open."""
    standing = [one for one in cases if one.fate is Fate.STANDING]
    drafts = [one for one in cases if one.fate is Fate.WAITING]
    return Figures(
        fates={fate: sum(one.fate is fate for one in cases) for fate in Fate},
        to_release=elapsed(((one.found_at, one.released_at) for one in (*standing, *drafts)), at=at),
        to_answer=elapsed(((_released(one), one.answered_at) for one in standing), at=at),
        to_decision=elapsed(((_released(one), one.decided_at) for one in standing), at=at),
        arrived_nowhere=sum(not one.has_arrived for one in standing),
        false_alarms=sum(one.is_false_alarm for one in standing),
        false_alarms_withdrawn=sum(one.is_false_alarm and one.fate is Fate.WITHDRAWN for one in cases),
    )


def _released(case: Case) -> dt.datetime:
    assert case.released_at is not None  # what stands was released
    return case.released_at


def office_figures(asked: Sequence[Asked], *, at: dt.datetime) -> OfficeFigures:
    """The figures of one office, counted from when the first mail to it was taken by the mail server."""
    return OfficeFigures(
        asked=len(asked),
        kept=kept(asked, at=at),
        to_answer=elapsed(((one.opened_at, one.answered_at) for one in asked), at=at),
        to_decision=elapsed(((one.opened_at, one.decided_at) for one in asked), at=at),
        false_alarms=sum(one.is_false_alarm for one in asked),
    )


def months_between(first: str, last: str) -> list[str]:
    """Every month from `first` to `last`, such as 2024-06: one without a warning is shown as such."""
    start, end = (int(one[:4]) * 12 + int(one[5:]) - 1 for one in (first, last))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(start, end + 1)]


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Figures of the alerts of a month, a level or a kind; None: of all of them."""

    figures: Figures
    month: str | None = None
    level: int | None = None
    kind: str | None = None


def groups(cases: Sequence[Case], *, at: dt.datetime) -> list[Group]:
    """All; each level, highest first; each kind; each level in each month, latest first. Empty groups are left out."""
    levels = sorted({one.level for one in cases}, reverse=True)
    kinds = sorted({one.kind for one in cases})
    months = sorted({one.month for one in cases}, reverse=True)
    found = [Group(figures(cases, at=at))]
    found += [Group(figures(_where(cases, level=level), at=at), level=level) for level in levels]
    found += [Group(figures(_where(cases, kind=kind), at=at), kind=kind) for kind in kinds]
    for month in months:
        of_month = _where(cases, month=month)
        found += [
            Group(figures(_where(of_month, level=level), at=at), month=month, level=level)
            for level in sorted({one.level for one in of_month}, reverse=True)
        ]
    return found


def _where(cases: Sequence[Case], **wanted: object) -> list[Case]:
    return [one for one in cases if all(getattr(one, name) == value for name, value in wanted.items())]
