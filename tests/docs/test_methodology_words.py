"""What docs/methodology.md states in words, tables and in passing is what the code does."""

import dataclasses
import datetime as dt
import json
import math
import re
from typing import Any

import numpy as np
import pytest

from indicators.scoring import (
    NATURES,
    SHIPPED,
    Level,
    Parameters,
    Reporting,
    contributions,
    coverage_word,
    day_number,
    displayed_level,
    fold,
    new_events,
    printed,
)
from indicators.scoring.levels import plain_level
from tests.docs import ours
from tests.docs.cases import CATALOGUE, DAY, INDICATORS, PARAMETERS, THEN, burundi, demonstration, made_up, of_rows
from tests.docs.naive import beside
from tests.docs.naive.reasons import points
from tests.docs.naive.score import Case, Row, Value, between
from tests.docs.page import CHAPTERS, PAGE, ROOT, cells, chapter, prose
from tests.docs.test_methodology import BURUNDI, GHANA, MADE_UP, reports


def signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def test_the_chapters_are_numbered_and_those_that_are_named_are_there() -> None:
    numbers = [int(number) for number in re.findall(r"^## (\d+)\.", PAGE, flags=re.MULTILINE)]
    named = [int(number) for number in re.findall(r"[Cc]hapter (\d+)", PAGE)]

    assert numbers == list(range(1, len(CHAPTERS) + 1))
    assert set(named) <= set(numbers)
    assert "All parameters" in list(CHAPTERS)[13]
    assert [place for place, name in enumerate(CHAPTERS, 1) if name.startswith("Worked example")] == [15, 16, 17]


def test_other_pages_lead_to_chapters_that_are_there() -> None:
    anchors = {re.sub(r"[^\w -]", "", f"{n}. {name}".lower()).replace(" ", "-") for n, name in enumerate(CHAPTERS, 1)}
    pages = [*(ROOT / "docs").glob("**/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    led = {anchor for page in pages for anchor in re.findall(r"methodology\.md#([\w-]+)", page.read_text("utf-8"))}

    assert led
    assert led <= anchors


def test_what_the_page_says_of_the_made_up_country() -> None:
    case, found = made_up(), ours.numbers(made_up(), DAY, DAY)
    rows = contributions(*ours.tables(case), CATALOGUE, SHIPPED, 0, DAY, DAY)
    column = ", ".join(f"{points:.1f}" for points in printed([row.points for row in rows])).replace("-", "−")
    band, then = ours.interval(case, DAY, DAY), ours.numbers(case, THEN, THEN)

    assert f"index {found['R']:.1f} so far, coverage {100 * found['K']:.0f} of 100" in prose(MADE_UP)
    assert f"(printed: {column}; together {found['R']:.1f})" in prose(MADE_UP)
    assert f'"between {band["interval, low"]:.1f} and {band["interval, high"]:.1f}"' in prose(MADE_UP)
    assert f"which was {then['R(cah)']:.6f} on 1 April" in prose(MADE_UP)
    assert (then["R"], plain_level(found["R"])) == (then["R(war)"], 2)
    assert displayed_level(2, found["K"]) is Level.UNDETERMINED


def test_the_made_up_country_raises_the_flags_that_the_page_says() -> None:
    case, (about, everywhere) = made_up(), reports()
    silence = ours.reporting_state(about, everywhere, DAY)
    spoken = ours.reporting_state([*about, DAY], [*everywhere, DAY], DAY)

    assert new_events(ours.tables(case)[0], SHIPPED, 0, DAY, DAY) == beside.new_events(case, DAY, DAY)
    assert beside.new_events(case, DAY, DAY) == ["~7.14||2024-W20"]
    assert ours.rapid(case, DAY) == pytest.approx(beside.rapid(case, DAY))
    assert (silence.state, spoken.state) == (Reporting.BLACKOUT, Reporting.USUAL)
    mean = silence.expected or 0
    assert f"it {math.exp(-mean) * (1 + mean):.3f}, and no flag" in prose(MADE_UP)


def test_what_was_retracted_after_t_and_by_k_is_retracted_on_t_for_the_change() -> None:
    case, later = made_up(), DAY + dt.timedelta(days=30)
    slip = Row("7.14", "slip", "somebody", "A1", 4, 1, DAY, DAY, retracted_on=later)
    wrong = dataclasses.replace(case, rows=[*case.rows, slip])

    assert "retracted after *t* and by *k* count as **retracted on *t***" in prose("What moved it")
    assert beside.rapid(wrong, DAY, later) == pytest.approx(beside.rapid(case, DAY))
    assert beside.rapid(wrong, DAY) != pytest.approx(beside.rapid(case, DAY))
    for known_on in (DAY, later - dt.timedelta(days=1), later):
        assert ours.rapid(wrong, DAY, known_on) == pytest.approx(beside.rapid(wrong, DAY, known_on))


def test_the_rows_of_burundi_are_those_of_the_demonstration() -> None:
    rows = sorted(demonstration()["BDI"].rows, key=lambda row: row.event_on, reverse=True)
    natures = {code: INDICATORS[code][1] for code in {row.indicator for row in rows}}

    assert sorted(burundi().rows, key=str) == sorted(rows, key=str)
    assert [row.event_on for row in burundi().rows] == [row.event_on for row in rows]
    assert natures == {
        "1.6": "structural", "2.1": "structural", "2.3": "record", "1.8": "dynamic", "6.4": "dynamic", "7.5": "dynamic",
        "8.8": "trigger",
    }  # fmt: skip
    for day, age in re.findall(r"(\d{4}-\d\d-\d\d) (?:to \*t\* are )?(\d{4})\b", prose(BURUNDI)):
        assert (DAY - dt.date.fromisoformat(day)).days == int(age)


def test_what_the_page_says_of_burundi() -> None:
    case, text = burundi(), prose(BURUNDI)
    found, band = ours.numbers(case, DAY, DAY), ours.interval(case, DAY, DAY)
    exact = sorted(points(case, DAY, DAY).values(), reverse=True)
    column, down = (", ".join(f"{one:.1f}" for one in many) for many in (
        printed(exact), [math.floor(10 * one) / 10 for one in exact],
    ))  # fmt: skip
    change = ours.rapid(case, DAY) or {}

    assert text.count(f"index {found['R']:.1f} so far, coverage {100 * found['K']:.0f} of 100") == 2
    assert f"as {column}, together {found['R']:.1f}. Rounded down they are {down};" in text
    assert f"UNDETERMINED: {found['cannot exclude']:.1f}" in text
    assert f'"Change over 90 days": {signed(change["change over 90 days"])}' in text
    assert f'"between {band["interval, low"]:.1f} and {band["interval, high"]:.1f}"' in text
    assert f"strength {100 * found['F1']:.0f} and coverage {100 * found['K1']:.0f} of factor 1" in text
    assert f"strength {100 * found['x(1.6)']:.0f} of 100 · adds {signed(exact[2])} points" in text
    assert ours.concentration(case, DAY, DAY) == {"un-coi-burundi": 1.0}
    assert new_events(ours.tables(case)[0], SHIPPED, 0, DAY, DAY) == []
    assert change["rapid change"] == 0


def test_what_the_page_says_of_ghana() -> None:
    case, found = demonstration()["GHA"], ours.numbers(demonstration()["GHA"], DAY, DAY)

    assert f"Index {found['R']:.1f}, coverage {100 * found['K']:.0f} of 100" in prose(GHANA)
    assert ours.rapid(case, DAY) is beside.rapid(case, DAY) is None
    assert "change over 90 days is unknown" in prose(GHANA)


def test_the_parameter_table_is_the_shipped_set() -> None:
    def value(key: str, text: str) -> Any:
        if key == "method":
            return text
        if key == "mu":
            return math.log(float(text.removeprefix("ln ")))
        if "·" in text:
            parts = [part.split() for part in text.split("·")]
            return {name: number_or_list(key, rest) for name, *rest in parts}
        return number_or_list(key, text.split())

    def number_or_list(key: str, texts: list[str]) -> Any:
        values = [int(text) if text.isdigit() else float(text) for text in texts]
        lists = {"common", "spec", "up", "percentiles", "coverage_cuts"}
        return values if key in lists else values[0]

    assert Parameters.from_mapping({key: value(key, text) for key, text in PARAMETERS.items()}) == SHIPPED
    assert set(PARAMETERS) == set(SHIPPED.as_mapping())


def test_levels_rise_and_fall_as_the_page_says() -> None:
    months, index, levels = (
        cells(line) for line in chapter("Levels").splitlines() if line.startswith(("| month |", "| R |", "| level |"))
    )
    walk = np.random.default_rng(1).normal(scale=6, size=400).cumsum() % 70

    assert len(months) == len(index)
    assert fold([float(value) for value in index[1:]]) == [int(level) for level in levels[1:]]
    assert beside.levels(made_up(), walk.tolist()) == fold(walk.tolist())


def test_the_catalogue_is_as_the_page_says() -> None:
    sizes = [sum(factor == number for factor, _ in INDICATORS.values()) for number in range(1, 15)]

    assert f"{len(INDICATORS)} indicators" in prose("From indicators to the index")
    assert ", ".join(map(str, sizes)) in prose("From indicators to the index")
    assert {nature for _, nature in INDICATORS.values()} == set(NATURES)


def test_what_the_page_says_in_passing() -> None:
    words = [coverage_word(value).name for value in (0.19, 0.2, 0.5)]
    b2 = Row("1.1", "e", "one", "B2", 3, 1, DAY, DAY)
    both = of_rows(b2, Row("1.1", "e", "other", "E5", 4, 1, DAY, DAY))

    assert f"it is {ours.numbers(of_rows(), DAY, DAY)['cannot exclude']:.1f}" in prose("Coverage")
    assert words == ["DATA_POOR", "PARTIAL", "ADEQUATE"]
    assert f"{ours.numbers(both, DAY, DAY)['A(1.1, e)']:.2f}" == "0.64"
    assert "from .60 to .64" in prose("From rows to events")


def test_a_series_where_less_is_worse_is_read_as_the_page_says() -> None:
    file = json.loads((ROOT / "indicators/series/inform_corruption.json").read_text(encoding="utf-8"))
    one = Value("3.5", 30, file["lo"], file["hi"], DAY, DAY, file["direction"], file["log"])
    case = Case([], [one], INDICATORS, PARAMETERS)

    said = f"30 between the goalposts {file['lo']:g} and {file['hi']:g}, where less is worse, is z = {between(one):.2f}"
    assert said in prose("From events to indicators")
    assert ours.numbers(case, DAY, DAY)["z(3.5)"] == pytest.approx(between(one))


def test_a_better_but_older_row_is_the_exception_that_the_page_names() -> None:
    late = Row("1.1", "e", "press", "C3", 3, 1, DAY, DAY)
    old = Row("1.1", "e", "coi", "A1", 3, 1, dt.date(2022, 1, 1), DAY)
    nothing = Row("1.1", "e", "coi", "A1", 0, 1, dt.date(2022, 1, 1), DAY)
    alone, beside_old, looked = (
        ours.numbers(of_rows(*rows), DAY, DAY) for rows in ([late], [late, old], [late, nothing])
    )

    assert beside_old["R"] < alone["R"]
    assert looked["K"] < alone["K"]
    assert looked["R"] == alone["R"]
    assert day_number(late.event_on) > day_number(old.event_on)
