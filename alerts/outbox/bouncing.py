"""The use case of mails that come back: the outbox says so, and a person can put them back."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from alerts.models import Confirmation, Delivery, DeliveryAttempt
from alerts.outbox.returned import Returned, read_return
from alerts.subscriptions.confirming import name_of

State = Delivery.State


class UnknownMailError(LookupError):
    """A report about a mail that this outbox never sent."""


@transaction.atomic
def take_back(*, report: bytes, at: dt.datetime) -> int:
    """What a report of non-delivery says is kept; how many mails came back. Safe to run twice.

    A report of a delay, or about a mail that is known to have come back, changes nothing. Raises NotAReturnError and
    UnknownMailError.
    """
    said = read_return(report)
    if said.confirmation is not None:
        return _take_back_asking(said, said.confirmation, at=at)
    rows = Delivery.objects.filter(channel=Delivery.Channel.MAIL)
    found = rows.filter(Q(message_id=said.message_id) | Q(carried_by__message_id=said.message_id))
    deliveries = list(found.select_for_update(of=("self",)).order_by("pk"))
    if not deliveries:
        raise UnknownMailError(f"{said.message_id}: found no mail of this outbox with it")
    back = [one.pk for one in deliveries if one.state == State.SENT] if said.has_failed else []
    Delivery.objects.filter(pk__in=back).update(state=State.BOUNCED, finished_at=at)
    DeliveryAttempt.objects.bulk_create(
        DeliveryAttempt(
            delivery_id=number,
            at=at,
            outcome=DeliveryAttempt.Outcome.BOUNCED,
            text=f"came back with status {said.status}",
        )
        for number in back
    )
    return len(back)


def _take_back_asking(said: Returned, number: int, *, at: dt.datetime) -> int:
    """Of a mail that asked for a yes: the person was never asked."""
    row = Confirmation.objects.select_for_update().filter(pk=number).first()
    if row is None or not said.message_id.startswith(f"<{name_of(row)}@"):
        raise UnknownMailError(f"{said.message_id}: found no mail of this outbox with it")
    if not said.has_failed or row.state != State.SENT:
        return 0
    row.state, row.finished_at, row.reply_text = State.BOUNCED, at, f"came back with status {said.status}"
    row.save(update_fields=["state", "finished_at", "reply_text"])
    return 1
