"""Settles what of a grave alert did not arrive: who could not be reached was told another way, or need not be."""

import datetime as dt

from django.db import transaction

from alerts.desk.drafts import DeskError, log, reason_of
from alerts.models import Alert, AlertDecision
from alerts.outbox.undelivered import undelivered
from people.models import User
from people.permissions import Action, may


@transaction.atomic
def reach(*, alert_id: int, by: User, reason: str, at: dt.datetime) -> Alert:
    """Kept with name, time and reason, for ever; what fails later stands in the list anew.

    No mail is changed by it. Raises DeskError, also the second time.
    """
    if not may(by, Action.WATCH_OUTBOX):
        raise DeskError(f"role {by.role}: may not {Action.WATCH_OUTBOX.value}")
    reason = reason_of(reason)
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None or alert.pk not in {one.alert for one in undelivered(at=at)}:
        raise DeskError(f"alert {alert_id}: found nothing of it that has not arrived; wanted an alert of that list")
    log(alert, AlertDecision.Action.TOLD, by=by, reason=reason, at=at)
    return alert
