"""Units of scoring, (country, t, k), and the rows that each of them may see (scoring.md §3)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from indicators.scoring.arrays import I64, ranges
from indicators.scoring.days import Day, day_number
from indicators.scoring.errors import UnknownCountryError
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.series_rows import SeriesRows

Days = Day | Sequence[dt.date] | Sequence[int] | I64


@dataclass(frozen=True, eq=False, slots=True)
class Units:
    """U points of scoring; every array is (U,) int64: position of the country, ordinals of t and k."""

    country: I64
    t: I64
    k: I64

    @classmethod
    def of(cls, country: npt.ArrayLike, t: Days, k: Days) -> Self:
        """Broadcast positions of countries and days (dates or ordinals) against each other.

        Raises
        ------
        DayError
            For what is no day.
        """
        where, valid, known = np.broadcast_arrays(np.asarray(country, np.int64), _days(t), _days(k))
        return cls(*(np.ascontiguousarray(np.atleast_1d(part)) for part in (where, valid, known)))

    @property
    def size(self) -> int:
        """Number of units, U."""
        return int(self.country.size)

    def part(self, first: int, after: int) -> "Units":
        """The units from `first` up to but not including `after`."""
        return Units(self.country[first:after], self.t[first:after], self.k[first:after])


@dataclass(frozen=True, eq=False, slots=True)
class Visible:
    """P pairs of a unit and a row that it sees, by unit and then by row; both arrays are (P,) int64."""

    unit: I64
    row: I64


def _days(days: Days) -> I64:
    if isinstance(days, np.ndarray):
        return days.astype(np.int64)
    if isinstance(days, (dt.date, int, np.integer)):
        return np.array(day_number(days), np.int64)
    return np.array([day_number(day) for day in days], np.int64)


def visible_pairs(units: Units, rows: EvidenceRows | SeriesRows) -> Visible:
    """Rows of the unit's country with known_on ≤ k, not retracted by k, and event_on or period_end ≤ t."""
    happened = rows.event_on if isinstance(rows, EvidenceRows) else rows.period_end
    first = np.searchsorted(rows.country, units.country, "left").astype(np.int64)
    after = np.searchsorted(rows.country, units.country, "right").astype(np.int64)
    row = ranges(first, after - first)
    unit = np.repeat(np.arange(units.size, dtype=np.int64), after - first)
    k = units.k[unit]
    seen = (rows.known_on[row] <= k) & (rows.retracted_on[row] > k) & (happened[row] <= units.t[unit])
    return Visible(unit[seen], row[seen])


def chunks(units: Units, rows: Sequence[EvidenceRows | SeriesRows], width: int, budget: int) -> Iterator[Units]:
    """Runs of units, each with at most `budget` pairs or cells (or one unit), so that memory stays bounded.

    No units at all are one empty run.

    Raises
    ------
    UnknownCountryError
        For a unit whose country the tables do not have.
    """
    countries = len(rows[0].countries)
    for number in np.flatnonzero((units.country < 0) | (units.country >= countries))[:1]:
        raise UnknownCountryError(f"unit {number}", int(units.country[number]), f"a position below {countries}")
    cost = np.full(countries, width, np.int64)
    for table in rows:
        cost += np.bincount(table.country, minlength=countries)
    upto = np.cumsum(cost[units.country])
    first = 0
    while first < units.size or first == 0:
        before = int(upto[first - 1]) if first else 0
        after = max(first + 1, int(np.searchsorted(upto, before + budget, "right")))
        yield units.part(first, after)
        first = after
