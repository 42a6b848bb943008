"""One ordering of the tested country-months, with every figure that says how good it is."""

from dataclasses import dataclass

import numpy as np

from indicators.backtest.curves import Ordered, area_under_roc, average_precision
from indicators.backtest.standing import by_country, share_in_top
from indicators.scoring.arrays import F64, I64, Bool

TOPS = (10, 30)
Counts = tuple[F64, F64, F64]


@dataclass(frozen=True, eq=False, slots=True)
class Ordering:
    """Scores on the tested cells.

    Attributes
    ----------
    scores : (C, T) float64
    positive, rows : (C, T) bool
        An outcome begins within the horizon; the cell is tested.
    ordered : Ordered
        The N tested cells.
    country : (N,) int64
        Position of each tested cell's country.
    tops : mapping of k to three (C,) arrays
        As `by_country` gives them.
    """

    scores: F64
    positive: Bool
    rows: Bool
    ordered: Ordered
    country: I64
    tops: dict[int, Counts]

    @classmethod
    def of(cls, scores: F64, positive: Bool, rows: Bool) -> "Ordering":
        """Order the tested cells by their scores."""
        country = np.nonzero(rows)[0].astype(np.int64)
        tops = {k: by_country(share_in_top(scores, rows, k), positive, rows) for k in TOPS}
        return cls(scores, positive, rows, Ordered.of(scores[rows], positive[rows]), country, tops)

    def figures(self, weights: F64 | None = None) -> dict[str, float]:
        """AUC, average precision, recall and false alarms per hit under weights of the countries, (C,)."""
        by_nation = np.ones(self.rows.shape[0]) if weights is None else weights
        each = by_nation[self.country]
        found = {"auc": area_under_roc(self.ordered, each), "ap": average_precision(self.ordered, each)}
        for k, (hits, positive, misses) in self.tops.items():
            found[f"recall_{k}"] = ratio((by_nation * hits).sum(), (by_nation * positive).sum())
            found[f"false_alarms_{k}"] = ratio((by_nation * misses).sum(), (by_nation * hits).sum())
        return found


def ratio(part: float, whole: float) -> float:
    """A quotient; NaN where there is nothing to divide by."""
    return float(part) / float(whole) if whole else float("nan")


def auc_of(scores: F64, positive: Bool, rows: Bool) -> float:
    """Area under the ROC curve over some cells, each counting once."""
    ordered = Ordered.of(scores[rows], positive[rows])
    return area_under_roc(ordered, np.ones(ordered.group.size))


def ap_of(scores: F64, positive: Bool, rows: Bool) -> float:
    """Average precision over some cells, each counting once."""
    ordered = Ordered.of(scores[rows], positive[rows])
    return average_precision(ordered, np.ones(ordered.group.size))
