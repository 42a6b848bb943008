"""Grave alerts that an office has not answered, where nobody is left in it to ask. One query."""

from django.db.models import OuterRef, QuerySet, Subquery

from alerts.models import Duty, DutyStep
from indicators.models.score import Level


def unanswered() -> QuerySet[Duty]:
    """Open duties of HIGH and SEVERE alerts whose last step told staff: only a call helps. Gravest first."""
    last = DutyStep.objects.filter(duty=OuterRef("pk")).order_by("-at", "-pk").values("kind")[:1]
    rows = Duty.objects.filter(closed_at=None, alert__level__gte=Level.HIGH, alert__withdrawn_at=None)
    rows = rows.alias(last=Subquery(last)).filter(last=DutyStep.Kind.NOBODY_LEFT)
    return rows.select_related("office", "alert__country").order_by("-alert__level", "opened_at", "pk")
