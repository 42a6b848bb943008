"""The interval of the index: how far it moves with the weight of sources and with judgement (scoring.md §4).

A sensitivity band. In each replicate the families weigh differently (one draw a family for the whole country), the
half-lives and the factors' weights vary, and the leading profile is found anew. Series, grades and coverage are
not drawn. Draws come from hashes of names (`draws`), so the band is the same on every machine.
"""

from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.draws import family_draws, half_life_draws, weight_draws
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.indicators import mitigated, saturated
from indicators.scoring.kernel import Rules, score
from indicators.scoring.layers import LEAF, Layers, Leaf, layers_of
from indicators.scoring.parameters import FACTORS, Parameters
from indicators.scoring.series import readings
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.threads import side_by_side
from indicators.scoring.units import Units, chunks

BUDGET = 1_200_000
"""Pairs of unit and row, and cells, that are prepared at once: about 400 MB at the most."""


@dataclass(frozen=True, eq=False, slots=True)
class Intervals:
    """Bands of U units, each (U,) float64, points of the index.

    Attributes
    ----------
    p05, p50, p95
        Percentiles of the replicates' overall R.
    low, high
        What is shown, around the point score: max(0, R + p05 - p50) and min(100, R + p95 - p50).
    """

    p05: F64
    p50: F64
    p95: F64
    low: F64
    high: F64


@dataclass(frozen=True, eq=False, slots=True)
class Draws:
    """What is drawn once for all units: ω (B, families), half-lives in days (B, 4), W (B, 3, 14)."""

    omega: F64
    half_life_days: F64
    weight: F64

    @classmethod
    def of(cls, evidence: EvidenceRows, parameters: Parameters) -> "Draws":
        """The draws of a table's families under a parameter set."""
        omega = family_draws(evidence.families, parameters.replicates)
        return cls(omega, half_life_draws(parameters), weight_draws(parameters))


def intervals(
    evidence: EvidenceRows, series: SeriesRows, catalogue: Catalogue, parameters: Parameters, units: Units
) -> Intervals:
    """Bands of many (country, t, k).

    Parameters
    ----------
    evidence, series, catalogue, parameters, units
        As for `score`.

    Returns
    -------
    Intervals
        In the order of the units; a unit about which nothing is known has a band from 0 to 0, which is not
        to be shown.

    Raises
    ------
    UnknownCountryError
        For a unit whose country the tables do not have.

    Notes
    -----
    Replicates lie below R on average, because strength is concave in ω; so their spread is laid around R
    (scoring.md §4, Interval). Percentiles by linear interpolation at rank (B - 1)·p.
    """
    drawn = replicates(evidence, series, catalogue, parameters, units)
    return around(score(evidence, series, catalogue, parameters, units).overall, drawn, parameters)


def around(overall: F64, drawn: F64, parameters: Parameters) -> Intervals:
    """Bands from point scores (U,) and their replicates (B, U)."""
    low, middle, high = np.quantile(drawn, parameters.percentiles, axis=0)
    return Intervals(
        p05=low,
        p50=middle,
        p95=high,
        low=np.maximum(0.0, overall + (low - middle)),
        high=np.minimum(100.0, overall + (high - middle)),
    )


def replicates(
    evidence: EvidenceRows, series: SeriesRows, catalogue: Catalogue, parameters: Parameters, units: Units
) -> F64:
    """Overall R of each replicate.

    Parameters
    ----------
    evidence, series, catalogue, parameters, units
        As for `score`.

    Returns
    -------
    (B, U) float64
        0 to 100. Row b of one unit and row b of another have the same draws: their difference is paired.

    Raises
    ------
    UnknownCountryError
        For a unit whose country the tables do not have.
    """
    rules, draws = Rules.of(catalogue, parameters), Draws.of(evidence, parameters)
    parts = [
        _replicated(evidence, series, rules, draws, part)
        for part in chunks(units, (evidence, series), catalogue.size, BUDGET)
    ]
    return np.concatenate(parts, axis=1)


def _replicated(evidence: EvidenceRows, series: SeriesRows, rules: Rules, draws: Draws, units: Units) -> F64:
    layers = layers_of(evidence, units, rules.grades)
    leaves = list(layers.leaves())
    hazard = readings(series, units, evidence.catalogue.size, rules.parameters).hazard
    count = rules.parameters.replicates
    each = max(1, LEAF // max(1, layers.cell.size, hazard.size))
    blocks = [slice(first, min(first + each, count)) for first in range(0, count, each)]
    found = np.zeros((count, units.size))

    def work(block: slice) -> None:
        masses = _masses(layers, leaves, rules, draws, block, hazard.size)
        found[block] = _overall(masses.reshape(len(masses), *hazard.shape, 2), hazard, rules, draws.weight[block])

    side_by_side(work, blocks)
    return found


def _masses(layers: Layers, leaves: list[Leaf], rules: Rules, draws: Draws, block: slice, cells: int) -> F64:
    """Masses of every cell in a block of replicates, (B, cells · 2): risk, then mitigation."""
    doubt = np.exp(-layers.hazards(draws.omega[block], rules.grades))
    fading = layers.decays(draws.half_life_days[block])
    masses = np.zeros((doubt.shape[0], cells * 2))
    for leaf in leaves:
        masses[:, leaf.cell] = _summed(leaf, doubt, fading)
    return masses


def _summed(leaf: Leaf, doubt: F64, fading: F64) -> F64:
    """Σ A·δ of each cell of a leaf: C of a layer is 1 less the product of its words' doubts."""
    value = doubt.take(leaf.word[0], axis=1)
    for word in leaf.word[1:]:
        value[:, : word.size] *= doubt.take(word, axis=1)
    np.subtract(1.0, value, out=value)
    value *= leaf.share
    value *= fading.take(leaf.fading, axis=1)
    return np.asarray(np.add.reduceat(value.take(leaf.back, axis=1), leaf.starts, axis=1))


def _overall(masses: F64, hazard: F64, rules: Rules, weight: F64) -> F64:
    """Overall R from masses (B, U, I, 2), the series' hazards (U, I) and the factors' weights (B, 3, 14)."""
    presence = saturated(rules.rate * masses[..., 0] + hazard)
    value = mitigated(presence, masses[..., 1], rules.parameters)
    replicate, unit, indicators = value.shape
    factors = rules.factors.factors(value.reshape(replicate * unit, indicators)).reshape(replicate, unit, FACTORS)
    by_profile = 100.0 * (factors[:, :, None, :] * weight[:, None, :, :]).sum(axis=-1)
    return np.asarray(by_profile.max(axis=-1))
