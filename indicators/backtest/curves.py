"""How well an ordering separates the months before an outcome from the others: ROC, precision and recall."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from indicators.scoring.arrays import F64, I64, Bool

POINTS_MAX: Final = 120
"""Points of a curve that are kept for a plot; figures are computed from all of them."""


@dataclass(frozen=True, eq=False, slots=True)
class Ordered:
    """Rows grouped by score, lowest first, so that weights can change without sorting again.

    Attributes
    ----------
    group : (N,) int64
        Number of the row's score among the S different scores, rising.
    positive : (N,) bool
        Whether an outcome begins within the horizon.
    size : int
        S.
    """

    group: I64
    positive: Bool
    size: int

    @classmethod
    def of(cls, scores: F64, positive: Bool) -> "Ordered":
        """Group N rows by their scores."""
        values, group = np.unique(scores, return_inverse=True)
        return cls(group.astype(np.int64), positive, int(values.size))

    def counts(self, weights: F64) -> tuple[F64, F64]:
        """Weight of positive and of negative rows in each group, (S,) each."""
        hits = np.bincount(self.group, weights * self.positive, minlength=self.size).astype(np.float64)
        return hits, np.bincount(self.group, weights * ~self.positive, minlength=self.size).astype(np.float64)


def area_under_roc(ordered: Ordered, weights: F64) -> float:
    """Share of pairs, one positive and one negative row, in which the positive scores higher; ties count half.

    NaN where either kind is missing. With weights 1 this is scikit-learn's `roc_auc_score`.
    """
    hits, misses = ordered.counts(weights)
    if not hits.sum() or not misses.sum():
        return float("nan")
    below = np.cumsum(misses) - misses / 2
    return float((hits * below).sum() / (hits.sum() * misses.sum()))


def average_precision(ordered: Ordered, weights: F64) -> float:
    """Precision averaged over the recall gained at each score, highest first; NaN without a positive row.

    With weights 1 this is scikit-learn's `average_precision_score`.
    """
    hits, misses = (counts[::-1] for counts in ordered.counts(weights))
    if not hits.sum():
        return float("nan")
    found = np.cumsum(hits)
    everything = found + np.cumsum(misses)
    precision = np.divide(found, everything, out=np.zeros_like(found), where=everything > 0)
    return float((precision * hits).sum() / hits.sum())


def roc_points(scores: F64, positive: Bool) -> list[tuple[float, float]]:
    """(false positive rate, true positive rate), from (0, 0) to (1, 1), thinned for a plot."""
    from sklearn.metrics import roc_curve  # here and not above: no process but a worker needs it

    false, true, _ = roc_curve(positive, scores)
    return _thinned(false, true)


def pr_points(scores: F64, positive: Bool) -> list[tuple[float, float]]:
    """(recall, precision), by rising recall, thinned for a plot."""
    from sklearn.metrics import precision_recall_curve

    precision, recall, _ = precision_recall_curve(positive, scores)
    return _thinned(recall[-2::-1], precision[-2::-1])  # its last point, (0, 1), belongs to no score


def _thinned(first: Any, second: Any) -> list[tuple[float, float]]:
    places = np.unique(np.linspace(0, len(first) - 1, min(len(first), POINTS_MAX)).round().astype(int))
    return [(float(first[place]), float(second[place])) for place in places]
