"""Quiet hours and pauses: they hold a mail back when it is to go, never an alert when it is matched."""

import datetime as dt

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F, OuterRef, Subquery

from alerts.mailserver import recording
from alerts.models import Confirmation, Delivery, DeliveryAttempt, DeliveryQuerySet, MailSettings
from alerts.subscriptions import hours, mornings
from indicators.models.score import Level
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
        _gather_held(delivery, until=until, at=at)
    return until is not None


def _gather_held(delivery: Delivery, *, until: dt.datetime, at: dt.datetime) -> None:
    """Of what a pause holds back, warnings below HIGH that rules asked for go in one digest, where they are several.

    HIGH and SEVERE go singly: each is to be answered by itself.
    """
    paused_until = delivery.person.mail_settings.paused_until  # held, so there are settings
    if paused_until is None or paused_until <= at:
        return
    mails = Delivery.objects.filter(person=delivery.person_id, channel=Delivery.Channel.MAIL)
    single = mails.filter(
        purpose=Delivery.Purpose.ALERT, state=State.WAITING, attempts=0, next_try_at=until, subscription__isnull=False,
        alert__level__lt=Level.HIGH,
    ).select_for_update(skip_locked=True, of=("self",))  # fmt: skip
    numbers = list(single.order_by("pk").values_list("pk", flat=True))
    has_digest = mails.open().filter(purpose=Delivery.Purpose.DIGEST, carried_by=F("pk")).exists()
    if len(numbers) > 1 or (numbers and has_digest):
        rows = Delivery.objects.filter(pk__in=numbers)  # due: they are gathered at once, and held together
        rows.update(purpose=Delivery.Purpose.DIGEST, next_try_at=at, message=None, fingerprint="", written_at=None)


def let_go(*, person_id: int, at: dt.datetime) -> None:
    """After a change of somebody's hours: what they held back is looked at anew, and waits no longer than they say.

    What the mail server put off waits for the end of that pause, and no longer.
    """
    mails = Delivery.objects.open().filter(person=person_id, channel=Delivery.Channel.MAIL)
    _let_go_confirmations(person_id, at=at)
    for_mornings = mornings.waiting(mails).values("pk")
    held = mails.filter(next_try_at__gt=at).exclude(pk__in=for_mornings)
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
