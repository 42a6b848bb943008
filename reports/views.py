"""Sources, one report with its passages, sending a report in, and what became of it."""

import dataclasses
import datetime as dt
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from indicators.forms import source_choices
from indicators.models import Evidence, NoteCoding, SeriesLoad
from indicators.views.asked import moment_of, seen_by
from people.access import requires
from people.models import User
from people.permissions import Action, Sensitivity, clearance_of, may
from r2p_dashboard import clock, pipeline
from reports import ingest
from reports.forms import KINDS, ReportForm, too_long_pasted
from reports.ingest import IngestError
from reports.models import Passage, Report, ReportQuerySet, Retrieval, Source

PAGE_SIZE = 100
LAST_SENT = 20
LATE = dt.timedelta(minutes=2)  # a worker takes seconds: after this the page says that none seems to run
KIND_NAMES = {reader: name for reader, name, _ in KINDS}


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


def retrievals_seen_by(user: User) -> QuerySet[Retrieval]:
    """What this person may know of: above public one's own, or all for those who decide; never the uncleared."""
    public = Q(about__sensitivity=Sensitivity.PUBLIC) | Q(about__sensitivity__isnull=True)
    cleared = Q(about__sensitivity__lte=clearance_of(user))
    if not may(user, Action.DECIDE_EVIDENCE):
        cleared &= Q(asked_by=user)
    return Retrieval.objects.filter(public | cleared).defer("payload")


@csrf_exempt  # `_send` is protected; but the body is not read for those who may not send, and too much has its answer
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.INGEST_REPORT)
def report_new(request: HttpRequest) -> HttpResponse:
    """Sending a report in."""
    moment_of(request)
    try:
        return _send(request)
    except RequestDataTooBig:
        return _new_page(request, _form(request), status=413, too_much=too_long_pasted("a text of more than 2 MB"))


@csrf_protect
def _send(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _new_page(request, _form(request, initial=_again(request)))
    form = _form(request, request.POST, request.FILES)
    if form.is_valid():
        retrieval = _receive(_person(request), form)
        if retrieval is not None:
            return redirect("retrieval", retrieval.pk)
    return _new_page(request, form, status=400)


def _form(request: HttpRequest, *sent: Any, **rest: Any) -> ReportForm:
    person = _person(request)
    return ReportForm(*sent, user=person, sources=source_choices(person), day=clock.now().date(), **rest)


def _receive(sender: User, form: ReportForm) -> Retrieval | None:
    """What a worker will read; None where it was refused, with the reason on the form."""
    try:
        retrieval = ingest.receive(
            reader=form.cleaned_data["reader"],
            payload=form.payload,
            about=form.about(),
            file_name=form.file_name,
            at=clock.now(),
            asked_by=sender,
        )
    except IngestError as error:
        form.add_error(None, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return None
    transaction.on_commit(pipeline.ring)
    return retrieval


def _new_page(request: HttpRequest, form: ReportForm, *, status: int = 200, too_much: str = "") -> HttpResponse:
    person = _person(request)
    sent = retrievals_seen_by(person).filter(asked_by=person).order_by("-pk")[:LAST_SENT]
    context = {
        "form": form,
        "too_much": too_much,
        "sent": [(retrieval, KIND_NAMES.get(retrieval.reader, retrieval.reader)) for retrieval in sent],
    }
    return render(request, "reports/new.html", context, status=status)


def _again(request: HttpRequest) -> dict[str, Any]:
    """What was said of an earlier attempt: `?like=12`."""
    like = request.GET.get("like", "")
    if not (like.isascii() and like.isdigit() and len(like) < 18):
        return {}
    found = retrievals_seen_by(_person(request)).filter(pk=int(like)).first()
    return {**found.about, "reader": found.reader} if found else {}


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far a retrieval got. `report` is None where there is none yet, or none that the reader may see."""

    step: str
    is_waiting: bool = False
    is_late: bool = False
    report: Report | None = None
    coding: NoteCoding | None = None
    load: SeriesLoad | None = None

    @property
    def seen(self) -> str:
        """A word for this state: as long as it stays, a page that shows it is up to date."""
        return f"{self.step}-late" if self.is_late else self.step


def _progress(retrieval: Retrieval, user: User, *, at: dt.datetime) -> Progress:
    is_late = at - (retrieval.finished_at or retrieval.received_at) > LATE
    if retrieval.state == Retrieval.State.WAITING:
        return Progress("waiting", is_waiting=True, is_late=is_late)
    if retrieval.state == Retrieval.State.FAILED:
        return Progress("failed")
    seen = Report.objects.visible_to(user).select_related("note_coding", "series_load").defer("bytes", "text")
    report = seen.filter(retrievals=retrieval).first()
    if report is None:
        return Progress("read")
    coding, load = getattr(report, "note_coding", None), getattr(report, "series_load", None)
    if report.kind == Report.Kind.CODING_NOTE and coding is None:
        return Progress("coding", is_waiting=True, is_late=is_late, report=report)
    if report.kind == Report.Kind.DATASET and load is None:
        return Progress("loading", is_waiting=True, is_late=is_late, report=report)
    return Progress("read", report=report, coding=coding, load=load)


@never_cache
@require_safe
@requires(Action.INGEST_REPORT)
def retrieval(request: HttpRequest, retrieval_id: int) -> HttpResponse:
    """What became of something sent in. A page that asks again by itself gets a new piece only when there is news."""
    moment_of(request)
    person = _person(request)
    found = retrievals_seen_by(person).select_related("asked_by").filter(pk=retrieval_id).first()
    if found is None:
        raise Http404("retrieval: found none under this number that you may see")
    progress = _progress(found, person, at=clock.now())
    is_piece = bool(getattr(request, "htmx", False))
    if is_piece and request.GET.get("seen") == progress.seen:
        return HttpResponse(status=204)
    context = {
        "retrieval": found,
        "kind": KIND_NAMES.get(found.reader, found.reader),
        "sensitivity": Sensitivity(found.about.get("sensitivity", Sensitivity.PUBLIC)).label,
        "progress": progress,
    }
    return render(request, "reports/_progress.html" if is_piece else "reports/retrieval.html", context)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # `requires` let nobody else in
    return request.user
