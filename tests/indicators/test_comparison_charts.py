"""Small multiples: one scale for all, gaps stay gaps, and what is not known is never drawn as low."""

import datetime as dt
import itertools
from typing import Any

from indicators.comparison_charts import DRAWN_DAYS, Panel, side_by_side

DAY = dt.date(2024, 6, 30)
MONTHS = (dt.date(2024, 4, 30), dt.date(2024, 5, 31), DAY)
FIRM = Panel(
    "Firmland", "HIGH", "40.0", MONTHS, (30.0, None, 40.04), ("ELEVATED", "ELEVATED", "HIGH"), {DAY: (31.0, 52.0)}
)
DIM = Panel("Dimland", "UNDETERMINED", "3.0 so far", MONTHS, (2.0, 2.0, 3.0), ("UNDETERMINED",) * 3)
EMPTY = Panel("Blankland", "not assessed", "")


def chart(*panels: Panel) -> Any:
    return side_by_side(panels, day=DAY, cuts=(10, 20, 35, 50), source="made up, as of 30 June 2024")


def drawn(figure: dict[str, Any], axis: str) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace["yaxis"] == axis]


def test_every_panel_has_the_same_scale_and_the_same_years() -> None:
    layout = chart(FIRM, DIM, EMPTY).figure["layout"]

    assert {tuple(layout[name]["range"]) for name in ("yaxis", "yaxis2", "yaxis3")} == {(0, 100.0)}
    assert layout["xaxis"]["range"] == [str(DAY - dt.timedelta(days=DRAWN_DAYS)), "2024-06-30"]
    assert "xaxis2" not in layout


def test_panels_do_not_overlap() -> None:
    layout = chart(FIRM, EMPTY, DIM, FIRM, EMPTY).figure["layout"]
    rooms = [layout[f"yaxis{number}"]["domain"] for number in ("", "2", "3", "4", "5")]

    assert all(0 <= low < high <= 1 for low, high in rooms)
    assert all(above[0] > below[1] for above, below in itertools.pairwise(rooms))


def test_a_month_without_knowledge_is_a_gap() -> None:
    line = drawn(chart(FIRM, DIM).figure, "y")[-1]

    assert line["y"] == [30.0, None, 40.0]
    assert line["connectgaps"] is False


def test_undetermined_months_are_hatched_over_the_whole_scale_and_have_no_firm_line() -> None:
    traces = drawn(chart(FIRM, DIM).figure, "y2")

    hatched, firm, dotted = traces
    assert set(hatched["y"]) == {0, 100.0, None}
    assert hatched["fillpattern"]["shape"] == "/"
    assert set(firm["y"]) == {None}
    assert dotted["line"]["dash"] == "dot"


def test_who_is_not_assessed_has_words_and_no_line() -> None:
    found = chart(FIRM, EMPTY)
    words = [one["text"] for one in found.figure["layout"]["annotations"]]

    assert drawn(found.figure, "y2") == []
    assert found.figure["layout"]["yaxis2"]["visible"] is False
    assert [shape for shape in found.figure["layout"]["shapes"] if shape["yref"] == "y2"] == []
    assert "No line: nobody has entered evidence.<br>That says nothing about the risk." in words
    assert "Blankland: not assessed, no line." in found.alt


def test_nothing_to_draw_is_said_in_words() -> None:
    found = chart(EMPTY, EMPTY)

    assert found.figure["data"] == []
    assert found.rows == ()
    assert found.alt.count("not assessed, no line") == 2


def test_the_table_says_what_is_drawn() -> None:
    found = chart(FIRM, DIM, EMPTY)

    assert found.columns[:4] == ("Month", "Firmland", "Firmland: interval", "Level")
    assert found.rows[0] == (
        "2024-06-30", "40.0", "31.0 to 52.0", "HIGH", "3.0", "–", "UNDETERMINED", "–", "–", "–",
    )  # fmt: skip
    assert found.rows[1][:4] == ("2024-05-31", "–", "–", "–")


def test_words_tell_the_course_without_an_order() -> None:
    found = chart(FIRM, DIM)

    assert "Firmland: from 30.0 on 2024-04-30 to 40.0 (HIGH) on 2024-06-30, highest 40.0 on 2024-06-30." in found.alt
    assert found.title == "Firmland and Dimland: the index over ten years, on one scale"


def test_only_ten_years_are_drawn_and_told() -> None:
    old = dt.date(2001, 1, 31)
    found = chart(FIRM, Panel("Oldland", "LOW", "12.0", (old, DAY), (90.0, 12.0), ("SEVERE", "LOW"), {old: (80, 95)}))

    assert "2001" not in found.alt
    assert found.rows[-1][0] == "2024-04-30"


def test_a_name_is_no_markup() -> None:
    words = [one["text"] for one in chart(Panel("A<b>&C", "not assessed", ""), FIRM).figure["layout"]["annotations"]]

    assert "A&lt;b&gt;&amp;C" in words
