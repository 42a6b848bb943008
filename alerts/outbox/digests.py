"""Digests: what waits for one is gathered into one mail a person, which shares its end with all that it carries.

One of the rows carries the others, and itself (`carried_by`). Its mail is written when it is to go, of what holds then.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F, Q

from alerts.mailserver import recording
from alerts.models import Delivery, DeliveryAttempt, DeliveryQuerySet, Subscription
from alerts.subscriptions import matching
from people.permissions import clearance_of

PEOPLE_MAX = 500  # digests a call
Purpose = Delivery.Purpose
State = Delivery.State
OPEN = (State.WAITING, State.DEFERRED)


def ready() -> Q:
    """A mail that goes by itself: no part of a digest that goes or waits to be gathered."""
    return ~Q(purpose=Purpose.DIGEST) | Q(carried_by=F("pk"))


def stands() -> Q:
    """Of an alert that was not withdrawn; a digest takes out itself what was."""
    return Q(purpose=Purpose.DIGEST) | Q(alert__withdrawn_at=None)


def goes_by_itself(delivery: Delivery) -> bool:
    """The same of one row."""
    return delivery.purpose != Purpose.DIGEST or delivery.carried_by_id == delivery.pk


def not_carried() -> Q:
    """Something that waits: not what is in another's digest that has not ended."""
    return ready() | Q(carried_by=None) | Q(carried_by__finished_at__isnull=False)


@transaction.atomic
def gather(*, at: dt.datetime) -> int:
    """One digest a person of all that is due, after a gap of any length; how many. Safe to run twice."""
    waiting = Delivery.objects.open().filter(channel=Delivery.Channel.MAIL)
    left = waiting.filter(purpose=Purpose.DIGEST, carried_by__finished_at__isnull=False)
    left.update(carried_by=None, next_try_at=at)  # the digest that they were in was cancelled
    due = waiting.filter(purpose=Purpose.DIGEST, carried_by=None, next_try_at__lte=at)
    people = list(due.order_by("person").values_list("person", flat=True).distinct()[:PEOPLE_MAX])
    return sum(_gather(person, due, at=at) for person in people)


def _gather(person: int, due: DeliveryQuerySet, *, at: dt.datetime) -> int:
    """Into the digest that waits untried, where there is one; else into a new one, unless one is being tried.

    A mail keeps its Message-ID, so the new one is best carried by a row that no mail went by yet.
    """
    carriers = Delivery.objects.open().filter(person=person, purpose=Purpose.DIGEST, carried_by=F("pk"))
    standing = carriers.select_for_update(of=("self",)).defer("message").first()  # first: `recalling` holds it first
    rows = due.filter(person=person).order_by("-alert__level", "made_at", "pk")
    found = list(rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", "message_id"))
    if not found or (standing is not None and standing.attempts):
        return 0
    fresh = [number for number, message_id in found if not message_id]
    carrier = standing.pk if standing is not None else (fresh or [found[0][0]])[0]
    numbers = [number for number, _ in found]
    Delivery.objects.filter(pk__in=numbers).update(carried_by=carrier, next_try_at=at)
    Delivery.objects.filter(pk__in=[*numbers, carrier]).update(message=None, fingerprint="", written_at=None)
    return 1


def carried(delivery: Delivery) -> DeliveryQuerySet:
    """All that goes in the digest of a delivery, itself too: the highest level first."""
    rows = Delivery.objects.open().filter(carried_by=delivery.pk).defer("message")
    return rows.select_related("alert__country", "person", "subscription").order_by("-alert__level", "alert_id")


def settle(delivery: Delivery, *, at: dt.datetime) -> str:
    """Takes out what is no news any more; why the digest cannot go as it is, empty where it can.

    Where its carrier is out, the others are gathered anew. Where a server may have seen the mail with what is out now,
    what is left is another mail, with a Message-ID of its own.
    """
    gone = {row.pk: (row, why) for row in carried(delivery) if (why := _why_out(row, at=at))}
    for row, why in gone.values():
        if row.pk != delivery.pk:
            recording.cancel(row, why, at=at)
    if delivery.pk in gone:
        return gone[delivery.pk][1]
    if gone and delivery.message is not None:
        begin_anew(delivery, at=at)
    return ""


def begin_anew(delivery: Delivery, *, at: dt.datetime) -> None:
    """A digest that lost something is written anew: as another mail where a server may have seen it.

    A mail keeps its Message-ID, so another one is another delivery's: where none is left, it stays with this one.
    """
    others = carried(delivery).filter(message_id="").exclude(pk=delivery.pk)
    if is_in_doubt(delivery) and (heir := others.first()) is not None:
        Delivery.objects.open().filter(carried_by=delivery.pk).update(carried_by=heir, next_try_at=at)
        delivery.carried_by = heir
    delivery.message, delivery.fingerprint, delivery.written_at = None, "", None
    delivery.save(update_fields=["message", "fingerprint", "written_at"])


def _why_out(row: Delivery, *, at: dt.datetime) -> str:
    if row.alert.withdrawn_at is not None:
        return "the alert was withdrawn before the digest went"
    if row.alert.valid_until < at.date():
        return "the warning's time is over"
    if row.alert.sensitivity > clearance_of(row.person):
        return "the person may not see it any more"
    rule = row.subscription
    if rule is None or not _has_changed(rule, row) or matching.rule_of(alert=row.alert, person_id=row.person_id):
        return ""
    return "no rule of the person asks for it any more"


def _has_changed(rule: Subscription, row: Delivery) -> bool:
    return rule.ended_at is not None or (rule.changed_at is not None and rule.changed_at >= row.made_at)


def is_in_doubt(delivery: Delivery) -> bool:
    """Whether a server may have the mail already: a try of it had no answer."""
    return delivery.tries.filter(outcome=DeliveryAttempt.Outcome.NO_ANSWER).exists()
