"""What offices are asked and told once an alert was corrected, withdrawn, or withdrawn and corrected after all."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alerts import links, messages
from alerts.answers import answering, asking, duties
from alerts.answers.answering import Answer, AnswerError
from alerts.models import Alert, Delivery, Duty, MailSettings
from alerts.outbox import delivery
from people.models import StaffNotice, User
from people.permissions import Role
from tests import make
from tests.alerts import given, outbox
from tests.alerts.mails import both
from tests.alerts.test_taking_back import SENT, corrected, out, told, withdrawn
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WRONG, RIGHT = "Marker of the wrong words.", "Marker of the right words."


def asked(*people: User, **fields: Any) -> Alert:
    """An alert that the first person of their office got."""
    alert = out(what_changed=WRONG, **fields)
    given.office(*people)
    given.took(alert, people[0])
    duties.keep_waiting(at=NOW)
    return alert


def severe() -> dict[str, Any]:
    return {"level": 5, "previous_level": 4, "decided_by": make.person(Role.ADMIN)}


# --- reminders after a correction ----------------------------------------------------------------------------
@pytest.mark.parametrize("purpose", ["reminder", "escalation", "passed_on", "alert"])
def test_whoever_gets_a_corrected_alert_later_reads_the_right_words_and_that_it_was_corrected(purpose: str) -> None:
    alert = out(what_changed=WRONG, headline="Wrong headline")
    corrected(alert, what_changed=RIGHT, headline="Right headline")
    row = outbox.delivery(alert, purpose=purpose)

    for body in both(row):
        assert "Corrected on 2 July 2024: what follows sets right" in body
        assert RIGHT in body
        assert WRONG not in body
    subject = str(messages.mail_for(row)["Subject"])
    assert "[ELEVATED, CORRECTION] Myanmar: Right headline" in subject


def test_it_can_still_be_answered_by_its_link_where_the_correction_stands_too(client: Client) -> None:
    alert = out(what_changed=WRONG)
    corrected(alert, what_changed=RIGHT)
    row = outbox.delivery(alert, purpose="escalation")

    assert all("Acknowledge" in body for body in both(row))
    assert RIGHT in client.get(reverse("answer", args=[links.answer_token(row)])).text


def test_a_french_reader_reads_in_french_that_it_was_corrected() -> None:
    alert = out()
    corrected(alert, what_changed=RIGHT)
    row = outbox.delivery(alert, purpose="reminder")
    MailSettings.objects.create(person=row.person, language="fr", changed_at=NOW)

    assert all("Corrigée le 2 juillet 2024" in body for body in both(row))


def test_the_last_of_several_corrections_speaks() -> None:
    alert = out(what_changed=WRONG)
    for words in ("Half right.", RIGHT):
        corrected(alert, what_changed=words)

    text, _ = both(outbox.delivery(alert, purpose="reminder"))

    assert RIGHT in text
    assert "Half right." not in text


def test_a_mail_that_was_written_before_is_another_one_after_the_correction() -> None:
    alert = out(what_changed=WRONG)
    row = outbox.delivery(alert, purpose="reminder")
    before = messages.fingerprint(row)

    corrected(alert, what_changed=RIGHT)

    assert messages.fingerprint(row) != before


def test_a_reminder_that_waits_is_not_called_off_by_a_correction_but_said_anew() -> None:
    alert = out(what_changed=WRONG)
    row = outbox.delivery(alert, purpose="escalation", message=b"the wrong words", written_at=NOW)

    assert told(corrected(alert, what_changed=RIGHT)) == set()

    row.refresh_from_db()
    assert (row.state, row.message, row.written_at) == ("waiting", None, None)
    assert row in delivery.waiting(at=NOW + DAY)


def test_a_reminder_that_waits_is_called_off_by_a_withdrawal() -> None:
    alert = out()
    row = outbox.delivery(alert, purpose="reminder")

    told(withdrawn(alert))

    row.refresh_from_db()
    assert row.state == "cancelled"


# --- a correction of what had not gone -----------------------------------------------------------------------
def test_an_office_that_only_waited_for_a_corrected_warning_owes_an_answer_to_that_warning(client: Client) -> None:
    (one,) = given.focal_points(1)
    office = given.office(one)
    alert = out(what_changed=WRONG)
    row = outbox.delivery(alert, to=outbox.subscription(one))
    told(corrected(alert, what_changed=RIGHT))
    for body in both(row):
        assert RIGHT in body
        assert "Acknowledge" in body
    Delivery.objects.filter(pk=row.pk).update(**SENT | {"finished_at": NOW + 2 * DAY})
    duties.keep_waiting(at=NOW + 2 * DAY)

    assert Duty.objects.get(closed_at=None).alert == alert
    client.post(reverse("answer", args=[links.answer_token(row)]), {"kind": "seen", "office": office.pk})
    assert Duty.objects.get().closing == "answered"
    assert not Delivery.objects.exclude(pk=row.pk).exists()


# --- a withdrawal --------------------------------------------------------------------------------------------
def test_a_withdrawal_settles_what_offices_owe_and_the_notice_that_asks_to_call_them() -> None:
    (one,) = given.focal_points(1)
    alert = asked(one, **severe())
    for hours in (24, 48, 72):
        duties.keep_waiting(at=NOW + hours * HOUR)
    assert "Call the office" in StaffNotice.objects.get().words

    withdrawn(alert, at=NOW + 4 * DAY)

    assert Duty.objects.get().closing == "withdrawn"
    assert "It is settled since 2024-07-05 12:00 UTC: the alert was withdrawn." in StaffNotice.objects.get().words


# --- a withdrawal that a correction undoes -------------------------------------------------------------------
def test_a_correction_that_undoes_a_withdrawal_can_be_answered_and_is_asked_about() -> None:
    one, two = given.focal_points(2)
    alert = asked(one, two)
    told(withdrawn(alert))
    again = corrected(alert, wrong="The withdrawal was a mistake")
    assert told(again) == {one.pk}
    Delivery.objects.filter(alert=again).update(**SENT | {"finished_at": NOW + 2 * DAY})
    duties.keep_waiting(at=NOW + 2 * DAY)

    assert list(Duty.objects.order_by("pk").values_list("alert", "closing")) == [
        (alert.pk, "withdrawn"), (again.pk, ""),
    ]  # fmt: skip
    office = Duty.objects.get(alert=again).office_id
    answering.answer(
        alert_id=again.pk, office_id=office, said=Answer("decided", "we act"), by=one, at=NOW + 3 * DAY
    )  # fmt: skip
    assert Duty.objects.get(alert=again).closing == "answered"
    with pytest.raises(AnswerError, match="found none that waits for answers"):
        answering.answer(alert_id=alert.pk, office_id=office, said=Answer("seen"), by=one, at=NOW + 3 * DAY)


def test_its_mail_asks_for_an_answer_and_the_next_person_is_asked_in_its_words() -> None:
    alert = out(what_changed=WRONG)
    withdrawn(alert)
    again = corrected(alert, what_changed=RIGHT)

    for purpose in ("alert", "reminder"):
        for body in both(outbox.delivery(again, purpose=purpose)):
            assert "Acknowledge" in body
            assert RIGHT in body


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_no_other_correction_is_asked_about(is_withdrawn: bool) -> None:
    (one,) = given.focal_points(1)
    given.office(one)
    alert = out()
    first = corrected(alert)
    if is_withdrawn:
        withdrawn(alert)
        corrected(alert)
    last = corrected(alert)
    for row in (first, last):
        given.took(row, one)
    duties.keep_waiting(at=NOW)

    assert not asking.is_asking(first)
    assert not asking.is_asking(last)
    assert not Duty.objects.exists()
    assert all("Acknowledge" not in body for body in both(Delivery.objects.get(alert=last, state="sent")))
