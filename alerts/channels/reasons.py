"""The reasons of an alert as everybody may see them at this moment."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from alerts import links
from alerts.models import Alert, AlertReason
from indicators.models import Evidence

Known = Mapping[int, dt.datetime | None]


def public_evidence(alerts: Iterable[Alert]) -> Known:
    """Evidence behind the alerts that everybody may see now, and when it was retracted."""
    seen = Evidence.objects.visible_to(AnonymousUser()).ever_accepted().filter(alert_reasons__alert__in=alerts)
    return dict(seen.values_list("pk", "retracted_at"))


def seen_reasons(alert: Alert, public: Known) -> list[AlertReason]:
    """Those that rest on a series or on what is public; `alert.reasons` in their order."""
    return [row for row in alert.reasons.all() if row.evidence_id is None or row.evidence_id in public]


def said(row: AlertReason, public: Known) -> dict[str, Any]:
    """One of them for a template or a program."""
    url = links.absolute(reverse("evidence_detail", args=[row.evidence_id])) if row.evidence_id else ""
    is_retracted = row.evidence_id is not None and public[row.evidence_id] is not None
    return {"text": row.text, "grade": row.grade, "url": url, "is_retracted": is_retracted}
