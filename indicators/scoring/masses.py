"""Masses: strengths of events, decayed from their anchors and added up (scoring.md §4)."""

from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64, I64
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.parameters import Parameters
from indicators.scoring.strength import Clusters, Strands


@dataclass(frozen=True, eq=False, slots=True)
class Masses:
    """What a unit holds per indicator; each (U, I) float64.

    Attributes
    ----------
    risk, mitigation : m⁺ and m⁻
        Decayed strengths of the events of either polarity.
    reports : n without the series' share
        Decayed largest weights of events of any polarity and severity.
    """

    risk: F64
    mitigation: F64
    reports: F64


def half_lives(catalogue: Catalogue, by_nature: tuple[float, ...]) -> F64:
    """Half-life of each indicator in days, (I,)."""
    return np.asarray(by_nature, np.float64)[catalogue.nature]


def decay(age_days: I64 | F64, half_life_days: F64) -> F64:
    """δ = 2^(-age / half-life), same shape."""
    return np.asarray(np.exp2(-age_days / half_life_days))


def masses(rows: EvidenceRows, t: I64, strands: Strands, clusters: Clusters, parameters: Parameters) -> Masses:
    """Masses of every unit.

    Parameters
    ----------
    rows, strands, clusters, parameters
        The table, its visible events, and the half-lives.
    t : (U,) int64
        Days at which the masses are wanted.
    """
    risk, mitigation = event_masses(rows, t, strands, parameters)
    life = half_lives(rows.catalogue, parameters.coverage_half_life_days)
    indicator = rows.indicator[clusters.first]
    seen = clusters.weight * decay(t[clusters.unit] - clusters.anchor_on, life[indicator])
    cell = clusters.unit * rows.catalogue.size + indicator
    return Masses(risk, mitigation, _summed(cell, seen, (t.size, rows.catalogue.size)))


def event_masses(rows: EvidenceRows, t: I64, strands: Strands, parameters: Parameters) -> tuple[F64, F64]:
    """m⁺ and m⁻ of every unit, each (U, I); arguments as for `masses`."""
    life = half_lives(rows.catalogue, parameters.half_life_days)
    indicator = rows.indicator[strands.first]
    left = strands.strength * decay(t[strands.unit] - strands.anchor_on, life[indicator])
    risk = rows.polarity[strands.first] > 0
    cell = strands.unit * rows.catalogue.size + indicator
    shape = (t.size, rows.catalogue.size)
    return _summed(cell[risk], left[risk], shape), _summed(cell[~risk], left[~risk], shape)


def _summed(cell: I64, values: F64, shape: tuple[int, int]) -> F64:
    sums: F64 = np.bincount(cell, values, minlength=shape[0] * shape[1]).astype(np.float64, copy=False)
    return sums.reshape(shape)
