"""The catalogue of measures: what can be done, by form of protection."""

import itertools

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.models import Measure
from alerts.situations.lever_forms import MeasureFilter
from alerts.situations.measures import OTHER, SOURCE

# what a person reads of a measure: its row, and its lists as words
Shown = tuple[Measure, list[str], list[str]]


@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """`?factor=`, `?timing=` and `?sphere=` choose from it."""
    form = MeasureFilter(request.GET)
    rows = _chosen(form)
    context = {
        "form": form,
        "forms": [(name, [_shown(row) for row in group]) for name, group in itertools.groupby(rows, _form_of)],
        "count": len(rows),
        "source": SOURCE,
        "is_filtered": not form.is_valid() or any(form.cleaned_data.values()),
    }
    return render(request, "alerts/measures.html", context, status=200 if form.is_valid() else 400)


def _chosen(form: MeasureFilter) -> list[Measure]:
    if not form.is_valid():
        return []
    asked = form.cleaned_data
    rows = Measure.objects.filter(is_offered=True).exclude(code=OTHER)
    if asked["factor"]:
        rows = rows.filter(factors__contains=[int(asked["factor"])])
    if asked["timing"]:
        rows = rows.filter(timings__contains=[asked["timing"]])
    if asked["sphere"]:
        rows = rows.filter(spheres__contains=[asked["sphere"]])
    return list(rows.order_by("order"))


def _form_of(measure: Measure) -> str:
    return measure.form


def _shown(measure: Measure) -> Shown:
    timings = [str(Measure.Timing(timing).label) for timing in measure.timings]
    return measure, timings, [str(Measure.Sphere(sphere).label) for sphere in measure.spheres]
