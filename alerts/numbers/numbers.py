"""How many warnings went out, how long each step took, how many went unanswered. Pure: cases in, figures out."""

import collections
import dataclasses
import datetime as dt
import enum
import functools
import itertools
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from fractions import Fraction

from django.utils.translation import gettext_noop

FEWEST = 3  # steps that ended: a median of fewer would tell of one or two warnings, not of the system
_HALF = Fraction(1, 2)
_ZERO = dt.timedelta()
Span = tuple[dt.datetime, dt.datetime | None]  # when it began; when it ended, None while it is open


class NoMedian(enum.StrEnum):
    """Why there is no median."""

    FEW = gettext_noop("no median: fewer than three have ended")
    OPEN = gettext_noop("no median yet: half or more are still open")
    WITHHELD = gettext_noop("not told: of a part, or of fewer than three beside your own")
    BEFORE = gettext_noop("no time: all of them before the warning")


@dataclasses.dataclass(frozen=True, slots=True)
class Elapsed:
    """How long a step took: over those that ended, and with those that are still open beside them.

    The median counts an open one as longer than it has lasted so far, so that slow answers are never left out
    (Kaplan and Meier's estimate; where none is open, the ordinary median). Where it is withheld no count is said.
    """

    done: int = 0
    open: int = 0
    median: dt.timedelta | None = None
    shortest: dt.timedelta | None = None
    longest: dt.timedelta | None = None
    before: int = 0  # ended before it began: in no time
    is_withheld: bool = False

    @property
    def why_none(self) -> NoMedian | None:
        """Why it has no median; None where it has one, or nothing began."""
        if self.is_withheld:
            return NoMedian.WITHHELD
        if self.median is not None or not self.done + self.open:
            return NoMedian.BEFORE if self.before and self.median is None else None
        return NoMedian.FEW if self.done < FEWEST else NoMedian.OPEN


def elapsed(spans: Iterable[Span], *, at: dt.datetime, tells_few: bool = False) -> Elapsed:
    """What `spans` say at `at`. One that ends before it begins (a clock that was set back) took no time.

    Of fewer than three the range is told only where it `tells_few`: it would be the time of one or two warnings.
    """
    listed = list(spans)
    ended = sorted(max(end - start, _ZERO) for start, end in listed if end is not None)
    lasting = [max(at - start, _ZERO) for start, end in listed if end is None]
    if not ended:
        return Elapsed(open=len(lasting))
    are_few = len(ended) < FEWEST
    shortest, longest = (None, None) if are_few and not tells_few else (ended[0], ended[-1])
    return Elapsed(len(ended), len(lasting), None if are_few else _median(ended, sorted(lasting)), shortest, longest)


def _median(ended: Sequence[dt.timedelta], lasting: Sequence[dt.timedelta]) -> dt.timedelta | None:
    """When half have ended, both sorted; None where that has not been seen. Exact: no rounding decides."""
    left, done = Fraction(1), 0
    for time, same in itertools.groupby(ended):
        count = len(list(same))
        at_risk = len(ended) - done + len(lasting) - bisect_left(lasting, time)
        left *= Fraction(at_risk - count, at_risk)
        done += count
        if left < _HALF:
            return time
        if left == _HALF:
            return (time + ended[done]) / 2 if done < len(ended) else None
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
    again_at: dt.datetime | None = None  # since when it stands again: from then on answers are waited for
    answered_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    is_decided_before: bool = False  # only before the warning: that is no answer to it
    is_false_alarm: bool = False  # by a reader's own mark
    is_own_decision: bool = False  # who looks at the numbers knows of it: they or their office decided
    is_own_alarm: bool = False  # likewise
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
    is_decided_before: bool = False  # only before it was asked
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
    """What is told of a group of alerts. The times and false alarms are those of warnings that stand.

    `false_alarms` are None where they are not told to this reader.
    """

    fates: dict[Fate, int]
    to_release: Elapsed
    to_answer: Elapsed
    to_decision: Elapsed
    arrived_nowhere: int
    false_alarms: int | None
    false_alarms_withdrawn: int | None

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


@dataclasses.dataclass(frozen=True, slots=True)
class Tells:
    """What of answers may be told: of fewer than three, and of a part of all alerts."""

    is_few: bool
    is_part: bool

    def may(self, count: int, *, own: int) -> bool:
        """Whether a count is told to who knows of `own` of them."""
        return self.is_few or (self.is_part and count - own >= FEWEST)


def figures(cases: Sequence[Case], *, at: dt.datetime, tells_few: bool = False, is_whole: bool = True) -> Figures:
    """The figures of a group, at `at`. From a signal to its release drafts that wait are open.

    What was decided or held to be a false alarm is told of fewer than three, and of a part of all alerts, only where it
    `tells_few`: else the difference of two figures, or of one and what the reader knows, says what one office answered.
    """
    tells = Tells(is_few=tells_few, is_part=tells_few or is_whole)
    standing = [one for one in cases if one.fate is Fate.STANDING]
    withdrawn = [one for one in cases if one.fate is Fate.WITHDRAWN]
    drafts = [one for one in cases if one.fate is Fate.WAITING]
    to_release = ((one.found_at, one.released_at) for one in (*standing, *drafts))
    return Figures(
        fates={fate: sum(one.fate is fate for one in cases) for fate in Fate},
        to_release=elapsed(to_release, at=at, tells_few=tells_few),
        to_answer=elapsed(((_released(one), one.answered_at) for one in standing), at=at, tells_few=tells_few),
        to_decision=_decisions([(_released(one), one) for one in standing], at=at, tells=tells),
        arrived_nowhere=sum(not one.has_arrived for one in standing),
        false_alarms=_false_alarms(standing, tells),
        false_alarms_withdrawn=_false_alarms(withdrawn, tells),
    )


def _decisions(rows: Sequence[tuple[dt.datetime, Case | Asked]], *, at: dt.datetime, tells: Tells) -> Elapsed:
    """Until a decision; what was only decided before took no time, and is counted apart."""
    spans = [(start, one.decided_at) for start, one in rows if not one.is_decided_before]
    found = elapsed(spans, at=at, tells_few=tells.is_few)
    own = sum(isinstance(one, Case) and one.is_own_decision and one.decided_at is not None for _, one in rows)
    if spans and not tells.may(found.done, own=own):
        return Elapsed(is_withheld=True)
    return dataclasses.replace(found, before=len(rows) - len(spans))


def _false_alarms(cases: Sequence[Case], tells: Tells) -> int | None:
    count, own = sum(one.is_false_alarm for one in cases), sum(one.is_own_alarm for one in cases)
    return count if tells.may(count, own=own) or not cases else None


def _released(case: Case) -> dt.datetime:
    since = case.again_at or case.released_at
    assert since is not None  # what stands was released
    return since


def office_figures(asked: Sequence[Asked], *, at: dt.datetime) -> OfficeFigures:
    """The figures of one office, for who may read its answers: from when the first mail to it was taken."""
    return OfficeFigures(
        asked=len(asked),
        kept=kept(asked, at=at),
        to_answer=elapsed(((one.opened_at, one.answered_at) for one in asked), at=at, tells_few=True),
        to_decision=_decisions([(one.opened_at, one) for one in asked], at=at, tells=Tells(is_few=True, is_part=True)),
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


def groups(cases: Sequence[Case], *, at: dt.datetime, tells_few: bool = False, is_whole: bool = True) -> list[Group]:
    """All; each level, highest first; each kind; each level in each month, latest first. Empty groups are left out.

    `is_whole`: these are all alerts, not those of a period or a region.
    """
    levels = sorted({one.level for one in cases}, reverse=True)
    kinds = sorted({one.kind for one in cases})
    months = sorted({one.month for one in cases}, reverse=True)
    of = functools.partial(figures, at=at, tells_few=tells_few, is_whole=False)
    found = [Group(figures(cases, at=at, tells_few=tells_few, is_whole=is_whole))]
    found += [Group(of(_where(cases, level=level)), level=level) for level in levels]
    found += [Group(of(_where(cases, kind=kind)), kind=kind) for kind in kinds]
    for month in months:
        of_month = _where(cases, month=month)
        found += [
            Group(of(_where(of_month, level=level)), month=month, level=level)
            for level in sorted({one.level for one in of_month}, reverse=True)
        ]
    return found


def _where(cases: Sequence[Case], **wanted: object) -> list[Case]:
    return [one for one in cases if all(getattr(one, name) == value for name, value in wanted.items())]
