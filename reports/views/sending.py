"""Sending a report in."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from indicators.forms import source_choices
from indicators.views.asked import moment_of
from people.access import requires
from people.models import User
from people.permissions import Action
from r2p_dashboard import clock, pipeline
from reports import ingest
from reports.forms import KIND_NAMES, ReportForm, too_long_pasted
from reports.ingest import IngestError
from reports.models import Retrieval
from reports.views.seen import person_of, retrievals_seen_by

LAST_SENT = 20


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
        retrieval = _receive(person_of(request), form)
        if retrieval is not None:
            return redirect("retrieval", retrieval.pk)
    return _new_page(request, form, status=400)


def _form(request: HttpRequest, *sent: Any, **rest: Any) -> ReportForm:
    person = person_of(request)
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
    person = person_of(request)
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
    found = retrievals_seen_by(person_of(request)).filter(pk=int(like)).first()
    return {**found.about, "reader": found.reader} if found else {}
