"""Status, health, and what is said where a page cannot be shown."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import TooManyFieldsSent
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST, require_safe

from indicators.models import EventLoad, FigureLoad, NoteCoding, ScoreRun, SeriesLoad
from indicators.views.asked import moment_of
from people.access import requires
from people.english import WRITTEN_IN
from people.models import User
from people.notices import ClosingError, close_notice, closed_notices, open_notices
from people.permissions import Action, may
from r2p_dashboard import clock, incidents
from r2p_dashboard import health as checks
from r2p_dashboard.nearest import near
from reports.models import Report, Retrieval, Source
from reports.views import retrievals_seen_by, sources_seen_by, standings

LAST = 10  # runs and failures shown


@never_cache
@require_safe
@translation.override(WRITTEN_IN)
def health(request: HttpRequest) -> HttpResponse:
    """For machines: 200 where every stage and service does its work, else 503. No names, no texts."""
    found = checks.check(at=clock.now(), day=clock.installation_day())
    body = {
        "status": found.word,
        "at": found.at.isoformat(timespec="seconds"),
        "services": {service.name: "down" if service.is_down else "ok" for service in found.services},
        "stages": [
            {
                "name": stage.name,
                "status": "stale" if stage.is_stale else "ok",
                "waiting": stage.waiting,
                "waiting_since": _text(stage.waiting_since),
                "last_done": _text(stage.last_done),
                "limit_seconds": int(stage.limit.total_seconds()),
                "trouble": stage.trouble,
            }
            for stage in found.stages
        ],
    }
    return JsonResponse(body, status=200 if found.word == "ok" else 503)


def _text(instant: Any) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None


def _loads(seen: QuerySet[Report, Any]) -> list[SeriesLoad | EventLoad | FigureLoad]:
    """The latest of what became of dataset releases, whatever they became."""
    found: list[SeriesLoad | EventLoad | FigureLoad] = []
    for model in (SeriesLoad, EventLoad, FigureLoad):
        rows = model._default_manager.filter(report__in=seen).select_related("report__source")
        found += rows.defer("report__bytes", "report__text").order_by("-loaded_at")[:LAST]
    return sorted(found, key=lambda load: load.loaded_at, reverse=True)[:LAST]


@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    moment = moment_of(request)
    is_staff = may(request.user, Action.INGEST_REPORT)
    seen = Report.objects.visible_to(request.user).values("pk")
    context: dict[str, Any] = {
        "as_of": moment,
        "health": checks.check(at=clock.now(), day=clock.installation_day(), ask_worker=is_staff),
        "is_staff": is_staff,
        "runs": ScoreRun.objects.select_related("method").order_by("-started_at", "-pk")[:LAST],
        "loads": _loads(seen),
        "sources": sources_seen_by(request.user, known_on=moment.known_on),
        **_fetching(request, is_staff=is_staff),
    }
    if may(request.user, Action.CLOSE_NOTICES):
        context["notices"] = open_notices()
        context["closed_notices"] = closed_notices()[:LAST]
    if is_staff and request.user.is_authenticated:
        failed = retrievals_seen_by(request.user).filter(state=Retrieval.State.FAILED).defer("payload", "about")
        notes = NoteCoding.objects.filter(report__in=seen).exclude(failure="").select_related("report")
        context["unread_count"] = Report.objects.visible_to(request.user).unread().count()
        context["failed_retrievals"] = failed.order_by("-finished_at")[:LAST]
        context["failed_notes"] = notes.defer("report__bytes", "report__text").order_by("-coded_at")[:LAST]
    return render(request, "status.html", context)


def _fetching(request: HttpRequest, *, is_staff: bool) -> dict[str, Any]:
    """Sources that are on and bring nothing as they should; for staff also whose grade is due for review."""
    at = clock.now()
    found = standings(Source.objects.filter(is_on=True).order_by("name"), request, at=at)
    due = Source.objects.review_due(day=at.date()).order_by("review_on", "name") if is_staff else ()
    return {
        "troubled": [one for one in found if one.is_in_trouble],
        "stale": {one.source.pk for one in found if one.course.is_stale},
        "reviews_due": due,
        "day": at.date(),
    }


@require_POST
@requires(Action.CLOSE_NOTICES)
def close(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Ends a notice with a note; where that is refused, the status page says why."""
    assert isinstance(request.user, User)  # the guard let nobody else in
    try:
        close_notice(notice_id=notice_id, by=request.user, note=request.POST.get("note", ""), at=clock.now())
    except ClosingError as error:
        messages.error(request, _("Not closed. %(capitalize)s.") % {"capitalize": str(error).capitalize()})
    else:
        messages.success(request, _("Notice %(notice_id)s is closed.") % {"notice_id": notice_id})
    return redirect(f"{reverse('status')}#notices")


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what was found and wanted, where the code that refused it said so for readers; for a day, a field for it."""
    reason = _reason(exception)
    if isinstance(exception, TooManyFieldsSent):
        request.GET = QueryDict()  # else the page, which looks at it, would be refused too
    context = {"reason": reason, "is_day": reason.startswith(("as_of", "known_at"))}
    return _refused(request, 400, reason or "something in this request could not be read", context)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    reason = _reason(exception)
    return _refused(request, 403, reason or "your role does not grant this", {"reason": reason})


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, with the country or page that the address comes near to."""
    if incidents.is_api(request):
        return _refused(request, 404, f"nothing here; {reverse('api:index')} lists what there is", {})
    return _refused(request, 404, "", {"reason": _reason(exception), "near": near(request.path_info)})


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old, or came from elsewhere."""
    return _refused(request, 403, "wanted a form of this site with its token", {"is_form": True})


def _refused(request: HttpRequest, status: int, words: str, context: dict[str, Any]) -> HttpResponse:
    """A page for people, `words` for a program."""
    if incidents.is_api(request):
        return JsonResponse({"detail": words}, status=status)
    return render(request, f"{status}.html", context, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 or 503, told apart and made where nothing is asked."""
    return incidents.failed(request)


def _reason(exception: Exception) -> str:
    """The sentence of our own refusals; nothing of what Django or a library says of its insides."""
    text = str(exception.args[0]) if exception.args and isinstance(exception.args[0], str) else ""
    return text if "wanted" in text or "found none" in text or text.startswith("your role") else ""
