"""Intervals by drawing countries, not months: the months of one country tell nearly the same thing."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from indicators.scoring.arrays import F64, I64

SEED: Final = 20_240_630
"""Fixed, so that recomputing gives the same interval."""
DRAWS: Final = 400
LOW, HIGH = 2.5, 97.5

Measure = Callable[[F64], Mapping[str, float]]
"""From a weight per country, (C,), to figures by name; NaN where one cannot be said."""


def intervals(measure: Measure, countries: I64, size: int, draws: int = DRAWS) -> dict[str, list[float] | None]:
    """95 of 100 draws lie between these two, for each figure.

    Parameters
    ----------
    measure : callable
        Takes the number of times that every country was drawn.
    countries : (D,) int64
        Positions of the countries that have any row.
    size : int
        C, the length of the weights.
    draws : int
        Resamples; the same D countries with replacement each time.

    Returns
    -------
    dict
        [low, high], or None where fewer than half of the draws gave a figure.
    """
    random = np.random.default_rng(SEED)
    found: dict[str, list[float]] = {name: [] for name in measure(np.ones(size))}
    for _ in range(draws if countries.size else 0):
        weights = np.bincount(random.choice(countries, countries.size), minlength=size).astype(np.float64)
        for name, value in measure(weights).items():
            found[name].append(value)
    return {name: _ends(np.array(values)) for name, values in found.items()}


def _ends(found: F64) -> list[float] | None:
    known = found[~np.isnan(found)]
    if not known.size or known.size < found.size / 2:
        return None
    low, high = np.percentile(known, [LOW, HIGH]).tolist()
    return [low, high]
