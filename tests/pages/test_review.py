"""The review list and the three decisions."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from indicators import coding
from indicators.models import Evidence, RescoreRequest
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.waiting import Bell

pytestmark = pytest.mark.usefixtures("reference")
REASON = {"reason": "the passage does not say so"}


@pytest.fixture
def reviewer(client: Client) -> User:
    person = make.person(Role.REVIEWER)
    client.force_login(person)
    return person


def decide(client: Client, row: Evidence, verb: str, **fields: Any) -> Any:
    return client.post(f"/evidence/{row.pk}/{verb}/", fields, follow=True)


def test_shows_the_oldest_in_full_and_the_rest_as_a_list(client: Client, reviewer: User) -> None:
    rows = [make.proposed() for _ in range(3)]

    page = client.get("/review/")

    assert page.context["current"] == rows[0]
    assert f"<mark>{rows[0].passage.text}</mark>" in page.text
    assert [row.pk for row in page.context["page"]] == [row.pk for row in rows]
    assert page.context["next_id"] == rows[1].pk


def test_skip_goes_round_and_never_to_ones_own(client: Client, reviewer: User) -> None:
    first, own, last = make.proposed(), make.proposed(coder=reviewer), make.proposed()

    assert client.get(f"/review/?item={first.pk}").context["next_id"] == last.pk
    assert client.get(f"/review/?item={last.pk}").context["next_id"] == first.pk
    assert "yours: another person decides" in client.get(f"/review/?item={own.pk}").text


def test_accepting_counts_once_asks_for_a_score_and_rings(
    client: Client,
    reviewer: User,
    bell: Bell,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = make.proposed()

    with django_capture_on_commit_callbacks(execute=True):
        decide(client, row, "accept")
        again = decide(client, row, "accept")

    row.refresh_from_db()
    assert (row.status, row.decided_by) == ("accepted", reviewer)
    assert RescoreRequest.objects.count() == bell.rung == 1
    assert "found it accepted; wanted it proposed" in again.text


def test_a_decision_from_the_list_leads_to_the_next_and_offers_undo(client: Client, reviewer: User) -> None:
    row, following = make.proposed(), make.proposed()

    page = client.post(f"/evidence/{row.pk}/accept/", {"from": "review", "next_item": following.pk}, follow=True)

    assert page.context["current"] == following
    assert page.context["done"] == row
    assert 'href="/countries/MMR/"' in page.text
    assert f'action="/evidence/{row.pk}/retract/"' in page.text


def test_undo_retracts_with_a_reason(client: Client, reviewer: User) -> None:
    row = make.accepted(by=reviewer)

    decide(client, row, "retract", **{"undo-reason": "accepted by mistake", "undo-is_sure": "on"})

    row.refresh_from_db()
    assert (row.status, row.retraction_reason) == ("retracted", "accepted by mistake")


def test_rejecting_keeps_the_reason_and_asks_for_no_score(client: Client, reviewer: User, bell: Bell) -> None:
    row = make.proposed()

    page = decide(client, row, "reject", **REASON)

    row.refresh_from_db()
    assert (row.status, row.decision_reason) == ("rejected", REASON["reason"])
    assert REASON["reason"] in page.text
    assert RescoreRequest.objects.count() == bell.rung == 0


@pytest.mark.parametrize("reason", ["", "no", "x" * 501, "nul \x00 here"])
def test_a_decision_without_a_proper_reason_is_refused(client: Client, reviewer: User, reason: str) -> None:
    proposed, accepted = make.proposed(), make.accepted()

    rejection = decide(client, proposed, "reject", reason=reason)
    retraction = decide(client, accepted, "retract", reason=reason, is_sure="on")

    assert "Not rejected. Found" in rejection.text
    assert (retraction.status_code, "Found" in retraction.text) == (400, True)
    assert set(Evidence.objects.values_list("status", flat=True)) == {"proposed", "accepted"}


def test_retracting_asks_for_a_tick(client: Client, reviewer: User) -> None:
    row = make.accepted()

    page = decide(client, row, "retract", **REASON)

    assert page.status_code == 400
    assert "box not ticked" in page.text
    assert REASON["reason"] in page.text


def test_retracting_rings(
    client: Client,
    reviewer: User,
    bell: Bell,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = make.accepted()

    with django_capture_on_commit_callbacks(execute=True):
        decide(client, row, "retract", **REASON, is_sure="on")

    assert bell.rung == 1


def test_nobody_decides_on_their_own(client: Client, reviewer: User) -> None:
    row = make.proposed(coder=reviewer)

    page = decide(client, row, "accept")

    assert "wanted another person to decide" in page.text
    row.refresh_from_db()
    assert row.status == "proposed"


def test_two_people_at_once_are_told(client: Client, reviewer: User) -> None:
    row = make.proposed()
    coding.reject(evidence_id=row.pk, by=make.person(Role.PUBLISHER), reason="was quicker", at=make.NOW)

    page = decide(client, row, "accept")

    assert "found it rejected; wanted it proposed" in page.text


def test_what_one_is_not_cleared_for_is_counted_and_not_shown(client: Client, reviewer: User) -> None:
    hidden = make.proposed(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL, coder=make.person(Role.ADMIN))

    page = client.get("/review/")

    assert page.context["withheld"] == 1
    assert list(page.context["page"]) == []
    for verb in ("accept", "reject", "retract"):
        assert decide(client, hidden, verb, **REASON).status_code == 404


@pytest.mark.parametrize("role", [None, *Role])
def test_only_reviewers_decide(client: Client, role: Role | None) -> None:
    row = make.proposed()
    if role is not None:
        client.force_login(make.person(role))
    decides = role in {Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}

    page = client.get("/review/")
    answer = client.post(f"/evidence/{row.pk}/accept/")

    assert page.status_code == (302 if role is None else 200 if decides or role is Role.CODER else 403)
    assert answer.status_code == (302 if role is None or decides else 403)
    row.refresh_from_db()
    assert row.status == ("accepted" if decides else "proposed")


def test_a_coder_sees_the_list_without_the_buttons(client: Client) -> None:
    make.proposed()
    client.force_login(make.person(Role.CODER))

    page = client.get("/review/")

    assert "a reviewer decides" in page.text
    assert "/accept/" not in page.text


@pytest.mark.parametrize("verb", ["accept", "reject", "retract"])
def test_nothing_is_decided_by_a_link(client: Client, reviewer: User, verb: str) -> None:
    assert client.get(f"/evidence/{make.proposed().pk}/{verb}/").status_code == 405


@pytest.mark.parametrize("query", ["?item=x", "?item=99999999999999999", "?done=-1", "?page=x"])
def test_odd_addresses_show_the_list(client: Client, reviewer: User, query: str) -> None:
    assert client.get(f"/review/{query}").status_code == 200


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(
    client: Client, reviewer: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = [make.proposed() for _ in range(rows)]

    with django_assert_max_num_queries(8):  # two of them for the session and the person
        client.get(f"/review/?item={made[-1].pk}")
