"""The Platt mapping from the index to observed frequency, always fitted on earlier months than it is judged on.

It exists for this one purpose: to say how far the index can be read as a frequency at all. No other page uses it.
"""

from typing import Any, Final

import numpy as np

from indicators.backtest.grid import Episodes, Grid, onsets_tested
from indicators.scoring.arrays import F64, Bool

ONSETS_TO_FIT: Final = 5
BINS: Final = 10
RIDGE: Final = 1e6
"""scikit-learn's C: so large that the fit is not pulled towards 0."""


def out_of_time(grid: Grid, episodes: Episodes, overall: F64, rows: Bool) -> dict[str, Any]:
    """Map each test year with a logistic curve fitted on months at least two horizons before its first month.

    Returns
    -------
    dict
        ``years``, ``rows``, ``positive``, ``brier``, ``brier_base`` (the base rate of the months fitted on, for
        everybody), ``skill`` (1 - brier/brier_base), ``bins``; or ``cannot``, why there is none.
    """
    mapped, base, years = _mapped(grid, episodes, overall, rows)
    judged = rows & ~np.isnan(mapped)
    positive = grid.label == 1
    if not (judged & positive).any():
        return {
            "cannot": f"No test year has {ONSETS_TO_FIT} outcomes in the months that end two horizons before it, "
            "and an outcome of its own."
        }
    truth = positive[judged].astype(np.float64)
    brier = float(np.mean((mapped[judged] - truth) ** 2))
    brier_base = float(np.mean((base[judged] - truth) ** 2))
    return {
        "years": [min(years), max(years)],
        "rows": int(judged.sum()),
        "positive": int(truth.sum()),
        "brier": brier,
        "brier_base": brier_base,
        "skill": 1 - brier / brier_base,
        "bins": _bins(mapped[judged], truth),
    }


def _mapped(grid: Grid, episodes: Episodes, overall: F64, rows: Bool) -> tuple[F64, F64, list[int]]:
    mapped, base = np.full(overall.shape, np.nan), np.full(overall.shape, np.nan)
    months, years = grid.years, []
    for year in np.unique(months).tolist():
        now = months == year
        fit = rows.copy()
        fit[:, max(0, int(np.argmax(now)) - 2 * grid.horizon + 1) :] = False
        if onsets_tested(grid, episodes, fit).sum() < ONSETS_TO_FIT or (grid.label[fit] == 1).all():
            continue
        cells = rows & now[None, :]
        years += [year] if cells.any() else []
        mapped[cells] = _fitted(overall[fit], grid.label[fit] == 1, overall[cells])
        base[cells] = float((grid.label[fit] == 1).mean())
    return mapped, base, years


def _fitted(scores: F64, positive: Bool, asked: F64) -> F64:
    from sklearn.linear_model import LogisticRegression  # here and not above: no process but a worker needs it

    if not asked.size:
        return asked
    model = LogisticRegression(C=RIDGE, max_iter=1000).fit(scores[:, None] / 100, positive)
    return np.asarray(model.predict_proba(asked[:, None] / 100)[:, 1], np.float64)


def _bins(mapped: F64, truth: F64) -> list[dict[str, Any]]:
    """Reliability: cells in up to ten groups of rising mapped value, about equally large."""
    edges = np.unique(np.quantile(mapped, np.linspace(0, 1, BINS + 1)[1:-1]))
    group = np.searchsorted(edges, mapped, "right")
    return [
        {
            "mapped": float(mapped[group == one].mean()),
            "observed": float(truth[group == one].mean()),
            "rows": int((group == one).sum()),
            "positive": int(truth[group == one].sum()),
        }
        for one in np.unique(group)
    ]
