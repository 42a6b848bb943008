"""The calendar of levers, and what staff enter and remove in it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alerts.models import Lever, LeverQuerySet
from alerts.situations import levers as keeping
from alerts.situations.lever_forms import SITUATION, LeverFilter, LeverForm, RemovalForm
from alerts.situations.levers import LeverError
from countries.models import Country
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock

PAGE_SIZE = 50


@require_safe
def levers(request: HttpRequest) -> HttpResponse:
    """What comes, the next first; `?when=past` what is over, the latest first."""
    form = LeverFilter(request.GET)
    page = Paginator(_chosen(form), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "day": clock.installation_day(),
        "is_filtered": not form.is_valid() or any(form.cleaned_data.values()),
    }
    return render(request, "alerts/levers.html", context, status=200 if form.is_valid() else 400)


def _chosen(form: LeverFilter) -> LeverQuerySet:
    rows = Lever.objects.standing().select_related("country", "situation")
    if not form.is_valid():
        return rows.none()
    asked, day = form.cleaned_data, clock.installation_day()
    if asked["country"]:
        numbers = Country.objects.filter(iso3=asked["country"]).values_list("pk", flat=True)
        rows = rows.about(countries=list(numbers))
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["when"] == "past":
        return rows.filter(last_day__lt=day).order_by("-first_day", "-pk")
    return rows.order_by("first_day", "last_day", "pk") if asked["when"] == "all" else rows.coming(day)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.KEEP_LEDGER)
def lever_new(request: HttpRequest) -> HttpResponse:
    """Enters one; `?country=MMR` or `?situation=sudan` chooses what it is about."""
    form = LeverForm(request.POST or None, initial={"about": _about(request)})
    if request.method == "POST" and form.is_valid():
        try:
            keeping.add(draft=form.draft(), **form.subject(), by=person(request), at=clock.now())
        except LeverError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Entered. It stands in the calendar and on the pages that it is about."))
            return redirect("levers")
    return render(request, "alerts/lever_new.html", {"form": form}, status=400 if form.errors else 200)


def _about(request: HttpRequest) -> str:
    asked: Any = request.GET
    return f"{SITUATION}{asked['situation']}" if asked.get("situation") else str(asked.get("country", "")).upper()


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.KEEP_LEDGER)
def lever_remove(request: HttpRequest, lever_id: int) -> HttpResponse:
    """Takes one off the calendar, with the reason."""
    lever = get_object_or_404(Lever.objects.select_related("country", "situation"), pk=lever_id)
    form = RemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.remove(lever_id=lever_id, reason=form.cleaned_data["reason"], by=person(request), at=clock.now())
        except LeverError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Removed from the calendar; the row is kept with your reason."))
            return redirect("levers")
    return render(
        request, "alerts/lever_remove.html", {"form": form, "lever": lever}, status=400 if form.errors else 200
    )
