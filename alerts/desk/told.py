"""Whether who was warned by evidence that was retracted since was told, or somebody decided that nobody need be."""

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from alerts import family
from alerts.corrections.owing import NOTICE
from alerts.models import Alert, AlertDecision, CorrectionDuty
from people.models import StaffNotice, User
from people.notices import close_notice


def untold() -> Any:
    """Duties that no correction, withdrawal, refusal or decision came after; each with `about`, the alert's number."""
    duties = CorrectionDuty.objects.annotate(about=Coalesce("delivery__alert__corrects", "delivery__alert"))
    said = Alert.objects.filter(corrects=OuterRef("about"), is_dry_run=False, decided_at__gte=OuterRef("found_at"))
    said = said.filter(state__in=[Alert.State.RELEASED, Alert.State.REFUSED])
    settled = AlertDecision.objects.filter(
        alert=OuterRef("about"), action=AlertDecision.Action.REFUSED, at__gte=OuterRef("found_at")
    )
    gone = Alert.objects.filter(~family.stands_again(), pk=OuterRef("about"), withdrawn_at__isnull=False)
    return duties.filter(~Exists(said), ~Exists(settled), ~Exists(gone))


def close_notices(alert: Alert, *, by: User, note: str, at: dt.datetime) -> None:
    """Closes the notices of pieces behind an alert of which nobody is left to be told, and of a draft that waited."""
    behind = CorrectionDuty.objects.filter(Q(delivery__alert=alert) | Q(delivery__alert__corrects=alert))
    pieces = set(behind.values_list("evidence", flat=True))
    pieces -= set(untold().filter(evidence__in=pieces).values_list("evidence", flat=True))
    subjects = [f"evidence {number}" for number in pieces]
    if not Alert.objects.waiting().filter(corrects=alert).exists():
        subjects.append(f"alert {alert.pk}")
    notices = StaffNotice.objects.filter(kind=NOTICE, subject__in=subjects, closed_at=None)
    for number in notices.order_by("pk").values_list("pk", flat=True):
        close_notice(notice_id=number, by=by, note=note, at=at)


def by_alert(duties: Any) -> dict[int, set[int]]:
    """The pieces of each alert, by their numbers."""
    found: dict[int, set[int]] = {}
    for about, piece in duties.values_list(F("about"), "evidence").distinct():
        found.setdefault(about, set()).add(piece)
    return found
