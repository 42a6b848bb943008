"""Plots of the factors: what is not assessed is no 0, gaps stay gaps, every mark stands in the table."""

import datetime as dt

import pytest
from plotly import graph_objects

from countries.charts import Chart
from indicators.factor_charts import FactorCourse, FactorNow, by_month, now_and_then

DAYS = tuple(dt.date(2024, month, 28) for month in (1, 2, 3))
SAID = {"country": "Utopia", "source": "s"}


def compared() -> Chart:
    factors = [
        FactorNow(1, "First", 0.62, 0.41, (0.5, 0.7)),
        FactorNow(2, "Second", 0.0, 0.2, (0.0, 0.1)),
        FactorNow(3, "Third", None, None, None),
        FactorNow(4, "Fourth", 0.3, None, (0.2, 0.4)),
    ]
    return now_and_then(factors, days=(dt.date(2023, 6, 30), dt.date(2024, 6, 30)), **SAID)


def months() -> Chart:
    courses = [
        FactorCourse(1, "First", (0.1, 0.2, 0.35)),
        FactorCourse(2, "Second", (None, 0.0, 0.0)),
        FactorCourse(3, "Third", (None, None, None)),
    ]
    return by_month(courses, days=DAYS, **SAID)


@pytest.mark.parametrize("chart", [compared(), months()])
def test_figures_are_valid_plotly(chart: Chart) -> None:
    graph_objects.Figure(chart.figure)


def test_a_factor_nobody_assessed_has_no_dot_and_says_so() -> None:
    _, rings, dots = compared().figure["data"]

    assert dots["x"] == [62.0, 0.0, 30.0]
    assert rings["x"] == [41.0, 20.0]
    assert dots["y"] == [0, 1, 3]
    said = [one["text"] for one in compared().figure["layout"]["annotations"]]
    assert said.count("not assessed") == 1
    assert compared().rows[2] == ("3 Third", "–", "–", "–", "–")


def test_the_way_from_then_to_now_is_drawn_only_where_both_are_known() -> None:
    way = compared().figure["data"][0]

    assert way["x"] == [41.0, 62.0, None, 20.0, 0.0, None]
    assert way["connectgaps"] is False


def test_whiskers_reach_from_the_dot_to_the_ends_of_the_interval() -> None:
    whiskers = compared().figure["data"][2]["error_x"]

    assert (whiskers["array"], whiskers["arrayminus"]) == ([8.0, 10.0, 10.0], [12.0, 0.0, 10.0])


def test_the_table_says_what_the_dots_show() -> None:
    assert compared().rows[:2] == (
        ("1 First", "62", "50 to 70", "41", "+21"),
        ("2 Second", "0", "0 to 10", "20", "−20"),
    )
    assert compared().rows[3] == ("4 Fourth", "30", "20 to 40", "–", "–")


def test_the_title_counts_what_went_up_and_down() -> None:
    assert compared().title == "Utopia: 1 of 4 factors stronger than a year ago, 1 weaker"
    nothing = now_and_then([FactorNow(1, "First", 0.5, None, None)], days=(DAYS[0], DAYS[1]), **SAID)
    assert nothing.title == "Utopia: no factor is known both now and a year ago"


def test_every_factor_is_named_in_words() -> None:
    assert "1 First: 62, 41 a year ago; 2 Second: 0, 20 a year ago; 3 Third: not assessed" in compared().alt
    assert "1 First: 10 to 35, highest 35; 2 Second: 0 to 0, highest 0, 1 months not known" in months().alt


def test_a_month_that_is_not_known_is_hatched_and_never_a_zero() -> None:
    _, known, blank = months().figure["data"]

    assert known["marker"]["color"] == [10, 20, 35, 0, 0]
    assert list(zip(known["x"], known["base"], strict=True)) == [(0, 1.2), (1, 1.2), (2, 1.2), (1, 3.9), (2, 3.9)]
    assert list(zip(blank["x"], blank["base"], strict=True)) == [(0, 3.9), (0, 6.6), (1, 6.6), (2, 6.6)]
    assert blank["marker"]["pattern"]["shape"] == "/"
    assert months().rows[1] == ("2 Second", "–", "0", "0")


def test_the_ramp_is_one_order_on_one_scale() -> None:
    key, known, _ = months().figure["data"]

    assert key["marker"]["color"] == [0, 25, 50, 75, 100]
    for end in ("cmin", "cmax", "colorscale"):
        assert key["marker"][end] == known["marker"][end]


def test_a_country_on_which_all_is_known_has_no_hatching_and_one_without_anything_no_ramp() -> None:
    full = by_month([FactorCourse(1, "First", (0.1, 0.2, 0.3))], days=DAYS, **SAID)
    empty = by_month([FactorCourse(1, "First", (None, None, None))], days=DAYS, **SAID)

    assert [trace["name"] for trace in full.figure["data"]] == ["key", "strength"]
    assert [trace["name"] for trace in empty.figure["data"]] == ["key", "not assessed"]


def test_titles_are_whole_in_figure_and_table_and_wrap_where_there_is_no_room() -> None:
    title = "Serious threats to those protected under international humanitarian law"
    chart = by_month([FactorCourse(13, title, (0.1, 0.2, 0.3))], days=DAYS, **SAID)

    *_, label = chart.figure["layout"]["annotations"]
    assert (label["name"], label["text"]) == ("wraps", f"13 {title}")
    assert chart.rows[0][0] == f"13 {title}"
