"""What a person answers to an alert, for their office or for themselves.

Kept for ever; a later answer may say more.
"""

import dataclasses
import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from alerts.answers import asking, offices, responding
from alerts.answers.responding import ResponseDraft
from alerts.models import Acknowledgement, Alert, Delivery, Duty, DutyStep, Office, OfficeMember, Response
from alerts.policy import deadlines
from people.models import User
from people.permissions import Action, Sensitivity, clearance_of, may

NOTE_MAX = 2000
BY_TELEPHONE = "Received by telephone, recorded by staff: "
IN_LEDGER = "What was done about it is recorded in the ledger."
Kind = Acknowledgement.Kind
_SAYS_WHY = {Kind.DECIDED: "what was decided", Kind.FALSE_ALARM: "why it is held to be one"}


class AnswerError(ValueError):
    """An answer that cannot be taken; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What is said: the kind, a note, and whom it is handed to where it is not for the person or the office."""

    kind: str
    note: str = ""
    to_office: int | None = None
    to_person: int | None = None


@transaction.atomic
def answer(
    *, alert_id: int, office_id: int | None, said: Answer, by: User, delivery_id: int | None = None, at: dt.datetime
) -> Acknowledgement:
    """Keeps the answer; what the office owed is settled, or handed on. Said twice it is one. Raises AnswerError.

    Any person of an office answers for it. `delivery_id` is the mail whose link was used, None for who is signed in.
    """
    alert = _answerable(alert_id, by)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # or a double click makes two
    office = _own_office(office_id, by)
    said = _checked(said, office)
    if said.kind == Kind.FALSE_ALARM and delivery_id is None and not _got(alert, by, office):
        raise AnswerError(f"alert {alert.pk}: found neither you nor your office among those who got it; wanted one")
    return _kept(alert, office, said, by=by, delivery_id=delivery_id, at=at)


@transaction.atomic
def record(*, duty_id: int, said: Answer, by: User, at: dt.datetime) -> Acknowledgement:
    """An answer that an office gave by telephone, kept by staff who say so in it. Raises AnswerError."""
    if not may(by, Action.MANAGE_OFFICES):
        raise AnswerError(f"role {by.role}: may not {Action.MANAGE_OFFICES.value}")
    duty = Duty.objects.select_related("office").filter(pk=duty_id).first()
    if duty is None:
        raise AnswerError(f"duty {duty_id}: found none; wanted one that an office owes an answer to")
    if not said.note.strip():
        raise AnswerError("note: found none; wanted who of the office said what, by its role")
    alert = _answerable(duty.alert_id, by)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    said = _checked(dataclasses.replace(said, note=f"{BY_TELEPHONE}{said.note.strip()}"), duty.office)
    return _kept(alert, duty.office, said, by=by, delivery_id=None, at=at)


@transaction.atomic
def decide(*, draft: ResponseDraft, alert: Alert, office: Office | None, by: User, at: dt.datetime) -> list[Response]:
    """Records in the ledger what was decided; an office that still owes the alert an answer gave it by that.

    The answer says no more than that it was seen: what was decided is shown to whom the response is. Raises
    RespondingError.
    """
    made = responding.record(draft=draft, alert=alert, office=office, by=by, at=at)
    warned = responding.warned_by(alert)
    if asking.is_asking(warned) and _open_duty(warned, office) is not None:
        _kept(warned, office, Answer(Kind.SEEN.value, IN_LEDGER), by=by, delivery_id=None, at=at)
    return made


def _kept(
    alert: Alert, office: Office | None, said: Answer, *, by: User, delivery_id: int | None, at: dt.datetime
) -> Acknowledgement:
    """The answer's row, and what follows for what the office owes."""
    mine = Acknowledgement.objects.filter(alert=alert, person=by, office=office, kind=said.kind, note=said.note)
    mine = mine.filter(passed_to_office=said.to_office, passed_to_person=said.to_person)
    if (before := mine.order_by("pk").first()) is not None:
        return before
    duty = _open_duty(alert, office)
    if said.to_office is not None:
        _hand_to_office(alert, said.to_office, at=at)
    if said.to_person is not None and office is not None:
        _hand_to_colleague(alert, office, duty, said.to_person, at=at)
    row = Acknowledgement.objects.create(
        alert=alert, office=office, person=by, delivery_id=delivery_id, kind=said.kind, note=said.note,
        passed_to_office_id=said.to_office, passed_to_person_id=said.to_person, at=at,
    )  # fmt: skip
    if duty is not None and said.to_person is None:
        asking.close(duty, Duty.Closing.PASSED_ON if said.to_office else Duty.Closing.ANSWERED, at=at)
    return row


def _hand_to_office(alert: Alert, office_id: int, *, at: dt.datetime) -> None:
    """That office owes an answer from now on; its first person who is there and may see the alert is asked."""
    if Acknowledgement.objects.filter(alert=alert, office=office_id, passed_to_person=None).exists():
        raise AnswerError(f"office {office_id}: found its answer to this alert here already; wanted another office")
    first = _first_there(alert, office_id, at=at)
    due = deadlines.answer_by(level=alert.level, since=at, hours=settings.ANSWER_HOURS)
    duty, is_new = Duty.objects.get_or_create(
        alert=alert, office_id=office_id, defaults={"opened_at": at, "due_at": due}
    )  # fmt: skip
    if is_new:
        _pass_on(duty, first, at=at)


def _first_there(alert: Alert, office_id: int, *, at: dt.datetime) -> int:
    order = offices.places([office_id], at=at)[office_id]
    there = [one.person.pk for one in order if not one.is_away and one.may_see(alert.sensitivity)]
    if not there:
        raise AnswerError(f"office {office_id}: found nobody in it who can be asked now; wanted another office")
    return there[0]


def _hand_to_colleague(alert: Alert, office: Office, duty: Duty | None, person_id: int, *, at: dt.datetime) -> None:
    """The office still owes its answer; the colleague has time to give it."""
    order = offices.places([office.pk], at=at)[office.pk]
    found = next((one for one in order if one.person.pk == person_id), None)
    if found is None or found.is_away or not found.may_see(alert.sensitivity):
        raise AnswerError(f"person {person_id}: found nobody of this office who can be asked now; wanted a colleague")
    if duty is None:
        duty = _opened(alert, office, at=at)
    _pass_on(duty, person_id, at=at)
    again = deadlines.look_again(level=alert.level, at=at, hours=settings.ANSWER_HOURS)
    duty.due_at = max(duty.due_at, again)
    duty.save(update_fields=["due_at"])


def _opened(alert: Alert, office: Office, *, at: dt.datetime) -> Duty:
    """What the office owes from now on, where its mail was taken a moment ago. Raises AnswerError where it answered."""
    due = deadlines.answer_by(level=alert.level, since=at, hours=settings.ANSWER_HOURS)
    duty, is_new = Duty.objects.get_or_create(alert=alert, office=office, defaults={"opened_at": at, "due_at": due})
    if not is_new:
        raise AnswerError(
            f"office {office.pk}: found nothing that it owes any more; wanted an alert that it is to answer"
        )
    return duty


def _pass_on(duty: Duty, person_id: int, *, at: dt.datetime) -> None:
    asking.ask(
        duty, person_id=person_id, kind=DutyStep.Kind.ASKED, purpose=Delivery.Purpose.PASSED_ON, round_=0, at=at
    )  # fmt: skip


def is_open_to(alert: Alert, person: User) -> bool:
    """Whether it waits for answers, and the person may see it."""
    return asking.is_asking(alert) and clearance_of(person) >= Sensitivity(alert.sensitivity)


def _answerable(alert_id: int, by: User) -> Alert:
    alert = Alert.objects.filter(pk=alert_id).first()
    if alert is None or not is_open_to(alert, by):
        raise AnswerError(
            f"alert {alert_id}: found none that waits for answers; wanted one that was released and stands"
        )
    return alert


def _got(alert: Alert, by: User, office: Office | None) -> bool:
    """Whether the alert went to the person, or to their office."""
    reached = Q(person=by)
    if office is not None:
        reached |= Q(person__in=OfficeMember.objects.filter(office=office, until=None).values("person"))
    mails = Delivery.objects.filter(reached, alert=alert, state=Delivery.State.SENT)
    return mails.exists() or Duty.objects.filter(alert=alert, office=office, office__isnull=False).exists()


def _own_office(office_id: int | None, by: User) -> Office | None:
    if not by.is_active:
        raise AnswerError(f"person {by.pk}: found them switched off; wanted an active person")
    if office_id is None:
        return None
    office = offices.offices_of(by).filter(pk=office_id).first()
    if office is None:
        raise AnswerError(f"office {office_id}: found person {by.pk} not in it; wanted one of its people")
    return office


def _open_duty(alert: Alert, office: Office | None) -> Duty | None:
    """Locked, so that of two answers at once one settles it."""
    rows = Duty.objects.filter(alert=alert, office=office, closed_at=None).select_for_update(of=("self",))
    return rows.select_related("alert").first() if office is not None else None


def _checked(said: Answer, office: Office | None) -> Answer:
    note = said.note.replace("\r\n", "\n").strip()
    if said.kind not in Kind.values:
        raise AnswerError(f"answer: found {said.kind!r}; wanted one of {', '.join(Kind.values)}")
    if "\x00" in note or len(note) > NOTE_MAX:
        raise AnswerError(f"note: found {len(note)} characters, or one that is none; wanted text of at most {NOTE_MAX}")
    if (wanted := _SAYS_WHY.get(Kind(said.kind))) and len(note) < 3:
        raise AnswerError(f"note: found none; wanted {wanted}, in at least 3 characters")
    handed = [one for one in (said.to_office, said.to_person) if one is not None]
    if handed and (said.kind != Kind.NOT_FOR_US or len(handed) > 1):
        raise AnswerError("handed on: found more than one, or another answer; wanted one, of what is not for you")
    if said.to_office is not None:
        _refuse_no_office(said.to_office, office)  # or anybody could put any office under a duty
    if said.to_person is not None and office is None:
        raise AnswerError("handed on: found a colleague, but you answer for no office; wanted an office")
    return dataclasses.replace(said, note=note)


def _refuse_no_office(office_id: int, own: Office | None) -> None:
    if own is None:
        raise AnswerError("handed on: found another office, but you answer for no office; wanted an office of yours")
    if own.pk == office_id:
        raise AnswerError("handed on: found your own office; wanted another one, or a colleague")
    if not Office.objects.filter(pk=office_id, ended_at=None).exists():
        raise AnswerError(f"office {office_id}: found none that is open; wanted one that is")
