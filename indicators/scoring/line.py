"""Many dates of one line in one pass: the recursion of scoring.md §6.

Masses are binned by date, decayed to that date, and carried from each date to the next; the numbers
are those of `kernel.score` to 1e-9. Nothing is kept from one run to the next.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import numpy as np

from indicators.scoring.arrays import F64, I64, Bool
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.indicators import indicators
from indicators.scoring.kernel import Rules, Totals, totals
from indicators.scoring.masses import Masses, decay, half_lives
from indicators.scoring.parameters import Parameters
from indicators.scoring.series import Readings, read_rows
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.spans import Rows, Spans, seen_on_line
from indicators.scoring.states import States, cluster_states, strand_states
from indicators.scoring.threads import side_by_side

BUDGET = 500_000
"""Cells (country, indicator, date) held at once; about ten arrays of that size live together."""


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """A block of C countries from position `first` on, over I indicators and T rising dates."""

    first: int
    countries: int
    indicators: int
    dates: I64
    date_of_day: I64  # from the first date to the day after the last

    @property
    def shape(self) -> tuple[int, int, int]:
        """(T, C, I)."""
        return self.dates.size, self.countries, self.indicators

    def date(self, days: I64) -> I64:
        """Position of the first date on or after each day; T where there is none."""
        place: I64 = np.clip(days - self.dates[0], 0, self.date_of_day.size - 1)
        return self.date_of_day[place]

    def cell(self, number: I64) -> I64:
        """Position in the block of cells counted over all countries."""
        return number - self.first * self.indicators


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """A block of a line.

    Attributes
    ----------
    grid : Grid
        Countries, indicators and dates.
    evidence, series
        The block's rows that the line ever sees.
    held : Masses
        Masses, each (T·C, I).
    totals : Totals
        Of (C, T).
    """

    grid: Grid
    evidence: EvidenceRows
    series: SeriesRows
    held: Masses
    totals: Totals


def line(
    evidence: EvidenceRows,
    series: SeriesRows,
    catalogue: Catalogue,
    parameters: Parameters,
    dates: I64,
    k: int | None,
    budget: int = BUDGET,
) -> Totals:
    """Scores of every country on every date of one line.

    Parameters
    ----------
    evidence, series, catalogue, parameters
        As for `score`.
    dates : (T,) int64
        Rising ordinals, at least one.
    k : int or None
        Day of knowledge for all dates ("hindsight"), or None for k = t ("known then").

    Returns
    -------
    Totals
        As for `score`, but with (C, T) in the place of (U,): countries in the order of `evidence.countries`.
    """
    rules = Rules.of(catalogue, parameters)
    make, grids = _maker(evidence, series, rules, dates, k, budget)
    return stacked(side_by_side(lambda grid: make(grid).totals, grids))


def blocks(
    evidence: EvidenceRows, series: SeriesRows, rules: Rules, dates: I64, k: int | None, budget: int = BUDGET
) -> Iterator[Block]:
    """The line block by block of countries; arguments as for `line`."""
    make, grids = _maker(evidence, series, rules, dates, k, budget)
    yield from map(make, grids)


def _maker(
    evidence: EvidenceRows, series: SeriesRows, rules: Rules, dates: I64, k: int | None, budget: int
) -> tuple[Callable[[Grid], Block], list[Grid]]:
    """What makes a block from its grid, and the grids."""
    last = int(dates[-1])
    rows, spans = seen_on_line(evidence, last, k)
    values, value_spans = seen_on_line(series, last, k)

    def make(grid: Grid) -> Block:
        return _block(grid, _cut(rows, spans, grid), _cut(values, value_spans, grid), rules, last)

    return make, list(_grids(len(evidence.countries), evidence.catalogue.size, dates, budget))


def stacked(parts: list[Totals]) -> Totals:
    """One result from the results of consecutive blocks."""
    names = [field.name for field in fields(Totals)]
    return Totals(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _grids(countries: int, size: int, dates: I64, budget: int) -> Iterator[Grid]:
    each = max(1, budget // max(1, size * dates.size))
    date_of_day = np.searchsorted(dates, np.arange(dates[0], dates[-1] + 2))
    for first in range(0, max(countries, 1), each):
        yield Grid(first, min(each, countries - first), size, dates, date_of_day)


def _cut(rows: Rows, spans: Spans, grid: Grid) -> tuple[Rows, Spans]:
    """The part of a table, which stands by country, that belongs to the block."""
    first, after = np.searchsorted(rows.country, [grid.first, grid.first + grid.countries]).tolist()
    return rows.part(first, after), Spans(spans.start[first:after], spans.end[first:after])


def _block(
    grid: Grid,
    evidence: tuple[EvidenceRows, Spans],
    series: tuple[SeriesRows, Spans],
    rules: Rules,
    last: int,
) -> Block:
    held = _masses(grid, *evidence, rules, last)
    told = _readings(grid, *series, rules.parameters)
    assessed = _seen(grid, (evidence, series))
    values = indicators(held, told, rules.rate, rules.parameters)
    flat = totals(values, assessed, rules)
    found = {field.name: getattr(flat, field.name) for field in fields(Totals)}
    rows, countries, _ = grid.shape
    by_country = {
        name: array.reshape(rows, countries, *array.shape[1:]).swapaxes(0, 1) for name, array in found.items()
    }
    return Block(grid, evidence[0], series[0], held, Totals(**by_country))


def _masses(grid: Grid, rows: EvidenceRows, spans: Spans, rules: Rules, last: int) -> Masses:
    parameters, catalogue = rules.parameters, rows.catalogue
    life = half_lives(catalogue, parameters.half_life_days)
    coverage_life = half_lives(catalogue, parameters.coverage_half_life_days)
    strands = strand_states(rows, spans, rules.grades, last)
    clusters = cluster_states(rows, spans, rules.grades, last)
    flat = (grid.dates.size * grid.countries, grid.indicators)
    moves, reports = _moves(grid, strands, life), _moves(grid, clusters, coverage_life)
    return Masses(
        risk=_carried(grid, moves.of(strands.risk), life).reshape(flat),
        mitigation=_carried(grid, moves.of(~strands.risk), life).reshape(flat),
        reports=_carried(grid, reports, coverage_life).reshape(flat),
    )


@dataclass(frozen=True, eq=False, slots=True)
class Moves:
    """What M states add to the masses.

    Attributes
    ----------
    place : (M,) int64
        Date and cell in one number; beyond the last date's cells what takes effect later.
    rise : (M,) float64
        What the state adds on that date, less what the state before it had left.
    comes : (M,) float64, or None
        1 where the event begins to weigh, -1 where it ceases to; None where nothing ever ceases.
    """

    place: I64
    rise: F64
    comes: F64 | None

    def of(self, mine: Bool) -> "Moves":
        """The moves for which `mine` holds."""
        if mine.all():
            return self
        where = np.flatnonzero(mine)
        return Moves(self.place[where], self.rise[where], None if self.comes is None else self.comes[where])


def _moves(grid: Grid, states: States, life: F64) -> Moves:
    date, cell = grid.date(states.day), grid.cell(states.cell)
    t = np.append(grid.dates, grid.dates[-1])[date]
    half_life = np.tile(life, grid.countries)[cell]
    follows = states.group[1:] == states.group[:-1]
    old = np.where(follows, states.value[:-1], 0.0)
    rise = states.value * decay(t - states.anchor_on, half_life)
    rise[1:] -= old * decay(t[1:] - np.where(old > 0, states.anchor_on[:-1], t[1:]), half_life[1:])
    comes = None
    if ((states.value[1:] == 0) & (old > 0)).any():
        comes = (states.value > 0).astype(np.float64)
        comes[1:] -= old > 0
    return Moves(date * (grid.countries * grid.indicators) + cell, rise, comes)


def _carried(grid: Grid, moves: Moves, life: F64) -> F64:
    """Masses on every date, (T, C, I): binned by date, then carried forward with their decay."""
    if not moves.place.size:
        return np.zeros(grid.shape)
    mass = _recursion(grid, _binned(grid, moves.place, moves.rise), life)
    if moves.comes is not None:
        _clear(mass, _binned(grid, moves.place, moves.comes))
    return mass.reshape(grid.shape)


def _binned(grid: Grid, place: I64, values: F64) -> F64:
    """Sums by date and cell, (T, C·I)."""
    dates, countries, indicators_ = grid.shape
    size = dates * countries * indicators_
    sums = np.bincount(place, values, minlength=size)[:size]
    return sums.astype(np.float64, copy=False).reshape(dates, countries * indicators_)


def _recursion(grid: Grid, rises: F64, life: F64) -> F64:
    """M(t) = M(t before)·2^(-Δ/H) + rises(t), in place; gaps of equal length share their factor."""
    gaps = np.diff(grid.dates)
    fades = {int(gap): np.tile(decay(gap, life), grid.countries) for gap in np.unique(gaps)}
    left = np.empty(rises.shape[1])
    for date, gap in enumerate(gaps.tolist(), start=1):
        np.multiply(rises[date - 1], fades[gap], out=left)
        rises[date] += left
    return rises


def _clear(mass: F64, comes: F64) -> None:
    """Make exactly 0 what is left of cells in which no event stands any more; both are (T, C·I)."""
    standing = np.cumsum(comes, axis=0)
    mass[standing < 0.5] = 0.0
    np.maximum(mass, 0.0, out=mass)


def _readings(grid: Grid, rows: SeriesRows, spans: Spans, parameters: Parameters) -> Readings:
    dates, countries, size = grid.shape
    fresh, hazard = np.zeros((dates, countries * size)), np.zeros((dates, countries * size))
    latest = np.full((dates, 0), -1, np.int64)
    if rows.size:
        cells, column = np.unique(grid.cell(rows.country * size + rows.indicator), return_inverse=True)
        latest = _latest(grid, spans, column, cells.size)
        found = read_rows(rows, latest, grid.dates[:, None], parameters)
        fresh[:, cells], hazard[:, cells] = found.freshness, found.hazard
    flat = (dates * countries, size)
    return Readings(latest, fresh.reshape(flat), hazard.reshape(flat))


def _latest(grid: Grid, spans: Spans, column: I64, columns: int) -> I64:
    """Row that counts on each date in each column, (T, columns); rows stand in rising rank."""
    latest = np.full((grid.dates.size + 1, columns), -1, np.int64)
    number = np.arange(column.size)
    if (spans.end > grid.dates[-1]).all():  # nothing that is seen vanishes
        np.maximum.at(latest, (grid.date(spans.start), column), number)
        return np.maximum.accumulate(latest[:-1], axis=0)
    for date, t in enumerate(grid.dates):
        seen = (spans.start <= t) & (spans.end > t)
        latest[date, column[seen]] = number[seen]  # the last one stays
    return latest[:-1]


def _seen(grid: Grid, tables: tuple[tuple[EvidenceRows, Spans], tuple[SeriesRows, Spans]]) -> Bool:
    """Whether any row is seen on a date, (T·C,)."""
    dates, countries, _ = grid.shape
    change = np.zeros((dates + 1) * countries)
    for rows, spans in tables:
        country = rows.country - grid.first
        ends = spans.end if (spans.end <= grid.dates[-1]).any() else None
        for days, step in ((spans.start, 1.0), (ends, -1.0)):
            if days is None:
                continue
            place = grid.date(days) * countries + country
            change += step * np.bincount(place, minlength=change.size)
    standing = np.cumsum(change.reshape(dates + 1, countries), axis=0)[:dates]
    return (standing > 0.5).ravel()
