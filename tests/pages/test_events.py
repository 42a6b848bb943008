"""Pages of events: what is proposed, what a reviewer decides, takes out, renames and takes back."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators.events import told_apart
from indicators.models import EventDecision, EventLink, Evidence, RescoreRequest
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.indicators.test_event_links import event_of
from tests.suggested import suggestion

pytestmark = pytest.mark.usefixtures("reference")
SHELLING = "On Tuesday, shelling of the market in El Fasher killed 46 civilians, medical staff said."
AGAIN = "Medical workers in El Fasher counted at least 46 dead after the market was shelled."
DAY = dt.date(2024, 5, 20)


def told(text: str, **fields: Any) -> Evidence:
    """A piece of evidence on a passage with this text; part of no named event."""
    said: dict[str, Any] = {"event_key": "", "event_on": DAY, "country": make.country("SDN")} | fields
    return make.accepted(of=make.passage(make.report(text=text)), **said)


def massacre(**fields: Any) -> tuple[Evidence, Evidence]:
    return told(SHELLING, **fields), told(AGAIN, **fields)


@pytest.fixture
def reviewer(client: Client) -> User:
    person = make.person(Role.REVIEWER)
    client.force_login(person)
    return person


def address(first: Evidence, second: Evidence) -> str:
    return f"/events/{first.pk}/{second.pk}/"


def answer(client: Client, first: Evidence, second: Evidence, **changes: str) -> Any:
    form = client.get(address(first, second)).context["form"]
    data = {name: str(form[name].value() or "") for name in form.fields} | {"verdict": "same"} | changes
    return client.post(address(first, second), data, follow=True)


def test_two_reports_of_one_massacre_are_proposed_with_the_reasons(client: Client, reviewer: User) -> None:
    assert "Nothing waits." in client.get("/events/").text
    first, second = massacre()

    page = client.get("/events/").text

    assert f'href="{address(first, second)}"' in page
    assert "Same day, both say 46 civilians, both name El Fasher" in page
    assert "counts as two" in page
    assert address(first, second) in client.get("/events/?country=SDN").text
    assert "No two pieces" in client.get("/events/?country=MMR").text
    assert "No two pieces" in client.get("/events/?country=SDN&before=2024-05-20").text


def test_a_reviewer_makes_them_one_event_and_takes_it_back(client: Client, reviewer: User) -> None:
    first, second = massacre()
    RescoreRequest.objects.all().delete()

    page = answer(client, first, second)

    assert "Saved: one event." in page.text
    assert {event_of(first), event_of(second)} == {"sdn-el-fasher-2024-05-20"}
    assert [row.country.iso3 for row in RescoreRequest.objects.all()] == ["SDN"]
    assert address(first, second) not in page.text
    page = client.post(f"/events/decisions/{EventDecision.objects.get().pk}/undo/", follow=True)
    assert "Taken back" in page.text
    assert not EventLink.objects.holding().exists()


def test_different_ones_are_never_proposed_again(client: Client, reviewer: User) -> None:
    first, second = massacre()

    page = answer(client, first, second, verdict="different")

    assert "Nothing waits." in page.text
    assert told_apart([first.pk]) == {(first.pk, second.pk)}
    assert address(first, second) not in client.get(f"/evidence/{first.pk}/event/").text


def test_of_two_people_the_second_is_told_and_changes_nothing(client: Client, reviewer: User) -> None:
    first, second = massacre()
    form = client.get(address(first, second)).context["form"]
    late = {name: str(form[name].value() or "") for name in form.fields} | {"verdict": "same", "name": "late"}
    answer(client, first, second, name="early")

    page = client.post(address(first, second), late)

    assert (page.status_code, "changed since you looked" in page.text) == (409, True)
    assert {event_of(first), event_of(second)} == {"early"}


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"name": "Not A Name"}, {"name": ""}, {"verdict": ""}])
def test_what_is_wrong_is_said_and_nothing_saved(client: Client, reviewer: User, wrong: dict[str, str]) -> None:
    first, second = massacre()

    page = answer(client, first, second, **wrong)

    assert page.status_code == 400
    assert "Nothing was saved" in page.text
    assert not EventDecision.objects.exists()


def test_the_page_of_an_event_renames_takes_out_and_shows_what_else_may_be_part(client: Client, reviewer: User) -> None:
    first, second = massacre(event_key="sdn-one")
    third = told(AGAIN)
    here = f"/evidence/{first.pk}/event/"
    page = client.get(here).text
    assert f"/evidence/{second.pk}/event/" in page
    assert f"/events/{first.pk}/{third.pk}/" in page

    client.post(f"{here}rename/", {"event": "sdn-one", "name": "sdn-two", "reason": "a better name"})
    page = client.post(f"{here}unlink/", {"event": "sdn-two", "reason": "another day"}, follow=True).text

    assert "No named event yet" in page
    assert (event_of(first), event_of(second)) == ("", "sdn-two")
    assert "Nothing was saved" in client.post(f"{here}unlink/", {"event": "", "reason": "again"}, follow=True).text


def test_the_evidence_page_says_of_which_event_it_is_part_with_how_many_others(client: Client) -> None:
    first, second = massacre(event_key="sdn-one")
    told(AGAIN, event_key="sdn-one", sensitivity=Sensitivity.CONFIDENTIAL)
    page = client.get(f"/evidence/{first.pk}/").text
    assert 'Part of event <span class="event-name">sdn-one</span> with 1 other piece<' in page
    assert "Its event: link" not in page

    client.force_login(make.person(Role.REVIEWER))

    page = client.get(f"/evidence/{first.pk}/").text
    assert "with 2 other pieces" in page
    assert f'href="/evidence/{first.pk}/event/"' in page
    assert second.indicator.label in page


def test_who_may_not_see_a_piece_meets_it_nowhere(client: Client) -> None:
    first, hidden = told(SHELLING), told(AGAIN, sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    client.force_login(make.person(Role.REVIEWER))

    assert "Nothing waits." in client.get("/events/").text
    assert client.get(address(first, hidden)).status_code == 404
    assert client.get(f"/evidence/{hidden.pk}/event/").status_code == 404
    assert f"/{hidden.pk}/" not in client.get(f"/evidence/{first.pk}/event/").text


def test_a_coder_looks_and_does_not_decide(client: Client) -> None:
    first, second = massacre()
    client.force_login(make.person(Role.CODER))

    assert "a reviewer decides" in client.get(address(first, second)).text
    posts = (f"/evidence/{first.pk}/event/unlink/", f"/evidence/{first.pk}/event/rename/", "/events/decisions/1/undo/")
    assert [client.post(post).status_code for post in posts] == [403, 403, 403]
    assert "Nothing was saved" in answer(client, first, second).text


# --- at the desk -------------------------------------------------------------------------------------------
def card(client: Client) -> Any:
    return client.get("/suggestions/").context["cards"][0]


def accept(client: Client, **changes: str) -> Any:
    form = card(client).form
    data = {field.name: str(field.value()) for field in form} | changes
    return client.post(f"/suggestions/{form.suggestion.pk}/accept/", data)


def test_the_desk_offers_the_most_alike_first(client: Client, reviewer: User) -> None:
    told("Farmers near Kosti complained of the price of seed.", event_key="sdn-seed")
    lone = told(SHELLING, event_on=DAY - dt.timedelta(days=1))
    suggestion(make.passage(make.report(text=AGAIN)), iso3="SDN")

    events = card(client).form.events

    assert [event.key for event in events] == [f"~{lone.pk}", "sdn-seed"]
    assert "one day apart" in events[0].label


def test_a_lone_piece_chosen_at_the_desk_becomes_one_event_with_the_new_one(client: Client, reviewer: User) -> None:
    lone = told(SHELLING)
    suggestion(make.passage(make.report(text=AGAIN)), iso3="SDN")

    accept(client, same_event=f"~{lone.pk}")

    new = Evidence.objects.latest("pk")
    assert new != lone
    assert event_of(new) == event_of(lone) == f"sdn-evidence-{lone.pk}"


# --- what it costs -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [2, 24])
def test_queries_do_not_grow(
    client: Client, reviewer: User, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [told(f"{SHELLING} It was the {number}th time.", event_key="sdn-one") for number in range(count)]
    lone = [told(AGAIN) for _ in range(count)]
    client.get("/method/")

    for page, most in (("/events/", 9), ("/events/?country=SDN", 11), (address(rows[0], lone[0]), 8)):
        with django_assert_max_num_queries(most, info=page):
            assert client.get(page).status_code == 200
    with django_assert_max_num_queries(10):
        assert client.get(f"/evidence/{rows[0].pk}/event/").status_code == 200
