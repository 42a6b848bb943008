"""The numbers of alerts as a page and as data: what is counted, for whom, and what is open."""

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from alerts.models import Acknowledgement, Alert, Duty, Office
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import given, ledgers, outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
PAGE, DATA = "/alerts/numbers/", "/api/v1/alert-numbers/"
HOUR = dt.timedelta(hours=1)
Kind = Acknowledgement.Kind
PUBLISHERS = frozenset({Role.PUBLISHER, Role.ADMIN})


def answer(to: Alert, hours: float, kind: str = Kind.SEEN, **fields: Any) -> Acknowledgement:
    person = fields.pop("person", None) or make.person(Role.FOCAL_POINT)
    return Acknowledgement.objects.create(alert=to, kind=kind, at=NOW + hours * HOUR, person=person, **fields)


def office(name: str = "Synthetic office", member: User | None = None) -> Office:
    made = Office.objects.create(name=name, kind="organisation", created_at=NOW)
    if member is not None:
        made.members.create(person=member, order=1, since=NOW)
    return made


def asked(of: Office, alert: Alert) -> Duty:
    return Duty.objects.create(office=of, alert=alert, opened_at=NOW, due_at=NOW + 72 * HOUR)


def words(client: Client, address: str = PAGE) -> str:
    text = strip_tags(client.get(address).text.partition("<main")[2].replace("<", " <"))
    return re.sub(r" ([.,;:)])", r"\1", " ".join(text.split()))


def rows(client: Client, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(DATA + query).json()["results"]
    return found


def test_with_nothing_to_count_it_says_so(client: Client) -> None:
    assert "No alert has been released here." in words(client)
    assert rows(client)[0]["warnings"] == 0


def test_the_page_says_how_long_steps_took_and_what_is_open(client: Client) -> None:
    for hours in (2, 5, 30):
        answer(outbox.alert(), hours)
    marked = outbox.alert()
    answer(marked, 3, Kind.FALSE_ALARM, delivery=outbox.delivery(marked))
    outbox.alert()
    client.force_login(make.person(Role.PUBLISHER))

    text = words(client)

    assert "5 warnings released" in text
    assert "Signal to release under a minute as the median. It took under a minute in 5 that ended." in text
    assert (
        "Release to first answer 5 hours as the median. It took 2 hours to 30 hours in 4 that ended. 1 is still open."
        in text
    )
    assert "Release to decision No median yet. 5 are still open." in text
    assert "1 of 4 answered warnings" in text
    assert "5 of 5: no mail or post was taken, so nobody could answer." in text


def test_the_first_answer_counts_and_a_later_one_does_not(client: Client) -> None:
    alert = outbox.alert()
    answer(alert, 2)
    answer(alert, 9, Kind.DECIDED)
    client.force_login(make.person(Role.PUBLISHER))

    found = rows(client)[0]

    assert (found["to_answer"]["longest_hours"], found["to_decision"]["longest_hours"]) == (2.0, 9.0)
    assert found["to_answer"]["median_hours"] is None


def test_withdrawn_ones_practice_and_letters_are_counted_apart(client: Client) -> None:
    first = outbox.alert()
    outbox.alert(withdrawn_at=NOW + HOUR)
    outbox.alert(is_dry_run=True)
    outbox.alert(kind="withdrawal", corrects=first)

    client.force_login(make.person(Role.PUBLISHER))
    found, text = rows(client)[0], words(client)

    assert [found[name] for name in ("warnings", "withdrawn", "practice", "letters")] == [1, 1, 1, 1]
    assert found["to_answer"]["open"] == found["to_release"]["ended"] == 1
    assert "2 warnings released, 1 of them withdrawn since" in text
    assert "1 released for practice" in text
    assert "1 sent; nobody is asked to answer them" in text


def test_a_response_is_a_decision_for_who_may_see_it(client: Client) -> None:
    alert = outbox.alert()
    said: dict[str, Any] = {"actor": "A body", "text": "Declined for now", "status": "declined", "entered_at": NOW}
    alert.responses.create(situation=alert.situation, decided_on=NOW.date(), **said)

    assert rows(client)[0]["to_decision"]["ended"] is None
    client.force_login(make.person(Role.PUBLISHER))
    found = rows(client)[0]["to_decision"]

    assert (found["ended"], found["longest_hours"]) == (1, 12.0)  # known by its day: its end


@pytest.mark.parametrize("role", [None, Role.READER, Role.FOCAL_POINT, Role.PUBLISHER])
def test_what_one_office_answered_is_told_by_no_number(client: Client, role: Role | None) -> None:
    alert = outbox.alert()
    for hours, kind in ((5, Kind.FALSE_ALARM), (7, Kind.DECIDED)):
        answer(alert, hours, kind, office=office(f"Office of {kind}"), delivery=outbox.delivery(alert))
    if role is not None:
        client.force_login(make.person(role))
    is_staff = role in PUBLISHERS

    found, text = [row for row in rows(client) if row["warnings"]], words(client)

    assert {row["false_alarms"] for row in found} == {1 if is_staff else None}
    assert {row["to_decision"]["ended"] for row in found} == {1 if is_staff else None}
    assert {row["to_answer"]["longest_hours"] for row in found} == {5.0 if is_staff else None}
    assert ("Release to decision Not told: of a part, or of fewer than three beside your own." in text) is not is_staff
    assert ("Not told: of a part, or of fewer than 3 beside your own." in text) is not is_staff
    assert ("7 hours" in text) is is_staff


@pytest.mark.parametrize(("role", "told"), [(None, None), (Role.READER, None), (Role.FOCAL_POINT, 3)])
def test_of_three_and_more_it_is_told_what_was_answered_to_whom_it_may_be(
    client: Client, role: Role | None, told: int | None
) -> None:
    for _ in range(3):
        alert = outbox.alert()
        answer(alert, 7, Kind.DECIDED)
        answer(alert, 5, Kind.FALSE_ALARM, delivery=outbox.delivery(alert))
    if role is not None:
        client.force_login(make.person(role))

    found = rows(client)[0]

    assert (found["false_alarms"], found["to_decision"]["ended"]) == (told, told)
    assert found["to_answer"]["median_hours"] == 5.0


def test_a_mark_of_somebody_who_got_nothing_is_not_counted(client: Client) -> None:
    client.force_login(make.person(Role.PUBLISHER))
    alert = outbox.alert()
    mark = answer(alert, 1, Kind.FALSE_ALARM)
    assert rows(client)[0]["false_alarms"] == 0

    given.took(alert, mark.person)
    assert rows(client)[0]["false_alarms"] == 1


def test_a_decision_of_before_the_warning_is_not_counted_as_none_hours(client: Client) -> None:
    client.force_login(make.person(Role.PUBLISHER))
    for _ in range(3):
        ledgers.response(alert=outbox.alert(), decided_on=dt.date(2024, 5, 1))

    found, text = rows(client)[0]["to_decision"], words(client)

    assert (found["ended"], found["open"], found["before"], found["median_hours"]) == (0, 0, 3, None)
    assert "No time: all of them before the warning. 3 were decided before the warning" in text


def test_an_alert_handed_to_a_colleague_is_not_answered_in_time(client: Client) -> None:
    client.force_login(make.person(Role.PUBLISHER))
    duty = asked(office(), outbox.alert())
    colleague = make.person(Role.FOCAL_POINT)
    answer(duty.alert, 1, Kind.NOT_FOR_US, office=duty.office, passed_to_person=colleague)

    assert rows(client)[0]["time_set"]["in_time"] == 0
    assert rows(client)[-1]["to_answer"]["ended"] == 0


def test_an_answer_that_is_more_than_internal_is_told_to_whom_it_may_be(client: Client) -> None:
    answer(outbox.alert(), 2, sensitivity=Sensitivity.CONFIDENTIAL)

    assert rows(client)[0]["to_answer"]["ended"] == 0
    client.force_login(make.person(Role.CODER))
    assert rows(client)[0]["to_answer"]["ended"] == 1


def test_it_and_the_scorecard_count_the_same_warnings(client: Client) -> None:
    outbox.alert(is_dry_run=True)
    outbox.alert(kind="correction", corrects=outbox.alert(withdrawn_at=NOW))
    outbox.alert(state="draft")

    assert "1 warning released, 1 of them withdrawn since" in words(client)
    assert "1 warning released, 1 of them withdrawn since" in words(client, "/scorecard/")
    assert 'href="/scorecard/"' in client.get(PAGE).text
    assert f'href="{PAGE}"' in client.get("/scorecard/").text


@pytest.mark.parametrize("role", [None, *Role])
def test_drafts_and_practice_are_told_to_those_who_release_alerts(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))
    outbox.alert(state="draft")
    outbox.alert(is_dry_run=True)
    outbox.alert()

    found = rows(client)[0]

    assert found["waiting"] == found["practice"] == (1 if role in PUBLISHERS else None)
    assert found["to_release"]["open"] == (1 if role in PUBLISHERS else 0)
    assert ("1 draft waiting for release" in words(client)) is (role in PUBLISHERS)


@pytest.mark.parametrize("role", [None, *Role])
def test_offices_are_shown_to_their_members_and_to_those_who_release_alerts(client: Client, role: Role | None) -> None:
    reader = None if role is None else make.person(role)
    if reader is not None:
        client.force_login(reader)
    own, other = office("Own office", reader), office("Other office")
    for one in (own, other):
        asked(one, outbox.alert())
    seen = {"Own office": role is not None, "Other office": role in PUBLISHERS}

    page, told = words(client), {row["office"] for row in rows(client)}

    assert {name: name in page for name in seen} == seen
    assert {name: name in told for name in seen} == seen


def test_a_former_member_sees_the_office_no_longer(client: Client) -> None:
    member = make.person(Role.FOCAL_POINT)
    left = office(member=member)
    left.members.update(until=NOW)
    asked(left, outbox.alert())
    client.force_login(member)

    assert "Synthetic office" not in words(client)


def test_an_office_is_told_of_by_its_own_answers_only(client: Client) -> None:
    client.force_login(make.person(Role.PUBLISHER))
    one, other, alert = office("One"), office("Other"), outbox.alert()
    asked(one, alert)
    asked(other, alert)
    answer(alert, 2, office=one)
    answer(alert, 4, Kind.FALSE_ALARM, office=one)
    answer(alert, 1)  # for nobody but themselves

    found = {row["office"]: row for row in rows(client) if row["office"]}

    assert found["One"]["to_answer"]["longest_hours"] == 2.0
    assert (found["One"]["false_alarms"], found["Other"]["false_alarms"]) == (1, 0)
    assert (found["Other"]["to_answer"]["ended"], found["Other"]["to_answer"]["open"]) == (0, 1)
    assert found["One"]["to_release"] is None


def test_what_was_not_answered_within_the_time_set_is_told(client: Client) -> None:
    client.force_login(make.person(Role.PUBLISHER))
    one = office()
    for hours in (2, 24 * 7, 24 * 8):  # ELEVATED: seven days
        alert = outbox.alert()
        asked(one, alert)
        answer(alert, hours, office=one)
    asked(one, outbox.alert())

    found = rows(client)

    told = {"in_time": 2, "late": 1, "unanswered": 1, "not_due": 0}
    assert [row["time_set"] for row in found] == [told, told, None, None, told]
    assert "2 of 4 questions to offices (50 %): 1 answered later, 1 not yet." in words(client)


@pytest.mark.parametrize(
    ("query", "counted"),
    [
        ("", 3), ("since=2024-07-01", 2), ("until=2024-06-30", 1), ("since=2024-07-02", 1), ("region=142", 2),
        ("region=2&since=2024-07-02", 1), ("since=2030-01-01", 0),
    ],
)  # fmt: skip
def test_period_and_region_stand_in_the_address(client: Client, query: str, counted: int) -> None:
    outbox.alert(released_at=NOW - dt.timedelta(days=1))
    outbox.alert()
    outbox.alert(iso3="SDN", released_at=NOW + dt.timedelta(days=1))

    page = client.get(f"{PAGE}?{query}")

    assert rows(client, f"?{query}")[0]["warnings"] == counted
    assert page.context["figures"].standing == counted
    assert ("No alert fits these filters." in page.text) is (counted == 0)
    assert f"?{query.replace('&', '&amp;')}{'&amp;' if query else ''}format=csv" in page.text or not counted


@pytest.mark.parametrize("query", ["since=x", "region=7", "since=2024-07-02&until=2024-07-01", "sinse=2024-07-01"])
def test_a_filter_that_cannot_be_is_refused_with_what_was_wanted(client: Client, query: str) -> None:
    page = client.get(f"{PAGE}?{query}")

    assert page.status_code == 400
    assert "wanted" in page.text


@pytest.mark.parametrize("query", ["since=x", "region=x", "since=2024-07-02&until=2024-07-01", "office=1"])
def test_data_refuses_likewise(client: Client, query: str) -> None:
    answered = client.get(f"{DATA}?{query}")

    assert answered.status_code == 400
    assert "wanted" in answered.json()["detail"]


def test_the_rows_come_as_csv(client: Client) -> None:
    for hours in (2, 3, 4):
        answer(outbox.alert(), hours)

    answered = client.get(f"{DATA}?format=csv")
    found = list(csv.DictReader(io.StringIO(answered.text)))

    assert answered["Content-Type"] == "text/csv; charset=utf-8"
    assert [(row["month"], row["level"], row["kind"]) for row in found] == [
        ("", "", ""), ("", "ELEVATED", ""), ("", "", "rise"), ("2024-07", "ELEVATED", "")
    ]  # fmt: skip
    assert (found[0]["to_answer_ended"], found[0]["to_answer_shortest_hours"], found[0]["waiting"]) == ("3", "2.0", "")
    assert (found[0]["false_alarms"], found[0]["to_decision_ended"], found[0]["to_decision_open"]) == ("", "", "")


def test_an_office_of_which_nobody_was_reached_is_no_question(client: Client) -> None:
    client.force_login(make.person(Role.PUBLISHER))
    duty = asked(office(), outbox.alert())
    row = outbox.delivery(duty.alert, state="refused", next_try_at=None, finished_at=NOW)
    duty.steps.create(kind="asked", person=row.person, delivery=row, at=NOW)
    assert rows(client)[0]["time_set"]["unanswered"] == 0

    answer(duty.alert, 2, office=duty.office)  # by telephone
    assert rows(client)[0]["time_set"]["in_time"] == 1


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(client: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(count):
        alert = outbox.alert()
        answer(alert, number)
        asked(office(f"Office {number}"), alert)
    client.force_login(make.person(Role.PUBLISHER))

    with django_assert_max_num_queries(8):  # two of them for the session and the person, some for the header
        client.get(PAGE)
    with django_assert_max_num_queries(5):
        client.get(DATA)
