"""The golden file, and what our code answers to each kind of case, under the file's own keys."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from indicators.scoring import (
    CREDIBILITIES,
    PROFILES,
    RELIABILITIES,
    Catalogue,
    EvidenceRows,
    Grades,
    Parameters,
    SeriesRows,
    Units,
    contributions,
    day_number,
    displayed_level,
    event_details,
    family_weight,
    fold,
    indicator_detail,
    lognormal,
    score,
)

ROOT = Path(__file__).parents[3]
FILE: dict[str, Any] = json.loads((ROOT / "tests/golden/scoring-golden.json").read_text())
CASES: dict[str, dict[str, Any]] = {case["name"]: case for case in FILE["cases"]}
FRAMEWORK = Catalogue.from_framework(json.loads((ROOT / "indicators/framework/un_2014.json").read_text()))
_NATURES = ["dynamic", "record", *["structural"] * 4, "dynamic", "trigger", *["dynamic"] * 6]
SMALL = Catalogue.from_entries(
    {"id": f"{factor}.{number}", "factor": factor, "weight": 1.0, "nature": _NATURES[factor - 1]}
    for factor in range(1, 15)
    for number in range(1, 5)
)


def inputs(case: dict[str, Any]) -> dict[str, Any]:
    own = case["input"]
    return {**CASES[own["same_as"]]["input"], **own} if "same_as" in own else own


def parameters(case: dict[str, Any]) -> Parameters:
    return replace(Parameters.from_mapping(FILE["parameters"]), xi=case["input"].get("xi", 0.1))


def tables(given: dict[str, Any]) -> tuple[EvidenceRows, SeriesRows, Catalogue]:
    catalogue = FRAMEWORK if given.get("catalogue", "").startswith("../data/framework") else SMALL
    if "indicator" in given:
        catalogue = Catalogue.from_entries([given["indicator"]])
    evidence = EvidenceRows.from_records(given["observations"], catalogue)
    return evidence, SeriesRows.from_records(given.get("series", []), catalogue), catalogue


def grade_table(case: dict[str, Any]) -> dict[str, float]:
    q = Grades.of(parameters(case)).q.reshape(6, 6)
    names = case["input"]["grades"]
    return {name: float(q[RELIABILITIES.index(name[0]), CREDIBILITIES.index(name[1])]) for name in names}


def one_indicator(case: dict[str, Any]) -> dict[str, Any]:
    given = inputs(case)
    t, k = day_number(given["t"]), day_number(given["k"])
    found = indicator_detail(*tables(given), parameters(case), 0, given["indicator"]["id"], t, k)
    numbers = {name: getattr(found, name) for name in ("x", "g", "h", "m_neg", "kappa")}
    return {**numbers, "hz": found.h_z, "A": found.strength, "decay": found.decay}


def one_country(case: dict[str, Any]) -> dict[str, Any]:
    given = inputs(case)
    evidence, series, catalogue = tables(given)
    unit = Units.of(0, day_number(given["t"]), day_number(given["k"]))
    method = parameters(case)
    found = score(evidence, series, catalogue, method, unit)
    nothing = score(evidence.where(evidence.country < 0), series.where(series.country < 0), catalogue, method, unit)
    rows = contributions(evidence, series, catalogue, method, 0, int(unit.t[0]), int(unit.k[0]))
    return {
        "R": dict(zip(PROFILES, found.R[0].tolist(), strict=True)),
        "overall": float(found.overall[0]),
        "profile": PROFILES[found.profile[0]],
        "coverage": float(found.coverage[0]),
        "F": {str(number + 1): value for number, value in enumerate(found.F[0].tolist())},
        "K": {str(number + 1): value for number, value in enumerate(found.K[0].tolist())},
        "cannot_exclude": float(found.cannot_exclude[0]),
        "cannot_exclude_no_data": float(nothing.cannot_exclude[0]),
        "label": displayed_level(fold([found.overall[0]], method)[0], float(found.coverage[0])).name,
        "contributions": {(r.factor, r.indicator, r.kind, r.ref, r.family): r.points for r in rows},
    }


def hysteresis(case: dict[str, Any]) -> list[int]:
    given = case["input"]
    method = replace(parameters(case), cuts=tuple(given["up"]), band=given["band"], dwell=given["dwell"])
    return fold(given["series"], method)


def labels(case: dict[str, Any]) -> list[str]:
    return [displayed_level(level, coverage).name for level, coverage in case["input"]["cases"]]


def weighted_strength(case: dict[str, Any]) -> dict[str, float]:
    evidence, _, _ = tables(case["input"])
    omega = np.array([case["input"]["omega"][slug] for slug in evidence.families])
    day = int(evidence.known_on.max())
    (event,) = event_details(evidence, parameters(case), 0, day, day, omega=omega)
    return {"A": event.strength}


def hash_rng(case: dict[str, Any]) -> dict[str, list[float]]:
    given = case["input"]
    return {
        "omega": [family_weight(slug, replicate) for slug, replicate in given["keys"]],
        "lognorm": [lognormal(name, replicate) for name, replicate in given["params"]],
    }


SPECIAL: dict[str, Callable[[dict[str, Any]], Any]] = {
    "grade_table": grade_table,
    "hysteresis": hysteresis,
    "x_hysteresis_lowered_cuts": hysteresis,
    "x_hysteresis_strict": hysteresis,
    "labels": labels,
    "bootstrap_weighted_strength": weighted_strength,
    "hash_rng": hash_rng,
}


def answer(case: dict[str, Any]) -> Any:
    ordinary: Callable[[dict[str, Any]], Any] = one_indicator if "indicator" in case["input"] else one_country
    return SPECIAL.get(case["name"], ordinary)(case)
