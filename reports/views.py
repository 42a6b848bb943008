"""Sources with their grades and licences, and one report with its passages."""

import datetime as dt

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from indicators.models import Evidence
from indicators.views.asked import moment_of, seen_by
from people.models import User
from people.permissions import Action, may
from reports.models import Passage, Report, ReportQuerySet, Source

PAGE_SIZE = 100


def reports_seen_by(user: User | AnonymousUser, *, known_on: dt.date) -> ReportQuerySet:
    """Reports public by `known_on`. What was written here is shown to staff alone until evidence in it is accepted."""
    seen = Report.objects.visible_to(user).filter(published_on__lte=known_on)
    if may(user, Action.ENTER_EVIDENCE):
        return seen
    accepted = Evidence.objects.visible_to(user).ever_accepted().filter(passage__report=OuterRef("pk"))
    return seen.filter(~Q(kind__in=[Report.Kind.ENTRY, Report.Kind.CODING_NOTE]) | Exists(accepted))


def sources_seen_by(user: User | AnonymousUser, *, known_on: dt.date) -> QuerySet[Source]:
    """Sources of which the reader may see a report, with how many and the latest day; by name."""
    seen = Q(reports__in=reports_seen_by(user, known_on=known_on).values("pk"))
    rows = Source.objects.annotate(
        report_count=Count("reports", filter=seen), last_published_on=Max("reports__published_on", filter=seen)
    )
    return rows.filter(report_count__gt=0).order_by("name")


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    moment = moment_of(request)
    context = {"as_of": moment, "sources": sources_seen_by(request.user, known_on=moment.known_on)}
    return render(request, "reports/sources.html", context)


@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """A report as it was taken in: where from, when, its digest and its passages; never its bytes."""
    moment = moment_of(request)
    seen = reports_seen_by(request.user, known_on=moment.known_on).select_related("source__family")
    found = seen.defer("bytes", "text").filter(pk=report_id).first()
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
