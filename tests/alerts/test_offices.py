"""Offices: their people in order, kept with their history, and who is away."""

import datetime as dt

import pytest

from alerts.answers import offices
from alerts.answers.offices import OfficeError
from alerts.models import Duty, MailSettings, Office, OfficeMember
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import given, outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
LATER = NOW + dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def staff() -> User:
    return make.person(Role.PUBLISHER)


def order(of: Office) -> list[int]:
    return [place.person.pk for place in offices.places([of.pk], at=LATER)[of.pk]]


def present(of: Office, at: dt.datetime = NOW) -> list[int]:
    return [place.person.pk for place in offices.places([of.pk], at=at)[of.pk] if not place.is_away]


def test_an_office_of_a_state_has_its_country(staff: User) -> None:
    with pytest.raises(OfficeError, match="wanted the State whose office it is"):
        offices.open_office(name="An office", kind="state", country=None, by=staff, at=NOW)

    made = offices.open_office(name="An  office", kind="state", country=make.country(), by=staff, at=NOW)
    assert (made.name, made.country) == ("An office", make.country())


def test_two_open_offices_never_have_one_name(staff: User) -> None:
    first = given.office(name="The office")

    with pytest.raises(OfficeError, match="an open office with this name"):
        offices.open_office(name="The office", kind="organisation", country=None, by=staff, at=NOW)
    offices.end_office(office_id=first.pk, by=staff, at=NOW)
    offices.open_office(name="The office", kind="organisation", country=None, by=staff, at=NOW)
    assert Office.objects.filter(name="The office").count() == 2


def test_people_are_moved_and_taken_out_and_their_former_rows_stay(staff: User) -> None:
    one, two, three = given.focal_points(3)
    office = given.office(one, two)
    offices.put_person(office_id=office.pk, person=three, by=staff, at=NOW)

    offices.move_person(office_id=office.pk, person_id=three.pk, is_up=True, by=staff, at=LATER)
    offices.take_person(office_id=office.pk, person_id=one.pk, by=staff, at=LATER)

    assert order(office) == [three.pk, two.pk]
    former = {(row.person_id, row.order) for row in offices.history(office)}
    assert former == {(one.pk, 1), (two.pk, 2), (three.pk, 3)}


def test_moving_the_first_further_up_changes_nothing(staff: User) -> None:
    people = given.focal_points(2)
    office = given.office(*people)

    offices.move_person(office_id=office.pk, person_id=people[0].pk, is_up=True, by=staff, at=LATER)

    assert order(office) == [person.pk for person in people]
    assert OfficeMember.objects.count() == 2


@pytest.mark.parametrize("role", [Role.READER, Role.CODER, Role.REVIEWER])
def test_only_focal_points_and_who_releases_are_asked_to_answer(staff: User, role: Role) -> None:
    with pytest.raises(OfficeError, match="wanted an active person with one of: focal point"):
        offices.put_person(office_id=given.office().pk, person=make.person(role), by=staff, at=NOW)


def test_nobody_is_in_an_office_twice(staff: User) -> None:
    (person,) = given.focal_points(1)
    office = given.office(person)

    with pytest.raises(OfficeError, match="in it already"):
        offices.put_person(office_id=office.pk, person=person, by=staff, at=NOW)


def test_an_office_that_owes_an_answer_does_not_end(staff: User) -> None:
    office = given.office(*given.focal_points(1))
    duty = Duty.objects.create(alert=outbox.alert(), office=office, opened_at=NOW, due_at=NOW)

    with pytest.raises(OfficeError, match="found 1 answers owed"):
        offices.end_office(office_id=office.pk, by=staff, at=NOW)
    Duty.objects.filter(pk=duty.pk).update(closed_at=NOW, closing="answered")
    offices.end_office(office_id=office.pk, by=staff, at=LATER)
    assert not offices.members_now(at=LATER).exists()


def test_who_is_absent_paused_or_switched_off_is_passed_over() -> None:
    absent, paused, gone, here = given.focal_points(4)
    office = given.office(absent, paused, gone, here)
    given.away(absent)
    MailSettings.objects.create(person=paused, paused_until=LATER, changed_at=NOW)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    assert present(office) == [here.pk]
    assert present(office, NOW + DAY) == [absent.pk, paused.pk, here.pk]


def test_an_absence_is_said_once_and_cancelled_not_deleted() -> None:
    (person,) = given.focal_points(1)
    office = given.office(person)
    for _ in range(2):
        said = offices.say_absence(person=person, first_day=NOW.date(), last_day=NOW.date() + DAY, by=person, at=NOW)

    assert (person.absences.count(), present(office)) == (1, [])
    offices.cancel_absence(absence_id=said.pk, by=person, at=LATER)
    assert (person.absences.count(), present(office)) == (1, [person.pk])


@pytest.mark.parametrize(
    ("first", "last", "says"), [(1, 0, "before"), (-3, -1, "is over"), (0, 400, "more than 366 days")]
)
def test_days_that_are_none_are_refused(first: int, last: int, says: str) -> None:
    (person,) = given.focal_points(1)
    given.office(person)
    today = NOW.date()

    with pytest.raises(OfficeError, match=says):
        offices.say_absence(
            person=person, first_day=today + first * DAY, last_day=today + last * DAY, by=person, at=NOW
        )


def test_nobody_says_the_absence_of_another_but_staff(staff: User) -> None:
    one, two = given.focal_points(2)
    given.office(one, two)
    days = {"first_day": NOW.date(), "last_day": NOW.date()}

    with pytest.raises(OfficeError, match="may not"):
        offices.say_absence(person=one, by=two, at=NOW, **days)
    assert offices.say_absence(person=one, by=staff, at=NOW, **days).said_by == staff


@pytest.mark.parametrize("role", [Role.READER, Role.FOCAL_POINT, Role.CODER, Role.REVIEWER])
def test_only_those_who_manage_offices_change_them(role: Role) -> None:
    office, by = given.office(*given.focal_points(2)), make.person(role)

    with pytest.raises(OfficeError, match="may not manage offices"):
        offices.end_office(office_id=office.pk, by=by, at=NOW)
    with pytest.raises(OfficeError, match="may not manage offices"):
        offices.open_office(name="Another", kind="organisation", country=None, by=by, at=NOW)
