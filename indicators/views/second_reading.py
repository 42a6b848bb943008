"""The second reader who reads it otherwise, the third who settles it, and the coder who takes it back."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from indicators import coding
from indicators import second_reading as reading
from indicators.coding import CodingError
from indicators.forms import ReasonForm
from indicators.models import Indicator
from indicators.views.readings import DisagreementForm, SettlementForm
from indicators.views.review import back, known_to, person, sentence
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock, pipeline


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def disagree(request: HttpRequest, evidence_id: int) -> HttpResponse:
    form = DisagreementForm(request.POST, evidence=known_to(request, evidence_id))
    if not form.is_valid():
        return _told(request, evidence_id, form.errors.as_text())
    said = form.cleaned_data
    try:
        reading.disagree(
            evidence_id=evidence_id, by=person(request), severity=int(said["severity"]),
            indicator=Indicator.objects.in_use().get(code=said["indicator"]), counts=said["verdict"] == "differs",
            reason=said["reason"], at=clock.now(),
        )  # fmt: skip
    except CodingError as error:
        return _told(request, evidence_id, sentence(error))
    messages.success(
        request,
        _("Kept: your reading of evidence %(evidence_id)s beside the first. A third person settles it.")
        % {"evidence_id": evidence_id},
    )
    return back(request, evidence_id)


@require_POST
@requires(Action.SETTLE_READINGS)
def settle(request: HttpRequest, evidence_id: int) -> HttpResponse:
    known_to(request, evidence_id)
    form = SettlementForm(request.POST)
    if not form.is_valid():
        return _told(request, evidence_id, form.errors.as_text())
    said = form.cleaned_data
    try:
        made = reading.settle(
            evidence_id=evidence_id, by=person(request), stands=said["stands"], reason=said["reason"],
            at=clock.now(), installation_day=clock.installation_day(),
        )  # fmt: skip
    except CodingError as error:
        return _told(request, evidence_id, sentence(error))
    transaction.on_commit(pipeline.ring_scores)
    messages.success(
        request,
        _("Settled: evidence %(evidence_id)s, %(get_stands_display)s.")
        % {"evidence_id": evidence_id, "get_stands_display": made.get_stands_display()},
    )
    return back(request, evidence_id)


@require_POST
@requires(Action.ENTER_EVIDENCE)
def withdraw(request: HttpRequest, evidence_id: int) -> HttpResponse:
    known_to(request, evidence_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _told(request, evidence_id, form.errors.as_text())
    reason = form.cleaned_data["reason"]
    try:
        coding.withdraw(evidence_id=evidence_id, by=person(request), reason=reason, at=clock.now())
    except CodingError as error:
        return _told(request, evidence_id, sentence(error))
    messages.success(
        request,
        _("Withdrawn: evidence %(evidence_id)s. It never counted and no score changes.") % {"evidence_id": evidence_id},
    )
    return back(request, evidence_id)


def _told(request: HttpRequest, evidence_id: int, why: str) -> HttpResponse:
    """Nothing was done: why, and the same piece again."""
    messages.error(request, _("Nothing was done. %(split)s") % {"split": " ".join(why.replace("* ", "").split())})
    return back(request, evidence_id, item=evidence_id)
