"""Places and their spans as the page, the figure and its words print them."""

import pytest

from indicators.sensitivity_charts import Placed, place_said, span_said, whiskers


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (3.0, 4.0, "3 to 4"),
        (3.04, 4.0, "3 to 4"),
        (22.96, 23.0, "23"),
        (3.0, 3.5, "3.0 to 3.5"),
        (3.5, 4.0, "3.5 to 4.0"),
        (7.51, 7.49, "7.5"),
    ],
)
def test_both_ends_of_a_span_of_places_have_as_many_decimals(low: float, high: float, said: str) -> None:
    assert span_said(low, high) == said


def test_an_index_has_one_decimal_always() -> None:
    assert span_said(23, 24, digits=1) == "23.0 to 24.0"
    assert span_said(23, 23.04, digits=1) == "23.0"


def test_a_place_has_a_decimal_where_two_share_it() -> None:
    assert [place_said(3.0), place_said(3.5)] == ["3", "3.5"]


def test_the_figure_says_places_as_the_table_does() -> None:
    chart = whiskers([Placed("MMR", "Myanmar", 3.0, 2.96, 4.0, 3.5, 4.0)], day="30 June 2024", source="s")
    dots, half, double = chart.figure["data"]

    assert dots["text"] == ["Myanmar: 3 (3 to 4)"]
    assert (half["text"], double["text"]) == (["Myanmar: 3.5"], ["Myanmar: 4"])
    assert "Myanmar: 3 (3 to 4)" in chart.alt
    assert all("%{x" not in trace["hovertemplate"] for trace in (dots, half, double))
