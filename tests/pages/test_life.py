"""The page of a report's whole life, and who may take the original bytes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from indicators import coding, suggesting
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import CustodyEntry, Report
from tests import make
from tests.alerts import outbox
from tests.make import NOW
from tests.reports.test_custody import WORDS, report_sent, sent
from tests.reports.test_rehashing import faults, tamper

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def coder() -> User:
    return make.person(Role.CODER, name="Ada Coder")


@pytest.fixture
def desk(client: Client, coder: User) -> Client:
    client.force_login(coder)
    return client


def page_of(client: Client, report: Report) -> str:
    answer = client.get(f"/reports/{report.pk}/life/")
    assert answer.status_code == 200
    return answer.text


def test_shows_from_the_first_byte_to_the_score_that_rests_on_it(desk: Client) -> None:
    report = report_sent()
    suggesting.suggest_waiting(at=NOW)
    row = make.accepted(of=report.passages.all()[0], at=NOW + dt.timedelta(hours=1))

    page = page_of(desk, report)

    happened = (
        "Received",
        "Stored",
        "Made into text",
        "Searched for suggestions",
        "Evidence proposed",
        "Evidence accepted",
    )
    places = [page.index(f"<strong>{what}</strong>") for what in happened]
    assert places == sorted(places)
    assert f'href="/evidence/{row.pk}/"' in page
    assert 'href="/countries/MMR/"' in page
    assert "whole" in page


def test_names_who_decided_and_what_was_retracted(desk: Client) -> None:
    report = report_sent()
    row = make.accepted(of=report.passages.all()[0])
    admin = make.person(Role.ADMIN, name="Grace Admin")
    coding.retract(evidence_id=row.pk, by=admin, reason="misread", at=NOW + dt.timedelta(days=1))

    page = page_of(desk, report)

    assert "Evidence retracted" in page
    assert "Grace Admin" in page
    assert "<dd>misread</dd>" in page


def test_names_alerts_that_rested_on_it(desk: Client) -> None:
    alert = outbox.alert()
    reason = alert.reasons.exclude(evidence=None).first() or alert.reasons.create(
        order=90, text="made up", evidence=make.accepted()
    )
    assert reason.evidence is not None

    assert f'href="/alerts/{alert.pk}/"' in page_of(desk, reason.evidence.passage.report)


def test_an_empty_life_says_what_it_means(desk: Client) -> None:
    page = page_of(desk, make.report())

    assert "No score and no alert rests on it." in page
    assert "Nothing is written down." in page


def test_a_broken_chain_and_a_failed_check_stand_out(desk: Client) -> None:
    report = report_sent()
    tamper("UPDATE reports_custodyentry SET at = at + interval '1 day' WHERE report_id = %s AND number = 1", report.pk)
    faults()

    page = page_of(desk, report)

    assert "broken" in page
    assert "Checked, and not as it was stored" in page


def test_a_file_in_a_file_leads_to_what_it_came_in(desk: Client) -> None:
    carrier = report_sent()
    inside = make.report(carrier=carrier)

    page = page_of(desk, inside)

    assert f'href="/reports/{carrier.pk}/life/"' in page
    assert "<strong>Received</strong>" in page  # of the retrieval that brought both


def test_what_is_too_sensitive_is_not_there(desk: Client) -> None:
    report = report_sent(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    assert desk.get(f"/reports/{report.pk}/life/").status_code == 404
    assert desk.post(f"/reports/{report.pk}/bytes/").status_code == 404
    assert not CustodyEntry.objects.filter(deed="handed_out").exists()


def test_the_bytes_are_an_attachment_that_no_browser_opens_as_ours(desk: Client, coder: User) -> None:
    retrieval = sent(b"<script>alert(1)</script> " + WORDS.encode())
    assert retrieval.report is not None

    answer = desk.post(f"/reports/{retrieval.report.pk}/bytes/")

    assert answer.content == b"<script>alert(1)</script> " + WORDS.encode()
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="report-{retrieval.report.pk}.bin"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert retrieval.report.custody.get(deed="handed_out").by == coder
    assert "Ada Coder" in page_of(desk, retrieval.report)


@pytest.mark.parametrize("role", [None, Role.READER, Role.FOCAL_POINT])
def test_nobody_but_staff_takes_bytes(client: Client, role: Role | None) -> None:
    report = report_sent()
    if role is not None:
        client.force_login(make.person(role))

    assert client.post(f"/reports/{report.pk}/bytes/").status_code == (302 if role is None else 403)
    assert client.get(f"/reports/{report.pk}/bytes/").status_code == 405
    assert not report.custody.filter(deed="handed_out").exists()


def test_everybody_reads_how_a_report_came_here(client: Client) -> None:
    report = report_sent()

    page = client.get(f"/reports/{report.pk}/").text

    assert "How this came here" in page
    assert "Sent in by a person who works here" in page
    assert report.sha256 in page
    assert "/life/" not in page


@pytest.mark.parametrize("rows", [3, 30])
def test_queries_do_not_grow(desk: Client, rows: int, django_assert_max_num_queries: Callable[..., Any]) -> None:
    report = report_sent()
    for _ in range(rows):
        make.accepted(of=report.passages.all()[0])

    with django_assert_max_num_queries(19):  # two of them for the session and the person
        page_of(desk, report)
