"""The stage that finds who received an alert that rested on what was retracted since, and what pages tell of it.

An alert rested on a piece that its reasons name, or that counted in the score which it warned of.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import TruncDate

from alerts.models import Alert, AlertReason, CorrectionDuty, Delivery
from indicators.models import Evidence, EvidenceQuerySet
from people.models import User
from people.notices import raise_notice

NOTICE = "correction-owed"


@dataclasses.dataclass(frozen=True, slots=True)
class Owed:
    """One alert that rested on a piece, and how many people received it."""

    alert: Alert
    people: int
    is_reason: bool


def waiting() -> EvidenceQuerySet:
    """Retracted pieces on which a mail rested that has no duty yet."""
    mails = _rested(OuterRef).filter(~_has_duty(OuterRef(OuterRef("pk"))))
    return _by_day().filter(Exists(mails), status=Evidence.Status.RETRACTED)


def find_waiting(*, at: dt.datetime) -> int:
    """Writes the duties that are missing and a notice to staff a piece; how many duties. Safe to run twice."""
    return sum(_find(number, at=at) for number in waiting().order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _find(evidence_id: int, *, at: dt.datetime) -> int:
    evidence = _by_day().select_for_update(of=("self",)).get(pk=evidence_id)  # one worker at a time
    mails = _rested(lambda name: getattr(evidence, name)).filter(~_has_duty(evidence_id))
    named = AlertReason.objects.filter(alert=OuterRef("alert"), evidence=evidence_id)
    found = list(mails.annotate(is_named=Exists(named)).values_list("pk", "is_named", "alert_id"))
    CorrectionDuty.objects.bulk_create(
        CorrectionDuty(delivery_id=mail, evidence=evidence, is_reason=is_named, found_at=at)
        for mail, is_named, _ in found
    )
    if found:
        _tell_staff(evidence, at=at)
    return len(found)


def _by_day() -> EvidenceQuerySet:
    return Evidence.objects.annotate(known_day=TruncDate("known_at"))


def _has_duty(evidence: Any) -> Exists:
    return Exists(CorrectionDuty.objects.filter(delivery=OuterRef("pk"), evidence=evidence))


def _rested(of: Callable[[str], Any]) -> Any:
    """Mails sent that were written before the retraction, of alerts that rested on the piece; `of` gives its fields."""
    named = AlertReason.objects.filter(alert=OuterRef("alert"), evidence=_outer(of("pk")))
    counted = Q(
        alert__snapshot__as_of__gte=of("event_on"),
        alert__snapshot__known_on__gte=of("known_day"),
        alert__snapshot__run__published_at__gte=of("decided_at"),
        alert__snapshot__run__started_at__lt=of("retracted_at"),
    )
    sent = Delivery.objects.filter(state=Delivery.State.SENT, alert__state=Alert.State.RELEASED)
    return sent.filter(alert__country=of("country_id")).filter(
        Q(written_at__lt=of("retracted_at")) | Q(written_at=None, finished_at__lt=of("retracted_at")),
        Exists(named) | counted,
    )


def _outer(value: Any) -> Any:
    """The same field seen from one query further in."""
    return OuterRef(value) if isinstance(value, OuterRef) else value


def _tell_staff(evidence: Evidence, *, at: dt.datetime) -> None:
    alerts = owed(evidence)
    assert evidence.retracted_at is not None  # only retracted pieces wait
    told = "; ".join(f"alert {one.alert.pk}: {one.people}" for one in alerts)
    raise_notice(
        kind=NOTICE,
        subject=f"evidence {evidence.pk}",
        words=f"Evidence {evidence.pk} was retracted on {evidence.retracted_at.date()}. People received alerts that "
        f"rested on it ({told}). Wanted: that they are told. At the release desk (/alerts/desk/) release the "
        "correction that waits, or decide that none is needed: this notice is closed by that.",
        at=at,
    )


def owed(evidence: Evidence) -> list[Owed]:
    """The alerts that rested on a piece and how many people received each, oldest first."""
    rows = CorrectionDuty.objects.filter(evidence=evidence).values_list("delivery__alert", "is_reason")
    counts = list(rows.annotate(people=Count("delivery__person", distinct=True)).order_by("delivery__alert"))
    return [Owed(Alert(pk=number), people, is_reason) for number, is_reason, people in counts]


def retracted_behind(alert: Alert, *, user: User | AnonymousUser) -> EvidenceQuerySet:
    """Pieces that a released alert rested on and that were retracted since, as far as this person may see them.

    Each with `is_named`; those that its reasons name first.
    """
    snapshot = alert.snapshot
    named = Exists(AlertReason.objects.filter(alert=alert, evidence=OuterRef("pk")))
    counted = Q(
        country=alert.country_id,
        event_on__lte=snapshot.as_of,
        known_at__date__lte=snapshot.known_on,
        decided_at__lte=snapshot.run.published_at or snapshot.run.started_at,
        retracted_at__gt=snapshot.run.started_at,
    )
    rows = Evidence.objects.visible_to(user).filter(status=Evidence.Status.RETRACTED).annotate(is_named=named)
    since = Q(retracted_at__gt=alert.released_at) if alert.released_at else Q()
    return rows.filter(named | counted & since).order_by("-is_named", "-retracted_at", "pk")
