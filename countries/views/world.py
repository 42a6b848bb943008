"""The world page: every country, alphabetical unless asked otherwise; what is not known sorts last."""

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from alerts.models import Signal
from countries.map_modes import Mode
from countries.views.fragments import fragment, kept
from countries.views.geography import read_geography
from countries.views.table import Asked, Step, asked_of, heads, href_with, legend, listed, switches
from countries.views.world_map import chart_of, legend_of, mode_links, mode_of, places_of, war_counts
from indicators.at_war import Wars, wars
from indicators.marked_world import marked_world
from indicators.models import MethodVersion
from indicators.models.score import Level, Reporting
from indicators.scoring.parameters import SHIPPED
from indicators.world import World, WorldRow, cannot_exclude_of_nothing, world
from r2p_dashboard.clock import AsOf, AsOfError, as_of

LISTED_MAX = 5
NEW_DAYS = 30  # a signal is new for a month
SAID_OF_NEW = [kind for kind in Signal.Kind if kind not in {Signal.Kind.METHOD, Signal.Kind.CORRECTION}]

Seen = Callable[[], World]  # read once, and only where something is not kept
Signalled = tuple[tuple[str, str], ...]  # code of a country, what was found there


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """What stands above the map, and the choices of the form."""

    is_stale: bool
    legend: list[Step]
    regions: list[str]


@require_safe
def world_page(request: HttpRequest) -> HttpResponse:
    """All countries; `?q=`, `?region=`, `?level=`, `?assessed=1` choose, `?sort=` orders, `?as_of=` turns back.

    `?map=` says what the map shows (countries.map_modes).
    `?all=1` puts those that are not assessed into the table too, which are names below it otherwise.
    """
    try:
        moment = as_of(request)
    except AsOfError as error:
        raise BadRequest(str(error)) from error
    seen = functools.cache(lambda: world(day=moment.day, known_on=moment.known_on, is_current=moment.is_current))
    asked, marker = asked_of(request.GET), marked_world(is_current=moment.is_current)
    content = None if marker is None else (marker, moment, request.GET.urlencode())
    results = _results(request, seen, asked, moment, content)
    if getattr(request, "htmx", None) and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        strip = render_to_string("_partials/as_of.html", {"as_of": moment, "oob": True}, request=request)
        return HttpResponse(results + strip)  # the strip's form keeps what was just chosen
    context = {
        "as_of": moment,
        "asked": asked,
        "map_key": mode_of(request.GET).key,
        "head": kept("world", lambda: _head(request, seen(), asked), content=content),
        "results": results,
        "overview": _overview(request, seen, moment, content),
    }
    return render(request, "countries/world.html", context)


def _head(request: HttpRequest, seen: World, asked: Asked) -> Head:
    return Head(
        is_stale=seen.is_stale,
        legend=legend(seen, request.GET, asked),
        regions=sorted({row.country.region for row in seen.rows}),
    )


def _results(request: HttpRequest, seen: Seen, asked: Asked, moment: AsOf, content: object) -> SafeString:
    return fragment(
        "countries/_results.html",
        lambda: {
            "as_of": moment,
            "asked": asked,
            "shown": listed(seen().rows, asked),
            "heads": heads(request.GET, asked.sort),
            "switches": switches(seen().rows, request.GET, asked),
        },
        content=content,
        request=request,
    )


def _overview(request: HttpRequest, seen: Seen, moment: AsOf, content: object) -> SafeString:
    signalled, mode = _signalled(moment), mode_of(request.GET)
    fought = wars(day=moment.day, known_on=moment.known_on) if mode.key == "prevention" else None
    return fragment(
        "countries/_overview.html",
        lambda: (
            _beside(seen(), moment, signalled)
            | _map(seen(), moment, mode, fought)
            | {
                "undetermined_href": href_with(request.GET, level="undetermined", assessed=None),
                "alarm": _alarm(seen().method),
                "modes": mode_links(request.GET, mode),
            }
        ),
        content=None if content is None else (content, signalled, fought),
        request=request,
    )


def _alarm(method: MethodVersion | None) -> tuple[object, ...]:
    """From how many points in how many days a change is rapid."""
    parameters = method.parameters if method else {}
    return tuple(parameters.get(name, getattr(SHIPPED, name)) for name in ("alarm_points", "alarm_days"))


def _map(seen: World, moment: AsOf, mode: Mode, fought: Wars | None) -> dict[str, object]:
    """The map with its legend, and what it cannot show."""
    geography = read_geography()
    places = places_of(seen.rows, mode, fought)
    names = {row.country.iso3: row.country.name_en for row in seen.rows}
    return {
        "chart": chart_of(places, mode, moment, geography, fought),
        "mode": mode,
        "map_legend": legend_of(places, mode),
        "war": war_counts(seen, fought) if fought else None,
        "follow": reverse("country", kwargs={"iso3": "XXX"}) + moment.query,
        "missing": [name for iso3, name in names.items() if iso3 in geography.missing],
        "as_dots": [name for iso3, name in names.items() if iso3 in geography.points],
        "apart": geography.apart,
    }


def _signalled(moment: AsOf) -> Signalled:
    """What was found lately, the latest first; not what a new method or a correction of our own changed."""
    end = dt.datetime.combine(moment.known_on, dt.time(), dt.UTC) + dt.timedelta(days=1)
    rows = Signal.objects.filter(
        found_at__lt=end, found_at__gte=end - dt.timedelta(days=NEW_DAYS), kind__in=SAID_OF_NEW
    )
    fresh = rows.filter(is_historic=False).order_by("-found_at", "-pk")
    return tuple(fresh.values_list("country__iso3", "kind"))


def _fresh(rows: Iterable[WorldRow], signalled: Signalled) -> list[tuple[WorldRow, str]]:
    """The countries with the latest signals, alphabetical, each with what was found."""
    kinds: dict[str, list[str]] = {}
    for iso3, kind in signalled:
        said = kinds.setdefault(iso3, [])
        if (word := str(Signal.Kind(kind).label)) not in said:
            said.append(word)
    latest = list(kinds)[:LISTED_MAX]
    return [(row, ", ".join(kinds[row.country.iso3])) for row in rows if row.country.iso3 in latest]


def not_excluded(grey: Sequence[WorldRow], seen: World) -> list[WorldRow]:
    """Undetermined countries where evidence says something of what cannot be excluded: highest first, then by name."""
    if not grey or seen.method is None:
        return []
    nothing = f"{cannot_exclude_of_nothing(seen.method):.1f}"
    told = [row for row in grey if row.evidence_count and f"{row.cannot_exclude:.1f}" != nothing]
    return sorted(told, key=lambda row: -round(row.cannot_exclude or 0.0, 1))


def _beside(seen: World, moment: AsOf, signalled: Signalled) -> dict[str, object]:
    """What stands beside the map: reading lists."""
    rising = [row for row in seen.rows if row.flags.is_rapid]
    silent = [row for row in seen.rows if row.flags.reporting is Reporting.BLACKOUT]
    grey = [row for row in seen.rows if row.level is Level.UNDETERMINED]
    return {
        "as_of": moment,
        "rising": rising,  # alphabetical, as every list of countries
        "silent": silent,
        "fresh": _fresh(seen.rows, signalled),
        "fresh_days": NEW_DAYS,
        "undetermined": not_excluded(grey, seen)[:LISTED_MAX],
        "undetermined_count": len(grey),
    }
