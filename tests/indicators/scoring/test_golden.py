"""The golden cases of the method at 1e-8, one test each."""

from typing import Any

import pytest

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
