"""A draft of an alert on its page: who would get it, and its release or refusal."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from alerts import links
from alerts.models import Alert
from indicators.models import Standing
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.waiting import Bell

pytestmark = pytest.mark.usefixtures("reference")
PUBLISHERS = {Role.PUBLISHER, Role.ADMIN}


@pytest.fixture
def publisher(client: Client) -> User:
    user = make.person(Role.PUBLISHER, name="Pia Publisher")
    client.force_login(user)
    return user


def draft(**fields: Any) -> Alert:
    """One that may be released: its country stands at its level."""
    row = outbox.alert(**({"state": "draft"} | fields))
    Standing.objects.create(country=row.country, method=row.snapshot.method, snapshot=row.snapshot)
    return row


def test_a_draft_shows_who_would_get_it_and_what_they_would_read(client: Client, publisher: User) -> None:
    row = draft(what_changed="What the mail says.")
    outbox.subscription(make.person(Role.FOCAL_POINT, name="Fay Focal"))
    outbox.subscription(make.person(name="Only Severe"), least_level=5)

    page = client.get(f"/alerts/{row.pk}/")

    assert [rule.person.name for rule in page.context["recipients"]] == ["Fay Focal"]
    assert "Only Severe" not in page.text
    assert "What the mail says." in page.context["mail_text"]
    token = re.search(r"/subscriptions/by-link/([^/\s]+)/", page.context["mail_text"])
    assert token is not None
    assert links.person_of(token[1]) == publisher
    assert "no-store" in page.headers["Cache-Control"]


def test_releasing_sends_it_out_and_rings(
    client: Client,
    publisher: User,
    bell: Bell,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = draft()

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/alerts/{row.pk}/release/", {"reason": "Two more bodies say it"}, follow=True)

    row.refresh_from_db()
    assert (row.state, row.decided_by, row.decision_reason) == ("released", publisher, "Two more bodies say it")
    assert bell.rung == 1
    assert "Released. The mails go out now" in answer.text


def test_refusing_keeps_it_and_rings_nobody(
    client: Client,
    publisher: User,
    bell: Bell,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = draft()

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/alerts/{row.pk}/refuse/", {"reason": "One source, and it is old"}, follow=True)

    row.refresh_from_db()
    assert (row.state, row.decided_by, bell.rung) == ("refused", publisher, 0)
    assert "this never went out" in answer.text
    assert "One source, and it is old" in answer.text


@pytest.mark.parametrize(("decision", "typed"), [("release", "x"), ("refuse", ""), ("release", "  "), ("refuse", "ab")])
def test_a_reason_that_is_too_short_is_said_and_kept(
    client: Client, publisher: User, decision: str, typed: str
) -> None:
    row = draft()

    page = client.post(f"/alerts/{row.pk}/{decision}/", {"reason": typed})

    row.refresh_from_db()
    assert (page.status_code, row.state) == (400, "draft")
    assert "Nothing was decided." in page.text
    assert f'href="#{decision}-reason"' in page.text
    assert f'id="{decision}-reason"' in page.text


def test_a_country_that_fell_again_cannot_be_warned_of_and_what_was_typed_is_kept(
    client: Client, publisher: User
) -> None:
    row = draft()
    Standing.objects.filter(country=row.country).update(snapshot=outbox.snapshot(level=2))
    said_before = "A release would be refused" in client.get(f"/alerts/{row.pk}/").text

    page = client.post(f"/alerts/{row.pk}/release/", {"reason": "I thought <b>long</b>"})

    assert said_before
    assert page.status_code == 409
    assert "found the country at LOW now" in page.text
    assert "I thought &lt;b&gt;long&lt;/b&gt;</textarea>" in page.text


def test_who_comes_second_is_told_who_decided_and_keeps_what_was_typed(client: Client, publisher: User) -> None:
    row = draft()
    client.post(f"/alerts/{row.pk}/release/", {"reason": "The first"})

    page = client.post(f"/alerts/{row.pk}/refuse/", {"reason": "The second"})

    assert page.status_code == 409
    assert "found it released by Pia Publisher" in page.text
    assert "You had written: “The second”" in page.text


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("decision", ["release", "refuse"])
def test_only_those_who_release_may_decide(client: Client, role: Role | None, decision: str) -> None:
    row = draft()
    if role is not None:
        client.force_login(make.person(role))

    page = client.post(f"/alerts/{row.pk}/{decision}/", {"reason": "Synthetic reason"})

    row.refresh_from_db()
    assert page.status_code == (302 if role is None or role in PUBLISHERS else 403)
    assert (row.state != "draft") is (role in PUBLISHERS)


def test_a_decision_needs_a_post_and_its_token(publisher: User) -> None:
    client, row = Client(enforce_csrf_checks=True), draft()
    client.force_login(publisher)

    assert client.get(f"/alerts/{row.pk}/release/").status_code == 405
    assert client.post(f"/alerts/{row.pk}/release/", {"reason": "Synthetic"}).status_code == 403
