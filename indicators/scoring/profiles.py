"""Profiles: genocide, crimes against humanity, war crimes; the overall index and coverage (scoring.md §4)."""

from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64, I64
from indicators.scoring.parameters import FACTORS, PROFILES, Parameters


@dataclass(frozen=True, eq=False, slots=True)
class Index:
    """R per unit.

    Attributes
    ----------
    by_profile : (U, 3) float64
        R of genocide, crimes against humanity, war crimes; 0 to 100.
    overall : (U,) float64
        The largest of them.
    profile : (U,) int64
        Position of the profile that attains it in `PROFILES`; the first where several do.
    """

    by_profile: F64
    overall: F64
    profile: I64


def profile_weights(parameters: Parameters) -> F64:
    """W_f of each profile, (3, 14): .6/8 for the common factors, .4/2 for the profile's own two, else 0."""
    weights = np.zeros((len(PROFILES), FACTORS))
    weights[:, np.array(parameters.common) - 1] = parameters.weight_common / len(parameters.common)
    for profile, pair in enumerate(parameters.specific):
        weights[profile, np.array(pair) - 1] = parameters.weight_specific / len(pair)
    return weights


def index(factors: F64, parameters: Parameters) -> Index:
    """R_k = 100·(.6·mean F₁..₈ + .4·mean of the profile's own two), and their maximum; F is (U, 14)."""
    columns = [100.0 * (factors * weights).sum(axis=1) for weights in profile_weights(parameters)]
    by_profile = np.stack(columns, axis=1)
    profile = by_profile.argmax(axis=1)
    return Index(by_profile, by_profile.max(axis=1), profile)


def coverage(known: F64, parameters: Parameters) -> F64:
    """K = .6·mean K₁..₈ + .4·mean K₉..₁₄, (U, 14) to (U,), 0 to 1."""
    own = [factor - 1 for pair in parameters.specific for factor in pair]
    common = known[:, np.array(parameters.common) - 1].mean(axis=1)
    return np.asarray(parameters.weight_common * common + parameters.weight_specific * known[:, own].mean(axis=1))
