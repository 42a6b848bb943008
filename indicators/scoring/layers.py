"""Layers of events: what a replicate must compute of each, and nothing twice (scoring.md §4, Interval).

A family's word on an event at one level is one of at most 36 grades, so exp(-ω·η) has as many values as there
are pairs of family and grade, and C at a level is 1 less a product of such values. Levels of one event with the
same words are one layer that counts as often. What is left to a replicate are look-ups, products and sums.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64, I64, Bool, segment_starts
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.strength import LAYERS, Grades
from indicators.scoring.units import Units, Visible, visible_pairs

LEAF = 24_576
"""Layers that are worked on together: a few arrays of that size stay in the processor's cache."""

_RANK_BITS = 6  # there are at most 36 ranks
_DAY_BITS = 23


@dataclass(frozen=True, eq=False, slots=True)
class Layers:
    """L layers of the events of U units, by cell.

    Attributes
    ----------
    cell : (L,) int64
        (unit · I + indicator) · 2, and 1 more for mitigation; rising.
    share : (L,) float64
        Levels that the layer stands for, divided by 4.
    fading : (L,) int64
        Position of its nature and age in `ages`.
    first, words : (L,) int64
        Its words in `word`.
    word : (W,) int64
        Positions in `voices`.
    voices : (P,) int64
        Family and rank of its grade, the pairs that occur.
    ages : (D,) int64
        Nature and age in days, the pairs that occur.
    """

    cell: I64
    share: F64
    fading: I64
    first: I64
    words: I64
    word: I64
    voices: I64
    ages: I64

    def hazards(self, omega: F64, grades: Grades) -> F64:
        """ω·η of each pair of family and grade, (B, P); `omega` is (B, families)."""
        eta = -np.log1p(-grades.weights)
        return np.asarray(omega[:, self.voices >> _RANK_BITS] * eta[self.voices & ((1 << _RANK_BITS) - 1)])

    def decays(self, half_life_days: F64) -> F64:
        """δ of each pair of nature and age, (B, D); `half_life_days` is (B, 4)."""
        age = self.ages & ((1 << _DAY_BITS) - 1)
        return np.asarray(np.exp2(-age / half_life_days[:, self.ages >> _DAY_BITS]))

    def leaves(self) -> Iterator["Leaf"]:
        """The layers in pieces of about `LEAF`, none of which parts a cell."""
        starts = segment_starts(self.cell)
        first = 0
        while first < self.cell.size:
            place = int(np.searchsorted(starts, first + LEAF, "left"))
            after = int(starts[place]) if place < starts.size else self.cell.size
            yield _leaf(self, first, after)
            first = after


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """Some layers, those of most words first.

    Attributes
    ----------
    word : list of (L_j,) int64
        The j-th word of each layer that has one: the first layers, since those have the most words.
    share, fading : (L,)
        As in `Layers`.
    back : (L,) int64
        Order by cell.
    starts, cell : (C,) int64
        Start of each cell in that order, and its number.
    """

    word: list[I64]
    share: F64
    fading: I64
    back: I64
    starts: I64
    cell: I64


def layers_of(rows: EvidenceRows, units: Units, grades: Grades) -> Layers:
    """Layers of everything that the units see.

    Parameters
    ----------
    rows, units, grades
        The table, U points of scoring, the grade table.
    """
    seen = visible_pairs(units, rows)
    seen = _told(rows, seen)
    starts = segment_starts(seen.unit, rows.voice[seen.row])
    rank = _ranks(rows, seen, starts, grades)
    strand = segment_starts(seen.unit[starts], rows.strand[seen.row[starts]])
    size = np.diff(np.append(strand, starts.size))
    ends = _ends(rank, strand)
    of_voice = np.repeat(np.arange(strand.size, dtype=np.int64), size)
    level, event = np.nonzero(ends)
    cell, fading = _places(rows, units, seen, starts[strand], grades)
    order = np.lexsort((level, event, cell[event]))
    number = np.full(ends.shape, -1, np.int64)
    number[level[order], event[order]] = np.arange(order.size)
    layer, voice = _words(rank, number[:, of_voice], rows.family[seen.row[starts]])
    voices, word = np.unique(voice, return_inverse=True)
    ages, age = np.unique(fading, return_inverse=True)
    words = np.bincount(layer, minlength=order.size).astype(np.int64, copy=False)
    return Layers(
        cell=cell[event[order]],
        share=(_counted(ends)[level[order], event[order]] / LAYERS).astype(np.float64),
        fading=age[event[order]].astype(np.int64, copy=False),
        first=np.cumsum(words) - words,
        words=words,
        word=word.astype(np.int64, copy=False),
        voices=voices,
        ages=ages,
    )


def _told(rows: EvidenceRows, seen: Visible) -> Visible:
    """The pairs whose row has a severity above 0."""
    told = rows.severity[seen.row] > 0
    return Visible(seen.unit[told], seen.row[told])


def _ranks(rows: EvidenceRows, seen: Visible, starts: I64, grades: Grades) -> I64:
    """Rank of each voice's best grade at the four levels, and none above them: (5, V); 0 for no word."""
    rank, severity = grades.rank[rows.grade[seen.row]], rows.severity[seen.row]
    best = np.zeros((LAYERS + 1, starts.size), np.int64)
    for level in range(LAYERS if starts.size else 0):
        np.maximum.reduceat(np.where(severity > level, rank, 0), starts, out=best[level])
    return best


def _ends(rank: I64, strand: I64) -> Bool:
    """Whether an event's words at a level differ from those at the next one, (4, S)."""
    if not strand.size:
        return np.zeros((LAYERS, 0), np.bool_)
    return np.logical_or.reduceat(rank[:-1] != rank[1:], strand, axis=1)


def _counted(ends: Bool) -> I64:
    """Levels that each layer stands for, (4, S): from the end of the layer below up to its own."""
    level = np.arange(1, LAYERS + 1)[:, None] * ends
    below = np.zeros_like(level)
    below[1:] = np.maximum.accumulate(level, axis=0)[:-1]
    return np.asarray(level - below)


def _places(rows: EvidenceRows, units: Units, seen: Visible, starts: I64, grades: Grades) -> tuple[I64, I64]:
    """Cell of each event, and its nature and age in one number; `starts` are the events' first pairs."""
    keys = grades.anchor_key(rows.grade[seen.row], rows.anchor_on[seen.row])
    _, anchor_on = grades.from_key(np.maximum.reduceat(keys, starts) if starts.size else starts)
    unit, row = seen.unit[starts], seen.row[starts]
    indicator = rows.indicator[row]
    cell = 2 * (unit * rows.catalogue.size + indicator) + (rows.polarity[row] < 0)
    return cell, (rows.catalogue.nature[indicator] << _DAY_BITS) | (units.t[unit] - anchor_on)


def _words(rank: I64, number: I64, family: I64) -> tuple[I64, I64]:
    """Layer, and family and rank in one number, of each word, by layer."""
    level, voice = np.nonzero((number >= 0) & (rank[:-1] > 0))
    layer = number[level, voice]
    order = np.argsort(layer, kind="stable")
    said = (family[voice] << _RANK_BITS) | rank[level, voice]
    return layer[order], said[order]


def _leaf(layers: Layers, first: int, after: int) -> Leaf:
    cell, words = layers.cell[first:after], layers.words[first:after]
    order = np.argsort(-words, kind="stable")
    back = np.empty(order.size, np.int64)
    back[order] = np.arange(order.size)
    begin, many = layers.first[first:after][order], words[order]
    having = [int(np.searchsorted(-many, -place, "left")) for place in range(int(many[0]))]
    starts = segment_starts(cell)
    return Leaf(
        word=[layers.word[begin[:size] + place] for place, size in enumerate(having)],
        share=layers.share[first:after][order],
        fading=layers.fading[first:after][order],
        back=back,
        starts=starts,
        cell=cell[starts],
    )
