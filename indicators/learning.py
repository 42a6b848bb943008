"""Coefficients from decisions: a logistic fit, judged on reports that it did not see. Commands only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from indicators.matching.head import EMBEDDED, FACTORS, FORM, FORM_EMBEDDED, LENGTH, LENGTHS
from indicators.matching.measuring import rates

FOLDS = 5
STRENGTH_OF_PENALTY = 0.5  # sklearn's C: small, since a few hundred decisions face hundreds of coefficients
SEED = 20_260_101
BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0))
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(4, 15))  # 0.2 to 0.7

Array = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """One factor of one passage: its features, whether a person accepted it, whether the lexicon alone suggests it."""

    features: Mapping[int, float]
    is_right: bool
    is_suggested: bool
    report_id: int


@dataclasses.dataclass(frozen=True, slots=True)
class Fit:
    """What a head needs, and how well it does."""

    data: dict[str, Any]
    report: dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class _Judged:
    """What one choice of features does on reports that the fit did not see."""

    columns: tuple[int, ...]
    values: Array
    said_yes: NDArray[np.bool_]
    rates: dict[str, Any]


def fit(examples: Sequence[Example], *, encoder: Mapping[str, Any] | None = None) -> Fit:
    """Fits on all examples; judged by folds that keep each report on one side, the threshold chosen inside each.

    With an `encoder` the features hold its embedding: the model uses it, and the words too where that does better.
    """
    form = FORM_EMBEDDED if encoder else FORM
    rows, right = _matrix(examples, LENGTHS[form]), np.array([one.is_right for one in examples])
    groups = np.array([one.report_id for one in examples])
    judged = {name: _judged(rows, right, groups, columns) for name, columns in _choices(form).items()}
    name = max(list(judged)[1:] or judged, key=lambda one: judged[one].rates["f1"] or 0.0)
    best = judged[name]
    threshold = _best_threshold(best.values, right)
    data = {"form": form, **_coefficients(rows, right, best.columns), "threshold": threshold}
    report = {
        "examples": len(examples),
        "accepted": int(right.sum()),
        "rejected": int((~right).sum()),
        "reports": len(set(groups.tolist())),
        "folds": _folds(right, groups),
        "lexicon_alone": _rates(np.array([one.is_suggested for one in examples]), right),
        "with_model": best.rates,
        "threshold": threshold,
        "calibration": _calibration(best.values, right),
    }
    if encoder:
        data["encoder"] = dict(encoder)
        report |= {"uses": name, "compared": {choice: one.rates for choice, one in judged.items()}}
    return Fit(data, report)


def _choices(form: int) -> dict[str, tuple[int, ...]]:
    """Which features a model may use, by name: the words first, then what it may be with an embedding."""
    first, words = range(2 + FACTORS), range(2 + FACTORS, LENGTH)
    if form == FORM:
        return {"words": (*first, *words)}
    embedded = range(LENGTH, LENGTH + EMBEDDED)
    return {
        "words": (*first, *words),
        "embedding": (*first, *embedded),
        "embedding and words": (*first, *words, *embedded),
    }


def _judged(rows: Array, right: NDArray[np.bool_], groups: NDArray[np.int_], columns: tuple[int, ...]) -> _Judged:
    values, said_yes = _cross_validated(rows[:, columns], right, groups)
    return _Judged(columns, values, said_yes, _rates(said_yes, right))


def _coefficients(rows: Array, right: NDArray[np.bool_], columns: tuple[int, ...]) -> dict[str, Any]:
    """Of a fit on everything; 0 for the features that it does not use."""
    model = _model().fit(rows[:, columns], right)
    weights = np.zeros(rows.shape[1])
    weights[list(columns)] = model.coef_[0]
    return {
        "weights": [round(float(value), 6) for value in weights],
        "intercept": round(float(model.intercept_[0]), 6),
    }


def _matrix(examples: Sequence[Example], length: int) -> Array:
    rows = np.zeros((len(examples), length))
    for number, one in enumerate(examples):
        rows[number, list(one.features)] = list(one.features.values())
    return rows


def _model() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH_OF_PENALTY, class_weight="balanced", max_iter=1_000, random_state=SEED)


def _folds(right: NDArray[np.bool_], groups: NDArray[np.int_]) -> int:
    """As many as there are, but no more than reports that hold the rarer answer."""
    rarer = right if right.sum() <= (~right).sum() else ~right
    return max(2, min(FOLDS, len(set(groups[rarer].tolist()))))


def _cross_validated(
    rows: Array, right: NDArray[np.bool_], groups: NDArray[np.int_]
) -> tuple[Array, NDArray[np.bool_]]:
    """For every example the value by a model that saw nothing of its report, and whether that would suggest it."""
    values, said_yes = np.zeros(len(right)), np.zeros(len(right), dtype=np.bool_)
    parts = StratifiedGroupKFold(_folds(right, groups), shuffle=True, random_state=SEED)
    for seen, unseen in parts.split(rows, right, groups):
        if len(set(right[seen].tolist())) < 2:  # nothing to tell apart
            values[unseen] = right[seen].mean()
            continue
        model = _model().fit(rows[seen], right[seen])
        values[unseen] = model.predict_proba(rows[unseen])[:, 1]
        said_yes[unseen] = values[unseen] >= _best_threshold(model.predict_proba(rows[seen])[:, 1], right[seen])
    return values, said_yes


def _best_threshold(values: Array, right: NDArray[np.bool_]) -> float:
    return max(THRESHOLDS, key=lambda least: (_rates(values >= least, right)["f1"] or 0.0, -least))


def _rates(said: NDArray[np.bool_], right: NDArray[np.bool_]) -> dict[str, Any]:
    return rates(int((said & right).sum()), int(said.sum()), int(right.sum()))


def _calibration(values: Array, right: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """In bins of the value: how many, the mean value, the share that was accepted."""
    table = []
    for low, high in BINS:
        inside = (values >= low) & ((values < high) if high < 1 else (values <= high))
        count = int(inside.sum())
        table.append({
            "from": low,
            "to": high,
            "count": count,
            "mean": round(float(values[inside].mean()), 3) if count else None,
            "accepted": round(float(right[inside].mean()), 3) if count else None,
        })  # fmt: skip
    return table
