"""Many mails put back at once, to be sent again with all their tries."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from alerts import family
from alerts.models import Delivery, DeliveryAttempt, DeliveryQuerySet
from alerts.outbox.delivery import DeliveryError
from alerts.outbox.undelivered import RETRYABLE
from people.models import User
from people.permissions import Action, may

MOST = 500  # at once


def can_be_put_back(deliveries: DeliveryQuerySet, *, day: dt.date) -> DeliveryQuerySet:
    """Those that were refused, given up or came back, of alerts that nothing corrects or takes back, valid on `day`."""
    rows = deliveries.filter(state__in=RETRYABLE, alert__valid_until__gte=day, alert__withdrawn_at=None)
    return rows.filter(~family.has_later("alert"))


@transaction.atomic
def put_back_all(*, deliveries: DeliveryQuerySet, by: User, at: dt.datetime) -> int:
    """Put back those of `deliveries` that can be, the first `MOST`; how many. Raises DeliveryError.

    Safe to run twice: what is put back already can not be put back again.
    """
    if not may(by, Action.WATCH_OUTBOX):
        raise DeliveryError(f"role {by.role}: may not {Action.WATCH_OUTBOX.value}")
    free = can_be_put_back(deliveries, day=at.date()).order_by("pk").select_for_update(skip_locked=True, of=("self",))
    numbers = [row.pk for row in free.only("pk")[:MOST]]
    Delivery.objects.filter(pk__in=numbers).update(
        state=Delivery.State.WAITING, attempts=0, next_try_at=at, finished_at=None, carried_by=None
    )
    kept = {"at": at, "outcome": DeliveryAttempt.Outcome.RETRY, "text": "put back with others", "by": by}
    DeliveryAttempt.objects.bulk_create(DeliveryAttempt(delivery_id=number, **kept) for number in numbers)
    return len(numbers)
