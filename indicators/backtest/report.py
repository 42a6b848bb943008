"""Everything that a back-test says, as plain values: what is stored, printed and shown."""

import math
from typing import Any, Final

import numpy as np

from indicators.backtest import leads, variants, yardsticks
from indicators.backtest.bootstrap import intervals
from indicators.backtest.curves import pr_points, roc_points
from indicators.backtest.grid import Label, onsets_tested
from indicators.backtest.groups import Part, by_coverage, by_region, figures
from indicators.backtest.mapping import out_of_time
from indicators.backtest.material import Material
from indicators.backtest.onsets import onset_rows
from indicators.backtest.ordering import Ordering, ap_of, auc_of, ratio
from indicators.backtest.standing import share_in_top
from indicators.backtest.verdict import verdict
from indicators.scoring.arrays import F64, Bool

ONSETS_MIN: Final = 10
COUNTRIES_MIN: Final = 40
"""Assessed countries in the mean month: with fewer, thirty places are nearly all of them."""
MONTHS_MIN: Final = 12
DIGITS: Final = 6


def report(given: Material) -> dict[str, Any]:
    """The figures of one back-test, rounded to six digits so that every machine stores the same.

    Where the test years hold too little, ``status`` is ``cannot_be_tested``, ``why`` says what was found and wanted,
    and there are counts and no figures.
    """
    rows = (given.grid.label != Label.ONGOING) & given.scored.assessed
    counts = _counts(given, rows)
    if why := _too_little(counts):
        return _rounded({"status": "cannot_be_tested", "why": why, "counts": counts})
    index = Ordering.of(given.scored.overall, given.grid.label == Label.BEGINS, rows)
    found: dict[str, Any] = {"status": "tested", "why": [], "counts": counts, "index": _with_intervals(index)}
    found |= {"base_rate": float(index.positive[rows].mean()), "high": _at_level(given, index)}
    found |= _beside_yardsticks(given, index)
    found["curves"] = {"index": _curves(index), **found.pop("yardstick_curves")}
    found |= {"leads": _leads(given, index), "onsets": onset_rows(given, rows), "hard": _hard(given, index)}
    found |= _parts(given, index)
    found |= _variants(given, index, found["index"]["auc"])
    found["mapping"] = out_of_time(given.grid, given.episodes, given.scored.overall, rows)
    return _rounded(found)


def _counts(given: Material, rows: Bool) -> dict[str, Any]:
    label, assessed = given.grid.label, given.scored.assessed
    everything = np.ones_like(rows)
    tested = onsets_tested(given.grid, given.episodes, rows)
    in_time = onsets_tested(given.grid, given.episodes, everything)
    months = rows.shape[1]
    return {
        "listed": len(given.episodes.onsets),
        "in_test_years": int(in_time.sum()),
        "onsets": int(tested.sum()),
        "onset_countries": int(np.unique(given.episodes.country[tested]).size),
        "not_assessed_onsets": int((in_time & ~tested).sum()),
        "months": months,
        "rows": int(rows.sum()),
        "positive": int((rows & (label == Label.BEGINS)).sum()),
        "ongoing_left_out": int((label == Label.ONGOING).sum()),
        "not_assessed_left_out": int(((label != Label.ONGOING) & ~assessed).sum()),
        "countries": int(rows.any(axis=1).sum()) if months else 0,
        "countries_a_month": float(rows.sum(axis=0).mean()) if months else 0.0,
    }


def _too_little(counts: dict[str, Any]) -> list[str]:
    """Why nothing can be said, each with what was found and wanted."""
    why = []
    if counts["months"] < MONTHS_MIN:
        why.append(
            f"{counts['months']} months of the test years have a horizon that the outcome list covers;"
            f" wanted {MONTHS_MIN}."
        )
    if counts["onsets"] < ONSETS_MIN:
        why.append(
            f"{counts['onsets']} outcomes began after a month in which their country was assessed"
            f" ({counts['in_test_years']} in the test years, {counts['listed']} in the list); wanted {ONSETS_MIN}."
        )
    if counts["countries_a_month"] < COUNTRIES_MIN:
        why.append(
            f"{counts['countries_a_month']:.1f} countries were assessed in the mean month; wanted {COUNTRIES_MIN}:"
            " with fewer, a list of thirty is no choice."
        )
    return why


def _with_intervals(ordering: Ordering) -> dict[str, Any]:
    found: dict[str, Any] = dict(ordering.figures())
    found["intervals"] = intervals(ordering.figures, np.unique(ordering.country), ordering.rows.shape[0])
    return found


def _curves(ordering: Ordering) -> dict[str, Any]:
    scores, positive = ordering.scores[ordering.rows], ordering.positive[ordering.rows]
    return {"roc": roc_points(scores, positive), "pr": pr_points(scores, positive)}


def _at_level(given: Material, index: Ordering) -> dict[str, Any]:
    """At HIGH or above: share of positive months there, and negative months shown for each of them."""
    there = (given.scored.level >= 4) & index.rows
    hits, misses = int((there & index.positive).sum()), int((there & ~index.positive).sum())
    positive = int((index.rows & index.positive).sum())
    return {"rows": hits + misses, "recall": ratio(hits, positive), "false_alarms": ratio(misses, hits)}


def _beside_yardsticks(given: Material, index: Ordering) -> dict[str, Any]:
    """The index and the two yardsticks on the cells where all of them are known, and the difference."""
    nothing: dict[str, Any] = {"yardsticks": [], "difference": None, "verdict": verdict(None), "yardstick_curves": {}}
    if given.deaths is None:
        return nothing
    deaths, days = given.deaths, given.grid.days
    decayed = yardsticks.decayed(deaths, len(given.countries), days, given.k)
    rows = index.rows & ~np.isnan(decayed)
    if not (index.positive & rows).any() or not (~index.positive & rows).any():
        return nothing
    recent = yardsticks.this_year(deaths, len(given.countries), days, given.k)
    orderings = {
        "index": Ordering.of(given.scored.overall, index.positive, rows),
        "decayed": Ordering.of(np.nan_to_num(decayed), index.positive, rows),
        "this_year": Ordering.of(np.nan_to_num(recent), index.positive, rows),
    }
    difference = _difference(orderings["index"], orderings["decayed"])
    return {
        "yardsticks": [{"key": key, "rows": int(rows.sum())} | _with_intervals(one) for key, one in orderings.items()],
        "difference": difference,
        "verdict": verdict(difference),
        "yardstick_curves": {"decayed": _curves(orderings["decayed"])},
    }


def _difference(index: Ordering, decayed: Ordering) -> dict[str, Any]:
    def measure(weights: F64) -> dict[str, float]:
        ours, theirs = index.figures(weights), decayed.figures(weights)
        return {name: ours[name] - theirs[name] for name in ("auc", "ap", "recall_30")}

    found: dict[str, Any] = measure(np.ones(index.rows.shape[0]))
    found["intervals"] = intervals(measure, np.unique(index.country), index.rows.shape[0])
    return found


def _leads(given: Material, index: Ordering) -> dict[str, Any]:
    tested = onsets_tested(given.grid, given.episodes, index.rows)
    told = leads.told(given.grid, given.episodes, index.rows)
    untold = int((tested & ~told).sum())
    stands = {
        "top_30": share_in_top(given.scored.overall, index.rows, 30) >= 0.5,
        "high": (given.scored.level >= 4) & index.rows,
    }
    return {name: _summary(given, there, tested & told) | {"untold": untold} for name, there in stands.items()}


def _summary(given: Material, there: Bool, asked: Bool) -> dict[str, Any]:
    """Of the outcomes that are `asked` about, (N,) bool."""
    found = leads.leads(given.grid, given.episodes, there)
    mine = [lead for lead, is_asked in zip(found, asked, strict=True) if is_asked]
    warned = [lead.months for lead in mine if lead.months is not None]
    return {
        "of": len(mine),
        "warned": len(warned),
        "median_months": float(np.median(warned)) if warned else None,
        "quartiles": np.percentile(warned, [25, 75]).tolist() if warned else None,
        "cut": sum(lead.is_cut for lead in mine),
    }


def _hard(given: Material, index: Ordering) -> dict[str, Any]:
    """Countries without a death in any event series for five years: where history says nothing."""
    calm, told = yardsticks.quiet(given.events, len(given.countries), given.grid.days)
    top = share_in_top(given.scored.overall, index.rows, 30)
    found = figures(Part("quiet", calm), given.grid, given.episodes, given.scored.overall, index.rows, top)
    return found | {"cannot_be_told": int((index.rows & ~told).sum())}


def _parts(given: Material, index: Ordering) -> dict[str, Any]:
    top = share_in_top(given.scored.overall, index.rows, 30)
    parts = {
        "regions": by_region(given.regions, index.rows.shape[1]),
        "bands": by_coverage(given.scored.coverage, given.parameters),
    }
    return {
        name: [figures(one, given.grid, given.episodes, given.scored.overall, index.rows, top) for one in several]
        for name, several in parts.items()
    }


def _variants(given: Material, index: Ordering, auc: float) -> dict[str, Any]:
    factors, parameters = given.scored.factors, given.parameters
    halved = {"half": given.scored.half, "double": given.scored.double}
    return {
        "factors": variants.without_each_factor(factors, parameters, index.positive, index.rows, auc),
        "weights": variants.under_other_weights(factors, parameters, index.positive, index.rows),
        "half_lives": [
            {
                "key": key,
                "auc": auc_of(scores, index.positive, index.rows),
                "ap": ap_of(scores, index.positive, index.rows),
            }
            for key, scores in halved.items()
        ],
    }


def _rounded(found: dict[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in found.items()}


def plain(value: Any) -> Any:
    """Values that JSON has: floats rounded, NaN and infinity as None."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value
