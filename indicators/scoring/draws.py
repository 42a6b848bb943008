"""Draws without a generator's state: the same on every machine, in any order (scoring.md §4, Interval)."""

import hashlib
import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np

from indicators.scoring.arrays import F64
from indicators.scoring.parameters import FORMULA

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


def lognormal(name: str, replicate: int, sigma: float = 0.25) -> float:
    """L(name, b) = exp(σ·Φ⁻¹(U("param", name, b))), median 1."""
    return math.exp(sigma * NormalDist().inv_cdf(uniform("param", name, replicate)))
