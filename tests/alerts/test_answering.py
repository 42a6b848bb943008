"""Answers to an alert: kept for ever, said once, for the office; handed on to colleagues and other offices."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from alerts.answers import answering, duties
from alerts.answers.answering import Answer, AnswerError
from alerts.answers.responding import ResponseDraft
from alerts.models import Acknowledgement, Alert, Delivery, Duty, Measure, Office
from people.models import StaffNotice, User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import given, outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
HOUR = dt.timedelta(hours=1)
SEEN = Answer("seen")


def owed(*people: User, alert: Alert | None = None) -> Duty:
    """An answer that the office of these people owes; the first got the mail."""
    warning, office = alert or outbox.alert(), given.office(*people)
    given.took(warning, people[0])
    duties.keep_waiting(at=NOW)
    return Duty.objects.get(alert=warning, office=office)


def say(duty: Duty, said: Answer, by: User, at: dt.datetime = NOW + HOUR) -> Acknowledgement:
    return answering.answer(alert_id=duty.alert_id, office_id=duty.office_id, said=said, by=by, at=at)


def closing(duty: Duty) -> str:
    return Duty.objects.get(pk=duty.pk).closing


@pytest.mark.parametrize(
    "said", [SEEN, Answer("decided", "We act"), Answer("false_alarm", "Not so"), Answer("not_for_us")]
)
def test_any_person_of_the_office_answers_for_it(said: Answer) -> None:
    one, two = given.focal_points(2)
    duty = owed(one, two)

    row = say(duty, said, two)

    assert (row.office, row.person, closing(duty)) == (duty.office, two, "answered")


def test_said_twice_it_is_one_and_a_later_answer_says_more() -> None:
    (one,) = given.focal_points(1)
    duty = owed(one)
    for said in (SEEN, SEEN, Answer("decided", "We act")):
        say(duty, said, one)

    kinds = list(Acknowledgement.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["seen", "decided"]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (Answer("decided"), "what was decided"), (Answer("false_alarm", " "), "why it is held"),
        (Answer("maybe"), "wanted one of seen"), (Answer("seen", "x" * 2001), "at most 2000"),
        (Answer("seen", "\x00"), "wanted text"), (Answer("seen", to_person=1), "wanted one, of what is not for you"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(said: Answer, wanted: str) -> None:
    (one,) = given.focal_points(1)

    with pytest.raises(AnswerError, match=wanted):
        say(owed(one), said, one)
    assert not Acknowledgement.objects.exists()


def test_nobody_answers_for_an_office_that_is_not_theirs_nor_after_they_left() -> None:
    one, two = given.focal_points(2)
    duty = owed(one)

    with pytest.raises(AnswerError, match="not in it"):
        say(duty, SEEN, two)
    duty.office.members.update(until=NOW)
    with pytest.raises(AnswerError, match="not in it"):
        say(duty, SEEN, one)


@pytest.mark.parametrize("fields", [{"withdrawn_at": NOW}, {"is_dry_run": True}, {"state": "draft"}])
def test_what_asks_for_no_answer_takes_none(fields: dict[str, Any]) -> None:
    (one,) = given.focal_points(1)
    alert = outbox.alert(**fields)

    with pytest.raises(AnswerError, match="found none that waits for answers"):
        answering.answer(alert_id=alert.pk, office_id=None, said=SEEN, by=one, at=NOW)


def test_an_answer_after_the_alert_ended_is_still_kept() -> None:
    (one,) = given.focal_points(1)
    duty = owed(one, alert=outbox.alert(valid_until=NOW.date()))
    duties.keep_waiting(at=NOW + 48 * HOUR)

    say(duty, SEEN, one, at=NOW + 49 * HOUR)

    assert (closing(duty), Acknowledgement.objects.count()) == ("expired", 1)


def test_an_answer_calls_off_the_reminder_that_was_not_sent_yet() -> None:
    one, two = given.focal_points(2)
    duty = owed(one, two)
    duties.keep_waiting(at=duty.due_at)

    say(duty, SEEN, two, at=duty.due_at + HOUR)

    mail = Delivery.objects.get(purpose="reminder")
    assert (mail.state, mail.tries.get().outcome) == ("cancelled", "cancelled")
    duties.keep_waiting(at=duty.due_at + 999 * HOUR)
    assert duty.steps.count() == 2


def test_an_answer_tells_staff_that_their_notice_is_settled() -> None:
    (one,) = given.focal_points(1)
    duty = owed(one)
    for days in (7, 11):
        duties.keep_waiting(at=NOW + days * 24 * HOUR)
    assert "unanswered by office" in StaffNotice.objects.get().words

    say(duty, SEEN, one, at=NOW + 12 * 24 * HOUR)

    assert "Nothing is left to do" in StaffNotice.objects.get().words


def test_what_is_passed_to_another_office_is_owed_there_by_its_first_person_who_is_there() -> None:
    one, away, there = given.focal_points(3)
    duty, other = owed(one), given.office(away, there)
    given.away(away)

    say(duty, Answer("not_for_us", "Yours", to_office=other.pk), one)

    passed = Duty.objects.get(office=other)
    mail = Delivery.objects.get(purpose="passed_on")
    assert (closing(duty), passed.closed_at, mail.person, mail.subscription) == ("passed_on", None, there, None)
    assert [(step.kind, step.delivery) for step in passed.steps.all()] == [("asked", mail)]


@pytest.mark.parametrize("people", [0, 1])
def test_an_alert_is_not_passed_to_an_office_of_nobody_who_may_see_it(people: int) -> None:
    one = make.person(Role.PUBLISHER)
    duty = owed(one, alert=outbox.alert(sensitivity=Sensitivity.CONFIDENTIAL))
    other = given.office(*given.focal_points(people))

    with pytest.raises(AnswerError, match="found nobody in it who can be asked"):
        say(duty, Answer("not_for_us", to_office=other.pk), one)
    assert (closing(duty), Acknowledgement.objects.count()) == ("", 0)


def test_an_alert_is_not_passed_back_to_who_passed_it_on_nor_to_oneself() -> None:
    one, two = given.focal_points(2)
    duty, other = owed(one), given.office(two)
    say(duty, Answer("not_for_us", to_office=other.pk), one)
    passed = Duty.objects.get(office=other)

    with pytest.raises(AnswerError, match="found its answer"):
        say(passed, Answer("not_for_us", to_office=duty.office_id), two)
    with pytest.raises(AnswerError, match="your own office"):
        say(passed, Answer("not_for_us", to_office=other.pk), two)


def test_a_colleague_is_asked_and_the_office_still_owes_its_answer() -> None:
    one, two = given.focal_points(2)
    duty = owed(one, two)
    at = duty.due_at - HOUR

    say(duty, Answer("not_for_us", "You know more", to_person=two.pk), one, at=at)

    mail = Delivery.objects.get(purpose="passed_on")
    assert (mail.person, closing(duty)) == (two, "")
    assert Duty.objects.get().due_at > duty.due_at
    assert duty.steps.order_by("-pk")[0].person == two


@pytest.mark.parametrize("find", [lambda one: one.pk, lambda _: make.person(Role.FOCAL_POINT).pk])
def test_only_a_colleague_who_is_there_is_handed_an_alert(find: Callable[[User], int]) -> None:
    one, two = given.focal_points(2)
    duty = owed(one, two)
    given.away(two)

    for number in (two.pk, find(two)):
        with pytest.raises(AnswerError, match="wanted a colleague"):
            say(duty, Answer("not_for_us", to_person=number), one)


def test_staff_record_what_came_by_telephone_and_say_so() -> None:
    (one,) = given.focal_points(1)
    duty, staff = owed(one), make.person(Role.PUBLISHER)

    row = answering.record(duty_id=duty.pk, said=Answer("seen", "The deputy, on 2 July"), by=staff, at=NOW + HOUR)

    assert row.note == "Received by telephone, recorded by staff: The deputy, on 2 July"
    assert (row.person, row.office, closing(duty)) == (staff, duty.office, "answered")
    with pytest.raises(AnswerError, match="found none; wanted who"):
        answering.record(duty_id=duty.pk, said=SEEN, by=staff, at=NOW)
    with pytest.raises(AnswerError, match="may not"):
        answering.record(duty_id=duty.pk, said=Answer("seen", "x y"), by=one, at=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_one_person", [True, False])
def test_two_answers_at_once_settle_it_once(is_one_person: bool) -> None:
    one, two = given.focal_points(2)
    duty, failed = owed(one, two), []

    def answer(by: User) -> None:
        try:
            say(duty, SEEN, by)
        except Exception as error:  # noqa: BLE001  told below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=[by]) for by in (one, one if is_one_person else two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (failed, closing(duty)) == ([], "answered")
    assert Acknowledgement.objects.count() == (1 if is_one_person else 2)


def test_who_answers_for_no_office_puts_no_other_office_under_a_duty() -> None:
    reader, office, alert = make.person(Role.READER), given.office(*given.focal_points(1)), outbox.alert()

    with pytest.raises(AnswerError, match="you answer for no office"):
        answering.answer(
            alert_id=alert.pk, office_id=None, said=Answer("not_for_us", to_office=office.pk), by=reader, at=NOW
        )
    assert not Duty.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("is_of_office", [True, False])
def test_what_an_office_records_in_the_ledger_answers_what_it_owes(is_of_office: bool) -> None:
    (one,) = given.focal_points(1)
    duty = owed(one)
    measures = (Measure.objects.get(code="good-offices"),)
    draft = ResponseDraft(measures, "A body", "Synthetic", NOW.date(), None, "planned", Sensitivity.CONFIDENTIAL)
    office = duty.office if is_of_office else None

    for _ in range(2):
        made = answering.decide(draft=draft, alert=duty.alert, office=office, by=one, at=NOW + HOUR)

    assert [(row.alert, row.office) for row in made] == [(duty.alert, office)]
    assert closing(duty) == ("answered" if is_of_office else "")
    assert list(Acknowledgement.objects.values_list("kind", flat=True)) == ["seen"] * is_of_office


def test_only_who_got_an_alert_marks_it_as_a_false_alarm() -> None:
    alert, reader, said = outbox.alert(), make.person(Role.READER), Answer("false_alarm", "I say so")

    with pytest.raises(AnswerError, match="among those who got it"):
        answering.answer(alert_id=alert.pk, office_id=None, said=said, by=reader, at=NOW)
    given.took(alert, reader)

    assert answering.answer(alert_id=alert.pk, office_id=None, said=said, by=reader, at=NOW).kind == "false_alarm"


def test_who_is_in_no_office_answers_for_themselves() -> None:
    (one,) = given.focal_points(1)
    alert = outbox.alert()

    row = answering.answer(alert_id=alert.pk, office_id=None, said=SEEN, by=one, at=NOW)

    assert row.office is None
    assert not Office.objects.exists()
