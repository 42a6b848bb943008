"""The golden file, and what our code answers to each kind of case, under the file's own keys."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from indicators.scoring import (
    CREDIBILITIES,
    RELIABILITIES,
    Catalogue,
    EvidenceRows,
    Grades,
    Parameters,
    SeriesRows,
    displayed_level,
    event_details,
    family_weight,
    fold,
    lognormal,
)
from indicators.scoring.case import answer as case_answer

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


def one_case(case: dict[str, Any]) -> dict[str, Any]:
    """A case of one indicator or one country, as a reviewer would give it to `manage.py whatif`."""
    given = inputs(case)
    own = {**given, "parameters": FILE["parameters"], "xi": given.get("xi", 0.1)}
    own.pop("same_as", None)
    return case_answer({**case, "input": own}, FRAMEWORK)


def answer(case: dict[str, Any]) -> Any:
    special = SPECIAL.get(case["name"])
    return special(case) if special else one_case(case)
