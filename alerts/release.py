"""A machine signals, a person warns: the release or refusal of a draft, with the reason."""

import datetime as dt

from django.db import transaction

from alerts.models import Alert
from alerts.warned import stronger
from indicators.models import Standing
from indicators.models.score import Level
from people.models import User
from people.permissions import Action, may


class ReleaseError(ValueError):
    """An alert that cannot be released or refused; says what was found and what was wanted."""


@transaction.atomic
def release(*, alert_id: int, by: User, reason: str, at: dt.datetime) -> Alert:
    """Lets a draft go out. Raises ReleaseError, also where the country no longer stands at the alert's level."""
    alert = _draft(alert_id, by)
    if alert.valid_until < at.date():
        raise ReleaseError(
            f"alert {alert.pk}: it was valid until {alert.valid_until}; wanted one that still is: refuse it"
        )
    standing = Standing.objects.in_use().select_related("snapshot").get(country=alert.country_id)
    now = Level(standing.snapshot.shown_level)
    if now < alert.level:
        raise ReleaseError(
            f"alert {alert.pk}: it warns of {Level(alert.level).label}, found the country at {now.label} now; "
            "wanted the level that it warns of: refuse it, or wait for the next one"
        )
    if (sent := stronger(alert, at=at)) is not None:
        raise ReleaseError(
            f"alert {alert.pk}: found alert {sent.pk} of {sent.released_at:%Y-%m-%d}, which warned of "
            f"{Level(sent.level).label} already; wanted a higher level: refuse this one"
        )
    return _decide(alert, Alert.State.RELEASED, by=by, reason=reason, at=at)


@transaction.atomic
def refuse(*, alert_id: int, by: User, reason: str, at: dt.datetime) -> Alert:
    """Keeps a draft from going out, for good. Raises ReleaseError."""
    return _decide(_draft(alert_id, by), Alert.State.REFUSED, by=by, reason=reason, at=at)


def _draft(alert_id: int, by: User) -> Alert:
    if not may(by, Action.RELEASE_ALERT):
        raise ReleaseError(f"role {by.role}: may not {Action.RELEASE_ALERT.value}")
    alert = Alert.objects.select_for_update(of=("self",)).select_related("decided_by").filter(pk=alert_id).first()
    if alert is None:
        raise ReleaseError(f"alert {alert_id}: found none")
    if alert.state != Alert.State.DRAFT:
        who = alert.decided_by.name if alert.decided_by else "the rule"
        raise ReleaseError(f"alert {alert_id}: found it {alert.state} by {who}; wanted one that waits for release")
    return alert


def _decide(alert: Alert, state: Alert.State, *, by: User, reason: str, at: dt.datetime) -> Alert:
    reason = " ".join(reason.split())
    if not 3 <= len(reason) <= 500:
        raise ReleaseError(f"reason: found {len(reason)} characters; wanted 3 to 500")
    alert.state, alert.decided_by, alert.decided_at, alert.decision_reason = state, by, at, reason
    alert.released_at = at if state == Alert.State.RELEASED else None
    alert.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "released_at"])
    return alert
