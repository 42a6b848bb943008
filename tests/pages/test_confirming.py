"""Saying yes or no by the link of a mail; what staff and the person see of a rule that waits."""

import datetime as dt
import logging

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts import links
from alerts.models import Confirmation, Subscription
from alerts.subscriptions import confirming, subscribing
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from tests import make

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def rule() -> Subscription:
    """Made by staff for a focal point."""
    reader, staff = make.person(Role.FOCAL_POINT, name="Fay Focal"), make.person(Role.ADMIN)
    wanted = subscribing.Wanted(is_everywhere=True)
    return subscribing.subscribe(person=reader, wanted=wanted, by=staff, at=clock.now())


def page_of(rule: Subscription) -> str:
    return f"/confirm/{links.confirm_token(rule)}/"


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_opens_the_link_changes_nothing(client: Client, rule: Subscription, method: str) -> None:
    before = Subscription.objects.values().get()

    for query in ("", "?said=yes", "?said=no"):
        assert getattr(client, method)(f"{page_of(rule)}{query}").status_code == 200
    assert Subscription.objects.values().get() == before


def test_one_click_says_yes_and_a_second_changes_nothing(client: Client, rule: Subscription) -> None:
    here = page_of(rule)
    assert "Alerts about every country from ELEVATED on" in client.get(here).text
    for _ in range(2):
        assert "You are warned by this rule" in client.post(here, {"said": "yes"}, follow=True).text
        rule.refresh_from_db()
        found = rule.confirmed_at
    assert found is not None
    assert "You are warned by this rule" in client.post(here, {"said": "no"}, follow=True).text


def test_no_ends_the_rule_and_a_yes_after_it_does_not_bring_it_back(client: Client, rule: Subscription) -> None:
    here = page_of(rule)

    assert "declined by the person" in client.post(here, {"said": "no"}, follow=True).text
    assert "has ended" in client.post(here, {"said": "yes"}, follow=True).text
    rule.refresh_from_db()
    assert (rule.ended_how, rule.confirmed_at) == (confirming.DECLINED, None)


def test_another_word_changes_nothing(client: Client, rule: Subscription) -> None:
    assert "wanted one of the two buttons" in client.post(page_of(rule), {"said": "maybe"}, follow=True).text
    assert Subscription.objects.get().confirmed_at is None


def test_a_forged_link_and_one_for_another_purpose_open_nothing(client: Client, rule: Subscription) -> None:
    token = links.confirm_token(rule)
    for wrong in (token[:-2], "x", links.manage_token(rule.person), links.unsubscribe_token(rule.person)):
        for page in (client.get(f"/confirm/{wrong}/"), client.post(f"/confirm/{wrong}/", {"said": "yes"})):
            assert (page.status_code, "This link opens nothing" in page.text) == (404, True)
    User.objects.filter(pk=rule.person_id).update(email="new@test.example")
    assert client.post(f"/confirm/{token}/", {"said": "yes"}).status_code == 404
    assert Subscription.objects.get().confirmed_at is None


def test_a_link_older_than_seven_days_says_so(client: Client, rule: Subscription) -> None:
    here = page_of(rule)

    with time_machine.travel(clock.now() + dt.timedelta(days=7, hours=1), tick=False):
        for page in (client.get(here), client.post(here, {"said": "yes"})):
            assert (page.status_code, "This link is too old" in page.text) == (410, True)
    assert Subscription.objects.get().confirmed_at is None


def test_the_page_is_not_kept_listed_told_nor_logged_and_wants_its_forms_token(
    rule: Subscription, caplog: pytest.LogCaptureFixture
) -> None:
    here, strict = page_of(rule), Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.DEBUG):
        page, refused = strict.get(here), strict.post(here, {"said": "yes"})

    assert refused.status_code == 403
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert here.split("/")[2] not in " ".join(record.getMessage() for record in caplog.records)


def test_staff_see_what_waits_and_send_again(client: Client, rule: Subscription) -> None:
    client.force_login(make.person(Role.PUBLISHER))
    for page in ("/subscriptions/", f"/subscriptions/{rule.pk}/"):
        assert "Waits for the person's yes" in client.get(page).text
        assert "waits to be sent" in client.get(page).text

    again = client.post(f"/subscriptions/{rule.pk}/ask/", follow=True)
    assert "A mail asks Fay Focal to say yes" in again.text
    assert Confirmation.objects.count() == 1  # the one that waits
    assert client.get(f"/subscriptions/{rule.pk}/ask/").status_code == 405
    client.post(f"/subscriptions/{rule.pk}/yes/", {"said": "yes"})
    assert Subscription.objects.get().confirmed_at is None


@pytest.mark.parametrize("role", [None, *Role])
def test_who_may_send_again(client: Client, rule: Subscription, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))
    answer = client.post(f"/subscriptions/{rule.pk}/ask/")

    assert answer.status_code == (302 if role in {None, Role.PUBLISHER, Role.ADMIN} else 403)
    assert (answer.headers.get("Location") == "/subscriptions/") == (role in {Role.PUBLISHER, Role.ADMIN})


def test_a_person_says_yes_signed_in_and_nobody_for_them(client: Client, rule: Subscription) -> None:
    client.force_login(make.person(Role.READER))
    assert client.post(f"/subscriptions/{rule.pk}/yes/", {"said": "yes"}).status_code == 404

    client.force_login(rule.person)
    assert "Waits for your yes" in client.get("/subscriptions/").text
    client.post(f"/subscriptions/{rule.pk}/yes/", {"said": "yes"})
    assert "Waits for your yes" not in client.get("/subscriptions/").text


def test_staff_are_told_that_a_mail_asks_first(client: Client) -> None:
    other = make.person(Role.FOCAL_POINT, name="Fay Focal")
    client.force_login(make.person(Role.ADMIN))

    fields = {"person": other.pk, "is_everywhere": "on", "least_level": "4", "frequency": "at_once"}
    page = client.post("/subscriptions/new/", fields, follow=True)
    assert "A mail asks Fay Focal to say yes; no alert goes out by it before." in page.text
    rule = Subscription.objects.get()
    assert "Waits for your yes" in client.get(f"/subscriptions/by-link/{links.manage_token(other)}/").text
    assert Confirmation.objects.get().subscription == rule


@pytest.mark.parametrize("rows", [3, 30])
def test_queries_do_not_grow_with_what_waits(
    client: Client, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    staff = make.person(Role.ADMIN)
    for _ in range(rows):
        wanted = subscribing.Wanted(is_everywhere=True)
        rule = subscribing.subscribe(person=make.person(), wanted=wanted, by=staff, at=clock.now())
    client.force_login(staff)

    for address, most in (("/subscriptions/", 11), (f"/subscriptions/{rule.pk}/", 13), (page_of(rule), 6)):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
