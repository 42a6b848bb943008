"""Situations: their threads, and what those who release alerts change in them."""

import datetime as dt
import re

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts.models import AlertDecision, Situation, SituationPlace
from alerts.situations.situations import home_situation, open_situation
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.pages.test_signals import signal

pytestmark = pytest.mark.usefixtures("reference")
EDIT = "/situations/the-river/edit/"


@pytest.fixture
def publisher(client: Client) -> User:
    user = make.person(Role.PUBLISHER)
    client.force_login(user)
    return user


def shared(*codes: str) -> Situation:
    countries = [make.country(iso3) for iso3 in codes or ("MMR", "BGD")]
    return open_situation(name="The river", countries=countries, by=make.person(Role.ADMIN), at=make.NOW)


def test_an_empty_list_says_what_it_means(client: Client) -> None:
    assert "No situation is followed yet." in client.get("/situations/").text


def test_a_thread_shows_its_countries_alerts_and_signals_and_drafts_to_publishers_only(client: Client) -> None:
    row, draft = outbox.alert(headline="It went out"), outbox.alert(state="draft", headline="It waits")
    outbox.alert(iso3="SDN", headline="Of another")
    signal()

    text = client.get(f"/situations/{row.situation.slug}/").text
    client.force_login(make.person(Role.PUBLISHER))
    staff = client.get(f"/situations/{row.situation.slug}/").text

    assert "It went out" in text
    assert "The index rose by 7.3 points" in text
    assert "Of another" not in text + staff
    assert ("It waits" in text, draft.headline in staff) == (False, True)
    assert "its alerts are threaded here" in text


@pytest.mark.parametrize(("query", "found"), [("", 2), ("?country=SDN", 1), ("?country=FRA", 0), ("?state=closed", 0)])
def test_the_address_chooses_situations(client: Client, query: str, found: int) -> None:
    outbox.alert()
    outbox.alert(iso3="SDN")

    page = client.get(f"/situations/{query}")

    assert (page.status_code, len(page.context["page"].object_list)) == (200, found)
    assert client.get("/situations/?state=x").status_code == 400


def test_a_publisher_opens_one_over_several_countries(client: Client, publisher: User) -> None:
    answer = client.post("/situations/new/", {"name": "The river", "countries": ["MMR", "BGD"], "part": "Its mouth"})

    made = Situation.objects.get()
    assert (answer.status_code, made.part, made.opened_by) == (302, "Its mouth", publisher)
    assert set(made.places.values_list("country__iso3", "is_home")) == {("MMR", False), ("BGD", False)}


def test_what_cannot_be_opened_is_said_with_what_was_typed(client: Client, publisher: User) -> None:
    answer = client.post("/situations/new/", {"name": "xy", "part": "Kept"})

    assert (answer.status_code, Situation.objects.count()) == (400, 0)
    assert 'value="Kept"' in answer.text
    assert "wanted at least one" in answer.text


def test_a_country_gets_another_home_and_a_draft_is_moved_with_the_reason(client: Client, publisher: User) -> None:
    alert, river = outbox.alert(), shared()
    former = alert.situation

    client.post(EDIT, {"action": "put", "country": "MMR", "is_home": "on"})
    move = {"action": "move", "alert": alert.pk, "to": "the-river", "reason": "one danger"}
    answer = client.post(f"/situations/{former.slug}/edit/", move)

    alert.refresh_from_db()
    with transaction.atomic():
        assert home_situation(country=make.country(), at=make.NOW) == river == alert.situation
    assert answer.status_code == 302
    decision = AlertDecision.objects.get(alert=alert, action="moved")
    assert (decision.by, decision.reason, decision.before) == (publisher, "one danger", {"situation": former.slug})


def test_a_change_of_what_somebody_else_changed_is_refused_and_said(client: Client, publisher: User) -> None:
    shared()
    seen = {"was_name": "The river", "was_part": "", "was_about": ""}
    client.post(EDIT, {"action": "describe", "name": "The river", "part": "The mouth", "about": "", **seen})

    answer = client.post(EDIT, {"action": "describe", "name": "Another name", "part": "", "about": "", **seen})

    assert (answer.status_code, Situation.objects.get().name) == (400, "The river")
    assert "found it changed since you opened this page" in answer.text


def test_a_closed_situation_keeps_its_page_and_takes_no_change(client: Client, publisher: User) -> None:
    shared()
    client.post(EDIT, {"action": "close", "reason": "it is over"})

    again = client.post(EDIT, {"action": "close", "reason": "it is over"})

    assert "it is over" in client.get("/situations/the-river/").text
    assert "Closed on" in client.get(EDIT).text
    assert (again.status_code, SituationPlace.objects.filter(until=None).count()) == (400, 0)
    assert "The river" in client.get("/situations/?state=closed").text


def test_one_with_drafts_is_not_closed(client: Client, publisher: User) -> None:
    draft = outbox.alert(state="draft")

    answer = client.post(f"/situations/{draft.situation.slug}/edit/", {"action": "close", "reason": "it is over"})

    assert answer.status_code == 400
    assert "1 alert waiting for release" in answer.text


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"action": "take", "country": "MMR"}, None), ({"action": "take", "country": "FRA"}, "not in the list"),
        ({"action": "put", "country": "MMR"}, "there already"), ({"action": "close", "reason": ""}, "Found no reason"),
        ({"action": "eat"}, "Found no change"), ({}, "Found no change"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(client: Client, publisher: User, sent: dict[str, str], says: str | None) -> None:
    shared()

    answer = client.post(EDIT, sent)

    assert answer.status_code == (302 if says is None else 400)
    assert says is None or says in answer.text


def test_the_last_country_stays(client: Client, publisher: User) -> None:
    shared("MMR")

    assert "alone in it" in client.post(EDIT, {"action": "take", "country": "MMR"}).text


@pytest.mark.parametrize("role", [Role.READER, Role.FOCAL_POINT, Role.CODER, Role.REVIEWER])
def test_only_those_who_release_change_situations(client: Client, role: Role) -> None:
    shared()
    client.force_login(make.person(role))

    assert client.post(EDIT, {"action": "close", "reason": "it is over"}).status_code == 403
    assert "Change or close" not in client.get("/situations/the-river/").text


@pytest.mark.parametrize("count", [2, 30])
def test_queries_do_not_grow(
    client: Client, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for place in range(count):
        row = outbox.alert(state="draft" if place % 2 else "released")
        signal()
        shared("MMR", "SDN", "BGD")
    with django_assert_max_num_queries(9):
        client.get("/situations/")
    with django_assert_max_num_queries(21):  # seven of them for the ledger, what left it, and the levers
        client.get(f"/situations/{row.situation.slug}/")
    with django_assert_max_num_queries(12):
        client.get(f"/situations/{row.situation.slug}/edit/")


def test_no_inline_style_and_no_id_twice(client: Client, publisher: User) -> None:
    outbox.alert(headline="<script>alert(1)</script>")
    shared()

    for address in ("/situations/", "/situations/new/", "/situations/the-river/", EDIT, "/situations/myanmar/"):
        text = client.get(address).text
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert not re.search(r'<[^>]*\s(style|on\w+)="|<script>|<style(?! id=)', text), address
        assert len(ids) == len(set(ids)), address


def test_a_clock_that_was_set_back_moves_a_home_all_the_same(client: Client, publisher: User) -> None:
    shared()
    Situation.objects.update(opened_at=make.NOW + dt.timedelta(days=9_000))
    SituationPlace.objects.update(since=make.NOW + dt.timedelta(days=9_000))

    assert client.post(EDIT, {"action": "put", "country": "MMR", "is_home": "on"}).status_code == 302
