"""Draws without a generator's state: the same on every machine, in any order (scoring.md §4, Interval)."""

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np

from indicators.scoring.arrays import F64
from indicators.scoring.parameters import FACTORS, FORMULA, NATURES, PROFILES, Parameters

_SMALLEST: Final = 2.0**-64
_LARGEST: Final = 1.0 - 2.0**-53


def uniform(kind: str, name: str, replicate: int) -> float:
    """U(kind, name, b) in [2⁻⁶⁴, 1 - 2⁻⁵³], from the first 8 bytes of sha256("FA-1.0.0|kind|name|b")."""
    digest = hashlib.sha256(f"{FORMULA}|{kind}|{name}|{replicate}".encode()).digest()
    return min(max((int.from_bytes(digest[:8], "big") + 0.5) / 2.0**64, _SMALLEST), _LARGEST)


def family_weight(slug: str, replicate: int) -> float:
    """ω_f = -ln U("family", slug, b), above 0."""
    return -math.log(uniform("family", slug, replicate))


def family_weights(slugs: Sequence[str], replicate: int) -> F64:
    """ω of each family, in the order of `EvidenceRows.families`; (families,)."""
    return np.array([family_weight(slug, replicate) for slug in slugs], np.float64)


def family_draws(slugs: Sequence[str], replicates: int) -> F64:
    """ω of each family in each replicate, (B, families); a family's column is computed once a process."""
    if not slugs:
        return np.zeros((replicates, 0))
    return np.stack([_family_column(slug, replicates) for slug in slugs], axis=1)


def lognormal(name: str, replicate: int, sigma: float = 0.25) -> float:
    """L(name, b) = exp(σ·Φ⁻¹(U("param", name, b))), median 1."""
    return math.exp(sigma * NormalDist().inv_cdf(uniform("param", name, replicate)))


def half_life_draws(parameters: Parameters) -> F64:
    """H·L("H.nature", b) in days, not rounded, (B, 4) in the order of `NATURES`."""
    columns = [_lognormal_column(f"H.{nature}", parameters.replicates, parameters.sigma) for nature in NATURES]
    return np.asarray(np.stack(columns, axis=1) * np.asarray(parameters.half_life_days, np.float64))


def weight_draws(parameters: Parameters) -> F64:
    """W_f of each profile in each replicate, (B, 3, 14).

    Within the common factors, and within each profile's own, the factors share the group's weight in proportion
    to v_f = L("v.f", b); the rest is 0.
    """
    drawn = np.stack(
        [_lognormal_column(f"v.{f}", parameters.replicates, parameters.sigma) for f in range(1, FACTORS + 1)], axis=1
    )
    weights = np.zeros((parameters.replicates, len(PROFILES), FACTORS))
    common = np.array(parameters.common) - 1
    weights[:, :, common] = _shares(drawn[:, None, common], parameters.weight_common)
    for profile, pair in enumerate(parameters.specific):
        own = np.array(pair) - 1
        weights[:, profile, own] = _shares(drawn[:, own], parameters.weight_specific)
    return weights


def _shares(drawn: F64, weight: float) -> F64:
    return np.asarray(weight * drawn / drawn.sum(axis=-1, keepdims=True))


@lru_cache(maxsize=4096)
def _family_column(slug: str, replicates: int) -> F64:
    column = np.array([family_weight(slug, replicate) for replicate in range(replicates)], np.float64)
    column.flags.writeable = False
    return column


@lru_cache(maxsize=256)
def _lognormal_column(name: str, replicates: int, sigma: float) -> F64:
    column = np.array([lognormal(name, replicate, sigma) for replicate in range(replicates)], np.float64)
    column.flags.writeable = False
    return column
