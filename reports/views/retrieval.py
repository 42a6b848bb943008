"""What became of something sent in or fetched."""

import dataclasses
import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from indicators.models import EventLoad, FigureLoad, NoteCoding, SeriesLoad
from indicators.views.asked import moment_of
from people.access import requires
from people.models import User
from people.permissions import Action, Sensitivity, may
from r2p_dashboard import clock
from reports.fetching import action_to_ask
from reports.forms import KIND_NAMES
from reports.models import Report, Retrieval
from reports.views.seen import person_of, retrievals_seen_by

CARRIED_SHOWN = 30
BROUGHT_SHOWN = 100
LATE = dt.timedelta(minutes=2)  # a worker takes seconds: after this the page says that none seems to run


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far a retrieval got. `report` is None where there is none yet, or none that the reader may see."""

    step: str
    is_waiting: bool = False
    is_late: bool = False
    report: Report | None = None
    coding: NoteCoding | None = None
    load: SeriesLoad | EventLoad | FigureLoad | None = None
    carried: tuple[Report, ...] = ()

    @property
    def seen(self) -> str:
        """A word for this state: as long as it stays, a page that shows it is up to date."""
        return f"{self.step}-late" if self.is_late else self.step


def _progress(retrieval: Retrieval, user: User, *, at: dt.datetime) -> Progress:
    is_late = at - (retrieval.finished_at or retrieval.received_at) > LATE
    if retrieval.state == Retrieval.State.ASKED:
        step = f"asked-{retrieval.attempts}-{'again' if retrieval.reason else 'on'}"
        return Progress(step, is_waiting=True, is_late=is_late)
    if retrieval.state == Retrieval.State.WAITING:
        return Progress("waiting", is_waiting=True, is_late=is_late)
    if retrieval.state == Retrieval.State.FAILED:
        return Progress("failed")
    related = ("note_coding", "series_load", "event_load", "figure_load")
    seen = Report.objects.visible_to(user).select_related(*related).defer("bytes", "text")
    report = seen.filter(retrievals=retrieval).first()
    if report is None:
        return Progress("read")
    coding = getattr(report, "note_coding", None)
    load = next((found for name in related[1:] if (found := getattr(report, name, None))), None)
    if report.kind == Report.Kind.CODING_NOTE and coding is None:
        return Progress("coding", is_waiting=True, is_late=is_late, report=report)
    if report.kind == Report.Kind.DATASET and load is None:
        return Progress("loading", is_waiting=True, is_late=is_late, report=report)
    if report.kind == Report.Kind.FEED and retrieval.state == Retrieval.State.DONE:
        return Progress("read", report=report, carried=_carried(report, user))
    return Progress("read", report=report, coding=coding, load=load)


def _carried(report: Report, user: User) -> tuple[Report, ...]:
    """The first of the reports that came with the answer; its own page lists them all."""
    rows = Report.objects.visible_to(user).filter(carrier=report).select_related("source").defer("bytes", "text")
    return tuple(rows.order_by("-published_on", "pk")[:CARRIED_SHOWN])


def _brought(found: Retrieval, person: User) -> list[Retrieval]:
    """The files that came in this one; nothing that is fetched has any."""
    if found.source_id is not None:
        return []
    return list(retrievals_seen_by(person).filter(came_with=found.pk).order_by("pk")[:BROUGHT_SHOWN])


@never_cache
@require_safe
@requires(Action.INGEST_REPORT)
def retrieval(request: HttpRequest, retrieval_id: int) -> HttpResponse:
    """What became of something sent in or asked for.

    A page that asks again by itself gets a new piece only when there is news.
    """
    moment_of(request)
    person = person_of(request)
    found = retrievals_seen_by(person).select_related("asked_by", "source").filter(pk=retrieval_id).first()
    if found is None:
        raise Http404(_("retrieval: found none under this number that you may see"))
    progress = _progress(found, person, at=clock.now())
    is_piece = bool(getattr(request, "htmx", False))
    if is_piece and request.GET.get("seen") == progress.seen:
        return HttpResponse(status=204)
    context = {
        "retrieval": found,
        "kind": KIND_NAMES.get(found.reader, found.reader),
        "sensitivity": Sensitivity(found.about.get("sensitivity", Sensitivity.PUBLIC)).label,
        "progress": progress,
        "brought": _brought(found, person),
        "may_fetch": found.source is not None and may(person, action_to_ask(found.source)),
    }
    return render(request, "reports/_progress.html" if is_piece else "reports/retrieval.html", context)
