"""An alert and what was said about it since: corrections and withdrawals, each of which is about the first one."""

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from alerts.models import Alert, AlertQuerySet


def later(alert: Alert) -> AlertQuerySet:
    """What went out after an alert, or after a correction of it, about the same one; oldest first."""
    about = Alert.objects.released().filter(corrects=alert.corrects_id or alert.pk, pk__gt=alert.pk)
    return about.order_by("pk")


def has_later(alert: str) -> Exists:
    """The same of the outer query's rows: `alert` is the name of their field, empty for alerts themselves."""
    corrects, number = (f"{alert}__corrects", alert) if alert else ("corrects", "pk")
    about = Coalesce(OuterRef(corrects), OuterRef(number))
    return Exists(Alert.objects.released().filter(corrects=about, pk__gt=OuterRef(number)))
