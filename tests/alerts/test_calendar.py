"""Calendars of levers and deadlines, read back by the library's own parser."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries, Settings

from alerts import links
from alerts.models import Duty, Lever, Office, OfficeMember
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)
TODAY = make.TODAY


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = "https://warnings.example"


def lever(iso3: str = "SDN", **fields: Any) -> Lever:
    given = {
        "country": make.country(iso3), "kind": "mandate", "title": "A mandate, ends; here", "body": "A body",
        "first_day": TODAY + 30 * DAY, "last_day": TODAY + 31 * DAY, "source_title": "A source", "added_at": NOW,
    }  # fmt: skip
    return Lever.objects.create(**(given | fields))


def events(client: Client, address: str) -> list[Any]:
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_a_lever_is_whole_days_that_block_nobodys_time(client: Client) -> None:
    row = lever()
    (event,) = events(client, "/levers.ics")

    assert (event["uid"], event["summary"]) == (f"lever-{row.pk}@warnings.example", "Sudan: A mandate, ends; here")
    assert (event["dtstart"].dt, event["dtend"].dt) == (row.first_day, row.last_day + DAY)
    assert (event["transp"], event["status"], event["sequence"]) == ("TRANSPARENT", "CONFIRMED", 0)
    assert event["last-modified"].dt == NOW


def test_a_removed_lever_is_cancelled_for_a_while_under_its_uid(client: Client) -> None:
    row = lever()
    before = events(client, "/levers.ics")[0]["uid"]
    Lever.objects.filter(pk=row.pk).update(removed_at=NOW + DAY, removal_reason="Moved")
    (after,) = events(client, "/levers.ics")

    assert (after["uid"], after["status"], after["sequence"]) == (before, "CANCELLED", 1)
    assert after["last-modified"].dt == NOW + DAY
    Lever.objects.filter(pk=row.pk).update(removed_at=NOW - 200 * DAY)
    assert events(client, "/levers.ics") == []


def test_an_uncertain_day_is_tentative_and_an_old_one_is_not_told(client: Client) -> None:
    lever(is_estimated=True)
    lever(first_day=TODAY - 200 * DAY, last_day=TODAY - 200 * DAY)

    assert [event["status"] for event in events(client, "/levers.ics")] == ["TENTATIVE"]


def test_a_country_has_its_own_levers_and_those_of_its_situations(client: Client) -> None:
    lever("SDN", title="Own")
    lever(country=None, situation=outbox.situation("SDN"), title="Of the situation")
    lever("MMR", title="Other")

    named = [str(event["summary"]) for event in events(client, "/countries/SDN/levers.ics")]
    assert named == ["Sudan: Own", "Sudan: Of the situation"]
    assert client.get("/countries/XXX/levers.ics").status_code == 404


def test_who_has_it_already_is_told_so(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(5):
        lever()
    tag = client.get("/levers.ics").headers["ETag"]

    with django_assert_num_queries(1):
        assert client.get("/levers.ics", headers={"If-None-Match": tag}).status_code == 304
    lever()
    assert client.get("/levers.ics", headers={"If-None-Match": tag}).status_code == 200


def duty(**fields: Any) -> tuple[Duty, Any]:
    person = make.person(Role.FOCAL_POINT)
    office = Office.objects.create(name=f"Office {person.pk}", kind="organisation", created_at=NOW)
    OfficeMember.objects.create(office=office, person=person, order=1, since=NOW)
    given = {"alert": outbox.alert(**fields), "office": office, "opened_at": NOW, "due_at": NOW + 2 * DAY}
    return Duty.objects.create(**given), person


def mine(person: Any) -> str:
    return f"/calendar/{links.calendar_token(person)}/mine.ics"


def test_a_person_finds_their_deadlines_and_the_levers_of_what_they_follow(client: Client) -> None:
    row, person = duty(iso3="MMR")
    rule = outbox.subscription(person, is_everywhere=False, regions=[2])
    rule.countries.set([make.country("MMR")])
    for iso3 in ("SDN", "MMR", "UKR"):
        lever(iso3, title="x")
    found = {str(event["uid"]).split("-")[0] + ":" + str(event["summary"]) for event in events(client, mine(person))}

    assert found == {"lever:Sudan: x", "lever:Myanmar: x", "duty:Answer due: ELEVATED, Myanmar"}
    assert row.office.name in client.get(mine(person)).text.replace("\r\n ", "")


def test_an_answered_duty_is_cancelled_and_its_sequence_goes_up(client: Client) -> None:
    row, person = duty()
    row.steps.create(kind="asked", person=person, at=NOW)
    before = events(client, mine(person))[0]
    Duty.objects.filter(pk=row.pk).update(closed_at=NOW + DAY, closing="answered")
    after = events(client, mine(person))[0]

    assert (before["sequence"], before["status"]) == (1, "CONFIRMED")
    assert (after["sequence"], after["status"], after["uid"]) == (2, "CANCELLED", before["uid"])


def test_a_duty_about_what_the_person_may_not_see_is_not_told(client: Client) -> None:
    _, person = duty(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    assert events(client, mine(person)) == []


def test_the_link_is_private_and_ends_with_the_password_or_the_account(client: Client) -> None:
    _, person = duty()
    address = mine(person)
    answer = client.get(address)
    assert "no-store" in answer.headers["Cache-Control"]
    person.set_password("another long password")
    person.save()

    assert client.get(address).status_code == 404
    assert client.get(f"/calendar/{links.manage_token(person)}/mine.ics").status_code == 404
    fresh = mine(person)
    person.is_active = False
    person.save()
    assert client.get(fresh).status_code == 404


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int) -> None:
    _, person = duty()
    for _ in range(count):
        rule = outbox.subscription(person, is_everywhere=False)
        rule.countries.set([make.country("SDN")])
        lever()
    with django_assert_num_queries(5):
        client.get(mine(person))
