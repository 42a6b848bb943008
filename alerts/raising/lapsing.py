"""How long a draft holds: which ones nobody can release any more and why, and until when what goes out is valid."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q

from alerts import policy
from alerts.models import Alert, AlertDecision, AlertQuerySet, AlertReason
from alerts.policy import rules
from indicators.models import Evidence, EvidenceQuerySet, RescoreRequest, Snapshot, Standing
from indicators.models.score import Level, Reporting
from people.english import in_english

STANDS_DAYS = 30  # so long a correction tries to reach people at the least, however old the alert is


def overdue(*, day: dt.date) -> AlertQuerySet:
    """Drafts whose time is over, or of which what they warn of, or a reason that they give, stands no longer.

    Corrections and withdrawals warn of nothing that could pass.
    """
    standing = Standing.objects.in_use().filter(country=OuterRef("country"))
    lower = Exists(standing.filter(snapshot__shown_level__lt=OuterRef("level")))
    heard = Exists(standing.exclude(snapshot__reporting__in=["", Reporting.BLACKOUT]))
    calm = Exists(standing.exclude(snapshot__is_rapid=True))
    lost = ~Q(signal__evidence__status=Evidence.Status.ACCEPTED)
    gone = Q(kind=Alert.Kind.BLACKOUT) & heard | Q(kind=Alert.Kind.RAPID) & calm | Q(kind=Alert.Kind.TRIGGER) & lost
    over = Q(valid_until__lt=day) | lower | gone | _lost_a_reason()
    return Alert.objects.waiting().filter(over, kind__in=policy.RAISING)


def _lost_a_reason() -> Q:
    """One was retracted, and the country was scored without it: what is drafted anew cannot give it again."""
    lost = AlertReason.objects.filter(alert=OuterRef("pk"), evidence__status=Evidence.Status.RETRACTED)
    other = Standing.objects.in_use().filter(country=OuterRef("country")).exclude(snapshot=OuterRef("snapshot"))
    asked = RescoreRequest.objects.filter(country=OuterRef("country"))
    return Q(Exists(lost), Exists(other), ~Exists(asked))


def retracted_reasons(alert: Alert) -> EvidenceQuerySet:
    """Pieces that an alert gives as reasons and that were retracted, oldest first."""
    return Evidence.objects.filter(alert_reasons__alert=alert, status=Evidence.Status.RETRACTED).order_by("pk")


def why_it_ends(alert: Alert, now: Snapshot, *, day: dt.date) -> str:
    """Why an overdue draft is one, in words; `now` is what stands."""
    if alert.valid_until < day:
        return f"its time was over on {alert.valid_until}"
    if now.shown_level < alert.level:
        return f"the country stands at {in_english(Level(now.shown_level).label)} now"
    if alert.kind == Alert.Kind.BLACKOUT and now.reporting not in {"", Reporting.BLACKOUT}:
        return "reports came again"
    if alert.kind == Alert.Kind.RAPID and not now.is_rapid:
        return "the change is rapid no longer"
    piece = alert.signal.evidence if alert.kind == Alert.Kind.TRIGGER else None
    if piece is not None and piece.status != Evidence.Status.ACCEPTED:
        return "the evidence was retracted"
    return "evidence among its reasons was retracted"


def last_day(alert: Alert, *, day: dt.date) -> dt.date:
    """The last day of what is released on `day`: what the rule gives from then on, unless a person chose a day.

    A correction goes for long enough, however long it waited.
    """
    if alert.corrects is not None:
        return max(alert.valid_until, goes_until(alert.corrects, day=day))
    edits = AlertDecision.objects.filter(alert=alert, action=AlertDecision.Action.EDITED, by__isnull=False)
    if edits.filter(before__has_key="valid_until").exists():
        return alert.valid_until
    return rules.valid_until(level=alert.level, day=day)


def goes_until(alert: Alert, *, day: dt.date) -> dt.date:
    """The last day of a correction: that of its alert, or long enough to reach who got it."""
    return max(alert.valid_until, day + dt.timedelta(days=STANDS_DAYS))
