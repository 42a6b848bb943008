"""Asking ReliefWeb: by POST, from where the last answer ended, with a key that is never said."""

import json
import logging
from pathlib import Path

import pytest

from reports.fetching import ask_due
from reports.ingest import read_waiting
from reports.models import Report
from tests import make
from tests.reports.fetchable import HOUR, Serve, done, fetched, rss, serve, server_of
from tests.reports.serving import Handler

pytestmark = pytest.mark.django_db
__all__ = ["serve"]  # a fixture
SAMPLE = (Path(__file__).resolve().parents[1] / "samples" / "reliefweb.json").read_bytes()
KEY = "SOURCE_TEST_APPNAME"


def test_reliefweb_is_asked_by_post_from_the_last_cursor_on(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "made-up name")
    source = serve(lambda handler: handler.send(b"{}"), reader="reliefweb-v2", credential=KEY)
    done(source, cursor="2024-06-01T00:00:00+00:00")
    done(source, cursor="")

    assert fetched(source).state == "waiting"
    sent = server_of(source).asked[0]
    assert (sent.method, sent.path) == ("POST", "/feed?appname=made-up+name")
    assert json.loads(sent.body)["filter"]["value"] == {"from": "2024-06-01T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        (KEY, f"found nothing in {KEY}; wanted the key"),
        ("", "wanted one that begins with SOURCE_"),
    ],
)
def test_a_missing_key_fails_at_once_and_nothing_is_sent(serve: Serve, credential: str, reason: str) -> None:
    source = serve(rss, reader="reliefweb-v2", credential=credential)
    row = fetched(source)

    assert (row.state, server_of(source).asked) == ("failed", [])
    assert reason in row.reason


def test_no_key_and_no_address_reaches_the_logs(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(KEY, "made-up-name")
    source = serve(lambda handler: handler.send(status=403), reader="reliefweb-v2", credential=KEY)
    with caplog.at_level(logging.DEBUG):
        row = fetched(source)

    assert row.reason == "status: found 403; wanted 200"
    assert not any(word in caplog.text for word in ("made-up-name", "/feed"))


def test_an_answer_becomes_reports_and_the_next_question_goes_on_behind_it(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "made-up")
    source = serve(lambda handler: handler.send(SAMPLE), reader="reliefweb-v2", credential=KEY)
    first = fetched(source)
    read_waiting(at=make.NOW)

    first.refresh_from_db()
    assert (first.state, first.items_new, first.items_failed) == ("done", 3, 1)
    assert Report.objects.filter(carrier=first.report).count() == 3
    assert ask_due(at=make.NOW + HOUR / 2) == 0
    fetched(source, make.NOW + HOUR)
    assert json.loads(server_of(source).asked[1].body)["filter"]["value"] == {"from": first.cursor}


def test_html_with_status_200_fails_and_what_was_here_stays(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(handler: Handler) -> None:
        is_first = len(handler.server.asked) == 1
        handler.send(SAMPLE if is_first else b"<!doctype html><p>Maintenance", content_type="text/html")

    monkeypatch.setenv(KEY, "made-up")
    source = serve(answer, reader="reliefweb-v2", credential=KEY)
    fetched(source)
    read_waiting(at=make.NOW)
    before = Report.objects.count()
    second = fetched(source, make.NOW + HOUR)
    read_waiting(at=make.NOW + HOUR)

    second.refresh_from_db()
    assert (second.state, Report.objects.count()) == ("failed", before)
    assert "HTML" in second.reason
