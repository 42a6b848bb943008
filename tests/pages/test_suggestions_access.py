"""The queue of suggestions: who may look, who may decide, and what a page of it costs."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import deciding
from indicators.models import Suggestion
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.suggested import report_of, suggestion

pytestmark = pytest.mark.usefixtures("reference")
DECIDE = {Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}
NOT_ABOUT = {"reason": "not about this indicator"}


@pytest.fixture
def reviewer(client: Client) -> User:
    person = make.person(Role.REVIEWER)
    client.force_login(person)
    return person


def decide(client: Client, row: Suggestion, verb: str, **fields: str) -> Any:
    return client.post(f"/suggestions/{row.pk}/{verb}/", fields, follow=True)


def state(row: Suggestion) -> str:
    row.refresh_from_db()
    return row.state


@pytest.mark.parametrize("role", [None, *Role])
def test_those_who_enter_evidence_look_and_those_who_review_decide(client: Client, role: Role | None) -> None:
    row = suggestion()
    if role is not None:
        client.force_login(make.person(role))

    page = client.get("/suggestions/")
    answer = client.post(f"/suggestions/{row.pk}/accept/")

    looks = role in DECIDE or role is Role.CODER
    assert page.status_code == (302 if role is None else 200 if looks else 403)
    assert answer.status_code == (302 if role is None or role in DECIDE else 403)
    assert state(row) == ("accepted" if role in DECIDE else "waiting")


def test_a_coder_sees_what_is_suggested_without_the_buttons(client: Client) -> None:
    rows = report_of(2)
    client.force_login(make.person(Role.CODER))

    page = client.get("/suggestions/")

    assert "a reviewer decides" in page.text
    assert rows[0].indicator.label in page.text
    for verb in ("accept", "reject", "undo"):
        assert f"/{verb}/" not in page.text


def test_what_one_is_not_cleared_for_is_not_there(client: Client, reviewer: User) -> None:
    hidden = suggestion(make.passage(make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)))
    decision = deciding.reject(suggestion_id=hidden.pk, by=make.person(Role.ADMIN), at=make.NOW, **NOT_ABOUT)
    waiting = suggestion(hidden.passage, code="2.3")

    page = client.get(f"/suggestions/?item={waiting.pk}")

    assert page.context["current"] is None
    assert "1 more waits, that you are not cleared to see" in page.text
    assert hidden.passage.report.title not in page.text
    assert decide(client, waiting, "accept").status_code == 404
    assert decide(client, waiting, "reject", **NOT_ABOUT).status_code == 404
    assert client.post(f"/suggestions/decisions/{decision.pk}/undo/").status_code == 404


@pytest.mark.parametrize("path", ["/suggestions/1/accept/", "/suggestions/1/reject/", "/suggestions/decisions/1/undo/"])
def test_nothing_is_decided_by_a_link(client: Client, reviewer: User, path: str) -> None:
    assert client.get(path).status_code == 405


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(
    client: Client, reviewer: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = report_of(rows)
    decide(client, made[0], "accept")
    client.get("/status/")

    with django_assert_max_num_queries(19):  # two for the session and the person, one for the header
        client.get(f"/suggestions/?item={made[-1].pk}")


def test_the_header_costs_a_reviewer_one_query_and_a_reader_none(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    report_of(3)
    for role, limit in ((Role.READER, 6), (Role.REVIEWER, 7)):
        client.force_login(make.person(role))
        with django_assert_max_num_queries(limit):
            client.get("/method/")
