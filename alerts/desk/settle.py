"""Decides that evidence which was retracted changes nothing in an alert."""

import datetime as dt

from django.db import transaction

from alerts.desk.drafts import DeskError, log, reason_of
from alerts.desk.sent import sent_for
from alerts.desk.told import close_notices, untold
from alerts.models import Alert, AlertDecision
from people.models import User


@transaction.atomic
def settle(*, alert_id: int, by: User, reason: str, at: dt.datetime) -> Alert:
    """No correction goes out for what was retracted so far, with the reason. Raises DeskError, also the second time."""
    alert, reason = sent_for(alert_id=alert_id, by=by), reason_of(reason)
    draft = Alert.objects.waiting().filter(corrects=alert).first()
    if draft is not None:
        raise DeskError(f"alert {alert.pk}: found alert {draft.pk}, which would correct it; wanted a decision on that")
    pieces = set(untold().filter(about=alert.pk).values_list("evidence", flat=True))
    if not pieces:
        raise DeskError(f"alert {alert.pk}: found nothing retracted that waits for a decision; wanted some")
    log(alert, AlertDecision.Action.REFUSED, by=by, reason=reason, at=at, before={"evidence": sorted(pieces)})
    close_notices(alert, by=by, note=f"no correction of alert {alert.pk} is needed: {reason}", at=at)
    return alert
