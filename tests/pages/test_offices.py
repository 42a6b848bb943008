"""The pages of offices: for who manages them, and for their own people."""

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts.answers import offices
from alerts.models import Absence, Office
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import given

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def publisher(client: Client) -> User:
    user = make.person(Role.PUBLISHER)
    client.force_login(user)
    return user


@pytest.fixture
def member(client: Client) -> User:
    user = make.person(Role.FOCAL_POINT)
    client.force_login(user)
    return user


def names(of: Office) -> list[str]:
    return [place.person.name for place in offices.places([of.pk], at=make.NOW)[of.pk]]


def test_staff_make_an_office_and_put_people_in_it_in_order(client: Client, publisher: User) -> None:
    one, two = given.focal_points(2)
    sent = {"name": "An office", "kind": "state", "country": "MMR", "languages": ["en", "fr"]}
    edit = client.post("/offices/new/", sent)["Location"]
    for person in (one, two):
        client.post(edit, {"action": "put", "person": person.pk})

    client.post(edit, {"action": "up", "person": two.pk})

    made = Office.objects.get()
    assert (made.country, made.languages, names(made)) == (make.country(), ["en", "fr"], [two.name, one.name])
    assert "English, French" in client.get(f"/offices/{made.pk}/").text


def test_an_office_of_a_state_without_its_country_is_refused_with_what_was_typed(
    client: Client, publisher: User
) -> None:
    answer = client.post("/offices/new/", {"name": "An office", "kind": "state", "country": ""})

    assert (answer.status_code, Office.objects.count()) == (400, 0)
    assert "wanted the State whose office it is" in answer.text
    assert 'value="An office"' in answer.text


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"action": "put", "person": ""}, "choose one"), ({"action": "take", "person": "x"}, "found no number"),
        ({"action": "take", "person": "99999999"}, "found no person"), ({"action": "eat"}, "Found no change"),
        ({"action": "describe", "name": "x"}, "fewer than 3"), ({"action": "up", "person": "²"}, "found no number"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_is_said(client: Client, publisher: User, sent: dict[str, str], says: str) -> None:
    answer = client.post(f"/offices/{given.office().pk}/edit/", sent)

    assert answer.status_code == 400
    assert says in answer.text


def test_an_ended_office_keeps_its_page_and_takes_no_change(client: Client, publisher: User) -> None:
    office = given.office(*given.focal_points(1))
    edit = f"/offices/{office.pk}/edit/"
    client.post(edit, {"action": "end"})

    assert "Ended on" in client.get(f"/offices/{office.pk}/").text
    assert "An ended office is not changed" in client.get(edit).text
    assert client.post(edit, {"action": "describe", "name": "Another"}).status_code == 400
    assert office.name not in client.get("/offices/").text
    assert office.name in client.get("/offices/?state=ended").text


def test_people_see_their_own_office_and_no_other(client: Client, member: User) -> None:
    own, other = given.office(member), given.office(*given.focal_points(1))

    text = client.get("/offices/").text

    assert own.name in text
    assert other.name not in text
    assert [client.get(f"/offices/{one.pk}/").status_code for one in (own, other)] == [200, 404]
    assert "Change this office" not in client.get(f"/offices/{own.pk}/").text


def test_who_is_in_none_is_told_so(client: Client, member: User) -> None:
    assert "You belong to no office." in client.get("/offices/").text


def test_a_person_says_that_they_are_away_and_takes_it_back(client: Client, member: User) -> None:
    office = given.office(member)
    address, day = f"/offices/{office.pk}/absence/", dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)
    sent = {"person": member.pk, "first_day": day, "last_day": day}
    for _ in range(2):
        assert client.post(address, sent).status_code == 302

    said = Absence.objects.get()
    assert (said.person, said.said_by) == (member, member)
    assert "away from" in client.get(f"/offices/{office.pk}/").text
    client.post(f"{address}{said.pk}/cancel/")
    said.refresh_from_db()
    assert said.cancelled_at is not None


def test_an_absence_that_ends_before_it_begins_is_refused_beside_its_last_day(client: Client, member: User) -> None:
    address = f"/offices/{given.office(member).pk}/absence/"

    answer = client.post(address, {"person": member.pk, "first_day": "2100-12-20", "last_day": "2100-12-10"})

    assert (answer.status_code, Absence.objects.count()) == (400, 0)
    assert "Found 2100-12-10, which is before 2100-12-20" in answer.text
    assert "field-wrong" in answer.text


def test_a_person_does_not_say_that_a_colleague_is_away(client: Client, member: User) -> None:
    (other,) = given.focal_points(1)
    office, day = given.office(member, other), dt.datetime.now(dt.UTC).date()
    said = given.away(other, day=day)

    answer = client.post(f"/offices/{office.pk}/absence/", {"person": other.pk, "first_day": day, "last_day": day})
    client.post(f"/offices/{office.pk}/absence/{said.pk}/cancel/")

    said.refresh_from_db()
    assert (answer.status_code, Absence.objects.count(), said.cancelled_at) == (400, 1, None)


def test_a_made_up_office_says_so(client: Client, member: User) -> None:
    office = given.office(member, is_demonstration=True)

    assert "Made up for the demonstration" in client.get(f"/offices/{office.pk}/").text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(
    client: Client, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    people = given.focal_points(count)
    for person in people:
        office = given.office(person)
        given.away(person)
    office = given.office(*people)
    with django_assert_max_num_queries(7):
        client.get("/offices/")
    with django_assert_max_num_queries(12):
        client.get(f"/offices/{office.pk}/")
    with django_assert_max_num_queries(12):
        client.get(f"/offices/{office.pk}/edit/")


@pytest.mark.parametrize("query", ["?state=x", "?kind=x"])
def test_a_filter_that_is_none_is_refused(client: Client, publisher: User, query: str) -> None:
    assert client.get(f"/offices/{query}").status_code == 400
