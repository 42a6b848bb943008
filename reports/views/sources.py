"""Sources: who publishes, on what terms, and how the fetching of each goes."""

import dataclasses
import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.views.asked import moment_of
from people.access import requires
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline
from reports import fetching
from reports.forms import KIND_NAMES, ScheduleForm
from reports.models import Retrieval, Source
from reports.views.seen import person_of, retrievals_seen_by, sources_seen_by

LAST_FETCHED = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How the fetching of one source goes. `next_at` is None where it is off or being fetched."""

    source: Source
    kind: str
    last: Retrieval | None
    good_at: dt.datetime | None
    next_at: dt.datetime | None
    is_open: bool
    is_stale: bool
    is_failed: bool
    may_fetch: bool


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    moment = moment_of(request)
    fetched = Source.objects.fetched().order_by("name") if moment.is_current else Source.objects.none()
    context = {
        "as_of": moment,
        "sources": sources_seen_by(request.user, known_on=moment.known_on),
        "standings": _standings(fetched, request, at=clock.now()),
    }
    return render(request, "reports/sources.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.INGEST_REPORT)
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One fetched source: its schedule, and what its last retrievals brought."""
    moment_of(request)
    found = _found(slug)
    if request.method != "POST":
        return _source_page(request, found, ScheduleForm(source=found))
    if not may(request.user, Action.MANAGE):
        raise PermissionDenied(f"your role may not {Action.MANAGE.value}")
    form = ScheduleForm(request.POST, source=found)
    if not form.is_valid():
        return _source_page(request, found, form, status=400)
    every = dt.timedelta(minutes=form.cleaned_data["every_minutes"])
    fetching.change_schedule(
        source_id=found.pk, by=person_of(request), is_on=form.cleaned_data["is_on"], fetch_every=every,
        off_because=form.cleaned_data["off_because"],
    )  # fmt: skip
    messages.success(request, f"Saved: {found.name} is {'on' if form.cleaned_data['is_on'] else 'off'}.")
    return redirect("source", found.slug)


@require_POST
@requires(Action.INGEST_REPORT)
def source_fetch(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks for the source now, and leads to the page that says what comes of it."""
    try:
        retrieval = fetching.ask(source=_found(slug), at=clock.now(), asked_by=person_of(request))
    except fetching.FetchingError as error:
        raise PermissionDenied(f"your role may not fetch it: {error}") from error
    transaction.on_commit(pipeline.ring_fetch)
    return redirect("retrieval", retrieval.pk)


def _found(slug: str) -> Source:
    found = Source.objects.fetched().select_related("family").filter(slug=slug).first()
    if found is None:
        raise Http404("source: found none under this name that is fetched")
    return found


def _source_page(request: HttpRequest, found: Source, form: ScheduleForm, *, status: int = 200) -> HttpResponse:
    rows = retrievals_seen_by(person_of(request)).filter(source=found).select_related("asked_by").order_by("-pk")
    context = {
        "form": form,
        "standing": _standings(Source.objects.filter(pk=found.pk).select_related("family"), request, at=clock.now())[0],
        "retrievals": rows[:LAST_FETCHED],
    }
    return render(request, "reports/source.html", context, status=status)


def _standings(rows: QuerySet[Source], request: HttpRequest, *, at: dt.datetime) -> list[Standing]:
    good = Q(retrievals__state__in=[Retrieval.State.DONE, Retrieval.State.SAME])
    rows = rows.annotate(
        last_id=Max("retrievals"),
        first_at=Min("retrievals__received_at"),
        good_at=Max("retrievals__finished_at", filter=good),
    )
    found = list(rows)
    last = Retrieval.objects.defer("payload", "problems", "about").in_bulk(
        [row.last_id for row in found if row.last_id]
    )
    return [_standing(row, last.get(row.last_id), request, at=at) for row in found]


def _standing(row: Source, last: Retrieval | None, request: HttpRequest, *, at: dt.datetime) -> Standing:
    good_at, first_at = getattr(row, "good_at"), getattr(row, "first_at")  # noqa: B009  annotated above
    is_open = last is not None and last.finished_at is None
    due_at = max(last.received_at + (row.fetch_every or dt.timedelta()), at) if last is not None else at
    return Standing(
        source=row,
        kind=KIND_NAMES.get(row.reader, row.reader),
        last=last,
        good_at=good_at,
        next_at=due_at if row.is_on and not is_open else None,
        is_open=is_open,
        is_stale=fetching.is_stale(row, good_at or first_at, at=at),
        is_failed=last is not None and last.state == Retrieval.State.FAILED,
        may_fetch=may(request.user, fetching.action_to_ask(row)),
    )
