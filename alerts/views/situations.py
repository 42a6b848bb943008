"""Situations: the list, the thread of one, and what staff change in it."""

import dataclasses
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alerts.ledger.ledger import Asked, Entry, read, rows_of
from alerts.models import Alert, AlertQuerySet, Signal, Situation, SituationPlace
from alerts.situations import situations as keeping
from alerts.situations.can_be_done import FACTORS, LEVERS, CanBeDone, measures_for
from alerts.situations.levers import next_levers
from alerts.situations.situation_forms import DescribeForm, MoveForm, OpenForm, PutForm, SituationFilter, TakeForm
from alerts.situations.situations import SituationError
from alerts.views.changed import changes_of, taken_back_of
from alerts.views.deciding import LogLine
from alerts.views.ledger import AlertLine, alert_lines, lines_of, with_all
from countries.models import Country
from indicators.forms import ReasonForm
from indicators.models import Standing
from indicators.models.score import Level
from indicators.views.review import person
from people.access import requires
from people.permissions import Action, may
from r2p_dashboard import clock

PAGE_SIZE = 50
SIGNALS = 20  # of a situation; the signals page has them all
ENTRIES = 30  # of the ledger on the page of a situation
ALERTS = 50  # on the page of a situation; the archive has them all


@dataclasses.dataclass(frozen=True, slots=True)
class PlaceLine:
    """A country that a situation is about, with the level that stands."""

    place: SituationPlace
    level: Level | None


@require_safe
def situations(request: HttpRequest) -> HttpResponse:
    """Those that are followed, the latest alert first; closed ones on request."""
    form = SituationFilter(request.GET)
    page = Paginator(_chosen(form), PAGE_SIZE).get_page(request.GET.get("page"))
    is_filtered = not form.is_valid() or any(form.cleaned_data.values())
    context = {"form": form, "page": page, "is_filtered": is_filtered}
    return render(request, "alerts/situations.html", context, status=200 if form.is_valid() else 400)


def _chosen(form: SituationFilter) -> Any:
    if not form.is_valid():
        return Situation.objects.none()
    asked = form.cleaned_data
    rows = Situation.objects.open() if not asked["state"] else Situation.objects.all()
    rows = rows.filter(closed_at__isnull=False) if asked["state"] == "closed" else rows
    if asked["country"]:
        rows = rows.filter(pk__in=SituationPlace.objects.filter(country__iso3=asked["country"]).values("situation"))
    released = Q(alerts__state=Alert.State.RELEASED, alerts__is_dry_run=False)  # nobody was warned by practice
    rows = rows.annotate(sent=Count("alerts", filter=released), last=Max("alerts__released_at", filter=released))
    places = SituationPlace.objects.select_related("country").order_by("country__name_sort", "since")
    rows = rows.prefetch_related(Prefetch("places", places, to_attr="all_places"))
    return rows.order_by(F("last").desc(nulls_last=True), "-opened_at", "-pk")


@require_safe
def situation(request: HttpRequest, slug: str) -> HttpResponse:
    """The thread of its alerts and of what was found, with its countries as they stand."""
    found = get_object_or_404(Situation.objects.select_related("opened_by", "closed_by"), slug=slug)
    places = list(found.places.select_related("country").order_by("country__name_sort", "since"))
    now = clock.now()
    alerts, waiting = _alerts(request, found)
    lines = alert_lines(alerts[:ALERTS], day=now.date())
    context = {
        "situation": found,
        "places": _place_lines([place for place in places if place.until is None]),
        "former": [place for place in places if place.until is not None],
        "drafts": alert_lines(waiting, day=now.date()),
        "lines": lines,
        "signals": lines_of(_signals(places), user=request.user),
        "entries": _entries(request, found),
        "options": _options(places, found, lines),
        "log": _log(request, found),
    }
    return render(request, "alerts/situation.html", context)


def _log(request: HttpRequest, found: Situation) -> list[LogLine]:
    """What was changed in it; who keeps the ledger also reads what was taken out of it."""
    lines = changes_of(found, shows_names=may(request.user, Action.RELEASE_ALERT))
    if may(request.user, Action.KEEP_LEDGER):
        lines += taken_back_of(found, by_eyes_of=person(request))
    return sorted(lines, key=lambda line: line.at)


def _alerts(request: HttpRequest, found: Situation) -> tuple[AlertQuerySet, AlertQuerySet]:
    """Released ones, latest first; what waits, for those who release."""
    rows = Alert.objects.visible_to(request.user).filter(situation=found).select_related("country")
    return rows.released(), rows.waiting()


def _place_lines(places: list[SituationPlace]) -> list[PlaceLine]:
    standing = Standing.objects.in_use().filter(snapshot__assessed=True)
    standing = standing.filter(country__in=[place.country_id for place in places])
    levels = dict(standing.values_list("country", "snapshot__shown_level"))
    return [PlaceLine(one, Level(levels[one.country_id]) if one.country_id in levels else None) for one in places]


def _signals(places: list[SituationPlace]) -> Any:
    """The latest signals of its countries, each while the situation was about it."""
    if not places:
        return Signal.objects.none()
    spans = Q()
    for place in places:
        span = Q(country=place.country_id, found_at__gte=place.since)
        spans |= span & Q(found_at__lt=place.until) if place.until else span
    return with_all(Signal.objects.filter(spans)).order_by("-found_at", "-pk")[:SIGNALS]


def _entries(request: HttpRequest, found: Situation) -> list[Entry]:
    """The ledger of the situation, latest first; its own page has all of it."""
    return read(rows_of(Asked(situation=found.pk), user=request.user)[:ENTRIES], user=request.user)


def _options(places: list[SituationPlace], found: Situation, lines: list[AlertLine]) -> CanBeDone:
    """Measures for the risk factors of the latest alert, and the levers of its countries."""
    leading = next((line.alert.factors for line in lines if line.alert.factors), [])
    countries = [place.country_id for place in places if place.until is None]
    day = clock.installation_day()
    levers = next_levers(countries=countries, situation_id=found.pk, day=day, count=LEVERS)
    return CanBeDone(measures_for(leading[:FACTORS]), tuple(levers))


# --- by staff ------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.RELEASE_ALERT)
def situation_new(request: HttpRequest) -> HttpResponse:
    """Opens one over one or several countries."""
    form = OpenForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            asked = form.cleaned_data
            try:
                made = keeping.open_situation(
                    name=asked["name"], countries=form.chosen(), about=asked["about"], part=asked["part"],
                    by=person(request), at=clock.now(),
                )  # fmt: skip
            except SituationError as error:
                form.add_error(None, _sentence(error))
            else:
                messages.success(
                    request, _("Opened. Alerts are threaded here once it is a country’s home: say so below.")
                )
                return redirect("situation_edit", made.slug)
    return render(request, "alerts/situation_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.RELEASE_ALERT)
def situation_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Every change of one situation, each a form of its own."""
    found = get_object_or_404(Situation, slug=slug)
    typed: dict[str, forms.Form] = {}
    action = request.POST.get("action", "")
    if request.method == "POST":
        if (change := _CHANGES.get(action)) is None:
            return _edit_page(request, found, {}, status=400)
        form = _form(action, found, request.POST)
        if form.is_valid():
            try:
                change(request, found, form)
            except SituationError as error:
                form.add_error(None, _sentence(error))
            else:
                return redirect(found)
        typed[action] = form
    return _edit_page(request, found, typed, status=400 if typed else 200)


def _edit_page(request: HttpRequest, found: Situation, typed: dict[str, forms.Form], *, status: int) -> HttpResponse:
    context: dict[str, Any] = {"situation": found, "typed": typed, "is_unknown": status == 400 and not typed}
    names = _CHANGES if found.closed_at is None else (_REOPEN,)
    context |= {name: typed.get(name) or _form(name, found) for name in names}
    return render(request, "alerts/situation_edit.html", context, status=status)


def _form(action: str, found: Situation, data: Any = None) -> forms.Form:
    options: dict[str, Any] = {"auto_id": f"{action}-%s"}
    if action == "describe":
        return DescribeForm(data, initial=DescribeForm.seen(found), **options)
    if action == "put":
        return PutForm(data, **options)
    if action == "take":
        return TakeForm(data, of=_countries(found), **options)
    if action == "move":
        alerts = list(Alert.objects.filter(situation=found).select_related("country").order_by("-pk")[:200])
        return MoveForm(data, alerts=alerts, situations=_others(found), **options)
    return ReasonForm(data, **options)


def _countries(found: Situation) -> list[Country]:
    rows = Country.objects.filter(situation_places__situation=found, situation_places__until=None)
    return list(rows.order_by("name_sort"))


def _others(found: Situation) -> list[Situation]:
    """Open ones about any of its alerts' countries."""
    countries = Alert.objects.filter(situation=found).values("country")
    about = SituationPlace.objects.filter(country__in=countries, until=None).values("situation")
    return list(Situation.objects.open().filter(pk__in=about).exclude(pk=found.pk).order_by("name", "pk"))


def _describe(request: HttpRequest, found: Situation, form: Any) -> None:
    asked = form.cleaned_data
    keeping.describe(
        situation_id=found.pk, name=asked["name"], about=asked["about"].replace("\r\n", "\n"), part=asked["part"],
        was=form.was(), by=person(request), at=clock.now(),
    )  # fmt: skip
    messages.success(request, _("Saved."))


def _put(request: HttpRequest, found: Situation, form: Any) -> None:
    country = Country.objects.get(iso3=form.cleaned_data["country"])
    is_home = form.cleaned_data["is_home"]
    keeping.put_country(situation_id=found.pk, country=country, is_home=is_home, by=person(request), at=clock.now())
    said = (
        _("%(name_en)s stands in it. Its alerts are threaded here from now on.")
        if is_home
        else _("%(name_en)s stands in it. Its alerts stay threaded where they were.")
    )
    messages.success(request, said % {"name_en": country.name_en})


def _take(request: HttpRequest, found: Situation, form: Any) -> None:
    country = Country.objects.get(iso3=form.cleaned_data["country"])
    keeping.take_country(situation_id=found.pk, country=country, by=person(request), at=clock.now())
    messages.success(
        request,
        _("It is no longer about %(name_en)s. To undo this, add the country again.") % {"name_en": country.name_en},
    )


def _move(request: HttpRequest, found: Situation, form: Any) -> None:
    asked = form.cleaned_data
    to = get_object_or_404(Situation, slug=asked["to"])
    keeping.move_alert(
        alert_id=int(asked["alert"]), to_id=to.pk, reason=asked["reason"], by=person(request), at=clock.now()
    )
    messages.success(
        request,
        _("Alert %(alert)s stands in “%(name)s” now. To undo this, move it back.")
        % {"alert": asked["alert"], "name": to.name},
    )


def _close(request: HttpRequest, found: Situation, form: Any) -> None:
    keeping.close(situation_id=found.pk, reason=form.cleaned_data["reason"], by=person(request), at=clock.now())
    messages.success(request, _("Closed. Its thread stays; the next alert about one of its countries opens another."))


def _reopen(request: HttpRequest, found: Situation, form: Any) -> None:
    keeping.reopen(situation_id=found.pk, reason=form.cleaned_data["reason"], by=person(request), at=clock.now())
    messages.success(request, _("Open again. A country that has another home by now keeps it: see below."))


_REOPEN = "reopen"
_CHANGES: dict[str, Callable[[HttpRequest, Situation, Any], None]] = {
    "describe": _describe,
    "put": _put,
    "take": _take,
    "move": _move,
    "close": _close,
    _REOPEN: _reopen,
}


def _sentence(error: SituationError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
