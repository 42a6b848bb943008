"""The whole report of a made-up world."""

import dataclasses
import json
import re

import numpy as np
import pytest

from indicators.backtest.printed import NAMES, lines
from indicators.backtest.report import report
from tests.indicators.backtest.given import grid_of, outcome, scored, world

HEAD = {"label": "HINDSIGHT", "inputs": {"evidence_rows": 1, "series_rows": 1, "left_out": ["a"], "near_kin": ["b"]}}


def test_a_useful_index_is_found_useful() -> None:
    found = report(world(skill=3.0))

    assert found["status"] == "tested"
    assert found["counts"]["onsets"] == 20
    assert found["index"]["auc"] == 1.0
    assert found["verdict"]["beats"] is True
    assert found["leads"]["top_30"]["warned"] == 20
    assert len(found["onsets"]) == 20


def test_an_index_of_chance_is_told_not_to_beat_decayed_deaths() -> None:
    found = report(world(skill=0.0))

    assert found["verdict"]["beats"] is False
    assert "does not beat decayed one-sided deaths alone" in found["verdict"]["sentence"]


def test_the_same_material_gives_the_same_report_and_json_holds_it() -> None:
    once, again = report(world()), report(world())

    assert once == again == json.loads(json.dumps(once, allow_nan=False))


def test_every_outcome_tested_lies_in_one_region_and_one_band() -> None:
    found = report(world())

    assert sum(one["onsets"] for one in found["regions"]) == found["counts"]["onsets"]
    assert sum(one["rows"] for one in found["bands"]) == found["counts"]["rows"]


def test_leaving_out_the_factor_that_holds_everything_leaves_chance() -> None:
    found = report(world(skill=3.0))

    assert found["factors"][0]["auc"] == pytest.approx(0.5)
    assert [one["change"] for one in found["factors"][1:]] == [0.0] * 13


def test_what_is_not_assessed_is_left_out_and_counted() -> None:
    given = world()
    seen = np.ones(given.scored.assessed.shape, np.bool_)
    seen[:5] = False
    found = report(dataclasses.replace(given, scored=scored(given.scored.overall, assessed=seen)))

    assert found["counts"]["not_assessed_onsets"] == 5
    assert found["counts"]["onsets"] == 15
    assert found["counts"]["not_assessed_left_out"] > 0


@pytest.mark.parametrize(("countries", "onsets", "said"), [(60, 9, "9 outcomes began"), (30, 20, "28.7 countries")])
def test_too_little_cannot_be_tested(countries: int, onsets: int, said: str) -> None:
    found = report(world(countries=countries, onsets=onsets))

    assert found["status"] == "cannot_be_tested"
    assert [why for why in found["why"] if why.startswith(said)]
    assert "index" not in found
    assert "CANNOT BE TESTED" in "\n".join(lines(found | HEAD, "FA-1"))


def test_without_deaths_the_verdict_is_open() -> None:
    found = report(world(deaths=None))

    assert found["verdict"]["beats"] is None
    assert found["yardsticks"] == []


def test_the_printed_report_says_the_limits_first() -> None:
    text = list(lines(report(world()) | HEAD, "FA-1"))

    assert text[0].startswith("HINDSIGHT")
    assert text.index("OUTCOMES TESTED: 20 in 20 countries") < 6
    assert any(line.startswith("This version, FA-1, ") for line in text)
    assert any(line.startswith("Platt mapping") for line in text)


def test_no_name_is_cut_and_figures_stand_below_each_other() -> None:
    found = report(world()) | HEAD
    found["regions"][0]["name"] = "r" * 70
    text = "\n".join(lines(found, "FA-1"))

    parts = re.search(r"(?s)(\nhard: .*)\n\n", text)
    assert parts
    assert "hard: five years without a death in an event series  " in text
    assert "r" * 70 in text
    assert all(name in text for name in (*NAMES.values(), "r" * 70))
    starts = {len(re.split("  (?:AUC|cannot)", line)[0]) for line in parts.group(1).strip().splitlines()}
    assert len(starts) == 1


def test_an_outcome_after_the_last_tested_month_counts_and_has_no_lead() -> None:
    codes = [f"C{number:02d}" for number in range(60)]
    rows = [outcome(codes[n], f"{2001 + n % 9}-05-01", f"{2001 + n % 9}-12-31") for n in range(19)]
    grid, episodes = grid_of([*rows, outcome(codes[30], "2010-11-01")], codes, 2000, 2010, horizon=24)
    found = report(world(grid=grid, episodes=episodes, scored=scored(np.ones(grid.label.shape))))

    assert found["counts"]["onsets"] == 20
    assert (found["leads"]["high"]["of"], found["leads"]["high"]["untold"]) == (17, 3)
    late = [(one["start"], one["index"], one["is_told"]) for one in found["onsets"] if one["start"] >= "2009"]
    assert late == [("2009-05-01", None, False), ("2009-05-01", None, False), ("2010-11-01", None, False)]
