"""Where an index comes from and what moved it: the two pages behind the country page, and their parts on it."""

import dataclasses
from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from countries.charts import OURS, Chart, dated
from countries.models import Country
from countries.views.fragments import fragment
from indicators.contribution_charts import CauseBar, FactorBar, made_of, what_moved
from indicators.models import Evidence, EvidenceQuerySet, SeriesValue
from indicators.profile import (
    Marker,
    Moved,
    Node,
    OrderError,
    Span,
    came_in,
    leaves,
    marked_country,
    moved,
    numbers_in,
    read,
    tree_of,
    went_out,
)
from indicators.views.asked import for_display, moment_of
from people.permissions import clearance_of
from r2p_dashboard.clock import EARLIEST, AsOf, AsOfError, installation_day, now
from r2p_dashboard.spans import span_asked

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User

STEPS = {
    "new": gettext_lazy("New"),
    "retracted": gettext_lazy("Retracted"),
    "aged": gettext_lazy("Ageing"),
    "parameters": gettext_lazy("Method"),
    "profile": gettext_lazy("Profile"),
}
LISTED = 25  # pieces of evidence that came in or went out; the API has them all


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """From where to where the bars of one table run, in tenths of a point."""

    low: int
    high: int

    @classmethod
    def of(cls, tenths: list[int]) -> "Scale":
        return cls(min([0, *tenths]), max([0, *tenths]))


@dataclasses.dataclass(frozen=True, slots=True)
class Movement:
    """Evidence on one side of a change, as far as the reader may see it."""

    rows: list[Evidence]
    count: int
    withheld: int


@dataclasses.dataclass(frozen=True, slots=True)
class Numbers:
    """Values of series that came in, as far as the reader may see them."""

    rows: list[SeriesValue]
    withheld: int


@require_safe
def breakdown_page(request: HttpRequest, iso3: str) -> HttpResponse:
    """The index taken apart, from factor to indicator to event to source family."""
    country, marker = country_asked(iso3)
    moment = moment_of(request)
    body = fragment(
        "countries/_breakdown.html",
        lambda: _broken_down(country, moment, request.user),
        content=(marker.of(is_current=True), moment, clearance_of(request.user)),
        request=request,
    )
    return render(request, "countries/breakdown.html", {"as_of": moment, "country": country, "body": body})


@require_safe
def change_page(request: HttpRequest, iso3: str) -> HttpResponse:
    """What moved the index from `?from=` (known by `?from_known_at=`) to `?as_of=` (`?known_at=`)."""
    country, marker = country_asked(iso3)
    moment = moment_of(request)
    try:
        span = span_asked(request.GET, moment)
    except (AsOfError, OrderError) as error:
        raise BadRequest(str(error)) from error
    body = fragment(
        "countries/_change.html",
        lambda: _moved(country, span, request.user),
        content=(marker.of(is_current=True), span, clearance_of(request.user)),
        request=request,
    )
    context = {
        "as_of": moment,
        "country": country,
        "span": span,
        "earliest": EARLIEST,
        "latest": max(installation_day(), now().date()),
        "body": body,
    }
    return render(request, "countries/change.html", context)


def country_asked(iso3: str) -> tuple[Country, Marker]:
    """The country of an address with its marker. Raises Http404."""
    found = marked_country(iso3.upper()) if iso3.isalpha() else None  # the database refuses to be asked for a NUL
    if found is None:
        raise Http404(_("country: found no country under this code; wanted an ISO 3166-1 alpha-3 code, such as MMR"))
    return found


def _broken_down(country: Country, moment: AsOf, user: "User | AnonymousUser") -> dict[str, object]:
    reading = read(country, day=moment.day, known_on=moment.known_on, is_current=moment.is_current, user=user)
    context: dict[str, object] = {"as_of": moment, "country": country}
    if reading.score is None:
        return context | {"tree": None}
    tree = tree_of(reading)
    return context | {
        "tree": tree,
        "day": reading.day,
        "chart": made_of_chart(tree, country, dated(OURS, reading.day, reading.known_on)),
        "scale": Scale.of([factor.tenths for factor in tree.children]),
    }


def made_of_chart(tree: Node, country: Country, source: str) -> Chart:
    """The bars of a tree: what each factor's rows add by kind."""
    bars = {int(factor.name): FactorBar(int(factor.name), factor.title, {}) for factor in tree.children}
    tenths: dict[int, dict[str, int]] = {number: {} for number in bars}
    for leaf in leaves(tree):
        kind = "event" if leaf.node.kind == "family" else leaf.node.kind
        tenths[leaf.factor][kind] = tenths[leaf.factor].get(kind, 0) + leaf.node.tenths
    named = [dataclasses.replace(bar, tenths=tenths[number]) for number, bar in bars.items()]
    return made_of(named, country=country.name_en, source=source)


def _moved(country: Country, span: Span, user: "User | AnonymousUser") -> dict[str, object]:
    found = moved(country, span)
    return {
        "country": country,
        "moved": found,
        "chart": moved_chart(found, country) if found.parts else None,
        "scale": cause_scale(found),
        "came_in": _movement(came_in(country, span), user),
        "went_out": _movement(went_out(country, span), user),
        "numbers": _numbers(numbers_in(country, span, series=found.method.goalposts), user),
        "limit": LISTED,
    }


def cause_scale(found: Moved) -> Scale:
    """The scale of the bars of causes and of their factors."""
    tenths = [part.tenths for part in found.parts]
    return Scale.of(tenths + [one.tenths for part in found.parts for one in part.by_factor])


def moved_chart(found: Moved, country: Country) -> Chart:
    """The steps from one moment to the other."""
    before = None if found.before_tenths is None else (found.span.before.in_words, found.before_tenths)
    return what_moved(
        [CauseBar(str(STEPS[part.cause]), part.tenths) for part in found.telling],
        country=country.name_en,
        before=before,
        after=(found.span.after.in_words, found.after_tenths or 0),
        source=_("%(source)s, as of %(day)s") % {"source": OURS, "day": found.span.after.in_words},
    )


def _numbers(values: list[SeriesValue], user: "User | AnonymousUser") -> Numbers:
    rows = [one for one in values if one.report.sensitivity <= clearance_of(user)]
    return Numbers(rows, len(values) - len(rows))


def _movement(evidence: EvidenceQuerySet, user: "User | AnonymousUser") -> Movement:
    counted = evidence.marked_for(user).aggregate(all=Count("pk"), seen=Count("pk", filter=Q(cleared=True)))
    rows = list(for_display(evidence.visible_to(user)).order_by("-known_at", "-event_on", "-pk")[:LISTED])
    return Movement(rows, counted["seen"], counted["all"] - counted["seen"])
