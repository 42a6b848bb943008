"""What every decision at the desk begins with: who may, which alert, why; and its words as they were seen."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from alerts.models import Alert, AlertDecision
from people.models import User
from people.permissions import Action, may

REASON_LEAST, REASON_MOST = 3, 500  # characters


class DeskError(ValueError):
    """A decision that cannot be made; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """The parts of an alert that a publisher may put in other words."""

    headline: str
    what_changed: str
    how_sure: str
    not_known: str
    can_be_done: str
    who_is_at_risk: str
    valid_until: dt.date

    @classmethod
    def of(cls, alert: Alert) -> "Words":
        """Those that the alert has."""
        return cls(**{field.name: getattr(alert, field.name) for field in dataclasses.fields(cls)})

    def as_kept(self) -> dict[str, str]:
        """As a record keeps them."""
        return {name: str(value) for name, value in dataclasses.asdict(self).items()}

    def digest(self) -> str:
        """One of another digest says something else."""
        return hashlib.sha256(json.dumps(self.as_kept(), sort_keys=True).encode()).hexdigest()[:16]


def refuse_others(by: User) -> None:
    """Raises DeskError for who may not release alerts."""
    if not may(by, Action.RELEASE_ALERT):
        raise DeskError(f"role {by.role}: may not {Action.RELEASE_ALERT.value}")


def draft_for(*, alert_id: int, by: User, seen: str = "") -> Alert:
    """The draft, ours until the transaction ends; `seen` is the digest of the words that the person looked at."""
    refuse_others(by)
    rows = Alert.objects.select_for_update(of=("self",)).select_related("decided_by", "country")
    alert = rows.filter(pk=alert_id).first()
    if alert is None:
        raise DeskError(f"alert {alert_id}: found none")
    if alert.state != Alert.State.DRAFT:
        who = alert.decided_by.name if alert.decided_by else "the rule"
        raise DeskError(f"alert {alert_id}: found it {alert.state} by {who}; wanted one that waits for release")
    if seen and seen != Words.of(alert).digest():
        last = alert.decisions.filter(action=AlertDecision.Action.EDITED).select_related("by").order_by("-pk").first()
        who = last.by.name if last is not None and last.by is not None else "the rule"
        raise DeskError(
            f"alert {alert_id}: found its words changed by {who} since you opened the page; wanted a decision on what "
            "it says now. Read it again below, then decide"
        )
    return alert


def reason_of(reason: str) -> str:
    """In one line. Raises DeskError where it is none."""
    reason = " ".join(reason.split())
    if not REASON_LEAST <= len(reason) <= REASON_MOST:
        raise DeskError(f"reason: found {len(reason)} characters; wanted {REASON_LEAST} to {REASON_MOST}")
    return reason


def log(
    alert: Alert,
    action: AlertDecision.Action,
    *,
    by: User | None,
    reason: str,
    at: dt.datetime,
    before: Mapping[str, object] | None = None,
) -> None:
    """Keeps what was done, for ever."""
    AlertDecision.objects.create(alert=alert, action=action, by=by, at=at, reason=reason, before=dict(before or {}))
