"""The form of a rule at its three doors: what it is about, where it goes, and what it would have sent."""

import datetime as dt

import pytest
from django.test import Client

from alerts.models import Endpoint, Subscription
from people.permissions import Role
from r2p_dashboard import clock
from tests import make
from tests.alerts import outbox
from tests.pages.test_subscriptions import SUDAN, by_link, in_force

pytestmark = pytest.mark.usefixtures("reference")


def test_every_door_saves_what_a_rule_is_about(client: Client) -> None:
    me = make.person()
    client.force_login(me)
    about = {"scopes": ["genocide"], "factors": ["7", "13"]}

    client.post("/subscriptions/new/", {**SUDAN, **about})
    client.post(by_link(me), {"action": "save", "is_everywhere": "on", "least_level": "3", **about})

    words = "from ELEVATED on, only on risk factors 7 or 13 or risk factors of genocide"
    assert in_force(me) == [f"alerts about Sudan {words}", f"alerts about every country {words}"]
    page = client.get(f"/subscriptions/{Subscription.objects.earliest('pk').pk}/").text
    for box in ('"scopes" value="genocide"', '"factors" value="7"', '"factors" value="13"'):
        assert f"name={box} checked" in page


def test_a_rule_about_what_is_not_there_is_refused_on_the_page(client: Client) -> None:
    me = make.person()

    page = client.post(by_link(me), {"action": "save", **SUDAN, "factors": ["15"], "scopes": ["x"]})

    assert page.status_code == 400
    for box in ("factors", "scopes"):
        assert f'<div id="id_{box}"><ul class="errorlist"' in page.text


def test_before_saving_it_says_how_many_mails_it_would_have_sent(client: Client) -> None:
    """From each of the three doors, as a page and as a piece of one; nothing is saved."""
    me = make.person(Role.PUBLISHER)
    client.force_login(me)
    rule = outbox.subscription(me, least_level=5)
    recent = clock.now() - dt.timedelta(days=3)
    warning = outbox.alert(iso3="SDN", released_at=recent)
    outbox.alert(iso3="SDN", released_at=recent - dt.timedelta(days=400))
    asked = {"action": "look_back", "rule": rule.pk, "person": me.pk, **SUDAN}

    for door in ("/subscriptions/new/", f"/subscriptions/{rule.pk}/", by_link(me)):
        for headers in ({}, {"HX-Request": "true"}):
            page = client.post(door, asked, headers=headers)
            assert page.status_code == 200
            assert "this rule would have sent 1 mail" in page.text
            assert f'href="/alerts/{warning.pk}/"' in page.text
            assert (f'hx-post="{door}"' in page.text, "<main" in page.text) == (True, not headers)
    assert in_force(me) == ["alerts about every country from SEVERE on"]


def test_looking_back_with_nothing_chosen_says_what_to_choose(client: Client) -> None:
    me = make.person()
    client.force_login(me)

    for headers in ({}, {"HX-Request": "true"}):
        for fields in ({"least_level": "3"}, {"countries": ["SDN"], "least_level": "9"}):
            page = client.post("/subscriptions/new/", {"action": "look_back", **fields}, headers=headers)
            assert (page.status_code, "Choose at least one country or region" in page.text) == (200, True)


def test_a_webhook_is_offered_to_who_has_one_and_to_nobody_else(client: Client) -> None:
    me, other = make.person(), make.person()
    url = "https://machine.test.example/"
    mine = Endpoint.objects.create(owner=me, name="Our desk", url=url, created_at=make.NOW)
    Endpoint.objects.create(owner=other, name="Theirs", url=url, created_at=make.NOW)

    assert "Where to" not in client.get(by_link(make.person())).text
    page = client.get(by_link(me)).text
    assert ("to the webhook Our desk" in page, "Theirs" in page) == (True, False)
    client.post(by_link(me), {"action": "save", **SUDAN, "endpoint": mine.pk})
    assert in_force(me) == ["alerts about Sudan from ELEVATED on, to a webhook"]
    assert "to the webhook Our desk" in client.get(f"{by_link(me)}?edit={Subscription.objects.get().pk}").text
