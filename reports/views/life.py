"""A report's whole life on one page, and its original bytes for staff."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock
from reports.handing_out import HandingOutError, hand_out
from reports.models import Report
from reports.views.life_of import life_of
from reports.views.seen import person_of

PAGE_SIZE = 60


@never_cache
@require_safe
@requires(Action.ENTER_EVIDENCE)
def report_life(request: HttpRequest, report_id: int) -> HttpResponse:
    """Everything that was done with a report and what rests on it; never its bytes."""
    person = person_of(request)
    rows = Report.objects.visible_to(person).select_related("source", "carrier")
    rows = rows.defer("bytes", "text", "carrier__bytes", "carrier__text").annotate(passages_count=Count("passages"))
    found = rows.filter(pk=report_id).first()
    if found is None:
        raise Http404(_("report: found none under this number that you may see"))
    life = life_of(found, person)
    page = Paginator(life.lines, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "reports/life.html", {"report": found, "life": life, "page": page})


@never_cache
@require_POST
@requires(Action.ENTER_EVIDENCE)
def report_bytes(request: HttpRequest, report_id: int) -> HttpResponse:
    """The bytes as they were received, to be kept and not shown: a stranger's page must not run as ours."""
    try:
        given = hand_out(report_id=report_id, by=person_of(request), at=clock.now())
    except HandingOutError as error:
        raise Http404(str(error)) from error
    response = HttpResponse(given.payload, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="report-{report_id}.bin"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-SHA-256"] = given.sha256
    return response
