"""Keeps a draft from going out."""

import datetime as dt

from django.db import transaction

from alerts.desk.drafts import draft_for, log, reason_of
from alerts.desk.told import close_notices
from alerts.models import Alert, AlertDecision
from people.models import User


@transaction.atomic
def refuse(*, alert_id: int, by: User, reason: str, at: dt.datetime) -> Alert:
    """For good, with the reason. Raises DeskError."""
    alert, reason = draft_for(alert_id=alert_id, by=by), reason_of(reason)
    alert.state, alert.decided_by, alert.decided_at, alert.decision_reason = Alert.State.REFUSED, by, at, reason
    alert.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    log(alert, AlertDecision.Action.REFUSED, by=by, reason=reason, at=at)
    if alert.corrects is not None:
        close_notices(alert.corrects, by=by, note=f"correction {alert.pk} was refused: {reason}", at=at)
    return alert
