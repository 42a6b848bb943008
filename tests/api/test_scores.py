import math

import pytest
from django.test import Client

from indicators.models import MethodVersion, ScoreRun, Standing
from r2p_dashboard import api
from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def _scored(reference: None) -> None:
    given.evidence(12)
    given.evidence(1, indicator=make.indicator("1.4"), polarity=-1)
    given.series_values(3)
    given.scored()


@pytest.mark.usefixtures("_scored")
def test_scores_name_their_method_their_days_and_that_they_are_no_probability(client: Client) -> None:
    method = MethodVersion.objects.get()
    for path in (
        "scores/",
        "countries/MMR/score/",
        "countries/MMR/history/",
        "countries/MMR/contributions/",
        "countries/",
    ):
        answer = client.get(given.BASE + path).json()

        assert answer["note"] == api.NOTE
        assert answer["method"] == {"sha256": method.sha256, "formula": method.formula, "provisional": True}
        assert answer["as_of"] == "2024-06-30"
        assert "known_at" in answer


@pytest.mark.usefixtures("_scored")
def test_a_score_is_the_snapshot_unrounded(client: Client) -> None:
    snapshot = Standing.objects.get(country__iso3="MMR").snapshot
    score = client.get("/api/v1/countries/MMR/score/").json()

    assert score["index"] == snapshot.overall
    assert score["coverage"] == snapshot.coverage
    assert score["cannot_exclude"] == snapshot.cannot_exclude
    assert score["input_digest"] == snapshot.input_digest
    assert score["run"]["id"] == snapshot.run_id
    assert score["interval"] == {"low": snapshot.interval_low, "high": snapshot.interval_high}
    assert {row["profile"]: row["index"] for row in score["profiles"]} == {
        "genocide": snapshot.genocide,
        "cah": snapshot.cah,
        "war": snapshot.war,
    }
    assert [row["number"] for row in score["factors"]] == list(range(1, 15))
    assert sum(len(row["indicators"]) for row in score["factors"]) == 140


@pytest.mark.usefixtures("_scored")
def test_what_is_not_assessed_in_a_score_is_null(client: Client) -> None:
    factors = client.get("/api/v1/countries/MMR/score/").json()["factors"]
    blank = [row for factor in factors for row in factor["indicators"] if row["state"] == "not_assessed"]

    assert len(blank) > 100
    assert all(row["value"] is row["coverage"] is row["points"] is None for row in blank)


@pytest.mark.usefixtures("_scored")
def test_a_country_without_anything_has_an_empty_score(client: Client) -> None:
    score = client.get("/api/v1/countries/FRA/score/").json()

    assert score["state"] == "not_assessed"
    assert score["index"] is score["level"] is score["coverage"] is score["cannot_exclude"] is None
    assert {factor["state"] for factor in score["factors"]} == {"not_assessed"}
    assert client.get("/api/v1/countries/FRA/contributions/").json()["results"] == []
    assert client.get("/api/v1/countries/FRA/history/").json()["results"] == []


@pytest.mark.usefixtures("_scored")
@pytest.mark.parametrize("moment", ["", "?as_of=2024-06-15", "?as_of=2024-06-15&known_at=2024-06-30"])
def test_contributions_add_up_to_the_index(client: Client, moment: str) -> None:
    answer = client.get(f"/api/v1/countries/MMR/contributions/{moment}").json()
    rows = answer["results"]

    assert {row["kind"] for row in rows} == {"event", "mitigation", "series"}
    assert math.isclose(math.fsum(row["points"] for row in rows), answer["index"], abs_tol=1e-9)
    assert round(sum(float(row["printed"]) for row in rows), 1) == round(answer["index"], 1)


@pytest.mark.usefixtures("_scored")
def test_a_contribution_leads_to_its_evidence(client: Client) -> None:
    rows = [row for row in given.rows_of(client, "countries/MMR/contributions/") if row["kind"] == "event"]

    for row in rows:
        behind = client.get(row["evidence_url"]).json()
        assert (behind["indicator"], behind["family"]) == (row["indicator"], row["family"])


@pytest.mark.usefixtures("_scored")
def test_both_lines_of_the_history_end_at_the_score(client: Client) -> None:
    index = client.get("/api/v1/countries/MMR/score/").json()["index"]
    for line in ("hindsight", "known_then"):
        answer = client.get(f"/api/v1/countries/MMR/history/?line={line}").json()

        assert answer["line"] == line
        assert answer["count"] == len(answer["results"])
        assert answer["results"][-1]["day"] == "2024-06-30"
        assert math.isclose(answer["results"][-1]["index"], index, abs_tol=1e-9)


@pytest.mark.usefixtures("_scored")
def test_hindsight_knows_of_a_month_what_was_not_known_then(client: Client) -> None:
    may = {
        line: {row["day"]: row for row in given.rows_of(client, f"countries/MMR/history/?line={line}")}.get(
            "2024-05-31"
        )
        for line in ("hindsight", "known_then")
    }

    assert may["hindsight"] is not None
    assert may["hindsight"]["index"] > 0
    assert may["known_then"] is None or not may["known_then"]["index"]


@pytest.mark.usefixtures("_scored")
def test_scores_of_another_day_are_computed_and_have_no_run(client: Client) -> None:
    rows = {row["country"]: row for row in given.rows_of(client, "scores/?as_of=2024-06-15")}
    alone = client.get("/api/v1/countries/MMR/score/?as_of=2024-06-15").json()

    assert math.isclose(rows["MMR"]["index"], alone["index"], abs_tol=1e-9)
    assert alone["run"] is alone["input_digest"] is None


@pytest.mark.usefixtures("_scored")
def test_after_a_failed_run_the_one_that_stands_is_named_and_marked_stale(client: Client) -> None:
    standing = ScoreRun.objects.get()
    ScoreRun.objects.create(
        method=standing.method,
        as_of=standing.as_of,
        known_on=standing.known_on,
        state=ScoreRun.State.FAILED,
        is_full=True,
        code_version="",
        started_at=make.NOW,
        failed_at=make.NOW,
        failure="made up",
    )
    answer = client.get("/api/v1/scores/").json()

    assert answer["is_stale"] is True
    assert answer["run"]["id"] == standing.pk


def test_without_scores_there_is_nothing_but_grey(client: Client) -> None:
    answer = client.get("/api/v1/scores/").json()

    assert answer["run"] is None
    assert {row["state"] for row in answer["results"]} == {"not_assessed"}


def test_a_line_that_is_none_is_refused(client: Client) -> None:
    answer = client.get("/api/v1/countries/MMR/history/?line=both")

    assert answer.status_code == 400
    assert answer.json() == {"detail": "line is 'both'; wanted one of hindsight, known_then, published_then"}


def test_new_events_of_a_country_name_nothing_that_is_hidden(client: Client) -> None:
    seen = make.accepted(event_key="seen")
    make.confidential(event_key="hidden", indicator=make.indicator("9.1"))
    given.scored()

    answer, page = client.get(f"{given.BASE}countries/MMR/score/"), client.get("/countries/MMR/").text

    flags = answer.json()["flags"]
    assert flags["new_events"] == [{"event": "seen", "indicator": "7.14", "evidence": [seen.pk]}]
    assert flags["new_events_withheld"] == 1
    assert "2 events became known in the last 90 days" in page
    assert "Of 1 you may see nothing" in page
    assert "hidden" not in answer.text
