"""Indicators: from masses and series to x, and how much is known (scoring.md §4)."""

from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.masses import Masses
from indicators.scoring.parameters import Parameters
from indicators.scoring.series import Readings


@dataclass(frozen=True, eq=False, slots=True)
class Indicators:
    """Values per unit and indicator; each (U, I) float64.

    Attributes
    ----------
    hazard : h
        λ·m⁺ + h_z.
    presence : g
        1 - exp(-h), before mitigation.
    value : x
        g·2^(-m⁻), in [0, 1).
    known : κ
        In [0, 1): how much is known, whatever it says.
    """

    hazard: F64
    presence: F64
    value: F64
    known: F64


def rates(catalogue: Catalogue, parameters: Parameters) -> F64:
    """λ of each indicator, (I,): -ln(1 - ρ), so that one certain, maximal, fresh event gives x = ρ."""
    full = np.asarray(parameters.full_event, np.float64)[catalogue.nature]
    return np.asarray(-np.log1p(-full))


def indicators(masses: Masses, series: Readings, rate: F64, parameters: Parameters) -> Indicators:
    """Values of every unit and indicator; `rate` is λ, (I,)."""
    h = rate * masses.risk
    h += series.hazard
    g = saturated(h)
    amount = masses.reports + series.freshness
    amount /= parameters.coverage_scale
    return Indicators(h, g, mitigated(g, masses.mitigation, parameters), saturated(amount))


def saturated(amount: F64) -> F64:
    """1 - exp(-amount), same shape; in one array, for there are millions."""
    found = np.negative(amount)
    np.expm1(found, out=found)
    return np.negative(found, out=found)


def mitigated(presence: F64, mitigation: F64, parameters: Parameters) -> F64:
    """X = g·2^(-m⁻), same shape."""
    value = -parameters.mitigation_rate * mitigation
    np.exp(value, out=value)
    value *= presence
    return value
