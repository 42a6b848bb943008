"""Quiet hours and pauses: they hold a mail back when it is to go, never an alert when it is matched."""

import datetime as dt

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import OuterRef, Subquery

from alerts.mailserver import recording
from alerts.models import Confirmation, Delivery, DeliveryAttempt, DeliveryQuerySet, MailSettings
from alerts.subscriptions import hours, mornings
from people.models import User

State = Delivery.State


def hours_of(settings: MailSettings) -> hours.Hours:
    """As the pure module takes them."""
    begin, end = settings.quiet_from, settings.quiet_until
    quiet = None if begin is None or end is None else (begin, end)
    return hours.Hours(zone=settings.time_zone, quiet=quiet, paused_until=settings.paused_until)


def held_until(person: User, *, at: dt.datetime) -> dt.datetime | None:
    """Until when the person is not to be written to; None: a mail may go now. SEVERE waits too: the person chose."""
    try:
        settings = person.mail_settings
    except ObjectDoesNotExist:
        return None
    return hours_of(settings).held_until(at)


def is_put_off(delivery: Delivery, *, at: dt.datetime) -> bool:
    """Whether the person's hours hold the mail back: it waits for their end, which is no try."""
    until = held_until(delivery.person, at=at)
    if until is not None:
        Delivery.objects.filter(pk=delivery.pk).update(next_try_at=until)
    return until is not None


def let_go(*, person_id: int, at: dt.datetime) -> None:
    """After a change of somebody's hours: what they held back is looked at anew, and waits no longer than they say.

    What the mail server put off waits for the end of that pause, and no longer.
    """
    mails = Delivery.objects.open().filter(person=person_id, channel=Delivery.Channel.MAIL)
    _let_go_confirmations(person_id, at=at)
    held = mails.filter(next_try_at__gt=at).exclude(purpose=Delivery.Purpose.DIGEST, carried_by=None)
    held.filter(state=State.WAITING).update(next_try_at=at)
    _let_go_deferred(held.filter(state=State.DEFERRED), at=at)
    mornings.wait_for_mornings(mails)


def _let_go_confirmations(person_id: int, *, at: dt.datetime) -> None:
    """Nobody kept when they were tried last: at the latest now."""
    asking = Confirmation.objects.open().filter(subscription__person=person_id, next_try_at__gt=at)
    asking.filter(state=State.WAITING).update(next_try_at=at)
    for row in asking.filter(state=State.DEFERRED):
        row.next_try_at = min(row.next_try_at or at, recording.pause_ends(attempts=row.attempts, last_try=at))
        row.save(update_fields=["next_try_at"])


def _let_go_deferred(held: DeliveryQuerySet, *, at: dt.datetime) -> None:
    tries = DeliveryAttempt.objects.filter(delivery=OuterRef("pk")).order_by("-pk").values("at")
    rows = held.annotate(last_try=Subquery(tries[:1])).values_list("pk", "attempts", "next_try_at", "last_try")
    for number, attempts, next_try_at, last_try in rows:
        ends = max(at, recording.pause_ends(attempts=attempts, last_try=last_try or at))
        if next_try_at is not None and ends < next_try_at:
            Delivery.objects.filter(pk=number).update(next_try_at=ends)
