"""The numbers of alerts: how many, how fast, how many unanswered."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from alerts.models import Alert
from alerts.numbers.counted import Counted, Span, counted
from alerts.numbers.numbers import (
    FEWEST,
    Elapsed,
    Fate,
    Figures,
    Group,
    Kept,
    NoMedian,
    groups,
    kept,
    months_between,
    office_figures,
)
from alerts.numbers.numbers_charts import WITHDRAWN, by_month, median_said, range_said, steps
from alerts.policy.rules import LEAST_LEVEL
from alerts.situations.place_forms import OF_REGIONS, region_choices
from countries.charts import Chart
from countries.models import Country
from indicators.fields import DayField, Pick, offer, refuse_backwards
from indicators.models.score import Level
from indicators.views.asked import refuse_unknown
from people.permissions import Action, may
from r2p_dashboard import clock

STEPS = (
    (gettext_lazy("Signal to release"), "to_release"),
    (gettext_lazy("Release to first answer"), "to_answer"),
    (gettext_lazy("Release to decision"), "to_decision"),
)


class NumbersFilter(forms.Form):
    """Which alerts are counted; every state of it stands in the address."""

    region = Pick(empty=gettext_lazy("every region"), required=False)
    since = DayField(required=False, label=gettext_lazy("Released from"))
    until = DayField(required=False, label=gettext_lazy("Released up to"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refuse_backwards(self, data)
        return data


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """How long a step took, in words."""

    step: str
    elapsed: Elapsed
    median: str
    range: str

    @property
    def is_too_early(self) -> bool:
        """Whether it has no median because too few have ended."""
        return self.elapsed.why_none in {NoMedian.FEW, NoMedian.OPEN}


@dataclasses.dataclass(frozen=True, slots=True)
class KindLine:
    """The warnings of one kind."""

    label: str
    figures: Figures
    withdrawn: int
    letters: int
    is_letter: bool


@dataclasses.dataclass(frozen=True, slots=True)
class OfficeLine:
    """What one office was asked and how long it took to answer."""

    name: str
    asked: int
    kept: Kept
    to_answer: Said
    to_decision: Said
    false_alarms: int


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Of every alert that the reader may see; of offices only to their members and to those who release alerts."""
    form, at = NumbersFilter(request.GET), clock.now()
    refuse_unknown(request, *form.fields)
    offer(form, "region", region_choices(Country.objects.order_by("region", "name_sort").only(*OF_REGIONS)))
    span = _span(form) if form.is_valid() else None
    found = counted(user=request.user, span=span) if span is not None else Counted([], [], {})
    is_told = may(request.user, Action.RELEASE_ALERT)
    grouped = groups(found.cases, at=at, tells_few=is_told, is_whole=span == Span())
    all_of_them = grouped[0].figures
    said = [_said(str(step), getattr(all_of_them, name)) for step, name in STEPS]
    context = {
        "form": form,
        "is_filtered": not form.is_valid() or any(form.cleaned_data.values()),
        "figures": all_of_them,
        "counts": {fate.name.lower(): all_of_them.fates[fate] for fate in Fate},
        "total": len(found.cases),
        "said": said,
        "is_too_early": any(one.is_too_early for one in said),
        "charts": _charts(grouped, (gettext("alerts of this dashboard, as of %(at)s") % {"at": f"{at:%-d %B %Y}"}))
        if found.cases
        else [],
        "kinds": [_kind(one) for one in grouped if one.kind is not None],
        "kept": kept(found.asked, at=at),
        "offices": _offices(found, at),
        "may_release": is_told,
        "csv": _csv(request),
        "fewest": FEWEST,
        "at": at,
    }
    return render(request, "alerts/numbers.html", context, status=200 if form.is_valid() else 400)


def _span(form: NumbersFilter) -> Span:
    asked = form.cleaned_data
    return Span(asked["since"], asked["until"], int(asked["region"]) if asked["region"] else None)


def _said(step: str, found: Elapsed) -> Said:
    return Said(step, found, median_said(found), range_said(found))


def _kind(group: Group) -> KindLine:
    kind, fates = Alert.Kind(str(group.kind)), group.figures.fates
    return KindLine(str(kind.label), group.figures, fates[Fate.WITHDRAWN], fates[Fate.LETTER], kind in Alert.LETTERS)


def _charts(grouped: Sequence[Group], source: str) -> list[Chart]:
    told = [one for one in grouped if one.month is None and one.kind is None]
    rows = [(str(step), _label(one), getattr(one.figures, name)) for step, name in STEPS for one in told]
    is_any = any(found.done + found.open for _, _, found in rows)  # releases are always told
    return [*_months(grouped, source), *([steps(rows, source=source)] if is_any else [])]


def _label(group: Group) -> str:
    return gettext("all") if group.level is None else str(Level(group.level).label)


def _months(grouped: Sequence[Group], source: str) -> list[Chart]:
    """Warnings that stand and those withdrawn since, in every month from the first to the last."""
    told = [one for one in grouped if one.month is not None and one.level is not None and one.figures.warnings]
    if not told:
        return []
    months = [one.month for one in told if one.month is not None]
    names = sorted({one.level for one in told if one.level is not None} | set(range(LEAST_LEVEL, len(Level))))
    counts: dict[str, dict[str, int]] = {
        month: {Level(level).name: 0 for level in names} for month in months_between(min(months), max(months))
    }
    for one in told:
        row = counts[str(one.month)]
        row[Level(one.level or 0).name] = one.figures.standing
        if one.figures.fates[Fate.WITHDRAWN]:
            row[WITHDRAWN] = row.get(WITHDRAWN, 0) + one.figures.fates[Fate.WITHDRAWN]
    return [by_month(counts, source=source)]


def _offices(found: Counted, at: dt.datetime) -> list[OfficeLine]:
    """By name, never by how fast they are."""
    lines = []
    for office, name in found.offices.items():
        of_it = office_figures([one for one in found.asked if one.office == office], at=at)
        answer, decision = _said("", of_it.to_answer), _said("", of_it.to_decision)
        lines.append(OfficeLine(name, of_it.asked, of_it.kept, answer, decision, of_it.false_alarms))
    return lines


def _csv(request: HttpRequest) -> str:
    query = request.GET.copy()
    query["format"] = "csv"
    return f"{reverse('api:alert_numbers')}?{query.urlencode()}"
