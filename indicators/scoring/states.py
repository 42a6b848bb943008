"""How an event's worth and anchor change over a line of dates (scoring.md §6, step 1).

Where no row vanishes, a running maximum over the rows of an event gives every state in one pass;
an event with a retracted row is scored anew on each day on which one of its rows comes or goes. A
state takes effect on the day on which its row is seen, so there is no look-ahead.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64, I64, Bool, ranges, segment_starts
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.spans import Spans
from indicators.scoring.strength import (
    LAYERS,
    Clusters,
    Grades,
    Strands,
    certainty,
    clusters,
    strengths,
)
from indicators.scoring.units import Visible

_DAY_BITS = 23
_KEY_BITS = 32  # an anchor key needs 29
_RANK_BITS = 6  # there are at most 36 ranks


@dataclass(frozen=True, eq=False, slots=True)
class States:
    """M states by event and then by day.

    Attributes
    ----------
    group : (M,) int64
        Number of the event.
    cell : (M,) int64
        Country · I + indicator.
    risk : (M,) bool
        Whether the event points to risk; True throughout for coverage.
    day : (M,) int64
        Day from which the state holds.
    value : (M,) float64
        Strength A, or the largest weight; 0 where no row is left.
    anchor_on : (M,) int64
        Anchor day.
    """

    group: I64
    cell: I64
    risk: Bool
    day: I64
    value: F64
    anchor_on: I64


Running = Callable[[EvidenceRows, I64, Grades], States]
Scored = Callable[[EvidenceRows, Visible, Grades], Strands | Clusters]


def strand_states(rows: EvidenceRows, spans: Spans, grades: Grades, last: int) -> States:
    """Strengths and anchors of the events of either polarity, on a line that ends on the day `last`."""
    return _states(rows, rows.strand, spans, grades, last, running=_running_strands, scored=_strands)


def cluster_states(rows: EvidenceRows, spans: Spans, grades: Grades, last: int) -> States:
    """Weights and anchors of the events as coverage counts them, on a line that ends on the day `last`."""
    return _states(rows, rows.cluster, spans, grades, last, running=_running_clusters, scored=clusters)


def _strands(rows: EvidenceRows, seen: Visible, grades: Grades) -> Strands:
    return strengths(rows, seen, grades)[1]


def _states(
    rows: EvidenceRows,
    group: I64,
    spans: Spans,
    grades: Grades,
    last: int,
    *,
    running: Running,
    scored: Scored,
) -> States:
    loses = _losing(group, spans, last)
    if not loses.any():
        return running(rows, spans.start, grades)
    steady = running(rows.where(~loses), spans.start[~loses], grades)
    lossy = rows.where(loses)
    anew = _scored_anew(lossy, group[loses], Spans(spans.start[loses], spans.end[loses]), grades, scored)
    pairs = zip(_arrays(steady), _arrays(anew), strict=True)
    return States(*(np.concatenate(pair) for pair in pairs))


def _losing(group: I64, spans: Spans, last: int) -> Bool:
    """Whether the row's event loses a row on the line, (N,)."""
    lost = spans.end <= last
    if not lost.any():
        return lost
    return np.isin(group, group[lost])


def _running_strands(rows: EvidenceRows, start: I64, grades: Grades) -> States:
    order, by_strand = _by_day(rows.voice, start), _by_day(rows.strand, start)
    place = np.empty(rows.size, np.int64)
    place[order] = np.arange(rows.size)
    in_voices = place[by_strand]  # where each row, in the order of strands, stands in the order of voices
    steps = _doublings(_positions(rows.strand))
    value = np.zeros(rows.size)
    for rise in _rises(rows, order, grades):
        value += certainty(_running_sums(rise[in_voices], steps))
    keys = np.where(rows.severity > 0, grades.anchor_key(rows.grade, rows.anchor_on), 0)
    return _closing(rows, rows.strand, by_strand, start, value / LAYERS, keys, grades)


def _running_clusters(rows: EvidenceRows, start: I64, grades: Grades) -> States:
    keys = grades.anchor_key(rows.grade, rows.anchor_on)
    return _closing(rows, rows.cluster, _by_day(rows.cluster, start), start, None, keys, grades)


def _closing(
    rows: EvidenceRows,
    group: I64,
    order: I64,
    start: I64,
    value: F64 | None,
    keys: I64,
    grades: Grades,
) -> States:
    """States from rows in the order of their day within each group; of one day the last one stands."""
    running = np.maximum.accumulate((group << _KEY_BITS) | keys[order]) & ((1 << _KEY_BITS) - 1)
    weight, anchor_on = grades.from_key(running)
    day = start[order]
    stands = np.ones(rows.size, np.bool_)
    stands[:-1] = (group[1:] != group[:-1]) | (day[1:] != day[:-1])
    row = order[stands]
    return States(
        group=group[stands],
        cell=rows.country[row] * rows.catalogue.size + rows.indicator[row],
        risk=rows.polarity[row] > 0,
        day=day[stands],
        value=(weight if value is None else value)[stands],
        anchor_on=anchor_on[stands],
    )


def _rises(rows: EvidenceRows, order: I64, grades: Grades) -> Iterator[F64]:
    """What each row adds to its voice's hazard when it is seen, at each level: (N,) in the given order."""
    by_rank = np.concatenate([[0.0], -np.log1p(-grades.weights[1:])])
    rank, severity, voice = grades.rank[rows.grade][order], rows.severity[order], rows.voice
    mask = (1 << _RANK_BITS) - 1
    same, shifted = voice[1:] == voice[:-1], voice << _RANK_BITS
    for layer in range(1, LAYERS + 1):
        highest = np.maximum.accumulate(shifted | np.where(severity >= layer, rank, 0)) & mask
        hazard = by_rank[highest]
        rise = hazard.copy()
        rise[1:] -= np.where(same, hazard[:-1], 0.0)
        yield rise


def _by_day(group: I64, start: I64) -> I64:
    """Order of rows by group and then by day; rows stand by group already."""
    return np.argsort((group << _DAY_BITS) | start, kind="stable").astype(np.int64, copy=False)


def _positions(group: I64) -> I64:
    """Place of each entry within its run of equal numbers, from 0."""
    starts = segment_starts(group)
    lengths = np.diff(np.append(starts, group.size))
    return np.arange(group.size, dtype=np.int64) - np.repeat(starts, lengths)


def _doublings(position: I64) -> list[tuple[int, I64]]:
    """Strides 1, 2, 4 … with the entries that lie at least so far into their run."""
    steps, stride, later = [], 1, np.flatnonzero(position >= 1)
    while later.size:
        steps.append((stride, later))
        stride *= 2
        later = later[position[later] >= stride]
    return steps


def _running_sums(values: F64, steps: list[tuple[int, I64]]) -> F64:
    """Running sums within runs, by doubling: no sum reaches beyond its run and loses digits to others."""
    sums: F64 = values.copy()
    for stride, later in steps:
        sums[later] = sums[later] + sums[later - stride]
    return sums


def _scored_anew(rows: EvidenceRows, group: I64, spans: Spans, grades: Grades, scored: Scored) -> States:
    """States of events that lose rows: each is scored on every day on which a row comes or goes."""
    turns = np.unique(np.concatenate([(group << _DAY_BITS) | spans.start, (group << _DAY_BITS) | spans.end]))
    about, day = turns >> _DAY_BITS, turns & ((1 << _DAY_BITS) - 1)
    first = np.searchsorted(group, about, "left").astype(np.int64)
    size = np.searchsorted(group, about, "right") - first
    row = ranges(first, size)
    turn = np.repeat(np.arange(turns.size, dtype=np.int64), size)
    seen = (spans.start[row] <= day[turn]) & (spans.end[row] > day[turn])
    found = scored(rows, Visible(turn[seen], row[seen]), grades)
    value, anchor_on = np.zeros(turns.size), np.zeros(turns.size, np.int64)
    value[found.unit] = found.strength if isinstance(found, Strands) else found.weight
    anchor_on[found.unit] = found.anchor_on
    cell = rows.country[first] * rows.catalogue.size + rows.indicator[first]
    return States(about, cell, rows.polarity[first] > 0, day, value, anchor_on)


def _arrays(states: States) -> tuple[I64, I64, Bool, I64, F64, I64]:
    return states.group, states.cell, states.risk, states.day, states.value, states.anchor_on
