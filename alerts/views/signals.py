"""Everything that the machine found: every kind of signal, with what the rule made of it."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from alerts.models import Signal, SignalQuerySet
from alerts.situations.place_forms import PlaceFilter, end_of, start_of
from alerts.views.ledger import lines_of, with_all
from indicators.fields import Pick

PAGE_SIZE = 50


class SignalFilter(PlaceFilter):
    """Which signals the page shows; every state of it stands in the address."""

    kind = Pick(Signal.Kind.choices, empty=_("every kind"), required=False)
    field_order = ("kind", "country", "region", "since", "until")


@require_safe
def signals(request: HttpRequest) -> HttpResponse:
    """Latest first, 50 a page; for everybody, each piece of evidence only for who may see it."""
    form = SignalFilter(request.GET)
    page = Paginator(with_all(_chosen(form)), PAGE_SIZE).get_page(request.GET.get("page"))
    asked = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context = {
        "form": form,
        "page": page,
        "signals": lines_of(page.object_list, user=request.user),
        "is_filtered": not form.is_valid() or any(form.cleaned_data.values()),
        "as_data": urlencode(asked),
    }
    return render(request, "alerts/signals.html", context, status=200 if form.is_valid() else 400)


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
        rows = rows.filter(found_at__gte=start_of(asked["since"]))
    return rows.filter(found_at__lt=end_of(asked["until"])) if asked["until"] else rows
