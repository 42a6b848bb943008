"""Parameters, catalogue and the identity of a method version."""

import json
import math
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from indicators.scoring import (
    SHIPPED,
    Catalogue,
    Parameters,
    errors,
    input_digest,
    method_json,
    method_sha256,
)
from indicators.scoring.factors import FactorRule
from tests.indicators.scoring.golden import FILE, FRAMEWORK, SMALL

GOLDEN: dict[str, Any] = FILE["parameters"]
ENTRY: dict[str, Any] = {"id": "1.1", "factor": 1, "weight": 1.0, "nature": "dynamic"}


def test_the_shipped_set_differs_from_the_golden_one_in_cuts_and_xi_alone() -> None:
    golden = Parameters.from_mapping({**GOLDEN, "mu": math.log(2), "up": [10, 20, 35, 50]})

    assert golden == SHIPPED
    assert (SHIPPED.cuts, SHIPPED.xi) == ((10, 20, 35, 50), 0.05)


def test_parameters_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        SHIPPED.xi = 0.1  # type: ignore[misc]


def test_parameters_survive_their_canonical_json() -> None:
    text = SHIPPED.canonical_json()

    assert Parameters.from_mapping(json.loads(text)) == SHIPPED
    assert Parameters.from_mapping(json.loads(text)).canonical_json() == text
    assert replace(SHIPPED, band=5).canonical_json() == replace(SHIPPED, band=5.0).canonical_json()


def test_an_unknown_parameter_is_refused_by_name() -> None:
    with pytest.raises(errors.UnknownKeyError, match="half_life"):
        Parameters.from_mapping({**GOLDEN, "half_life": 3})
    with pytest.raises(errors.UnknownKeyError, match="parameter rho: found 'acute'"):
        Parameters.from_mapping({**GOLDEN, "rho": {**GOLDEN["rho"], "acute": 0.5}})


def test_a_missing_parameter_is_refused_by_name() -> None:
    with pytest.raises(errors.MissingKeyError, match="found no key 'band'; wanted it"):
        Parameters.from_mapping({key: value for key, value in GOLDEN.items() if key != "band"})
    with pytest.raises(errors.MissingKeyError, match="trigger"):
        Parameters.from_mapping({**GOLDEN, "H": {"structural": 1, "record": 1, "dynamic": 1}})


def test_a_partial_set_stands_on_a_base() -> None:
    assert Parameters.from_mapping({"band": 3}, base=SHIPPED) == SHIPPED.with_(band=3)


BAD = [
    ({"method": "FA-2"}, "method"),
    ({"rel": [0.9]}, "rel"),
    ({"band": None}, "band"),
    ({"band": math.nan}, "band"),
    ({"band": -1}, "band"),
    ({"band": True}, "band"),
    ({"dwell": 1.5}, "dwell"),
    ({"rel": {**GOLDEN["rel"], "A": 1.0}}, "rel"),
    ({"cred": {**GOLDEN["cred"], "1": 0}}, "cred"),
    ({"H": {**GOLDEN["H"], "dynamic": 0}}, "H"),
    ({"Hcov": {**GOLDEN["Hcov"], "dynamic": 0}}, "Hcov"),
    ({"rho": {**GOLDEN["rho"], "dynamic": 1}}, "rho"),
    ({"common": []}, "common"),
    ({"common": [1, 1]}, "common"),
    ({"common": [1, 15]}, "common"),
    ({"spec": {**GOLDEN["spec"], "war": []}}, "spec"),
    ({"omega": 1}, "omega"),
    ({"Wcommon": 0.7}, "Wspec"),
    ({"Wcommon": 1.7}, "Wcommon"),
    ({"n0": 0}, "n0"),
    ({"up": [10, 20, 35]}, "up"),
    ({"up": [10, 20, 20, 50]}, "up"),
    ({"xi": 2}, "xi"),
    ({"B": 0}, "B"),
    ({"alarm_days": 1_000_000}, "alarm_days"),
    ({"alarm_days": 0}, "alarm_days"),
    ({"blackout_past": 1_000_000}, "blackout_past"),
]


@pytest.mark.parametrize(("change", "name"), BAD)
def test_an_impossible_parameter_is_refused_by_name(change: dict[str, Any], name: str) -> None:
    with pytest.raises(errors.ParameterError, match=f"parameter {name}: "):
        Parameters.from_mapping({**GOLDEN, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"factor": 15},
        {"factor": 0},
        {"factor": True},
        {"nature": "acute"},
        {"weight": math.nan},
        {"weight": math.inf},
        {"weight": -1},
        {"id": ""},
    ],
)
def test_an_impossible_catalogue_entry_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(errors.CatalogueError, match="catalogue entry 1"):
        Catalogue.from_entries([{**ENTRY, "id": "1.2"}, {**ENTRY, **change}])


def test_a_duplicate_indicator_is_refused() -> None:
    with pytest.raises(errors.CatalogueError, match="catalogue entry 1"):
        Catalogue.from_entries([ENTRY, ENTRY])


def test_a_missing_catalogue_key_is_named() -> None:
    with pytest.raises(errors.MissingKeyError, match="nature"):
        Catalogue.from_entries([{"id": "1.1", "factor": 1}])


def test_the_shipped_framework_has_fourteen_factors() -> None:
    assert FRAMEWORK.size == 140
    assert set(FRAMEWORK.factor.tolist()) == set(range(1, 15))


def test_an_empty_catalogue_scores_nothing() -> None:
    rule = FactorRule.of(Catalogue.from_entries([]), SHIPPED)

    assert rule.factors(np.zeros((2, 0))).tolist() == [[0.0] * 14] * 2


def test_the_identity_changes_with_every_part() -> None:
    entries = [*SMALL.entries()[:-1], {**SMALL.entries()[-1], "weight": 1.5}]
    names = {
        method_sha256(SHIPPED, SMALL),
        method_sha256(SHIPPED.with_(xi=0.1), SMALL),
        method_sha256(SHIPPED, FRAMEWORK),
        method_sha256(SHIPPED, Catalogue.from_entries(entries)),
    }

    assert len(names) == 4
    assert json.loads(method_json(SHIPPED, SMALL))["formula"] == "FA-1.0.0"


def test_the_input_digest_does_not_depend_on_order() -> None:
    rows = [("evidence", 2, 1), ("evidence", 10, 1), ("series", 1, 1)]

    assert input_digest(rows) == input_digest(rows[::-1])
    assert input_digest(rows) != input_digest([("evidence", 2, 2), *rows[1:]])
