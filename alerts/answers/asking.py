"""Asking one person of an office for an answer: a mail and the step that is kept. A second call finds the same mail."""

import datetime as dt

from django.conf import settings

from alerts import family
from alerts.models import Alert, Delivery, DeliveryAttempt, Duty, DutyStep
from alerts.policy import deadlines
from people.english import in_english
from people.notices import reword_notice

NOTICE = "alert-unanswered"
CALLED_OFF = "the office has answered, or owes no answer any more"


def ask(
    duty: Duty, *, person_id: int, kind: DutyStep.Kind, purpose: Delivery.Purpose, round_: int, at: dt.datetime
) -> DutyStep:
    """One mail a person, purpose and round, whichever of their offices asks; to be called in a transaction.

    A mail that was called off asks nobody: then it is the next round's.
    """
    mails = Delivery.objects.filter(
        alert=duty.alert_id, person=person_id, channel=Delivery.Channel.MAIL, purpose=purpose, round__gte=round_
    )
    rounds = dict(mails.values_list("round", "state"))
    standing = [number for number, state in rounds.items() if state != Delivery.State.CANCELLED]
    round_ = min(standing, default=max([round_ - 1, *rounds]) + 1)
    mail, _ = Delivery.objects.get_or_create(
        alert_id=duty.alert_id, person_id=person_id, channel=Delivery.Channel.MAIL, endpoint=None, purpose=purpose,
        round=round_, defaults={"made_at": at, "next_try_at": at},
    )  # fmt: skip
    return DutyStep.objects.create(duty=duty, kind=kind, person_id=person_id, delivery=mail, at=at)


def is_asking(alert: Alert) -> bool:
    """Whether an office is to answer it: also the correction that undoes a withdrawal, which ended what was owed."""
    is_out = alert.state == Alert.State.RELEASED and alert.withdrawn_at is None and not alert.is_dry_run
    return is_out and family.warns(alert)


def answer_by(duty: Duty) -> dt.datetime:
    """When its answer is overdue."""
    return deadlines.answer_by(level=duty.alert.level, since=duty.opened_at, hours=settings.ANSWER_HOURS)


def subject_of(duty: Duty) -> str:
    """What a notice to staff about it is about."""
    return f"alert {duty.alert_id}, office {duty.office_id}"


def close(duty: Duty, closing: Duty.Closing, *, at: dt.datetime) -> None:
    """Nothing is asked any more: what was not sent yet is called off, and an open notice says how it ended."""
    duty.closed_at, duty.closing = at, closing
    duty.save(update_fields=["closed_at", "closing"])
    call_off([duty.pk], at=at)
    reword_notice(
        kind=NOTICE, subject=subject_of(duty),
        words=f"Office {duty.office_id} left alert {duty.alert_id} unanswered for long. It is settled since "
        f"{at:%Y-%m-%d %H:%M} UTC: {in_english(duty.get_closing_display)}. Nothing is left to do; close this notice.",
    )  # fmt: skip


def call_off(duty_ids: list[int], *, at: dt.datetime) -> int:
    """Reminders and the like that wait to be sent for duties that are closed; what is under way goes its way.

    A mail that another office's open duty asks for too stays.
    """
    purposes = [Delivery.Purpose.REMINDER, Delivery.Purpose.ESCALATION]
    others = DutyStep.objects.filter(duty__closed_at=None).exclude(duty__in=duty_ids).values("delivery")
    waiting = Delivery.objects.open().filter(purpose__in=purposes, duty_steps__duty__in=duty_ids)
    waiting = waiting.exclude(pk__in=others.filter(delivery__isnull=False))
    numbers = list(
        Delivery.objects.filter(pk__in=waiting.values("pk"))
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("pk", flat=True)
    )
    _cancel(numbers, at=at)
    return len(numbers)


def _cancel(numbers: list[int], *, at: dt.datetime) -> None:
    Delivery.objects.filter(pk__in=numbers).update(state=Delivery.State.CANCELLED, next_try_at=None, finished_at=at)
    DeliveryAttempt.objects.bulk_create(
        DeliveryAttempt(delivery_id=number, at=at, outcome=DeliveryAttempt.Outcome.CANCELLED, text=CALLED_OFF)
        for number in numbers
    )
