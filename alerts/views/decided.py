"""What was decided on an alert, recorded by the signed link of its mail: the ledger's forms without signing in."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from alerts.answers import offices, responding
from alerts.answers.answer_forms import Kind
from alerts.answers.responding import RespondingError
from alerts.answers.response_forms import ResponseForm, StepForm
from alerts.ledger.ledger import line_of
from alerts.models import Acknowledgement, Delivery, Response
from alerts.views.answers import LINK_SHOWS, may_decide, opened, own_responses
from alerts.views.offices import sentence
from alerts.views.subscriptions import private
from r2p_dashboard import clock

_RECORDED = gettext_lazy("Recorded in the ledger. Come back by this link to say what became of it.")
_RECORDED_APART = gettext_lazy(
    "Recorded in the ledger, as more than internal: sign in to read it or to say what became of it."
)


@csrf_exempt  # `_by_link` is protected: the path must be replaced before a refusal can log it
@private(referrer="strict-origin")  # never the path; with "no-referrer" a browser sends its forms as from nowhere
@require_http_methods(["GET", "HEAD", "POST"])
def answer_decision(request: HttpRequest, token: str) -> HttpResponse:
    """The measures of a decision; with `?response=12` a later word on one. Looking changes nothing."""
    page: HttpResponse = _by_link(request, token)
    return page


@csrf_protect
def _by_link(request: HttpRequest, token: str) -> HttpResponse:
    mail = opened(request, token)
    if isinstance(mail, HttpResponse):
        return mail
    if asked := request.GET.get("response", ""):
        return _later_word(request, token, mail, asked)
    return _decision(request, token, mail) if may_decide(mail) else redirect("answer", token)


def _decision(request: HttpRequest, token: str, mail: Delivery) -> HttpResponse:
    own = list(offices.offices_of(mail.person))
    form = ResponseForm(request.POST or None, offices=own, advised=mail.alert.can_be_done, initial=_said_before(mail))
    if request.method == "POST" and form.is_valid():
        try:
            responding.record(
                draft=form.draft(), alert=mail.alert, office=form.chosen_office(), delivery=mail, by=mail.person,
                at=clock.now(),
            )  # fmt: skip
        except RespondingError as error:
            form.add_error(None, sentence(error))
        else:
            is_shown = form.draft().sensitivity <= LINK_SHOWS
            messages.success(request, _RECORDED if is_shown else _RECORDED_APART)
            return redirect("answer", token)
    return _page(request, token, mail, form)


def _said_before(mail: Delivery) -> dict[str, Any]:
    """The words with which the person said that a decision was taken, so that nobody types them twice."""
    said = Acknowledgement.objects.filter(alert=mail.alert, person=mail.person, kind=Kind.DECIDED)
    last = said.order_by("-at", "-pk").first()
    return {} if last is None else {"text": last.note, "office": str(last.office_id or "")}


def _later_word(request: HttpRequest, token: str, mail: Delivery, asked: str) -> HttpResponse:
    found = own_responses(mail).filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None
    if found is None:
        raise Http404
    form = StepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            responding.add_step(response_id=found.pk, draft=form.draft(), by=mail.person, at=clock.now())
        except RespondingError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("Added. What was said before stays."))
            return redirect("answer", token)
    return _page(request, token, mail, form, found)


def _page(
    request: HttpRequest, token: str, mail: Delivery, form: ResponseForm | StepForm, later_on: Response | None = None
) -> HttpResponse:
    context = {
        "alert": mail.alert,
        "reader": mail.person,
        "form": form,
        "back": reverse("answer", args=[token]),
        "line": line_of(later_on) if later_on is not None else None,
    }
    return render(request, "alerts/answer_decision.html", context, status=400 if form.errors else 200)
