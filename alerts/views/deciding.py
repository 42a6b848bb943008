"""What a publisher needs to decide on a draft, and what was decided on any alert, as pages show it."""

import copy
import dataclasses
import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext

from alerts.desk.desk_forms import DecisionForm
from alerts.desk.drafts import Words
from alerts.messages import bodies, subject
from alerts.models import Alert, AlertDecision, Delivery, Subscription
from alerts.raising import lapsing
from alerts.raising.freshness import why_stale
from alerts.subscriptions.matching import recipients_of
from indicators.views.review import person
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock

NAMED = 20  # of those who would get a draft; the others are counted


@dataclasses.dataclass(frozen=True, slots=True)
class LogLine:
    """One thing that was done with an alert; `name`, `reason` and `before` are empty where the reader sees the role."""

    action: str
    at: dt.datetime
    role: str
    name: str
    reason: str
    before: dict[str, str]


def log_of(alert: Alert, *, shows_names: bool) -> list[LogLine]:
    """Everything that was done with it, first to last; whom it did not reach is for staff alone. One query."""
    rows = AlertDecision.objects.filter(alert=alert).select_related("by").order_by("pk")
    rows = rows if shows_names else rows.exclude(action=AlertDecision.Action.TOLD)
    return [_log_line(row, shows_names=shows_names, said=alert.decision_reason) for row in rows]


def _log_line(row: AlertDecision, *, shows_names: bool, said: str) -> LogLine:
    """`said` stands on the page already, as why the alert was released."""
    is_by_rule = row.by is None and row.action == AlertDecision.Action.RELEASED
    is_open = (shows_names or row.by is None) and not (is_by_rule and row.reason == said)
    is_settling = row.action == AlertDecision.Action.REFUSED and "evidence" in row.before
    return LogLine(
        action=gettext("no correction needed") if is_settling else str(row.get_action_display()),
        at=row.at,
        role=gettext("a publisher") if row.by else gettext("the rule"),
        name=row.by.name if row.by and shows_names else "",
        reason=row.reason if is_open else "",
        before={name.replace("_", " "): str(said) for name, said in row.before.items()} if shows_names else {},
    )


def context_of(request: HttpRequest, alert: Alert, typed: dict[str, DecisionForm]) -> dict[str, object]:
    """Who would get it, what they would read, what speaks against a release, and the two forms."""
    if alert.state != Alert.State.DRAFT or not may(request.user, Action.RELEASE_ALERT):
        return {}
    recipients, seen = recipients_of(alert), {"seen": Words.of(alert).digest()}
    until = lapsing.last_day(alert, day=clock.now().date())
    return {
        "may_decide": True,
        "recipients": recipients[:NAMED],
        "recipients_count": len(recipients),
        "recipients_left": max(0, len(recipients) - NAMED),
        "mail_subject": subject(alert),
        "mail_text": _preview(alert, person(request), until=until),
        "why_stale": why_stale(at=clock.now()),
        "would_end_on": until,
        "seen": seen["seen"],
        "release": typed.get("release") or DecisionForm("release", initial=seen),
        "refuse": typed.get("refuse") or DecisionForm("refuse"),
    }


def _preview(alert: Alert, reader: User, *, until: dt.date) -> str:
    """The mail's text as it would go to the reader: the links in it are theirs, and nobody else's."""
    rule = Subscription(person=reader, created_by=reader, is_everywhere=True, least_level=alert.level)
    alert = copy.copy(alert)
    alert.valid_until = until
    return bodies(Delivery(alert=alert, person=reader, subscription=rule))[0]
