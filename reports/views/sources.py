"""Sources: who publishes, on what terms, and how the fetching of each goes."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.views.asked import moment_of
from people.access import requires
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline
from reports import fetching, source_keeping
from reports.forms import ScheduleForm
from reports.models import Report, Source
from reports.views.courses import standings
from reports.views.seen import person_of, retrievals_seen_by, sources_seen_by

LAST_FETCHED = 20
LAST_CHANGES = 20


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    moment = moment_of(request)
    at = clock.now()
    found = standings(_listed(request), request, at=at) if moment.is_current else []
    context = {
        "as_of": moment,
        "sources": sources_seen_by(request.user, known_on=moment.known_on),
        "standings": [one for one in found if one.source.reader],
        "by_hand": [one.source for one in found if not one.source.reader],
        "stale": {one.source.pk for one in found if one.course.is_stale},
        "on_count": sum(one.source.is_on for one in found),
        "day": at.date(),
    }
    if moment.is_current and may(request.user, Action.INGEST_REPORT):
        context["unread_count"] = Report.objects.visible_to(request.user).unread().count()
    return render(request, "reports/sources.html", context)


def _listed(request: HttpRequest) -> QuerySet[Source]:
    """What is fetched; for staff those too whose reports are sent in: one has a page before anything of it came."""
    rows = Source.objects.order_by("name")
    return rows if may(request.user, Action.INGEST_REPORT) else rows.fetched()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.INGEST_REPORT)
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One source: what is known of it, its schedule, what its last retrievals brought, what was changed."""
    moment_of(request)
    found = _found(slug)
    if request.method != "POST":
        return _source_page(request, found, ScheduleForm(source=found) if found.reader else None)
    if not may(request.user, Action.MANAGE):
        raise PermissionDenied(_("your role may not %(value)s") % {"value": Action.MANAGE.value})
    if not found.reader:
        raise Http404(_("source: found none under this name that is fetched"))
    form = ScheduleForm(request.POST, source=found)
    if not form.is_valid():
        return _source_page(request, found, form, status=400)
    source_keeping.change_schedule(
        source_id=found.pk, by=person_of(request), at=clock.now(), is_on=form.cleaned_data["is_on"],
        fetch_every=dt.timedelta(minutes=form.cleaned_data["every_minutes"]),
        off_because=form.cleaned_data["off_because"],
    )  # fmt: skip
    messages.success(
        request,
        (_("Saved: %(name)s is on.") if form.cleaned_data["is_on"] else _("Saved: %(name)s is off."))
        % {"name": found.name},
    )
    return redirect("source", found.slug)


@require_POST
@requires(Action.INGEST_REPORT)
def source_fetch(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks for the source now, and leads to the page that says what comes of it."""
    found = _found(slug)
    if not found.reader:
        raise Http404(_("source: found none under this name that is fetched"))
    try:
        retrieval = fetching.ask(source=found, at=clock.now(), asked_by=person_of(request))
    except fetching.FetchingError as error:
        raise PermissionDenied(_("your role may not fetch it: %(error)s") % {"error": error}) from error
    transaction.on_commit(pipeline.ring_fetch)
    return redirect("retrieval", retrieval.pk)


def _found(slug: str) -> Source:
    found = Source.objects.select_related("family").filter(slug=slug).first()
    if found is None:
        raise Http404(_("source: found none under this name"))
    return found


def _source_page(request: HttpRequest, found: Source, form: ScheduleForm | None, *, status: int = 200) -> HttpResponse:
    rows = retrievals_seen_by(person_of(request)).filter(source=found).select_related("asked_by").order_by("-pk")
    same = Source.objects.filter(pk=found.pk).select_related("family")
    context = {
        "form": form,
        "standing": standings(same, request, at=clock.now())[0],
        "retrievals": rows[:LAST_FETCHED] if found.reader else [],
        "changes": found.changes.select_related("by").order_by("-pk")[:LAST_CHANGES],
    }
    return render(request, "reports/source.html", context, status=status)
