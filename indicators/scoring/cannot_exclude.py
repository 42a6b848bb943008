"""What cannot be excluded: R if the unknown hid a little of everything (scoring.md §4).

A number for sorting and explaining, never mapped to a level word.
"""

import numpy as np

from indicators.scoring.arrays import F64
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.factors import FactorRule
from indicators.scoring.indicators import Indicators
from indicators.scoring.parameters import Parameters
from indicators.scoring.profiles import index


def cannot_exclude(values: Indicators, rule: FactorRule, parameters: Parameters) -> F64:
    """Overall R with x replaced by 1 - (1 - x)(1 - ξ(1 - κ)), (U,), 0 to 100."""
    hidden = 1.0 - (1.0 - values.value) * (1.0 - parameters.xi * (1.0 - values.known))
    return index(rule.factors(hidden), parameters).overall


def nothing_known(catalogue: Catalogue, parameters: Parameters) -> float:
    """The same of a country on which nothing is known: every x is ξ; 0 to 100."""
    hidden = np.full((1, len(catalogue.weight)), parameters.xi)
    return float(index(FactorRule.of(catalogue, parameters).factors(hidden), parameters).overall[0])
