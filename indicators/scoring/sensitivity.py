"""How far the order of countries hangs on choices of ours: factor weights and half-lives (scoring.md §4, issue 4).

The places exist for this page and the back-test alone. They are no league table: they say how little a place
means. Weights are drawn as in step (iii) of the interval, ``v_f = L("v.f", b)`` with σ = .25, which is ±25 % at one
standard deviation; half-lives are halved and doubled, all four natures at once.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indicators.scoring.arrays import F64, I64, Bool
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.days import Day
from indicators.scoring.draws import weight_draws
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.history import current
from indicators.scoring.parameters import Parameters
from indicators.scoring.series_rows import SeriesRows

HALF: Final = 0.5
DOUBLE: Final = 2.0


@dataclass(frozen=True, eq=False, slots=True)
class Variant:
    """Index, level and place of every country under one change.

    Attributes
    ----------
    overall : (C,) float64
        R, 0 to 100.
    level : (C,) int64
        1 to 5, before the silence rule, folded over the whole past under this change.
    coverage : (C,) float64
        K, 0 to 1; half-lives of the coverage are not changed.
    place : (C,) float64
        1 for the highest among the assessed; countries that tie share the middle; NaN where not assessed.
    """

    overall: F64
    level: I64
    coverage: F64
    place: F64


@dataclass(frozen=True, eq=False, slots=True)
class Sensitivity:
    """What the order of C countries looks like under every change.

    Attributes
    ----------
    assessed : (C,) bool
        Whether anything is known.
    base, half, double : Variant
        The method as it is; with all half-lives halved; doubled.
    index_low, index_high, place_low, place_high : (C,) float64
        Over B draws of the weights: 5th and 95th percentile by linear interpolation; NaN where not assessed.
    draws : int
        B.
    """

    assessed: Bool
    base: Variant
    half: Variant
    double: Variant
    index_low: F64
    index_high: F64
    place_low: F64
    place_high: F64
    draws: int


def sensitivity(
    evidence: EvidenceRows, series: SeriesRows, catalogue: Catalogue, parameters: Parameters, t: Day, k: Day
) -> Sensitivity:
    """Index, level and place of every country of the tables at (t, k), and how far they move.

    Parameters
    ----------
    evidence, series, catalogue, parameters
        As for `score`.
    t, k : date or ordinal
        Valid day and day of knowledge.
    """
    now = current(evidence, series, catalogue, parameters, t, k)
    assessed = now.assessed[:, 0]
    factors = now.F[:, 0]
    drawn = np.array([overall_under(factors, weights) for weights in weight_draws(parameters)])
    places = np.array([places_of(overall, assessed) for overall in drawn])
    low, high = 100 * parameters.percentiles[0], 100 * parameters.percentiles[-1]
    index = np.where(assessed, np.percentile(drawn, [low, high], axis=0), np.nan)
    place = np.percentile(places, [low, high], axis=0)
    half, double = (
        _variant(evidence, series, catalogue, with_half_lives(parameters, factor), t, k) for factor in (HALF, DOUBLE)
    )
    base = Variant(now.overall[:, 0], now.level[:, 0], now.coverage[:, 0], places_of(now.overall[:, 0], assessed))
    return Sensitivity(assessed, base, half, double, index[0], index[1], place[0], place[1], len(drawn))


def overall_under(factors: F64, weights: F64) -> F64:
    """R under other weights, anew the maximum over the profiles: F (..., 14) and W (3, 14) to (...)."""
    by_profile = [100.0 * (factors * own).sum(axis=-1) for own in weights]
    return np.asarray(np.max(by_profile, axis=0))


def places_of(overall: F64, assessed: Bool) -> F64:
    """Places from the highest, (C,) to (C,); ties share the middle of their places; NaN where not assessed."""
    place = np.full(overall.shape, np.nan)
    ordered = np.sort(overall[assessed])
    above = ordered.size - np.searchsorted(ordered, overall[assessed], "right")
    ties = np.searchsorted(ordered, overall[assessed], "right") - np.searchsorted(ordered, overall[assessed], "left")
    place[assessed] = above + (ties + 1) / 2
    return place


def with_half_lives(parameters: Parameters, factor: float) -> Parameters:
    """The same parameters with the half-lives of all four natures multiplied."""
    return parameters.with_(half_life_days=tuple(factor * days for days in parameters.half_life_days))


def _variant(
    evidence: EvidenceRows, series: SeriesRows, catalogue: Catalogue, parameters: Parameters, t: Day, k: Day
) -> Variant:
    now = current(evidence, series, catalogue, parameters, t, k)
    overall, assessed = now.overall[:, 0], now.assessed[:, 0]
    return Variant(overall, now.level[:, 0], now.coverage[:, 0], places_of(overall, assessed))
