"""Strength of events: expected severity, families independent given their grades (scoring.md §4)."""

from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64, I64, segment_starts
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.parameters import Parameters
from indicators.scoring.units import Visible

_DAY_BITS = 23  # an ordinal day needs 22
_DAY_MASK = (1 << _DAY_BITS) - 1
LAYERS = 4


@dataclass(frozen=True, eq=False, slots=True)
class Grades:
    """What the 36 grades are worth, each (36,) and indexed by `EvidenceRows.grade`.

    Attributes
    ----------
    q : float64
        Evidence weight √(rel·cred).
    hazard : float64
        η = -ln(1 - q).
    rank : int64
        Rank of q among the distinct weights, from 1; equal weights share a rank.
    weights : float64
        Weight of each rank; 0 at rank 0, which stands for "none".
    """

    q: F64
    hazard: F64
    rank: I64
    weights: F64

    @classmethod
    def of(cls, parameters: Parameters) -> "Grades":
        """The grade table of a parameter set."""
        q = np.sqrt(np.outer(parameters.reliability, parameters.credibility)).ravel()
        distinct, rank = np.unique(q, return_inverse=True)
        return cls(q, -np.log1p(-q), rank.astype(np.int64) + 1, np.concatenate([[0.0], distinct]))

    def anchor_key(self, grade: I64, anchor_on: I64) -> I64:
        """Whole number whose maximum over rows is the latest day among those with the largest weight."""
        return (self.rank[grade] << _DAY_BITS) | anchor_on

    def from_key(self, key: I64) -> tuple[F64, I64]:
        """Weight and anchor day of such a maximum; weight 0 and day 0 for key 0."""
        return self.weights[key >> _DAY_BITS], key & _DAY_MASK


@dataclass(frozen=True, eq=False, slots=True)
class Voices:
    """What each family says of each event: V entries, by unit and in row order.

    Attributes
    ----------
    first : (V,) int64
        A row of the voice.
    strand : (V,) int64
        Position of its event in `Strands`.
    hazard : (4, V) float64
        ω_f·η_f at the levels 1/4, 2/4, 3/4, 1.
    """

    first: I64
    strand: I64
    hazard: F64


@dataclass(frozen=True, eq=False, slots=True)
class Strands:
    """Events of one polarity: S entries, by unit and in row order.

    Attributes
    ----------
    unit, first : (S,) int64
        Unit, and a row of the event.
    certainty : (4, S) float64
        C at the four levels.
    strength : (S,) float64
        A, in [0, 1).
    anchor_on : (S,) int64
        Anchor day; 0 where every row has severity 0.
    """

    unit: I64
    first: I64
    certainty: F64
    strength: F64
    anchor_on: I64


@dataclass(frozen=True, eq=False, slots=True)
class Clusters:
    """Events as coverage counts them, any severity and polarity: E entries.

    Attributes
    ----------
    unit, first : (E,) int64
        Unit, and a row of the event.
    weight : (E,) float64
        Largest q.
    anchor_on : (E,) int64
        Anchor day.
    """

    unit: I64
    first: I64
    weight: F64
    anchor_on: I64


def row_hazards(rows: EvidenceRows, row: I64, grades: Grades) -> list[F64]:
    """η of each row at the levels 1/4 to 1: its grade's up to its own severity, 0 above; 4 arrays (P,)."""
    hazard, severity = grades.hazard[rows.grade[row]], rows.severity[row]
    return [np.where(severity >= level, hazard, 0.0) for level in range(1, LAYERS + 1)]


def certainty(hazards: F64) -> F64:
    """C = 1 - exp(-Σ ω_f η_f) from summed hazards, same shape."""
    return np.asarray(-np.expm1(-hazards))


def strengths(rows: EvidenceRows, seen: Visible, grades: Grades, omega: F64 | None = None) -> tuple[Voices, Strands]:
    """Voices and events of each unit.

    Parameters
    ----------
    rows, seen, grades
        The table, the pairs that count, the grade table.
    omega : (families,) float64, optional
        Weight of each family's hazard; 1 for the point score.
    """
    starts = segment_starts(seen.unit, rows.voice[seen.row])
    first = seen.row[starts]
    hazard = np.zeros((LAYERS, starts.size))
    if starts.size:
        for level, layer in enumerate(row_hazards(rows, seen.row, grades)):
            np.maximum.reduceat(layer, starts, out=hazard[level])
    if omega is not None:
        hazard *= omega[rows.family[first]]
    unit = seen.unit[starts]
    begins = segment_starts(unit, rows.strand[first])
    sums = np.add.reduceat(hazard, begins, axis=1) if begins.size else np.zeros((LAYERS, 0))
    certain = certainty(sums)
    voices = Voices(first, _numbered(begins, starts.size), hazard)
    keys = np.where(rows.severity[seen.row] > 0, _keys(rows, seen, grades), 0)
    _, anchor_on = grades.from_key(_largest(keys, segment_starts(seen.unit, rows.strand[seen.row])))
    return voices, Strands(unit[begins], first[begins], certain, certain.mean(axis=0), anchor_on)


def clusters(rows: EvidenceRows, seen: Visible, grades: Grades) -> Clusters:
    """Events as coverage counts them, for each unit."""
    starts = segment_starts(seen.unit, rows.cluster[seen.row])
    weight, anchor_on = grades.from_key(_largest(_keys(rows, seen, grades), starts))
    return Clusters(seen.unit[starts], seen.row[starts], weight, anchor_on)


def _keys(rows: EvidenceRows, seen: Visible, grades: Grades) -> I64:
    return grades.anchor_key(rows.grade[seen.row], rows.anchor_on[seen.row])


def _largest(keys: I64, starts: I64) -> I64:
    return np.maximum.reduceat(keys, starts) if starts.size else np.empty(0, np.int64)


def _numbered(begins: I64, size: int) -> I64:
    return np.repeat(np.arange(begins.size, dtype=np.int64), np.diff(np.append(begins, size)))
