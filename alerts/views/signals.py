"""Everything that the machine found: every kind of signal, with what the rule made of it."""

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.models import Signal, SignalQuerySet
from alerts.views.ledger import lines_of, with_all
from countries.models import Country
from indicators.forms import Choice, DayField, Grouped, Pick, grouped, offer, refuse_backwards

PAGE_SIZE = 50


class SignalFilter(forms.Form):
    """Which signals the page shows; every state of it stands in the address."""

    kind = Pick(Signal.Kind.choices, empty="every kind", required=False)
    country = Pick(empty="every country", required=False)
    region = Pick(empty="every region", required=False)
    since = DayField(required=False, label="Found from")
    until = DayField(required=False, label="Found up to")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refuse_backwards(self, data)
        return data


@require_safe
def signals(request: HttpRequest) -> HttpResponse:
    """Latest first, 50 a page; for everybody, each piece of evidence only for who may see it."""
    form = SignalFilter(request.GET)
    known = list(Country.objects.order_by("region", "name_sort").only(*_NEEDED))
    offer(form, "country", _countries(known))
    offer(form, "region", _regions(known))
    page = Paginator(with_all(_chosen(form)), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "signals": lines_of(page.object_list, user=request.user),
        "is_filtered": not form.is_valid() or any(form.cleaned_data.values()),
    }
    return render(request, "alerts/signals.html", context, status=200 if form.is_valid() else 400)


_NEEDED = ("iso3", "name_en", "name_sort", "region", "region_code", "subregion", "subregion_code")


def _countries(known: list[Country]) -> Grouped:
    return grouped((row.region, row.iso3, row.name_en) for row in known)


def _regions(known: list[Country]) -> Grouped:
    """Each region whole, and its sub-regions."""
    rows: list[tuple[str, str, str]] = []
    for region in dict.fromkeys((row.region_code, row.region) for row in known):
        parts = {(row.subregion_code, row.subregion) for row in known if row.region_code == region[0]}
        listed: list[Choice] = [(str(region[0]), f"All of {region[1]}")]
        listed += [(str(code), name) for code, name in sorted(parts, key=lambda part: part[1]) if code != region[0]]
        rows += [(region[1], code, name) for code, name in listed]
    return grouped(rows)


def _chosen(form: SignalFilter) -> SignalQuerySet:
    rows = Signal.objects.order_by("-found_at", "-pk")
    if not form.is_valid():
        return rows.none()
    asked = form.cleaned_data
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["country"]:
        rows = rows.filter(country__iso3=asked["country"])
    if asked["region"]:
        rows = rows.in_region(int(asked["region"]))
    if asked["since"]:
        rows = rows.filter(found_at__gte=_start(asked["since"]))
    return rows.filter(found_at__lt=_start(asked["until"] + dt.timedelta(days=1))) if asked["until"] else rows


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
