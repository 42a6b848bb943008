"""The past of a known-then line, scored anew where later knowledge rewrites it.

R(s, t′) with s before t′ differs from R(s, s) only by the events that have a row of which something was
learnt (or withdrawn) after s and up to t′. So the masses that the line holds at s are corrected by those
events alone: what they weigh with the knowledge of t′, less what they weigh with that of s. The result is
R(s, t′) to 1e-9.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64, I64, ranges, segment_starts
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.indicators import mitigated, saturated
from indicators.scoring.kernel import Rules
from indicators.scoring.line import Block
from indicators.scoring.masses import event_masses
from indicators.scoring.profiles import index
from indicators.scoring.series import readings
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.spans import happened_on
from indicators.scoring.strength import strengths
from indicators.scoring.units import Units, Visible

BUDGET = 4_000_000
"""Cells and entries that are held at once."""

_BITS = 32  # events are numbered below 2^32
_MASK = (1 << _BITS) - 1


@dataclass(frozen=True, eq=False, slots=True)
class Again:
    """V points to score anew: country in the block, date s, date t′ whose knowledge counts; each (V,)."""

    country: I64
    past: I64
    date: I64

    def part(self, first: int, after: int) -> "Again":
        """The points from `first` up to but not including `after`."""
        return Again(self.country[first:after], self.past[first:after], self.date[first:after])


@dataclass(frozen=True, eq=False, slots=True)
class Turns:
    """E late turns of events, by country and date; each (E,).

    Attributes
    ----------
    key : int64
        Country · T + the date whose knowledge has it first.
    since : int64
        First date that it changes.
    cluster : int64
        Event.
    """

    key: I64
    since: I64
    cluster: I64


def rewritten_since(block: Block) -> I64:
    """First date whose R changes by what is learnt or withdrawn between the date before and this one.

    Returns
    -------
    (C, T) int64
        At most the date's own position, which stands for "nothing of the past".
    """
    dates = block.grid.dates.size
    since = np.tile(np.arange(dates, dtype=np.int64), (block.grid.countries, 1))
    for rows in (block.evidence, block.series):
        for row, affected, date in _late(block, rows):
            np.minimum.at(since, (rows.country[row] - block.grid.first, date), affected)
    return since


def points_again(since: I64) -> Again:
    """The points that `rewritten_since` calls for, by country, then t′, then s."""
    country, date = (part.astype(np.int64) for part in np.nonzero(since < np.arange(since.shape[1])))
    begin = since[country, date]
    length = date - begin
    return Again(np.repeat(country, length), ranges(begin, length), np.repeat(date, length))


def overall_again(block: Block, rules: Rules, again: Again) -> F64:
    """Overall R(s, t′) of each point, (V,)."""
    turns = _turns(block)
    parts = [_overall(block, rules, turns, part) for part in _parts(block, turns, again)]
    return np.concatenate(parts) if parts else np.zeros(0)


def _late(block: Block, rows: EvidenceRows | SeriesRows) -> Iterator[tuple[I64, I64, I64]]:
    """Rows that turn after the first date that they change: row, that date, date of the turn."""
    affected = block.grid.date(happened_on(rows))
    for turn in (rows.known_on, rows.retracted_on):
        date = block.grid.date(turn)
        late = np.flatnonzero((date < block.grid.dates.size) & (affected < date))
        yield late, affected[late], date[late]


def _turns(block: Block) -> Turns:
    rows, dates = block.evidence, block.grid.dates.size
    found = [
        ((((rows.country[row] - block.grid.first) * dates + date) * dates + since) << _BITS) | rows.cluster[row]
        for row, since, date in _late(block, rows)
    ]
    packed = np.unique(np.concatenate(found))
    key, since = np.divmod(packed >> _BITS, dates)
    return Turns(key, since, packed & _MASK)


def _between(block: Block, turns: Turns, again: Again) -> tuple[I64, I64]:
    """Turns known after s and up to t′: first one and number, each (V,)."""
    base = again.country * block.grid.dates.size
    first = np.searchsorted(turns.key, base + again.past, "right").astype(np.int64)
    return first, np.searchsorted(turns.key, base + again.date, "right") - first


def _parts(block: Block, turns: Turns, again: Again) -> Iterator[Again]:
    upto = np.cumsum(block.grid.indicators + 8 * _between(block, turns, again)[1])
    first = 0
    while first < upto.size:
        before = int(upto[first - 1]) if first else 0
        after = max(first + 1, int(np.searchsorted(upto, before + BUDGET, "right")))
        yield again.part(first, after)
        first = after


def _overall(block: Block, rules: Rules, turns: Turns, again: Again) -> F64:
    dates, parameters = block.grid.dates, rules.parameters
    t, k = dates[again.past], dates[again.date]
    candidates = _candidates(block, turns, again)
    known, then = (_event_masses(block.evidence, rules, candidates, t, day) for day in (k, t))
    flat = again.past * block.grid.countries + again.country
    risk = np.maximum(block.held.risk[flat] + (known[0] - then[0]), 0.0)
    mitigation = np.maximum(block.held.mitigation[flat] + (known[1] - then[1]), 0.0)
    units = Units(again.country + block.grid.first, t, k)
    told = readings(block.series, units, block.grid.indicators, parameters)
    presence = saturated(rules.rate * risk + told.hazard)
    value = mitigated(presence, mitigation, parameters)
    return index(rules.factors.factors(value), parameters).overall


def _candidates(block: Block, turns: Turns, again: Again) -> Visible:
    """All rows of the events that turn between s and t′, for each point."""
    first, number = _between(block, turns, again)
    turn = ranges(first, number)
    point = np.repeat(np.arange(number.size, dtype=np.int64), number)
    counts = turns.since[turn] <= again.past[point]
    pairs = (point[counts] << _BITS) | turns.cluster[turn[counts]]
    pairs.sort()
    pairs = pairs[segment_starts(pairs)]
    cluster = pairs & _MASK
    begin = np.searchsorted(block.evidence.cluster, cluster, "left").astype(np.int64)
    size = np.searchsorted(block.evidence.cluster, cluster, "right") - begin
    return Visible(np.repeat(pairs >> _BITS, size), ranges(begin, size))


def _event_masses(rows: EvidenceRows, rules: Rules, pairs: Visible, t: I64, k: I64) -> tuple[F64, F64]:
    known, row = k[pairs.unit], pairs.row
    seen = (rows.known_on[row] <= known) & (rows.retracted_on[row] > known) & (rows.event_on[row] <= t[pairs.unit])
    _, strands = strengths(rows, Visible(pairs.unit[seen], row[seen]), rules.grades)
    return event_masses(rows, t, strands, rules.parameters)
