"""The interval of the index: how far it moves with the weight of sources and with judgement (scoring.md §4).

A sensitivity band. In each replicate the families weigh differently (one draw a family for the whole country), the
half-lives and the factors' weights vary, and the leading profile is found anew. Series, grades and coverage are
not drawn. Draws come from hashes of names (`draws`), so the band is the same on every machine.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.draws import family_draws, half_life_draws, weight_draws
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.given import Given
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
    return _drawn(Given(evidence, series, catalogue, parameters), units, _overall, ())


def factor_intervals(given: Given, units: Units) -> tuple[F64, F64]:
    """Bands of every factor, `low` and `high`, each (U, 14) float64 in [0, 1].

    As those of the index: the replicates' 5th and 95th percentiles, laid around F; what no family and no half-life
    bears on has a band of no width. Raises UnknownCountryError as `score`.
    """
    parameters = given.parameters
    drawn = _drawn(given, units, lambda factors, _: factors, (FACTORS,))
    low, middle, high = np.quantile(drawn, parameters.percentiles, axis=0)
    value = score(given.evidence, given.series, given.catalogue, parameters, units).F
    return np.maximum(0.0, value + (low - middle)), np.minimum(1.0, value + (high - middle))


Reduced = Callable[[F64, F64], F64]  # from factors (B, U, 14) and their weights (B, 3, 14) to (B, U, …)


def _drawn(given: Given, units: Units, reduced: Reduced, shape: tuple[int, ...]) -> F64:
    """What each replicate makes of its factors, (B, U, *shape)."""
    tables = (given.evidence, given.series)
    rules, draws = Rules.of(given.catalogue, given.parameters), Draws.of(given.evidence, given.parameters)
    parts = [
        _replicated(*tables, rules, draws, part, reduced, shape)
        for part in chunks(units, tables, given.catalogue.size, BUDGET)
    ]
    return np.concatenate(parts, axis=1)


def _replicated(
    evidence: EvidenceRows,
    series: SeriesRows,
    rules: Rules,
    draws: Draws,
    units: Units,
    reduced: Reduced,
    shape: tuple[int, ...],
) -> F64:
    layers = layers_of(evidence, units, rules.grades)
    leaves = list(layers.leaves())
    hazard = readings(series, units, evidence.catalogue.size, rules.parameters).hazard
    count = rules.parameters.replicates
    each = max(1, LEAF // max(1, layers.cell.size, hazard.size))
    blocks = [slice(first, min(first + each, count)) for first in range(0, count, each)]
    found = np.zeros((count, units.size, *shape))

    def work(block: slice) -> None:
        masses = _masses(layers, leaves, rules, draws, block, hazard.size)
        factors = _factors(masses.reshape(len(masses), *hazard.shape, 2), hazard, rules)
        found[block] = reduced(factors, draws.weight[block])

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


def _factors(masses: F64, hazard: F64, rules: Rules) -> F64:
    """Factors (B, U, 14) from masses (B, U, I, 2) and the series' hazards (U, I)."""
    presence = saturated(rules.rate * masses[..., 0] + hazard)
    value = mitigated(presence, masses[..., 1], rules.parameters)
    replicate, unit, indicators = value.shape
    return rules.factors.factors(value.reshape(replicate * unit, indicators)).reshape(replicate, unit, FACTORS)


def _overall(factors: F64, weight: F64) -> F64:
    """Overall R (B, U) from factors (B, U, 14) and their weights (B, 3, 14)."""
    by_profile = 100.0 * (factors[:, :, None, :] * weight[:, None, :, :]).sum(axis=-1)
    return np.asarray(by_profile.max(axis=-1))
