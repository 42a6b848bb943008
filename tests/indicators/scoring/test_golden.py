"""The golden cases of the method at 1e-8, one test each."""

from typing import Any

import pytest

from indicators.scoring.contributions import Contribution, Kind, ordered
from tests.indicators.scoring.golden import CASES, FILE, answer


def keyed(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], float]:
    keys = ("factor", "indicator", "kind", "ref", "family")
    return {tuple(row[key] for key in keys): row["points"] for row in rows}


def same(found: Any, expected: Any) -> None:
    if isinstance(expected, str) or (isinstance(expected, list) and all(isinstance(v, str) for v in expected)):
        assert found == expected
    else:
        assert found == pytest.approx(expected, abs=FILE["tolerance"], rel=0)


@pytest.mark.parametrize("name", CASES)
def test_golden_case(name: str) -> None:
    expected, found = CASES[name]["expected"], answer(CASES[name])

    if not isinstance(expected, dict):
        same(found, expected)
        return
    for key, wanted in expected.items():
        if key == "contributions":
            same(keyed(found[key]), keyed(wanted))
        else:
            same(found[key], wanted)


def test_there_are_forty_cases() -> None:
    assert len(CASES) == 40


def test_golden_contributions_sum_to_the_overall_index() -> None:
    for name in ("country_full", "x_real_catalogue_full"):
        found = answer(CASES[name])
        assert sum(row["points"] for row in found["contributions"]) == pytest.approx(found["overall"], abs=1e-9)


def row(points: float, ref: str, family: str, kind: Kind = "event", position: int = 0) -> Contribution:
    return Contribution(1, "1.1", kind, ref, family, points, position)


def test_contributions_that_rounding_alone_tells_apart_are_ordered_by_event_and_family() -> None:
    rows = [row(1 + 2e-16, "a", "reuters"), row(1, "a", "ohchr"), row(1 + 8e-10, "b", "afp"), row(3, "c", "coi")]
    others = [row(5, "", "", "series"), row(9, "a", "coi", position=1)]

    found = ordered([*others, *rows])

    assert [(one.ref, one.family) for one in found[:4]] == [
        ("c", "coi"),
        ("a", "ohchr"),
        ("a", "reuters"),
        ("b", "afp"),
    ]
    assert found[4:] == others
