"""Quiet hours and pauses: they hold a mail back when it is to go, never an alert when it is matched."""

import datetime as dt

from django.core.exceptions import ObjectDoesNotExist

from alerts import hours, mornings
from alerts.models import Confirmation, Delivery, MailSettings
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
    """After a change of somebody's hours: what they held back is looked at anew, and waits no longer than they say."""
    mails = Delivery.objects.open().filter(person=person_id, channel=Delivery.Channel.MAIL)
    asking = Confirmation.objects.filter(subscription__person=person_id, state=State.WAITING)
    asking.filter(next_try_at__gt=at).update(next_try_at=at)
    held = mails.filter(state=State.WAITING, next_try_at__gt=at)
    held.exclude(purpose=Delivery.Purpose.DIGEST, carried_by=None).update(next_try_at=at)
    mornings.wait_for_mornings(mails)
