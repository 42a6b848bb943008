"""Sources with their grades and licences, and one report with its passages."""

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from indicators.views.asked import moment_of, seen_by
from people.permissions import clearance_of
from reports.models import Passage, Report, Source

PAGE_SIZE = 100


def sources_seen_by(user: object) -> QuerySet[Source]:
    """Sources of which the reader may see a report, with how many and the latest day; by name."""
    seen = Q(reports__sensitivity__lte=clearance_of(user))
    rows = Source.objects.annotate(
        report_count=Count("reports", filter=seen), last_published_on=Max("reports__published_on", filter=seen)
    )
    return rows.filter(report_count__gt=0).order_by("name")


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    context = {"as_of": moment_of(request), "sources": sources_seen_by(request.user)}
    return render(request, "reports/sources.html", context)


@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """A report as it was taken in: where from, when, its digest and its passages; never its bytes."""
    moment = moment_of(request)
    seen = Report.objects.visible_to(request.user).select_related("source__family").defer("bytes", "text")
    found = seen.filter(pk=report_id, published_on__lte=moment.known_on).first()
    if found is None:
        raise Http404("report: found none under this number that you may see at this date")
    page = Paginator(Passage.objects.filter(report=found).order_by("order"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    pieces = seen_by(request).filter(passage__in=list(page.object_list)).select_related("indicator", "country")
    by_passage: dict[int, list[object]] = {}
    for piece in pieces.order_by("indicator__order", "-event_on"):
        by_passage.setdefault(piece.passage_id, []).append(piece)
    context = {
        "as_of": moment,
        "report": found,
        "page": page,
        "passages": [(passage, by_passage.get(passage.pk, [])) for passage in page.object_list],
    }
    return render(request, "reports/report.html", context)
