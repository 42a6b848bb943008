"""One report as it was taken in."""

import datetime as dt
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countries.models import Country
from indicators.models import Suggestion
from indicators.views.asked import is_staff, moment_of, seen_by
from people.permissions import Action, may
from reports.correcting import held
from reports.languages import language_name
from reports.models import TYPED, Passage, Report, ReportCorrection, Retrieval
from reports.views.alike_of import alike, has_pairs
from reports.views.seen import reports_seen_by

PAGE_SIZE = 100
CARRIERS = (Report.Kind.FEED, Report.Kind.BUNDLE)
OF_WORDS = (Report.Kind.DOCUMENT, Report.Kind.CODING_NOTE, Report.Kind.ENTRY)  # they have a language and countries


@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """A report as taken in: where from, when, its digest, its passages or what it carried; never its bytes."""
    moment = moment_of(request)
    seen = reports_seen_by(request.user, known_on=moment.known_on).select_related("source__family")
    seen = seen.annotate(is_alike=has_pairs(), is_corrected=_has_corrections(), fetched_at=_fetched_at())
    found = seen.annotate(size=Length("bytes")).defer("bytes", "text").filter(pk=report_id).first()
    if found is None:
        raise Http404(_("report: found none under this number that you may see at this date"))
    context = {"as_of": moment, "report": found, **_relations(request, found, known_on=moment.known_on)}
    if found.kind in OF_WORDS:
        context |= _held(found, known_on=moment.known_on)
    if found.kind in (Report.Kind.DOCUMENT, Report.Kind.ENTRY):
        context |= alike(request, found, known_on=moment.known_on)
    context |= _carried(request, found) if found.kind in CARRIERS else _passages(request, found)
    return render(request, "reports/report.html", context)


def _fetched_at() -> Subquery:
    """When it, or what it came in, was fetched from its source; none where a person brought it."""
    brought = Q(report=OuterRef("pk")) | Q(report=OuterRef("carrier"))
    rows = Retrieval.objects.filter(brought, source__isnull=False)
    return Subquery(rows.order_by("pk").values("fetched_at")[:1])


def _has_corrections() -> Exists:
    """Whether anybody ever set its language or countries right: most reports nobody did, and nothing is asked for."""
    return Exists(ReportCorrection.objects.filter(report=OuterRef("pk")))


def _page_of(request: HttpRequest, rows: Any) -> Page[Any]:
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def _passages(request: HttpRequest, found: Report) -> dict[str, Any]:
    rows = Passage.objects.filter(report=found).select_related("family").order_by("order")
    if found.carrier_id is not None and not is_staff(request):
        rows = rows.filter(evidence__in=seen_by(request)).distinct()  # of what was fetched only what somebody accepted
    page = _page_of(request, rows)
    pieces = seen_by(request).filter(passage__in=list(page.object_list)).select_related("indicator", "country")
    suggested = 0
    if may(request.user, Action.ENTER_EVIDENCE):
        suggested = Suggestion.objects.visible_to(request.user).waiting().filter(passage__report=found).count()
    by_passage: dict[int, list[object]] = {}
    for piece in pieces.order_by("indicator__order", "-event_on"):
        by_passage.setdefault(piece.passage_id, []).append(piece)
    passages = [(passage, by_passage.get(passage.pk, [])) for passage in page.object_list]
    return {"page": page, "passages": passages, "suggested": suggested}


def _carried(request: HttpRequest, found: Report) -> dict[str, Any]:
    """The reports that came with an answer of a feed."""
    carried = Report.objects.visible_to(request.user).filter(carrier=found).select_related("source")
    return {"page": _page_of(request, carried.defer("bytes", "text").order_by("-published_on", "pk"))}


def _relations(request: HttpRequest, found: Report, *, known_on: dt.date) -> dict[str, Any]:
    """What carried it and whose text it repeats, as far as the reader may see them."""
    numbers = [number for number in (found.carrier_id, found.duplicate_of_id) if number]
    others: dict[int | None, Report] = {}
    if numbers:
        rows = reports_seen_by(request.user, known_on=known_on).filter(pk__in=numbers).only("title")
        others = {row.pk: row for row in rows}
    typed = Report.objects.none()
    if found.is_unread:
        typed = reports_seen_by(request.user, known_on=known_on).filter(carrier=found, reader=TYPED).order_by("pk")
    return {
        "typed": typed.defer("bytes", "text"),
        "carrier": others.get(found.carrier_id),
        "duplicate_of": others.get(found.duplicate_of_id),
    }


def _held(found: Report, *, known_on: dt.date) -> dict[str, Any]:
    """Its language and countries as they were held on the day of knowledge, in words, and how they are known."""
    is_corrected = found.__dict__["is_corrected"]
    holds = held(found, found.corrections.filter(at__date__lte=known_on) if is_corrected else ())
    names = dict(Country.objects.filter(iso3__in=holds.countries).values_list("iso3", "name_en"))
    return {
        "holds": holds,
        "language": language_name(holds.language),
        "countries": [names[iso3] for iso3 in holds.countries if iso3 in names],
    }
