"""Many dates of one line in one pass: the recursion of scoring.md §6.

Masses are binned by date, decayed to that date, and carried from each date to the next; the numbers
are those of `kernel.score` to 1e-9. Nothing is kept from one run to the next.
"""

from collections.abc import Iterator
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
    return stacked([block.totals for block in blocks(evidence, series, rules, dates, k, budget)])


def blocks(
    evidence: EvidenceRows, series: SeriesRows, rules: Rules, dates: I64, k: int | None, budget: int = BUDGET
) -> Iterator[Block]:
    """The line block by block of countries; arguments as for `line`."""
    last = int(dates[-1])
    rows, spans = seen_on_line(evidence, last, k)
    values, value_spans = seen_on_line(series, last, k)
    for grid in _grids(len(evidence.countries), evidence.catalogue.size, dates, budget):
        yield _block(grid, _cut(rows, spans, grid), _cut(values, value_spans, grid), rules, last)


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
    return Masses(
        risk=_carried(grid, strands, strands.risk, life).reshape(flat),
        mitigation=_carried(grid, strands, ~strands.risk, life).reshape(flat),
        reports=_carried(grid, clusters, np.ones(clusters.day.size, np.bool_), coverage_life).reshape(flat),
    )


def _carried(grid: Grid, states: States, mine: Bool, life: F64) -> F64:
    """Masses on every date, (T, C, I): binned by date, then carried forward with their decay."""
    if not mine.any():
        return np.zeros(grid.shape)
    before = np.flatnonzero(mine) - 1
    follows = (before >= 0) & (states.group[mine] == states.group[before])
    old = np.where(follows, states.value[before], 0.0)
    old_anchor = np.where(follows, states.anchor_on[before], 0)
    value, anchor_on, cell = states.value[mine], states.anchor_on[mine], states.cell[mine]
    date = grid.date(states.day[mine])
    moves = (date < grid.dates.size) & ((value != old) | (anchor_on != old_anchor))
    value, anchor_on, cell, date = value[moves], anchor_on[moves], cell[moves], date[moves]
    old, old_anchor = old[moves], old_anchor[moves]
    half_life, t = life[cell % grid.indicators], grid.dates[date]
    rise = value * decay(t - anchor_on, half_life)
    replaces = old > 0
    rise[replaces] -= old[replaces] * decay((t - old_anchor)[replaces], half_life[replaces])
    mass = _recursion(grid, _binned(grid, date, cell, rise), life)
    if not value.all():
        _clear(grid, mass, date, cell, (value > 0).astype(np.float64) - (old > 0))
    return mass


def _binned(grid: Grid, date: I64, cell: I64, values: F64) -> F64:
    dates, countries, indicators_ = grid.shape
    place = date * (countries * indicators_) + grid.cell(cell)
    sums = np.bincount(place, values, minlength=dates * countries * indicators_)
    return sums.astype(np.float64, copy=False).reshape(grid.shape)


def _recursion(grid: Grid, rises: F64, life: F64) -> F64:
    """M(t) = M(t before)·2^(-Δ/H) + rises(t), in place; gaps of equal length share their factor."""
    gaps = np.diff(grid.dates)
    fades = {int(gap): decay(gap, life) for gap in np.unique(gaps)}
    for date, gap in enumerate(gaps.tolist(), start=1):
        rises[date] += rises[date - 1] * fades[gap]
    return rises


def _clear(grid: Grid, mass: F64, date: I64, cell: I64, change: F64) -> None:
    """Make exactly 0 what is left of cells in which no event stands any more."""
    standing = np.cumsum(_binned(grid, date, cell, change), axis=0)
    mass[standing < 0.5] = 0.0
    np.maximum(mass, 0.0, out=mass)


def _readings(grid: Grid, rows: SeriesRows, spans: Spans, parameters: Parameters) -> Readings:
    dates, countries, size = grid.shape
    fresh, hazard = np.zeros((dates, countries * size)), np.zeros((dates, countries * size))
    latest = np.full((dates, 0), -1, np.int64)
    if rows.size:
        cells, column = np.unique(grid.cell(rows.country * size + rows.indicator), return_inverse=True)
        latest = np.full((dates, cells.size), -1, np.int64)
        number = np.arange(rows.size)
        for date, t in enumerate(grid.dates):
            seen = (spans.start <= t) & (spans.end > t)
            latest[date, column[seen]] = number[seen]  # rows stand in rising rank: the last one stays
        found = read_rows(rows, latest, grid.dates[:, None], parameters)
        fresh[:, cells], hazard[:, cells] = found.freshness, found.hazard
    flat = (dates * countries, size)
    return Readings(latest, fresh.reshape(flat), hazard.reshape(flat))


def _seen(grid: Grid, tables: tuple[tuple[EvidenceRows, Spans], tuple[SeriesRows, Spans]]) -> Bool:
    """Whether any row is seen on a date, (T·C,)."""
    dates, countries, _ = grid.shape
    change = np.zeros((dates + 1) * countries)
    for rows, spans in tables:
        country = rows.country - grid.first
        for days, step in ((spans.start, 1.0), (spans.end, -1.0)):
            place = grid.date(days) * countries + country
            change += step * np.bincount(place, minlength=change.size)
    standing = np.cumsum(change.reshape(dates + 1, countries), axis=0)[:dates]
    return (standing > 0.5).ravel()
