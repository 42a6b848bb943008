"""Reporting blackout: reports about a country fall well below their own past while its level is not falling.

Silence may be calm, or it may be that nobody can report any more. The rule looks at counts of public reports only.
With w = `blackout_days` and days to t:

- *recent* is the number of reports about the country in (t - w, t];
- its *past* are the `blackout_past` days before that, from its own first report on where that is later, at least
  `blackout_least_past` days;
- *expected* is the number of reports in its past, divided by their days, times w; times what all other reports did
  over the same spans, where they fell: that our own feeds went quiet must not read as the country's silence.

BLACKOUT where P(X ≤ recent) < `blackout_tail` for X Poisson with that mean, and recent < `blackout_share` · expected,
and the shown level is not falling: not lower than w days before, or either of them grey (grey is no fall: silence
itself may have greyed it). UNKNOWN where less than `blackout_least_past` days or fewer than `blackout_expected`
reports can be expected from, or no other reports can be compared with: then nothing is said. Else USUAL.

The test alone would be raised too often, for reports come in clusters; hence the share beside it. With fewer than
five expected even complete silence would pass it (exp(-4.6) = .01). The flag moves no number and no level.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from indicators.scoring.arrays import I64
from indicators.scoring.days import Day, day_number
from indicators.scoring.errors import DayError
from indicators.scoring.levels import Level
from indicators.scoring.parameters import Parameters


class Reporting(StrEnum):
    """What the counts say."""

    USUAL = "usual"
    BLACKOUT = "blackout"
    UNKNOWN = "unknown"  # its own past, or that of the others, is too thin to say


@dataclass(frozen=True, slots=True)
class ReportingState:
    """Reports about one country on one day.

    Attributes
    ----------
    state : Reporting
        The flag.
    recent : int
        Reports in the last `blackout_days` days.
    expected : float or None
        Reports that its past would lead one to expect in as many days; None where there is nothing to expect from.
    """

    state: Reporting
    recent: int
    expected: float | None


def reporting(
    days: I64, everywhere: I64, *, t: Day, level_now: int, level_then: int, parameters: Parameters
) -> ReportingState:
    """Whether reporting about a country has gone silent.

    Parameters
    ----------
    days : (N,) int64
        Ordinals of the publication days of public reports about the country, rising; several may fall on a day.
    everywhere : (M,) int64
        The same over all countries, each report once, those about this country included.
    t : date or ordinal
        The day; what is published later does not count.
    level_now, level_then : int
        Levels as shown (`Level`) on t and `blackout_days` before.
    parameters : Parameters
        With the rule's numbers.

    Raises
    ------
    DayError
        Where the days do not rise.
    """
    last = day_number(t)
    _refuse_disorder("reports about the country", days)
    _refuse_disorder("reports everywhere", everywhere)
    since = last - parameters.blackout_days
    recent = _count(days, since, last)
    expected = _expected(days, everywhere, since, last, parameters)
    if expected is None or expected < parameters.blackout_expected:
        return ReportingState(Reporting.UNKNOWN, recent, expected)
    silent = recent < parameters.blackout_share * expected and _tail(recent, expected) < parameters.blackout_tail
    falling = Level.UNDETERMINED < level_now < level_then
    return ReportingState(Reporting.BLACKOUT if silent and not falling else Reporting.USUAL, recent, expected)


def _expected(days: I64, everywhere: I64, since: int, last: int, parameters: Parameters) -> float | None:
    """Reports to expect in (since, last], or None where the past does not say."""
    if not days.size:
        return None
    begin = max(since - parameters.blackout_past, int(days[0]) - 1)
    others_before = _count(everywhere, begin, since) - _count(days, begin, since)
    if since - begin < parameters.blackout_least_past or others_before <= 0:
        return None
    others_now = _count(everywhere, since, last) - _count(days, since, last)
    window = parameters.blackout_days / (since - begin)
    fallen = min(1.0, max(0, others_now) / (others_before * window))
    return _count(days, begin, since) * window * fallen


def _count(days: I64, after: int, upto: int) -> int:
    """Days in (after, upto]."""
    first, end = np.searchsorted(days, [after, upto], "right")
    return int(end - first)


def _tail(count: int, mean: float) -> float:
    """P(X ≤ count) of a Poisson count."""
    return math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(count + 1))


def _refuse_disorder(place: str, days: I64) -> None:
    falls = np.flatnonzero(days[1:] < days[:-1])
    if falls.size:
        row = int(falls[0]) + 1
        raise DayError(f"{place}, row {row}", int(days[row]), "a day not before that of the row before it")
