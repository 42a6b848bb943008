"""Bars of contributions are valid Plotly, and say in words what they show."""

import pytest
from plotly import graph_objects

from countries.charts import Chart, in_points
from indicators.contribution_charts import CauseBar, FactorBar, made_of, what_moved

FACTORS = [
    FactorBar(1, "Armed conflict", {"event": 50, "aged": -12}),
    FactorBar(2, "Record", {"event": 20, "series": 9, "withheld": 5, "mitigation": -4}),
]
CAUSES = [CauseBar("New evidence", 31), CauseBar("Ageing", -12), CauseBar("Retracted", 0)]
BEFORE, AFTER = ("1 April 2024", 200), ("30 June 2024", 219)


def moved(before: tuple[str, int] | None = BEFORE) -> Chart:
    return what_moved(CAUSES, country="Utopia", before=before, after=AFTER, source="s")


@pytest.mark.parametrize(
    "chart",
    [made_of(FACTORS, country="Utopia", source="s"), made_of([], country="Utopia", source="s"), moved(), moved(None)],
)
def test_figures_are_valid_plotly(chart: Chart) -> None:
    graph_objects.Figure(chart.figure)


def test_the_title_says_what_adds_most() -> None:
    assert (
        made_of(FACTORS, country="Utopia", source="s").title == "Utopia: “Armed conflict” adds most, 3.8 of 6.8 points"
    )
    assert made_of([], country="Utopia", source="s").title == "Utopia: nothing adds to the index"


def test_the_table_has_a_column_for_every_kind_that_there_is_and_adds_up() -> None:
    chart = made_of(FACTORS, country="Utopia", source="s")

    assert chart.columns == ("Factor", "Evidence", "Series", "Not shown to you", "Ageing", "Mitigation", "Points")
    assert chart.rows == (
        ("1 Armed conflict", "5.0", "–", "–", "−1.2", "–", "3.8"),
        ("2 Record", "2.0", "0.9", "0.5", "–", "−0.4", "3.0"),
        ("Index", "7.0", "0.9", "0.5", "−1.2", "−0.4", "6.8"),
    )


def test_the_alt_text_names_every_factor_and_every_cause() -> None:
    assert "factor 1, Armed conflict: 3.8; factor 2, Record: 3.0" in made_of(FACTORS, country="Utopia", source="s").alt
    assert "New evidence: +3.1; Ageing: −1.2; Retracted: 0.0" in moved().alt


def test_a_step_starts_where_the_one_before_ends() -> None:
    steps = moved().figure["data"][1]

    assert list(zip(steps["base"], steps["x"], strict=True)) == [(20.0, 3.1), (23.1, -1.2), (21.9, 0.0)]


def test_the_title_of_a_change_names_the_largest_causes() -> None:
    assert moved().title == ("Utopia: +1.9 points from 1 April 2024 to 30 June 2024 (new evidence +3.1, ageing −1.2)")


def test_where_nothing_was_known_no_bar_stands_for_before() -> None:
    chart = moved(None)

    assert chart.figure["data"][0]["y"] == ["After"]
    assert chart.title == "Utopia: index 21.9 on 30 June 2024; nothing that counts was known before"
    assert [row[0] for row in chart.rows] == ["New evidence", "Ageing", "Retracted", "After, 30 June 2024"]


@pytest.mark.parametrize(("tenths", "text"), [(0, "0.0"), (-3, "−0.3"), (12, "1.2")])
def test_points_have_a_true_minus(tenths: int, text: str) -> None:
    assert in_points(tenths) == text
