"""A scan for the person who types its words: its pictures on the page, the whole of it beside."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from people.access import requires
from people.models import User
from people.permissions import Action
from r2p_dashboard import clock
from reports.handing_out import HandingOutError, hand_out
from reports.models import Report
from reports.readers.pictures import jpegs
from reports.views.seen import person_of

_PDF = b"%PDF"


def pictures_of(report_id: int, person: User) -> list[bytes]:
    """The pictures of an unread report that this person may see. Raises Http404."""
    payload = bytes(_unread(report_id, person).bytes)
    return [payload[place] for place in jpegs(payload)]


def _unread(report_id: int, person: User) -> Report:
    found = Report.objects.visible_to(person).filter(pk=report_id, is_unread=True).only("bytes").first()
    if found is None:
        raise Http404(_("report: found none under this number that no machine could read and that you may see"))
    return found


@never_cache
@require_safe
@requires(Action.INGEST_REPORT)
def report_picture(request: HttpRequest, report_id: int, number: int) -> HttpResponse:
    """One picture of a scan, counted from 1; to whoever may read the report."""
    pictures = pictures_of(report_id, person_of(request))
    if not 1 <= number <= len(pictures):
        raise Http404(
            _("picture: found %(pictures)s in it; wanted a number of one of them") % {"pictures": len(pictures)}
        )
    return _guarded(HttpResponse(pictures[number - 1], content_type="image/jpeg"), policy="default-src 'none'; sandbox")


@never_cache
@require_POST
@requires(Action.INGEST_REPORT)
def report_scan(request: HttpRequest, report_id: int) -> HttpResponse:
    """The whole scan in the browser's own viewer, which a sandbox would keep shut; who took it is written down."""
    person = person_of(request)
    _unread(report_id, person)
    try:
        given = hand_out(report_id=report_id, by=person, at=clock.now())
    except HandingOutError as error:
        raise Http404(str(error)) from error
    is_pdf = given.payload.startswith(_PDF)
    response = HttpResponse(given.payload, content_type="application/pdf" if is_pdf else "application/octet-stream")
    ending = "pdf" if is_pdf else "bin"
    where = "inline" if is_pdf else "attachment"
    response["Content-Disposition"] = f'{where}; filename="report-{report_id}.{ending}"'
    return _guarded(response, policy="default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")


def _guarded(response: HttpResponse, *, policy: str) -> HttpResponse:
    """A stranger's bytes: what they are is what we say, nothing in them runs as ours, and no page frames them."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = policy
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
