"""The status page and /health."""

import datetime as dt
import json
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from indicators.models import MethodVersion, RescoreRequest, ScoreRun, SeriesLoad
from people.permissions import Role, Sensitivity
from r2p_dashboard import clock, health
from r2p_dashboard.pipeline import STAGES
from reports.ingest import About, receive
from reports.models import Report, Retrieval
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_old_sweep() -> None:
    health._broker_client().delete(health.SWEEP_KEY)


def run(**fields: Any) -> ScoreRun:
    """A score run; published unless the test says otherwise."""
    at = fields.pop("at", clock.now())
    defaults = {
        "method": MethodVersion.objects.get(), "as_of": make.TODAY, "known_on": make.TODAY, "is_full": True,
        "state": "published", "started_at": at, "code_version": "test",
    }  # fmt: skip
    values = defaults | fields
    ends = {"published": {"published_at": at}, "failed": {"failed_at": at, "failure": "ValueError"}}
    return ScoreRun.objects.create(**(values | ends.get(values["state"], {})))


def stage(client: Client, name: str) -> dict[str, Any]:
    body = json.loads(client.get("/health").content)
    return next(one for one in body["stages"] if one["name"] == name)


def failed_retrieval(reason: str = "byte 3: found 0xff; wanted UTF-8") -> Retrieval:
    retrieval = receive(reader="text", payload=b"x", about=About(), file_name="broken.txt", at=make.NOW)
    retrieval.state, retrieval.reason, retrieval.payload = Retrieval.State.FAILED, reason, None
    retrieval.finished_at = make.NOW
    retrieval.save()
    return retrieval


def test_an_idle_installation_is_in_order(client: Client) -> None:
    answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert {one["name"] for one in answer.json()["stages"]} == {one.name for one in STAGES}


def test_what_waits_within_its_limit_is_in_order_and_beyond_it_stale(client: Client) -> None:
    asked = RescoreRequest.objects.create(country=make.country(), asked_at=clock.now())
    assert client.get("/health").status_code == 200

    RescoreRequest.objects.filter(pk=asked.pk).update(asked_at=clock.now() - HOUR)

    assert client.get("/health").status_code == 503
    assert stage(client, "score") | {"waiting": 1, "status": "stale"} == stage(client, "score")
    assert '<span class="tag tag-bad">stale</span>' in client.get("/status/").text


def test_each_stage_says_how_much_waits_since_when_and_when_it_last_did_something(client: Client) -> None:
    for hours in (3, 1, 2):
        RescoreRequest.objects.create(country=make.country(), asked_at=make.NOW - hours * HOUR)
        run(at=make.NOW - hours * HOUR)
    SeriesLoad.objects.create(report=make.report(kind=Report.Kind.DATASET), loaded_at=make.NOW, values_count=1)

    said = {name: stage(client, name) for name in ("score", "load", "send")}
    assert [said["score"][key] for key in ("waiting", "waiting_since", "last_done")] == [
        3, (make.NOW - 3 * HOUR).isoformat(), (make.NOW - HOUR).isoformat(),
    ]  # fmt: skip
    assert [one["last_done"] for one in said.values()][1:] == [make.NOW.isoformat(), None]
    assert (said["send"]["waiting"], said["send"]["waiting_since"]) == (0, None)


def test_a_file_that_nobody_reads_makes_reading_stale(client: Client) -> None:
    receive(reader="text", payload=b"x", about=About(), file_name="a.txt", at=clock.now() - HOUR)

    assert stage(client, "read")["status"] == "stale"


def test_a_failed_last_run_makes_scores_stale_until_one_succeeds(client: Client) -> None:
    run(at=clock.now() - 2 * HOUR)
    run(state="failed", at=clock.now() - HOUR)
    assert "failed" in stage(client, "score")["trouble"]

    run()

    assert stage(client, "score")["status"] == "ok"


def test_a_run_that_hangs_makes_scores_stale(client: Client) -> None:
    run(state="running", at=clock.now() - HOUR)

    assert "has not ended" in stage(client, "score")["trouble"]


def test_scores_of_an_old_day_are_stale(client: Client, settings: Settings) -> None:
    run(as_of=make.TODAY)
    assert stage(client, "score")["status"] == "ok"

    settings.INSTALLATION_DAY = None

    assert "of 2024-06-30" in stage(client, "score")["trouble"]


def test_a_broker_that_is_down_is_said(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"  # nobody listens there

    answer = client.get("/health")

    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["services"]["broker"]) == ("down", "down")
    assert "secret" not in answer.text


def test_a_database_that_is_down_is_said(client: Client) -> None:
    with mock.patch.object(connection, "cursor", side_effect=DatabaseError("secret")):
        answer = client.get("/health")

    assert answer.status_code == 503
    assert (answer.json()["services"]["database"], answer.json()["stages"]) == ("down", [])


def test_a_sweep_that_stays_away_is_said(client: Client) -> None:
    health.note_sweep(at=clock.now())
    assert client.get("/health").json()["services"]["sweep"] == "ok"

    health.note_sweep(at=clock.now() - HOUR)

    assert client.get("/health").json()["services"]["sweep"] == "down"


def test_health_says_nothing_of_what_failed(client: Client) -> None:
    failed_retrieval("a telling reason")

    assert "telling" not in client.get("/health").text


def test_failures_are_for_staff(client: Client) -> None:
    failed_retrieval()

    assert "found 0xff" not in client.get("/status/").text
    client.force_login(make.person(Role.CODER))
    page = client.get("/status/")
    assert "found 0xff" in page.text
    assert "none answered" in page.text  # no worker runs in this test


def test_a_load_says_what_it_covers_not(client: Client) -> None:
    release = make.report(kind=Report.Kind.DATASET)
    uncovered = [{"id": 347, "name": "Kosovo (Serbia)", "why": "no decision"}]
    SeriesLoad.objects.create(report=release, loaded_at=make.NOW, values_count=12, not_covered=uncovered)

    page = client.get("/status/")

    assert "1 territory of the dataset not covered" in " ".join(page.text.split())
    assert "Kosovo (Serbia)" in page.text


def test_sources_show_grade_and_licence_and_only_what_may_be_seen(client: Client) -> None:
    shown = make.report(source=make.source(licence="CC BY 4.0"))
    hidden = make.report(sensitivity=Sensitivity.CONFIDENTIAL)

    for address in ("/status/", "/sources/"):
        page = client.get(address)
        assert shown.source.name in page.text
        assert "CC BY 4.0" in page.text
        assert "B: usually reliable" in page.text
        assert hidden.source.name not in page.text


def test_a_focal_point_sees_no_source_of_confidential_reports(client: Client) -> None:
    hidden = make.report(sensitivity=Sensitivity.CONFIDENTIAL)
    client.force_login(make.person(Role.FOCAL_POINT))

    assert hidden.source.name not in client.get("/sources/").text


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(client: Client, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(rows):
        make.report()
        run()

    with django_assert_max_num_queries(12):
        client.get("/status/")
    with django_assert_max_num_queries(5):
        client.get("/health")
