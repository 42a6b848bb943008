"""Marks along a history have one number everywhere, hatching stands where too little was known, gaps stay gaps."""

import datetime as dt

import pytest
from plotly import graph_objects

from indicators.charts import Line, history
from indicators.history_marks import Mark, Numbered, hatched, level_changes, mark_traces, numbered

CUTS = (10, 20, 35, 50)
DAYS = tuple(dt.date(2024, month, 28) for month in range(1, 7))
SPAN = (dt.date(2020, 1, 1), dt.date(2025, 1, 1))


def line(levels: tuple[str, ...] = ("LOW",) * 6, values: tuple[float | None, ...] = (12.0,) * 6) -> Line:
    return Line("hindsight", "hindsight: as known", DAYS, values, (0.5,) * 6, levels)


def marks() -> list[Mark]:
    return [
        Mark(dt.date(2024, 5, 3), "alert", "a level that rose, LOW to HIGH", "/alerts/1/"),
        Mark(dt.date(2024, 3, 28), "event", "an event"),
        Mark(dt.date(2024, 5, 3), "signal", "level up, LOW to HIGH"),
    ]


def test_marks_are_numbered_by_their_days_whatever_order_they_come_in() -> None:
    said = [one.said for one in numbered(marks())]

    assert said == ["1 event: an event", "2 alert: a level that rose, LOW to HIGH", "3 signal: level up, LOW to HIGH"]
    assert numbered(marks()) == numbered(marks()[::-1])


def test_every_mark_stands_in_the_table_under_its_number_and_day() -> None:
    chart = history([line()], country="X", cuts=CUTS, source="s", marks=marks())

    found = {row[0]: row for row in chart.rows}
    assert chart.columns[-1] == "Marks"
    assert found["2024-03-28"] == ("2024-03-28", "12.0", "LOW", "50", "1 event: an event")
    assert found["2024-05-03"][1:4] == ("–", "–", "–")
    assert found["2024-05-03"][-1].startswith("2 alert: ")
    assert sum(row[-1].count(": ") for row in chart.rows) == len(marks())
    assert {len(row) for row in chart.rows} == {len(chart.columns)}


def test_a_history_without_marks_has_no_column_for_them_and_no_lane() -> None:
    chart = history([line()], country="X", cuts=CUTS, source="s")

    assert "Marks" not in chart.columns
    assert "yaxis2" not in chart.figure["layout"]


def test_each_kind_has_its_lane_with_its_numbers() -> None:
    figure = history([line()], country="X", cuts=CUTS, source="s", marks=marks()).figure

    graph_objects.Figure(figure)
    assert figure["layout"]["yaxis2"]["ticktext"] == ["alerts", "signals", "events"]
    lanes = [trace for trace in figure["data"] if trace.get("yaxis") == "y2"]
    assert [(lane["name"], lane["x"], lane["text"]) for lane in lanes] == [
        ("alerts", ["2024-05-03"], ["2"]),
        ("signals", ["2024-05-03"], ["3"]),
        ("events", ["2024-03-28"], ["1"]),
    ]


@pytest.mark.parametrize(
    ("numbers", "said"), [((1,), "1"), ((1, 2, 3), "1–3"), ((1, 4), "1, 4"), ((1, 4, 9), "1, 4 …")]
)
def test_marks_that_lie_close_together_share_one_sign(numbers: tuple[int, ...], said: str) -> None:
    near = [Numbered(number, Mark(dt.date(2024, 1, number), "event", "e")) for number in numbers]
    far = Numbered(50, Mark(dt.date(2021, 1, 1), "event", "e"))

    (lane,) = mark_traces([far, *near], SPAN)

    assert lane["text"] == ["50", said]


def test_a_mark_outside_the_drawn_years_is_not_drawn_but_listed() -> None:
    (lane,) = mark_traces([Numbered(1, Mark(dt.date(1999, 1, 1), "event", "e"))], SPAN)

    assert lane["x"] == []


def test_hatching_never_bridges_a_missing_month() -> None:
    days = [dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 6, 30)]

    (area,) = hatched(days, ["UNDETERMINED"] * 3, [True] * 3, 100.0)

    assert area["x"].count(None) == 2
    assert area["x"][5:7] == ["2024-06-01", "2024-06-30"]


def test_what_is_not_known_at_all_is_neither_hatched_nor_drawn_as_zero() -> None:
    blank = line(("UNDETERMINED",) * 6, (None, None, None, 5.0, 5.0, 5.0))

    traces = history([blank], country="X", cuts=CUTS, source="s").figure["data"]

    assert traces[0]["x"][0] == "2024-04-01"
    assert {value for trace in traces[1:] for value in trace["y"]} == {None, 5.0}


def test_the_words_name_every_level_that_was_shown_and_count_the_marks() -> None:
    levels = ("UNDETERMINED", "UNDETERMINED", "LOW", "LOW", "HIGH", "HIGH")

    alt = history([line(levels)], country="X", cuts=CUTS, source="s", marks=marks()).alt

    assert "Levels shown: UNDETERMINED from 2024-01-28, LOW from 2024-03-28, HIGH from 2024-05-28" in alt
    assert alt.endswith("Marked: 1 event, 1 alert, 1 signal.")


def test_a_gap_is_unknown_in_the_words_too() -> None:
    assert level_changes(DAYS[:3], ["LOW"] * 3, [True, False, True]) == [
        (DAYS[0], "LOW"),
        (DAYS[1], "unknown"),
        (DAYS[2], "LOW"),
    ]


def test_of_many_changes_of_level_the_words_name_the_latest() -> None:
    days = tuple(dt.date(2020 + n // 12, n % 12 + 1, 28) for n in range(20))
    many = Line("hindsight", "hindsight", days, (12.0,) * 20, (0.5,) * 20, ("LOW", "ELEVATED") * 10)

    alt = history([many], country="X", cuts=CUTS, source="s").alt

    assert alt.count("LOW from") == 6
    assert "8 earlier ones are in the table" in alt
