"""When a digest goes: what waits for one waits for the next morning of its reader's own clock."""

import datetime as dt
from collections import defaultdict

from django.conf import settings

from alerts.models import Delivery, DeliveryQuerySet, Subscription
from alerts.subscriptions import hours

WEEKLY = Subscription.Frequency.WEEKLY


def waiting(rows: DeliveryQuerySet) -> DeliveryQuerySet:
    """What was made for a digest of a morning and is in none yet."""
    rows = rows.filter(purpose=Delivery.Purpose.DIGEST, state=Delivery.State.WAITING, carried_by=None)
    return rows.filter(subscription__frequency__in=[Subscription.Frequency.DAILY, WEEKLY])


def wait_for_mornings(rows: DeliveryQuerySet) -> None:
    """What waits for a digest is due on the next morning, or Monday morning, after it was made.

    Safe to run twice: after a change of the reader's clock, or of how often a rule asks, it is the next by that.
    """
    found = waiting(rows).values_list("pk", "made_at", "person__mail_settings__time_zone", "subscription__frequency")
    mornings: dict[tuple[dt.datetime, str, str], list[int]] = defaultdict(list)
    for number, made_at, zone, frequency in found:
        mornings[made_at, zone or "UTC", frequency].append(number)
    for (made_at, zone, frequency), numbers in mornings.items():
        due_at = hours.next_morning(made_at, zone, settings.DIGEST_AT, is_weekly=frequency == WEEKLY)
        Delivery.objects.filter(pk__in=numbers).update(next_try_at=due_at)
