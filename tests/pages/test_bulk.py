"""The page on which a source gone wrong is rejected whole: a preview, a reason, its name typed, and a day to undo."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators.models import BulkRejection, Suggestion
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.suggested import report_of, suggestion

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def reviewer(client: Client) -> User:
    person = make.person(Role.REVIEWER)
    client.force_login(person)
    return person


def send(client: Client, rows: list[Suggestion], **changes: Any) -> Any:
    slug = rows[0].passage.report.source.slug
    fields = {"reason": "a poisoned feed", "typed": slug, "up_to": max(row.pk for row in rows)} | changes
    return client.post(f"/suggestions/bulk/?source={slug}", fields, follow=True)


def states() -> set[str]:
    return set(Suggestion.objects.values_list("state", flat=True))


def test_shows_how_many_from_when_to_when_and_examples_first(client: Client, reviewer: User) -> None:
    rows = report_of(7)

    page = client.get(f"/suggestions/bulk/?source={rows[0].passage.report.source.slug}")

    preview = page.context["preview"]
    assert (preview.count, preview.reports, preview.up_to, len(preview.examples)) == (7, 1, rows[-1].pk, 5)
    assert "7 suggestions wait</strong>, of 1 report, made from 1 July 2024" in page.text
    assert states() == {"waiting"}


def test_rejects_and_takes_back(client: Client, reviewer: User) -> None:
    rows = report_of(4)

    page = send(client, rows)
    assert "Rejected: 4 suggestions." in page.text
    assert states() == {"rejected"}
    page = client.post(f"/suggestions/bulk/{BulkRejection.objects.get().pk}/undo/", follow=True)

    assert "Taken back: 4 of 4 suggestions wait again." in page.text
    assert states() == {"waiting"}
    assert "Done before" in client.get("/suggestions/bulk/").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"typed": "somethingelse"}, "Nothing was rejected."),
        ({"reason": "x"}, "3"),
        ({"up_to": "x"}, "no number of the last"),
    ],
)
def test_a_slip_rejects_nothing(client: Client, reviewer: User, changes: dict[str, str], said: str) -> None:
    page = send(client, report_of(3), **changes)

    assert (page.status_code, said in page.text, states()) == (400, True, {"waiting"})


def test_a_report_is_named_by_its_number(client: Client, reviewer: User) -> None:
    row, other = suggestion(), suggestion()
    number = row.passage.report_id

    fields = {"reason": "taken in twice", "typed": str(number), "up_to": other.pk}
    client.post(f"/suggestions/bulk/?report={number}", fields)

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, other.state) == ("rejected", "waiting")


def test_what_was_decided_meanwhile_is_told(client: Client, reviewer: User) -> None:
    rows = report_of(2)
    send(client, rows)

    page = send(client, rows)

    assert page.status_code == 409
    assert "Found nothing of it waiting any more" in page.text


def test_a_report_above_ones_clearance_is_not_there(client: Client, reviewer: User) -> None:
    row = suggestion(make.passage(make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)))

    page = client.get(f"/suggestions/bulk/?report={row.passage.report_id}")

    assert "of" not in page.context
    assert row.passage.report.title not in page.text


def test_an_undo_too_late_is_told(client: Client, reviewer: User) -> None:
    send(client, report_of(1))
    bulk = BulkRejection.objects.get()
    client.post(f"/suggestions/bulk/{bulk.pk}/undo/")

    page = client.post(f"/suggestions/bulk/{bulk.pk}/undo/", follow=True)

    assert "Not taken back." in page.text


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(
    client: Client, reviewer: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    slug = report_of(rows)[0].passage.report.source.slug

    with django_assert_max_num_queries(8):
        client.get(f"/suggestions/bulk/?source={slug}")
