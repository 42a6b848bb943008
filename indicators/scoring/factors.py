"""Factors: a saturating sum over the indicators of each factor (scoring.md §4)."""

from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64, I64, segment_starts
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.parameters import FACTORS, Parameters


@dataclass(frozen=True, eq=False, slots=True)
class FactorRule:
    """How indicators add up to factors under one catalogue and parameter set.

    Attributes
    ----------
    order : (I,) int64
        Indicators by factor.
    weight : (I,) float64
        Their weights, in that order.
    starts, present : (P,) int64
        Start of each factor that the catalogue has, and its number less 1.
    rate : (14,) float64
        γ = -ln(1 - target) / max(2, .3·Σw).
    """

    order: I64
    weight: F64
    starts: I64
    present: I64
    rate: F64

    @classmethod
    def of(cls, catalogue: Catalogue, parameters: Parameters) -> "FactorRule":
        """The rule of a catalogue and parameter set."""
        order = np.argsort(catalogue.factor, kind="stable")
        factor = catalogue.factor[order]
        starts = segment_starts(factor)
        total = np.bincount(catalogue.factor - 1, catalogue.weight, minlength=FACTORS)
        reference = np.maximum(parameters.reference_min, parameters.reference_fraction * total)
        rate = -np.log1p(-parameters.factor_target) / reference
        return cls(order, catalogue.weight[order], starts, factor[starts] - 1, rate)

    def sums(self, values: F64) -> F64:
        """S_f = Σ w·value over the indicators of each factor: (U, I) to (U, 14)."""
        sums = np.zeros((values.shape[0], FACTORS))
        if self.starts.size:
            sums[:, self.present] = np.add.reduceat(self._weighed(values), self.starts, axis=1)
        return sums

    def _weighed(self, values: F64) -> F64:
        """Weight times value, by factor: (U, I); without a copy where the catalogue stands by factor and weighs 1."""
        by_factor = values if (self.order[1:] > self.order[:-1]).all() else values[:, self.order]
        return by_factor if (self.weight == 1).all() else by_factor * self.weight

    def factors(self, values: F64) -> F64:
        """F (of x) or K (of κ) = 1 - exp(-γ·S): (U, I) to (U, 14), each in [0, 1)."""
        return np.asarray(-np.expm1(-self.rate * self.sums(values)))
