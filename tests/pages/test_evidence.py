"""The evidence list, the page of one piece, and entering evidence."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import coding, deciding
from indicators.models import Evidence
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make
from tests.suggested import suggestion

pytestmark = pytest.mark.usefixtures("reference")


def pieces(client: Client, query: str = "") -> list[int]:
    return [row.pk for row in client.get(f"/evidence/{query}").context["page"]]


def test_lists_what_counts_latest_event_first(client: Client) -> None:
    old = make.accepted(event_on=dt.date(2023, 1, 1))
    new = make.accepted()
    make.proposed()

    assert pieces(client) == [new.pk, old.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?country=MMR", True),
        ("?country=SYR", False),
        ("?factor=7&indicator=7.14", True),
        ("?factor=8", False),
        ("?reliability=B&credibility=2", True),
        ("?reliability=A", False),
        ("?polarity=-1", False),
        ("?since=2024-05-01&until=2024-05-01", True),
        ("?until=2024-04-30", False),
        ("?text=speaks+of+nobody", True),
        ("?text=100%25", False),
        ("?as_of=2024-05-31", False),
        ("?state=retracted", False),
    ],
)
def test_filters_stand_in_the_address(client: Client, query: str, found: bool) -> None:
    row = make.accepted()

    assert pieces(client, query) == ([row.pk] if found else [])


def test_filters_by_source_and_by_who_made_the_finding(client: Client) -> None:
    row = make.accepted()
    make.accepted()

    assert pieces(client, f"?source={row.passage.report.source.slug}") == [row.pk]
    assert pieces(client, f"?family={row.family.slug}") == [row.pk]


@pytest.mark.parametrize(
    "query",
    [
        "?country=ZZZ",
        "?polarity=2",
        "?since=2024-02-31",
        "?text=%00",
        "?since=2024-02-02&until=2024-01-01",
        "?state=all",
    ],
)
def test_an_impossible_filter_is_answered_400_with_what_was_found(client: Client, query: str) -> None:
    make.accepted()

    page = client.get(f"/evidence/{query}")

    assert page.status_code == 400
    assert "Found" in page.text
    assert list(page.context["page"]) == []


def test_staff_list_what_is_proposed_and_rejected(client: Client) -> None:
    row = make.proposed()
    client.force_login(make.person(Role.CODER))

    assert pieces(client, "?state=proposed") == [row.pk]
    assert pieces(client, "?state=all") == [row.pk]


def test_confidential_evidence_is_in_no_list_filter_or_page_of_the_public(client: Client) -> None:
    hidden = make.confidential()
    secret_report = make.accepted(of=make.passage(make.report(sensitivity=Sensitivity.CONFIDENTIAL)))

    listing = client.get("/evidence/")

    assert list(listing.context["page"]) == []
    for row in (hidden, secret_report):
        assert row.family.name not in listing.text
        assert row.passage.report.source.name not in listing.text
        assert client.get(f"/evidence/{row.pk}/").status_code == 404
    assert client.get(f"/reports/{secret_report.passage.report_id}/").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_up_to_its_clearance(client: Client, role: Role) -> None:
    hidden = make.confidential()
    client.force_login(make.person(role))

    may_see = role in {Role.CODER, Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}
    assert pieces(client) == ([hidden.pk] if may_see else [])
    assert client.get(f"/evidence/{hidden.pk}/").status_code == (200 if may_see else 404)


def test_what_nobody_accepted_has_no_page_for_the_public(client: Client) -> None:
    row = make.proposed()

    assert client.get(f"/evidence/{row.pk}/").status_code == 404
    client.force_login(make.person(Role.READER))
    assert client.get(f"/evidence/{row.pk}/").status_code == 404
    client.force_login(make.person(Role.CODER))
    assert client.get(f"/evidence/{row.pk}/").status_code == 200


def test_the_page_shows_the_passage_in_its_context_with_source_grade_and_link(client: Client) -> None:
    report = make.report(text="Before it. The very words. After it.")
    row = make.accepted(of=make.passage(report, start=11, end=26, text="The very words."))

    page = client.get(f"/evidence/{row.pk}/")

    assert '<span class="around">Before it. </span><mark>The very words.</mark>' in page.text
    assert "B: usually reliable source; statement 2: probably true" in page.text
    assert report.url in page.text
    assert report.source.name in page.text


def test_a_coding_note_says_that_it_is_our_summary(client: Client) -> None:
    row = make.accepted(of=make.passage(make.report(kind=Report.Kind.CODING_NOTE)))

    assert "Our summary; read the original" in client.get(f"/evidence/{row.pk}/").text


def test_the_whole_life_is_told(client: Client) -> None:
    row = make.accepted()
    coding.retract(evidence_id=row.pk, by=make.person(Role.REVIEWER), reason="the body withdrew it", at=make.NOW)

    page = client.get(f"/evidence/{row.pk}/")

    assert "Proposed</strong> by" in page.text
    assert "Accepted</strong> by" in page.text
    assert "the body withdrew it" in page.text


@pytest.mark.parametrize("role", [None, Role.CODER])
def test_what_a_reviewer_set_otherwise_than_the_machine_is_told_and_to_staff_by_whom(
    client: Client, role: Role | None
) -> None:
    row, reviewer = suggestion(), make.person(Role.REVIEWER, name="Changing Person")
    draft = dataclasses.replace(
        deciding.draft_of(row), country=make.country("SDN"), indicator=make.indicator("2.3"), severity=3, note="Mine."
    )
    at, day = make.NOW, make.TODAY
    evidence = deciding.accept(suggestion_id=row.pk, by=reviewer, changes=draft, at=at, installation_day=day)
    if role:
        client.force_login(make.person(role))

    page = client.get(f"/evidence/{evidence.pk}/").text

    assert "Changed what the machine had suggested:" in page
    assert "<li>indicator: 7.14, now 2.3</li><li>country: MMR, now SDN</li><li>severity: " in page
    assert ("Changing Person" in page) == (role is Role.CODER)


def test_what_was_accepted_as_suggested_and_what_a_person_coded_was_changed_by_nobody(client: Client) -> None:
    row, at, day = suggestion(), make.NOW, make.TODAY
    accepted = deciding.accept(
        suggestion_id=row.pk, by=make.person(Role.REVIEWER), changes=None, at=at, installation_day=day
    )

    for evidence in (accepted, make.accepted()):
        assert "Changed what the machine" not in client.get(f"/evidence/{evidence.pk}/").text


@pytest.mark.parametrize(
    ("query", "standing"),
    [("", "counts"), ("?as_of=2024-05-31", "unknown"), ("?as_of=2024-04-30&known_at=2024-06-30", "future")],
)
def test_says_whether_it_counts_at_the_date_asked_for(client: Client, query: str, standing: str) -> None:
    row = make.accepted()

    assert client.get(f"/evidence/{row.pk}/{query}").context["standing"] == standing


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(client: Client, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    made: list[Any] = [make.accepted() for _ in range(rows)]

    with django_assert_max_num_queries(6):  # the first visit, with nothing kept
        client.get("/evidence/")
    with django_assert_max_num_queries(3):
        client.get("/evidence/")
    with django_assert_max_num_queries(4):
        client.get(f"/evidence/{made[0].pk}/")


def test_a_report_shows_its_passages_with_their_evidence(client: Client) -> None:
    row = make.accepted()

    page = client.get(f"/reports/{row.passage.report_id}/")

    assert row.passage.text in page.text
    assert f'href="/evidence/{row.pk}/"' in page.text
    assert row.passage.report.sha256 in page.text


def test_evidence_stays_unchanged_by_looking(client: Client) -> None:
    row = make.accepted()

    client.get(f"/evidence/{row.pk}/")

    assert Evidence.objects.get() == row


@pytest.mark.parametrize("kind", [Report.Kind.ENTRY, Report.Kind.CODING_NOTE])
def test_what_was_written_here_is_shown_to_the_public_once_it_is_accepted(client: Client, kind: str) -> None:
    row = make.proposed(of=make.passage(make.report(kind=kind)))
    address, source = f"/reports/{row.passage.report_id}/", row.passage.report.source.name

    assert client.get(address).status_code == 404
    assert source not in client.get("/sources/").text
    coding.accept(evidence_id=row.pk, by=make.person(Role.ADMIN), at=make.NOW)
    assert row.passage.text in client.get(address).text
    assert source in client.get("/sources/").text


def test_the_filter_offers_no_body_that_was_not_known_of_then(client: Client) -> None:
    row = make.accepted(family=make.family("later-body"), known_on=dt.date(2024, 6, 1))

    text = client.get("/evidence/?as_of=2024-05-31").text

    assert "later-body" in client.get("/evidence/").text
    assert "later-body" not in text
    assert row.passage.report.source.name not in text


def test_a_reviewer_reads_what_is_not_accepted_yet(client: Client) -> None:
    row = make.proposed(of=make.passage(make.report(kind=Report.Kind.ENTRY)))
    client.force_login(make.person(Role.REVIEWER))

    assert row.passage.text in client.get(f"/reports/{row.passage.report_id}/").text


@pytest.mark.parametrize("address", ["/sources/", "/status/"])
def test_a_source_is_not_known_before_its_first_report(client: Client, address: str) -> None:
    early = make.report(published_on=dt.date(2023, 1, 1))
    late = make.report(published_on=dt.date(2024, 6, 1))

    text = client.get(f"{address}?as_of=2024-01-01").text

    assert early.source.name in text
    assert late.source.name not in text
