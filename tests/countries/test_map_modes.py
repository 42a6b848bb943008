"""Each mode of the map has its colours in order, its words, its table; what is not known is apart from what is low."""

import re
from pathlib import Path

import pytest
from plotly import graph_objects

from countries.charts import HATCHED, NOT_ASSESSED, NOT_COMPARABLE, Place
from countries.map_modes import (
    AT_WAR,
    MODES,
    Mode,
    change_step,
    coverage_step,
    world_map,
)
from countries.templatetags.words import coverage_word

STATIC = Path(__file__).resolve().parents[2] / "static"
EVERY = pytest.mark.parametrize("mode", MODES.values(), ids=MODES)


def places(mode: Mode) -> list[Place]:
    """One on each step; the codes are only places on the map."""
    codes = ("MMR", "FRA", "MLT", "BRA", "CAN", "IND", "ZAF", "PER")
    blank = ("–",) * (len(mode.heads) - 1)
    return [
        Place(code, f"Country {code}", step.word, "said", blank) for code, step in zip(codes, mode.steps, strict=False)
    ]


def drawn(mode: Mode) -> dict[str, object]:
    chart = world_map(
        mode, places(mode), points={"MLT": (14.4, 35.9)}, neutral=["neutral:x"], geometry="g", day="30 June", source="s"
    )
    return {"figure": chart.figure, "alt": chart.alt, "rows": chart.rows, "columns": chart.columns}


@EVERY
def test_every_step_is_drawn_told_and_tabled(mode: Mode) -> None:
    found = drawn(mode)
    figure, rows = found["figure"], found["rows"]
    assert isinstance(figure, dict)
    assert isinstance(rows, tuple)

    graph_objects.Figure(figure)
    areas = [trace["name"] for trace in figure["data"] if trace["type"] == "choropleth"]
    assert areas == ["no State of the table", *(step.word for step in mode.steps)]
    assert {row[1] for row in rows} == {step.word for step in mode.steps}
    assert {len(row) for row in rows} == {1 + len(mode.heads)}
    assert all(f"{step.word}: " in str(found["alt"]) for step in mode.steps)


@EVERY
def test_what_too_little_is_known_of_is_hatched_and_counted_not_named(mode: Mode) -> None:
    figure = drawn(mode)["figure"]
    assert isinstance(figure, dict)

    hatched = {trace["name"] for trace in figure["data"] if trace.get("meta", {}).get("hatched")}
    assert hatched == {step.word for step in mode.steps if step.word in HATCHED}
    assert all(not step.is_named for step in mode.steps if step.word in HATCHED or step.word == NOT_ASSESSED)


@EVERY
def test_every_step_has_its_key_in_the_sheet(mode: Mode) -> None:
    sheet = (STATIC / "css/parts/maps.css").read_text()

    assert all(re.search(rf"\.map-key-{re.escape(step.slug)}\b", sheet) for step in mode.steps)
    assert len({step.slug for step in mode.steps}) == len({step.colour for step in mode.steps}) == len(mode.steps)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (12.0, "up by 5 or more"), (5.0, "up by 5 or more"), (4.9, "up by 1 to 5"), (1.0, "up by 1 to 5"),
        (0.9, "changed by less than 1"), (0.0, "changed by less than 1"), (-0.9, "changed by less than 1"),
        (-1.0, "down by 1 to 5"), (-5.0, "down by 5 or more"), (None, NOT_COMPARABLE),
    ],
)  # fmt: skip
def test_a_change_has_one_step(change: float | None, word: str) -> None:
    assert change_step(change, is_undetermined=False) == word


def test_no_change_is_told_of_what_is_undetermined() -> None:
    assert change_step(0.0, is_undetermined=True) == NOT_COMPARABLE


@pytest.mark.parametrize("share", [0.0, 0.199, 0.2, 0.499, 0.5, 1.0])
def test_a_coverage_has_the_word_that_every_page_has_for_it(share: float) -> None:
    assert coverage_step(share).startswith(coverage_word(share))


def test_war_is_a_step_of_no_other_mode() -> None:
    assert [mode.key for mode in MODES.values() if any(step.word == AT_WAR for step in mode.steps)] == ["prevention"]
