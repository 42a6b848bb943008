"""Figures of back-tests and of places: labelled, with words and a table, drawn from the stored result alone."""

import json

from indicators.backtest.report import report
from indicators.backtest_charts import precision_recall, reliability, roc
from indicators.sensitivity_charts import DRAWN, Placed, whiskers
from tests.indicators.backtest.given import world

RESULT = report(world(skill=0.5, onsets=40)) | {"label": "HINDSIGHT"}


def placed(count: int) -> list[Placed]:
    return [
        Placed(f"C{n:02d}", f"Country number {n} of a long name", n, n - 0.5, n + 2, n, n) for n in range(1, count + 1)
    ]


def test_every_chart_says_its_label_in_title_and_alt() -> None:
    charts = [roc(RESULT, source="s"), precision_recall(RESULT, source="s"), reliability(RESULT, source="s")]

    for chart in charts:
        assert chart is not None
        assert chart.title.startswith("HINDSIGHT")
        assert chart.rows
        assert all(len(row) == len(chart.columns) for row in chart.rows)
        json.dumps(chart.figure, allow_nan=False)
    assert "HINDSIGHT" in roc(RESULT, source="s").alt


def test_the_curves_are_those_of_the_result() -> None:
    drawn = {trace["name"]: trace for trace in roc(RESULT, source="s").figure["data"]}

    assert list(drawn) == ["chance", "this method's index", "one-sided deaths, decayed (2 years)"]
    assert drawn["this method's index"]["x"] == [point[0] for point in RESULT["curves"]["index"]["roc"]]


def test_the_base_rate_is_drawn() -> None:
    assert precision_recall(RESULT, source="s").figure["data"][0]["y"] == [RESULT["base_rate"]] * 2


def test_without_a_mapping_there_is_no_chart() -> None:
    assert reliability(RESULT | {"mapping": {"cannot": "too few"}}, source="s") is None


def test_the_highest_places_are_drawn_with_their_span() -> None:
    chart = whiskers(placed(DRAWN + 5), day="30 June 2024", source="s")
    dots = chart.figure["data"][0]

    assert len(dots["y"]) == DRAWN
    assert (dots["error_x"]["arrayminus"][0], dots["error_x"]["array"][0]) == (0.5, 2)
    assert chart.figure["layout"]["yaxis"]["ticktext"][0] == "Country number 1 …"
    assert "Country number 1 of a long name: 1 (0.5 to 3.0)" in chart.alt


def test_no_country_is_said_in_words() -> None:
    assert "no country is assessed" in whiskers([], day="30 June 2024", source="s").alt
