"""Sending a report in."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from indicators.forms import source_choices
from indicators.views.asked import moment_of
from people.access import requires
from people.models import User
from people.permissions import Action
from r2p_dashboard import clock, pipeline
from reports import ingest, sending
from reports.forms import KIND_NAMES, OFFERED, ReportForm, too_large_together, too_long_pasted
from reports.ingest import IngestError
from reports.kinds import KINDS
from reports.models import Batch
from reports.views.seen import person_of, retrievals_seen_by

LAST_SENT = 3  # together, and as many alone: the rest is on the page of all that came in
IN_PLACE = "X-Sending"  # a script sends the form and stays on the page: chosen files are lost only with it
ROOM_BYTES = 2**20  # for the other fields of the form and what separates them
_PIECE = 2**16


@csrf_exempt  # `_send` is protected; but the body is not read for those who may not send, and too much has its answer
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.INGEST_REPORT)
def report_new(request: HttpRequest) -> HttpResponse:
    """Sending reports in."""
    moment_of(request)
    if (size := _size_of(request)) > sending.TOTAL_BYTES_MAX + ROOM_BYTES:
        _read_away(request)
        return _refuse(request, too_large_together(f"{size / 2**20:.0f} MB"))
    try:
        return _send(request)
    except RequestDataTooBig:
        return _refuse(request, too_long_pasted(gettext("a text of more than 2 MB")))
    except TooManyFilesSent:
        return _refuse(
            request, too_large_together(gettext("more than %(files_max)s files") % {"files_max": sending.FILES_MAX})
        )


def _refuse(request: HttpRequest, words: str) -> HttpResponse:
    return _new_page(request, _form(request), status=413, too_much=words)


def _size_of(request: HttpRequest) -> int:
    said = str(request.META.get("CONTENT_LENGTH") or "")
    return int(said) if said.isascii() and said.isdigit() else 0


def _read_away(request: HttpRequest) -> None:
    """Some of what was sent: a browser that is cut off in the middle shows its own error and not our words."""
    left = 4 * sending.TOTAL_BYTES_MAX
    while left > 0 and (piece := request.read(_PIECE)):
        left -= len(piece)


@csrf_protect
def _send(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _new_page(request, _form(request, initial=_again(request)))
    form = _form(request, request.POST, request.FILES)
    if form.is_valid():
        answer = _receive(person_of(request), form)
        if answer is not None:
            return HttpResponse(status=201, headers={"Location": answer.url}) if IN_PLACE in request.headers else answer
    return _new_page(request, form, status=400)


def _form(request: HttpRequest, *sent: Any, **rest: Any) -> ReportForm:
    person = person_of(request)
    return ReportForm(*sent, user=person, sources=source_choices(person), day=clock.now().date(), **rest)


def _receive(sender: User, form: ReportForm) -> HttpResponseRedirect | None:
    """Where to go once a worker will read it; None where it was refused, with the reason on the form."""
    reader, at = form.cleaned_data["reader"], clock.now()
    try:
        if len(form.sent) == 1 and reader != "automatic":
            (file,) = form.sent
            row = ingest.receive(
                reader=reader, payload=file.payload, about=form.about(), file_name=file.name, at=at, asked_by=sender
            )  # fmt: skip
            answer = redirect("retrieval", row.pk)
        else:
            batch = sending.send(files=form.sent, reader=reader, about=form.about(), sender=sender, at=at)
            answer = redirect("batch", batch.pk)
    except IngestError as error:
        form.add_error(None, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return None
    transaction.on_commit(pipeline.ring)
    return answer


def _new_page(request: HttpRequest, form: ReportForm, *, status: int = 200, too_much: str = "") -> HttpResponse:
    person = person_of(request)
    single = retrievals_seen_by(person).filter(asked_by=person, batch=None, came_with=None)
    context = {
        "form": form,
        "kinds": [kind for kind in KINDS if kind[0] != form.kind],
        "kind": next(kind for kind in KINDS if kind[0] == form.kind),
        "lost": [file.name for file in request.FILES.getlist("file")] if form.errors else [],
        "too_much": too_much,
        "batches": _batches(person),
        "sent": [
            (retrieval, KIND_NAMES.get(retrieval.reader, retrieval.reader))
            for retrieval in single.order_by("-pk")[:LAST_SENT]
        ],
    }
    return render(request, "reports/new.html", context, status=status)


def _batches(person: User) -> list[Batch]:
    """The person's last batches, each with how many of its files wait and failed: of those that they may know of."""
    seen = Q(retrievals__in=retrievals_seen_by(person).values("pk"))
    rows = Batch.objects.filter(sent_by=person).annotate(
        files=Count("retrievals", filter=seen),
        waiting=Count("retrievals", filter=seen & Q(retrievals__state="waiting")),
        failed=Count("retrievals", filter=seen & Q(retrievals__state="failed")),
    )  # fmt: skip
    return list(rows.filter(files__gt=0).order_by("-pk")[:LAST_SENT])


def _again(request: HttpRequest) -> dict[str, Any]:
    """What was said of an earlier attempt: `?like=12`; or the kind of file: `?kind=coding-note`."""
    like, kind = request.GET.get("like", ""), request.GET.get("kind", "")
    if not like:
        return {"reader": kind if kind in OFFERED else "automatic"}
    if not (like.isascii() and like.isdigit() and len(like) < 18):
        return {}
    found = retrievals_seen_by(person_of(request)).filter(pk=int(like)).first()
    return {**found.about, "reader": found.reader} if found else {}
