"""The grid of a back-test, countries × month ends, and what each cell is: an outcome begins soon, or none does."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from indicators.backtest.errors import BacktestError
from indicators.backtest.outcomes import Outcome
from indicators.scoring.arrays import F64, I8, I64, Bool
from indicators.scoring.days import month_ends

HORIZONS: Final = (12, 24)
EARLIEST_YEAR: Final = 1946


class Label(IntEnum):
    """What becomes of a country-month within the horizon."""

    ONGOING = -1  # an outcome of the list is going on: nothing can begin, so the month is left out
    NONE = 0
    BEGINS = 1


@dataclass(frozen=True, slots=True)
class Question:
    """What is tested: months of the years `first` to `last`, with a horizon of 12 or 24 months."""

    first: int
    last: int
    horizon: int

    def __post_init__(self) -> None:
        """Refuse what is no question.

        Raises
        ------
        BacktestError
            Naming what was found and what was wanted.
        """
        if self.horizon not in HORIZONS:
            raise BacktestError("horizon", f"{self.horizon} months", "12 or 24")
        for name, year in (("from", self.first), ("to", self.last)):
            if not EARLIEST_YEAR <= year <= 2100:
                raise BacktestError(f"{name} year", year, f"a year from {EARLIEST_YEAR} to 2100")
        if self.first > self.last:
            raise BacktestError("years", f"from {self.first} to {self.last}", "a first year not after the last one")


@dataclass(frozen=True, eq=False, slots=True)
class Episodes:
    """N outcomes as numbers: position of the country, ordinals of the first and last day, whether it is an onset."""

    country: I64
    start: I64
    end: I64
    begins: Bool

    @classmethod
    def of(cls, outcomes: Sequence[Outcome], countries: Sequence[str]) -> "Episodes":
        """Outcomes in the order given; one without an end lasts."""
        place = {code: number for number, code in enumerate(countries)}
        return cls(
            country=np.array([place[one.country] for one in outcomes], np.int64),
            start=np.array([one.start.toordinal() for one in outcomes], np.int64),
            end=np.array([(one.end or dt.date.max).toordinal() for one in outcomes], np.int64),
            begins=np.array([one.begins for one in outcomes], np.bool_),
        )

    @property
    def onsets(self) -> list[tuple[int, int, int]]:
        """Number, country and first day of those that begin."""
        rows = zip(self.country.tolist(), self.start.tolist(), self.begins.tolist(), strict=True)
        return [(number, country, start) for number, (country, start, begins) in enumerate(rows) if begins]


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """C countries on T month ends.

    Attributes
    ----------
    days, ends : (T,) int64
        Month ends t, and the month ends one horizon later: outcomes in (t, end] are looked for.
    label : (C, T) int8
        `Label`.
    horizon : int
        Months.
    """

    days: I64
    ends: I64
    label: I8
    horizon: int

    @property
    def years(self) -> I64:
        """Calendar year of each month end, (T,)."""
        return np.array([dt.date.fromordinal(day).year for day in self.days.tolist()], np.int64)


def months(question: Question, covers_from: dt.date, covers_until: dt.date) -> tuple[I64, I64]:
    """Month ends in the years asked for and the ends of their horizons, as far as the outcome list reaches.

    A month whose horizon begins before the list does, or ends after it, has an unknown label and is left out.
    """
    first = dt.date(question.first, 1, 1)
    ends = month_ends(first, max(first, covers_until))
    days, after = ends[: -question.horizon], ends[question.horizon :]
    inside = (days <= dt.date(question.last, 12, 31).toordinal()) & (days + 1 >= covers_from.toordinal())
    return days[inside], after[inside]


def labelled(
    episodes: Episodes, countries: int, days: I64, ends: I64, *, horizon: int, with_ongoing: bool = False
) -> Grid:
    """Label every cell.

    Parameters
    ----------
    episodes : Episodes
        The outcomes.
    countries : int
        C.
    days, ends : (T,) int64
        As `months` gives them.
    horizon : int
        Months.
    with_ongoing : bool
        True keeps the months in which an outcome is going on ("incidence": each outcome counts for itself).
    """
    label = np.full((countries, days.size), Label.NONE, np.int8)
    for _, country, start in episodes.onsets:
        label[country, (days < start) & (start <= ends)] = Label.BEGINS
    if not with_ongoing:
        spans = zip(episodes.country.tolist(), episodes.start.tolist(), episodes.end.tolist(), strict=True)
        for country, start, end in spans:
            label[country, (start <= days) & (days <= end)] = Label.ONGOING
    return Grid(days, ends, label, horizon)


def onsets_tested(grid: Grid, episodes: Episodes, rows: Bool) -> Bool:
    """Which outcomes have at least one labelled month among `rows`, (C, T) bool; (N,) bool."""
    found = np.zeros(episodes.country.size, np.bool_)
    for number, country, start in episodes.onsets:
        window = (grid.days < start) & (start <= grid.ends)
        found[number] = bool((rows[country] & window & (grid.label[country] == Label.BEGINS)).any())
    return found


@dataclass(frozen=True, eq=False, slots=True)
class Yearly:
    """N yearly figures: position of the country, last day of the year, day of knowledge, value; each (N,)."""

    country: I64
    period_end: I64
    known_on: I64
    value: F64

    @property
    def size(self) -> int:
        """N."""
        return int(self.country.size)
