"""How long before each outcome a warning stood."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from indicators.backtest.grid import Episodes, Grid
from indicators.scoring.arrays import F64, I64, Bool


@dataclass(frozen=True, slots=True)
class Lead:
    """The stay that lasted to the last month end before an outcome began.

    Attributes
    ----------
    months : int or None
        From the first month end of the stay to the outcome; None where none stood at the last month end before, or
        where that month is not of the grid (`told`).
    is_cut : bool
        The stay reaches back to the first month of the grid, so it may have been longer.
    """

    months: int | None
    is_cut: bool = False


def before(grid: Grid, start: int) -> int:
    """Position of the last month end before a day; -1 where it is not of the grid.

    An outcome is looked for up to a whole horizon after the last month of the grid: no month of the grid may be the
    last one before it.
    """
    month_end = dt.date.fromordinal(start).replace(day=1).toordinal() - 1
    place = int(np.searchsorted(grid.days, month_end, "left"))
    return place if place < grid.days.size and grid.days[place] == month_end else -1


def told(grid: Grid, episodes: Episodes, rows: Bool) -> Bool:
    """Of which outcomes the last month end before is among `rows`, (C, T) bool; (N,) bool."""
    last = [before(grid, start) for start in episodes.start.tolist()]
    pairs = zip(episodes.country.tolist(), last, strict=True)
    return np.array([place >= 0 and bool(rows[country, place]) for country, place in pairs], np.bool_)


def leads(grid: Grid, episodes: Episodes, stands: Bool) -> list[Lead]:
    """For each outcome, how long the warning `stands`, (C, T) bool, had stood without a break when it began."""
    return [
        _lead(stands[country], before(grid, start))
        for country, start in zip(episodes.country.tolist(), episodes.start.tolist(), strict=True)
    ]


def _lead(stands: Bool, last: int) -> Lead:
    first = last
    while first >= 0 and stands[first]:
        first -= 1
    if first == last:
        return Lead(None)
    return Lead(last - first, is_cut=first < 0)


def at_last_month(grid: Grid, episodes: Episodes, values: F64) -> F64:
    """Value of each outcome's country at the last month end before it began, (N,); NaN where there is none."""
    last: I64 = np.array([before(grid, start) for start in episodes.start.tolist()], np.int64)
    found = values[episodes.country, np.maximum(last, 0)].astype(np.float64)
    return np.where(last >= 0, found, np.nan)
