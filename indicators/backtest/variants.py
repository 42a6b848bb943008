"""The same test after small changes of the method: one factor left out, other weights, other half-lives."""

from typing import Any, Final

import numpy as np

from indicators.backtest.ordering import ap_of, auc_of
from indicators.scoring.arrays import F64, Bool
from indicators.scoring.draws import weight_draws
from indicators.scoring.parameters import FACTORS, Parameters
from indicators.scoring.profiles import profile_weights
from indicators.scoring.sensitivity import overall_under

WEIGHT_DRAWS: Final = 50


def without_each_factor(
    factors: F64, parameters: Parameters, positive: Bool, rows: Bool, auc: float
) -> list[dict[str, Any]]:
    """AUC and average precision with each factor set to nothing, (C, T, 14) in; `change` against the whole index."""
    weights = profile_weights(parameters)
    found = []
    for factor in range(FACTORS):
        kept = weights.copy()
        kept[:, factor] = 0.0
        scores = overall_under(factors, kept)
        now = auc_of(scores, positive, rows)
        found.append(
            {
                "factor": factor + 1,
                "auc": now,
                "ap": ap_of(scores, positive, rows),
                "change": now - auc,
                "has_any": bool((factors[..., factor][rows] > 0).any()),
            }
        )
    return found


def under_other_weights(factors: F64, parameters: Parameters, positive: Bool, rows: Bool) -> dict[str, Any]:
    """AUC and average precision over draws of the factor weights, spread by σ as in the interval (§4 iii)."""
    found = [
        (auc_of(scores, positive, rows), ap_of(scores, positive, rows))
        for weights in weight_draws(parameters)[:WEIGHT_DRAWS]
        for scores in (overall_under(factors, weights),)
    ]
    low, high = np.min(found, axis=0).tolist(), np.max(found, axis=0).tolist()
    return {"draws": WEIGHT_DRAWS, "auc": [low[0], high[0]], "ap": [low[1], high[1]]}
