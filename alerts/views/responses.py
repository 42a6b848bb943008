"""Responses: recording one, its page, and the later words on it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alerts.answers import answering, responding
from alerts.answers.offices import offices_of
from alerts.answers.responding import RespondingError
from alerts.answers.response_forms import ResponseForm, StepForm, WithdrawalForm, initial_of
from alerts.ledger.ledger import line_of
from alerts.models import Alert, PublishedWarning, Response, Situation
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.RECORD_RESPONSE)
def response_new(request: HttpRequest) -> HttpResponse:
    """`?alert=12`, `?warning=3` or `?situation=sudan` says what it answers to."""
    about = _about(request)
    advised = about["alert"].can_be_done if "alert" in about else ""
    form = ResponseForm(request.POST or None, offices=list(offices_of(person(request))), advised=advised)
    if request.method == "POST" and form.is_valid():
        try:
            record = answering.decide if "alert" in about else responding.record
            made = record(draft=form.draft(), **about, office=form.chosen_office(), by=person(request), at=clock.now())
        except RespondingError as error:
            form.add_error(None, _sentence(error))
        else:
            messages.success(request, _("Recorded. Say here later how far it is and what became of it."))
            return redirect("response", made[0].pk)
    context = {"form": form, **about}
    return render(request, "alerts/response_new.html", context, status=400 if form.errors else 200)


def _about(request: HttpRequest) -> dict[str, Any]:
    asked = request.GET
    if str(asked.get("alert", "")).isdecimal():
        rows = Alert.objects.released().select_related("country", "situation", "corrects__country")
        return {"alert": responding.warned_by(get_object_or_404(rows, pk=int(asked["alert"])))}
    if str(asked.get("warning", "")).isdecimal():
        rows_of_others = PublishedWarning.objects.standing().select_related("situation")
        return {"warning": get_object_or_404(rows_of_others, pk=int(asked["warning"]))}
    return {"situation": get_object_or_404(Situation, slug=asked.get("situation", ""))}


@require_safe
def response(request: HttpRequest, response_id: int) -> HttpResponse:
    """404 for who may not see it: that it is there is not told either."""
    found = _found(request, response_id)
    user: Any = request.user
    context = {
        "line": line_of(found),
        "response": found,
        "may_change": user.is_authenticated and responding.may_change(found, user),
    }
    return render(request, "alerts/response.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.RECORD_RESPONSE)
def response_change(request: HttpRequest, response_id: int) -> HttpResponse:
    """A later word, a correction or a withdrawal; each is a form of its own."""
    found = _found(request, response_id)
    if not responding.may_change(found, person(request)):
        raise PermissionDenied(
            _("found another office's response; only those who entered it or keep the ledger change it")
        )
    typed: dict[str, forms.Form] = {}
    action = request.POST.get("action", "")
    if request.method == "POST":
        if (change := _CHANGES.get(action)) is None:
            raise Http404
        form = _form(action, found, request)
        if form.is_valid():
            try:
                to = change(request, found, form)
            except RespondingError as error:
                form.add_error(None, _sentence(error))
            else:
                return to
        typed[action] = form
    context = {name: typed.get(name) or _form(name, found, request, is_fresh=True) for name in _CHANGES}
    context_of_page = {"response": found, "line": line_of(found), "typed": typed, **context}
    return render(request, "alerts/response_change.html", context_of_page, status=400 if typed else 200)


def _found(request: HttpRequest, response_id: int) -> Response:
    rows = Response.objects.visible_to(request.user).select_related(
        "measure", "situation", "alert__country", "warning", "office", "replaces"
    )
    return get_object_or_404(rows.prefetch_related("steps"), pk=response_id)


def _form(action: str, found: Response, request: HttpRequest, *, is_fresh: bool = False) -> Any:
    data = None if is_fresh else request.POST
    if action == "step":
        return StepForm(data, auto_id="step-%s")
    if action == "correct":
        return ResponseForm(data, offices=[], keeps=found.measure, initial=initial_of(found), auto_id="correct-%s")
    return WithdrawalForm(data, auto_id="withdraw-%s")


def _step(request: HttpRequest, found: Response, form: Any) -> HttpResponse:
    responding.add_step(response_id=found.pk, draft=form.draft(), by=person(request), at=clock.now())
    messages.success(request, _("Added. What was said before stays."))
    return redirect("response", found.pk)


def _correct(request: HttpRequest, found: Response, form: Any) -> HttpResponse:
    made = responding.correct(response_id=found.pk, draft=form.draft(), by=person(request), at=clock.now())
    messages.success(request, _("Corrected. The former words are kept, and shown no more."))
    return redirect("response", made.pk)


def _withdraw(request: HttpRequest, found: Response, form: Any) -> HttpResponse:
    responding.withdraw(response_id=found.pk, **form.cleaned_data, by=person(request), at=clock.now())
    messages.success(request, _("Withdrawn. The row is kept with your name and reason, and shown no more."))
    return redirect("ledger")


_CHANGES: dict[str, Callable[[HttpRequest, Response, Any], HttpResponse]] = {
    "step": _step,
    "correct": _correct,
    "withdraw": _withdraw,
}


def _sentence(error: RespondingError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
