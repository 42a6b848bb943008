"""What a page tells of corrections: what took whose place, why, what it changed, and who rested on what is gone."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.corrections import owing
from indicators.models import Evidence
from indicators.views.asked import for_display, is_staff, seen_by

COMPARED = {
    "indicator": _("indicator"),
    "country": _("country"),
    "polarity": _("direction"),
    "severity": _("severity"),
    "event_on": _("day it happened"),
    "event_key": _("name of the event"),
    "admin1": _("first-level area"),
    "reliability": _("grade of the source"),
    "credibility": _("grade of the statement"),
    "family": _("body that made the finding"),
    "claim": _("what it claims"),
    "actor": _("from whom"),
    "group": _("group at risk"),
    "note": _("why here"),
    "sensitivity": _("who may see it"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One field that a person set otherwise than a machine or somebody before, in words."""

    label: str
    was: str
    became: str


@dataclasses.dataclass(frozen=True, slots=True)
class Corrected:
    """One piece between what it corrects and what corrects it, as far as this reader may see them."""

    of: Evidence | None  # whose place it takes
    by: Evidence | None  # what took its place, or waits to; for staff only where it waits
    differences: list[Difference]  # from `of`, or to `by`
    owed: list[owing.Owed]  # for staff: who received an alert that rested on it


def corrected(request: HttpRequest, evidence: Evidence) -> Corrected:
    """One query; one more for staff where it is retracted."""
    near = Q(corrects=evidence.pk) | Q(pk=evidence.corrects_id)
    rows = list(for_display(seen_by(request)).filter(near).exclude(status=Evidence.Status.REJECTED))
    of = next((row for row in rows if row.pk == evidence.corrects_id), None)
    by = next((row for row in rows if row.corrects_id == evidence.pk), None)
    differences = _differences(of, evidence) if of else _differences(evidence, by) if by else []
    tells = is_staff(request) and evidence.status == Evidence.Status.RETRACTED
    return Corrected(of, by, differences, owing.owed(evidence) if tells else [])


def _differences(was: Evidence, became: Evidence) -> list[Difference]:
    return [
        Difference(str(label), worded(name, getattr(was, name)), worded(name, getattr(became, name)))
        for name, label in COMPARED.items()
        if getattr(was, name) != getattr(became, name)
    ]


def worded(name: str, value: Any) -> str:
    """A value of one of evidence's fields as a page says it."""
    choices: dict[Any, Any] = dict(getattr(Evidence._meta.get_field(name), "flatchoices", ()))
    return str(choices.get(value, value)) or gettext("nothing")
