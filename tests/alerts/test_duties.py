"""What offices owe: opened by the first mail that was taken, reminded, escalated one step at a time, closed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from alerts.answers import answering, duties, offices
from alerts.answers.answering import Answer
from alerts.models import Acknowledgement, Alert, Delivery, Duty, DutyStep, MailSettings
from people.models import StaffNotice, User
from people.permissions import Role, Sensitivity
from r2p_dashboard import pipeline
from tests import make
from tests.alerts import given, outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DUE = NOW + 24 * HOUR  # of SEVERE


def severe(**fields: Any) -> Alert:
    return outbox.alert(level=5, decided_by=make.person(Role.ADMIN), **fields)


def opened(*people: User, alert: Alert | None = None) -> Duty:
    """What the office of these people owes since the first of them got a mail."""
    warning = alert or severe()
    given.office(*people)
    given.took(warning, people[0])
    duties.keep_waiting(at=NOW)
    return Duty.objects.get()


def mail(alert: Alert, person: User, *, state: str) -> Delivery:
    """One that has not gone out, or never will."""
    done = {} if state in {"waiting", "deferred"} else {"next_try_at": None, "finished_at": NOW}
    return outbox.delivery(alert, to=outbox.subscription(person), state=state, **done)


def steps(of: Duty) -> list[tuple[str, int | None]]:
    return list(of.steps.order_by("pk").values_list("kind", "person"))


def test_the_first_mail_that_was_taken_opens_one_duty_for_the_office() -> None:
    one, two = given.focal_points(2)
    alert = severe()
    given.office(one, two)
    given.took(alert, one)
    given.took(alert, two, at=NOW + HOUR)
    for _ in range(2):
        duties.keep_waiting(at=NOW + HOUR)

    duty = Duty.objects.get()
    assert (duty.opened_at, duty.due_at, duty.closed_at) == (NOW, DUE, None)
    assert steps(duty) == [("asked", one.pk), ("asked", two.pk)]


@pytest.mark.parametrize("state", ["waiting", "deferred", "cancelled"])
def test_a_mail_that_has_not_ended_or_was_called_off_opens_nothing(state: str) -> None:
    (one,) = given.focal_points(1)
    given.office(one)
    mail(severe(), one, state=state)

    duties.keep_waiting(at=NOW)

    assert not Duty.objects.exists()


@pytest.mark.parametrize("state", ["refused", "given_up", "bounced"])
def test_a_first_mail_that_failed_opens_the_duty_and_the_next_person_is_asked_at_once(state: str) -> None:
    one, two = given.focal_points(2)
    given.office(one, two)
    mail(severe(), one, state=state)
    duties.keep_waiting(at=NOW)

    duty = Duty.objects.get()
    assert (duty.opened_at, duty.closed_at) == (NOW, None)
    assert steps(duty) == [("asked", one.pk), ("escalated", two.pk)]


def test_where_one_mail_failed_and_another_is_about_to_go_that_one_is_waited_for() -> None:
    one, two = given.focal_points(2)
    alert = severe()
    given.office(one, two)
    mail(alert, one, state="refused")
    waits = mail(alert, two, state="waiting")
    duties.keep_waiting(at=NOW)
    assert not Duty.objects.exists()

    done = {"reply_code": 250, "message_id": "<1@test.example>", "next_try_at": None, "finished_at": NOW}
    Delivery.objects.filter(pk=waits.pk).update(state="sent", **done)
    duties.keep_waiting(at=NOW)

    assert steps(Duty.objects.get()) == [("asked", one.pk), ("asked", two.pk)]


@pytest.mark.parametrize(
    "fields",
    [
        {"is_dry_run": True}, {"withdrawn_at": NOW}, {"valid_until": NOW.date() - DAY},
    ],
)  # fmt: skip
def test_practice_and_what_was_withdrawn_or_is_over_opens_nothing(fields: dict[str, Any]) -> None:
    (one,) = given.focal_points(1)
    given.office(one)
    given.took(severe(**fields), one)

    duties.keep_waiting(at=NOW)

    assert not Duty.objects.exists()


def test_who_joins_later_brings_no_old_duty() -> None:
    (one,) = given.focal_points(1)
    office = given.office(one)
    office.members.update(since=NOW + HOUR)
    given.took(severe(), one)

    duties.keep_waiting(at=NOW + DAY)

    assert not Duty.objects.exists()


def test_who_was_there_and_has_another_place_in_the_order_since_still_brings_the_duty() -> None:
    one, two = given.focal_points(2)
    office = given.office(one, two)
    given.took(severe(), one)
    by = make.person(Role.PUBLISHER)
    offices.move_person(office_id=office.pk, person_id=two.pk, is_up=True, by=by, at=NOW + HOUR)

    duties.keep_waiting(at=NOW + 2 * HOUR)

    assert steps(Duty.objects.get()) == [("asked", one.pk)]


def test_those_asked_are_reminded_then_the_next_are_asked_then_staff_are_told() -> None:
    one, two = given.focal_points(2)
    duty = opened(one, two)

    duties.keep_waiting(at=DUE - HOUR)
    assert steps(duty) == [("asked", one.pk)]
    for hours in (0, 12, 24, 36):
        duties.keep_waiting(at=DUE + hours * HOUR)

    assert steps(duty)[1:] == [("reminded", one.pk), ("escalated", two.pk), ("nobody_left", None)]
    made = Delivery.objects.exclude(purpose="alert").order_by("pk").values_list("purpose", "person", "round")
    assert list(made) == [("reminder", one.pk, 1), ("escalation", two.pk, 1)]
    notice = StaffNotice.objects.get()
    assert (notice.kind, notice.times) == ("alert-unanswered", 1)
    assert one.name not in notice.words


def test_after_a_week_without_a_scheduler_one_step_is_done_and_no_burst() -> None:
    duty = opened(*given.focal_points(3))
    week = DUE + 7 * DAY
    for _ in range(3):
        duties.keep_waiting(at=week)

    duty.refresh_from_db()
    assert [kind for kind, _ in steps(duty)] == ["asked", "reminded"]
    assert duty.due_at == week + 12 * HOUR


def test_a_clock_that_was_set_back_does_nothing_twice() -> None:
    duty = opened(*given.focal_points(2))
    duties.keep_waiting(at=DUE)
    before = steps(duty)

    for at in (NOW, DUE - DAY, DUE, DUE + HOUR):
        duties.keep_waiting(at=at)

    assert steps(duty) == before
    assert Delivery.objects.filter(purpose="reminder").count() == 1


def test_an_absence_at_the_moment_of_escalation_passes_the_person_over() -> None:
    one, two, three = given.focal_points(3)
    duty = opened(one, two, three)
    duties.keep_waiting(at=DUE)
    given.away(two, day=(DUE + 12 * HOUR).date())

    duties.keep_waiting(at=DUE + 12 * HOUR)

    assert steps(duty)[-1] == ("escalated", three.pk)


def test_where_who_got_the_mail_is_away_the_next_is_asked_at_once() -> None:
    one, two = given.focal_points(2)
    given.away(one)

    duty = opened(one, two)

    assert steps(duty) == [("asked", one.pk), ("escalated", two.pk)]


def leaves(person: User, duty: Duty) -> None:
    by = make.person(Role.PUBLISHER)
    offices.take_person(office_id=duty.office_id, person_id=person.pk, by=by, at=NOW + HOUR)


def is_switched_off(person: User, _: Duty) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def pauses(person: User, _: Duty) -> None:
    MailSettings.objects.create(person=person, paused_until=NOW + 7 * DAY, changed_at=NOW)


@pytest.mark.parametrize("goes", [leaves, is_switched_off, pauses, lambda person, _: given.away(person)])
def test_where_who_was_asked_goes_away_later_the_next_is_asked_at_once(goes: Callable[[User, Duty], Any]) -> None:
    one, two = given.focal_points(2)
    duty = opened(one, two)
    duties.keep_waiting(at=NOW + HOUR)
    assert steps(duty) == [("asked", one.pk)]

    goes(one, duty)
    for _ in range(3):
        duties.keep_waiting(at=NOW + 2 * HOUR)

    duty.refresh_from_db()
    assert steps(duty) == [("asked", one.pk), ("escalated", two.pk)]
    assert duty.due_at == NOW + 14 * HOUR


def test_where_who_came_back_does_not_answer_staff_are_told_again() -> None:
    (one,) = given.focal_points(1)
    given.away(one)
    duty = opened(one)
    for days in range(1, 5):
        duties.keep_waiting(at=NOW + days * DAY)

    assert [kind for kind, _ in steps(duty)] == ["asked", "nobody_left", "reminded", "nobody_left"]
    assert StaffNotice.objects.get().times == 2


def test_where_everybody_is_away_staff_are_told_and_who_comes_back_is_asked() -> None:
    one, two = given.focal_points(2)
    for person in (one, two):
        given.away(person)
    given.away(one, day=given.DAY + DAY)
    duty = opened(one, two)
    assert steps(duty)[-1] == ("nobody_left", None)

    duties.keep_waiting(at=NOW + DAY)

    assert steps(duty)[-1] == ("escalated", two.pk)


def test_a_member_without_a_rule_is_asked_when_it_is_their_turn() -> None:
    one, two = given.focal_points(2)
    duty = opened(two)
    given_first = duty.office.members.create(person=one, order=9, since=NOW)
    duties.keep_waiting(at=DUE)

    duties.keep_waiting(at=DUE + 12 * HOUR)

    mail = Delivery.objects.get(purpose="escalation")
    assert (mail.person, mail.subscription) == (given_first.person, None)


def test_a_mail_that_came_back_does_not_count_as_asked() -> None:
    one, two = given.focal_points(2)
    duty = opened(one, two)
    Delivery.objects.update(state="bounced")

    duties.keep_waiting(at=NOW + HOUR)

    assert steps(duty)[-1] == ("escalated", two.pk)


def test_nobody_is_asked_who_may_not_see_the_alert() -> None:
    one, two = make.person(Role.PUBLISHER), make.person(Role.FOCAL_POINT)
    duty = opened(one, two, alert=severe(sensitivity=Sensitivity.CONFIDENTIAL))
    for hours in (0, 12):
        duties.keep_waiting(at=DUE + hours * HOUR)

    assert steps(duty)[-1] == ("nobody_left", None)


def test_who_may_see_the_alert_no_more_is_not_waited_for_but_the_next_is_asked_at_once() -> None:
    one, two = make.person(Role.CODER), make.person(Role.PUBLISHER)
    opened(one, two, alert=severe(sensitivity=Sensitivity.CONFIDENTIAL))
    assert not duties.unsettled(at=NOW + HOUR).exists()
    User.objects.filter(pk=one.pk).update(role=Role.FOCAL_POINT)

    duties.keep_waiting(at=NOW + HOUR)

    assert steps(Duty.objects.get())[-1] == ("escalated", two.pk)
    assert not duties.unsettled(at=NOW + 2 * HOUR).exists()


def test_a_withdrawal_closes_what_is_owed() -> None:
    duty = opened(*given.focal_points(2))
    Alert.objects.update(withdrawn_at=NOW + HOUR)

    duties.keep_waiting(at=NOW + HOUR)

    duty.refresh_from_db()
    assert (duty.closing, duty.closed_at) == ("withdrawn", NOW + HOUR)
    assert [kind for kind, _ in steps(duty)] == ["asked"]


def test_the_end_of_an_alerts_time_closes_what_is_owed_and_asks_nobody_any_more() -> None:
    duty = opened(*given.focal_points(2), alert=severe(valid_until=NOW.date()))

    duties.keep_waiting(at=NOW + DAY)

    duty.refresh_from_db()
    assert duty.closing == "expired"
    assert [kind for kind, _ in steps(duty)] == ["asked"]


def test_an_answer_that_came_before_the_duty_was_opened_settles_it() -> None:
    (one,) = given.focal_points(1)
    alert, office = severe(), given.office(one)
    given.took(alert, one)
    Acknowledgement.objects.create(alert=alert, office=office, person=one, kind="seen", at=NOW)

    duties.keep_waiting(at=NOW + HOUR)

    assert Duty.objects.get().closing == "answered"


def test_a_person_of_two_offices_gets_one_reminder() -> None:
    (one,) = given.focal_points(1)
    given.office(one)
    opened_two = severe()
    given.office(one)
    given.took(opened_two, one)
    for at in (NOW, DUE):
        duties.keep_waiting(at=at)

    assert Duty.objects.count() == 2
    assert Delivery.objects.filter(purpose="reminder").count() == 1
    assert DutyStep.objects.filter(kind="reminded").count() == 2


def test_where_the_reminder_for_one_office_was_called_off_the_other_office_makes_its_own() -> None:
    one, two = given.focal_points(2)
    first, second = given.office(one, two), given.office(one)
    alert = severe()
    given.took(alert, one)
    duties.keep_waiting(at=NOW)
    Duty.objects.filter(office=second).update(due_at=DUE + 2 * HOUR)
    duties.keep_waiting(at=DUE)
    answering.answer(alert_id=alert.pk, office_id=first.pk, said=Answer("seen"), by=two, at=DUE + HOUR)

    duties.keep_waiting(at=DUE + 2 * HOUR)

    mails = Delivery.objects.filter(purpose="reminder").order_by("round").values_list("round", "state")
    assert list(mails) == [(1, "cancelled"), (2, "waiting")]
    assert DutyStep.objects.get(duty__office=second, kind="reminded").delivery.round == 2  # type: ignore[union-attr]


def test_what_waits_is_counted_for_the_status_page() -> None:
    one, two = given.focal_points(2)
    given.office(one, two)
    given.took(severe(), one)
    assert pipeline.waiting()["answers"].count == 1
    duties.keep_waiting(at=NOW)

    waits = pipeline.waiting()["answers"]  # by the real clock the deadline is long over
    assert (waits.count, waits.since) == (1, DUE)
