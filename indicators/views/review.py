"""The review list, and the three decisions: accept, reject, retract."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from indicators import coding
from indicators.coding import CodingError
from indicators.forms import ReasonForm, RetractionForm
from indicators.guidance import guidance_of
from indicators.models import Evidence
from indicators.views.asked import for_display, moment_of, seen_by
from indicators.views.corrected import corrected
from indicators.views.evidence import show_evidence, surroundings
from indicators.views.readings import READ_WITH, DisagreementForm, Readings, SettlementForm, may_withdraw
from people.access import requires
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline

PAGE_SIZE = 50


@require_safe
@requires(Action.ENTER_EVIDENCE)
def review(request: HttpRequest) -> HttpResponse:
    moment = moment_of(request)
    page = Paginator(_waiting(request), PAGE_SIZE).get_page(request.GET.get("page"))
    current = _current(request, list(page.object_list))
    readings = Readings.of(current, request.user) if current else None
    context = {
        "as_of": moment,
        "page": page,
        "current": current,
        "surroundings": surroundings(current.passage) if current else None,
        "corrected": corrected(request, current) if current else None,
        "guidance": guidance_of(current.indicator.code) if current else None,
        "next_id": _after(list(page.object_list), current, request.user) if current else None,
        "readings": readings,
        "said_of_readings": readings.in_short(current) if readings and current else "",
        "disagreement": _disagreement(current, readings),
        "settlement_form": SettlementForm(),
        "is_own": current is not None and current.coder_id == request.user.pk,
        "done": _just_done(request),
        "may_decide": may(request.user, Action.DECIDE_EVIDENCE),
        "may_withdraw": current is not None and may_withdraw(current, person(request)),
        "withheld": Evidence.objects.waiting().count() - page.paginator.count,
        "form": ReasonForm(),
        "retraction": RetractionForm(prefix="undo"),
    }
    return render(request, "indicators/review.html", context)


def _waiting(request: HttpRequest) -> QuerySet[Evidence]:
    return for_display(Evidence.objects.visible_to(request.user).waiting()).select_related(*READ_WITH)


def _current(request: HttpRequest, rows: list[Evidence]) -> Evidence | None:
    """The piece asked for, wherever it stands in the list; else the oldest that this person may decide."""
    asked = number(request.GET.get("item"))
    if asked is not None:
        found = next((row for row in rows if row.pk == asked), None)
        found = found or _waiting(request).filter(pk=asked).first()
        if found is not None:
            return found
    others = [row for row in rows if _is_for(row, request.user)]
    return next(iter(others or rows), None)


def _is_for(row: Evidence, user: object) -> bool:
    """Whether this person may do something about it: another's, and of what two disagree on only a third's."""
    readings = Readings.of(row, user)
    return row.coder_id != getattr(user, "pk", None) and (readings.second is None or readings.may_settle)


def _disagreement(current: Evidence | None, readings: Readings | None) -> DisagreementForm | None:
    """What the page offers to whoever reads it otherwise."""
    if current is None or readings is None or not (readings.needs_two and readings.may_read_second):
        return None
    return DisagreementForm(evidence=current)


def _after(rows: list[Evidence], current: Evidence, user: object) -> int | None:
    """The next piece that the reader may decide, round to the start; None where there is no other."""
    place = next((i for i, row in enumerate(rows) if row.pk == current.pk), -1)
    round_trip = rows[place + 1 :] + rows[: max(place, 0)]
    return next((row.pk for row in round_trip if _is_for(row, user)), None)


def _just_done(request: HttpRequest) -> Evidence | None:
    """What this person decided a moment ago."""
    done = number(request.GET.get("done"))
    if done is None:
        return None
    return for_display(seen_by(request)).filter(pk=done, decided_by=request.user.pk).first()


def number(value: str | None) -> int | None:
    """A row's number out of an address; None for whatever is none."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 18 else None


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def accept(request: HttpRequest, evidence_id: int) -> HttpResponse:
    known_to(request, evidence_id)
    try:
        evidence = coding.accept(evidence_id=evidence_id, by=person(request), at=clock.now())
    except CodingError as error:
        messages.error(request, _("Not accepted. %(error)s") % {"error": sentence(error)})
        return back(request, evidence_id)
    transaction.on_commit(pipeline.ring_scores)
    messages.success(request, _("Accepted: evidence %(pk)s. The score is being computed anew.") % {"pk": evidence.pk})
    return back(request, evidence_id, done=evidence_id)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def reject(request: HttpRequest, evidence_id: int) -> HttpResponse:
    if known_to(request, evidence_id).needs_two_readers:
        messages.error(request, _("Not rejected. Two people read this one: say that it should not count, with why."))
        return back(request, evidence_id, item=evidence_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(
            request,
            _("Not rejected. %(error)s") % {"error": form.errors["reason"].as_text().removeprefix("* ")},
        )
        return back(request, evidence_id, item=evidence_id)
    try:
        coding.reject(evidence_id=evidence_id, by=person(request), reason=form.cleaned_data["reason"], at=clock.now())
    except CodingError as error:
        messages.error(request, _("Not rejected. %(error)s") % {"error": sentence(error)})
        return back(request, evidence_id)
    messages.success(
        request,
        _("Rejected: evidence %(evidence_id)s. It never counted and no score changes.") % {"evidence_id": evidence_id},
    )
    return back(request, evidence_id, done=evidence_id)


@require_POST
@requires(Action.RETRACT_EVIDENCE)
def retract(request: HttpRequest, evidence_id: int) -> HttpResponse:
    known_to(request, evidence_id)
    form = RetractionForm(request.POST, prefix=_prefix(request))
    if not form.is_valid():
        return show_evidence(request, evidence_id, form, status=400)
    try:
        coding.retract(evidence_id=evidence_id, by=person(request), reason=form.cleaned_data["reason"], at=clock.now())
    except CodingError as error:
        messages.error(request, _("Not retracted. %(error)s") % {"error": sentence(error)})
        return redirect("evidence_detail", evidence_id)
    transaction.on_commit(pipeline.ring_scores)
    messages.success(
        request,
        _("Retracted: evidence %(evidence_id)s. The score is being computed anew without it.")
        % {"evidence_id": evidence_id},
    )
    return redirect("evidence_detail", evidence_id)


def _prefix(request: HttpRequest) -> str | None:
    return "undo" if "undo-reason" in request.POST else None


def person(request: HttpRequest) -> User:
    """Who asks, behind `requires`."""
    assert isinstance(request.user, User)  # `requires` let nobody else in
    return request.user


def known_to(request: HttpRequest, evidence_id: int) -> Evidence:
    """404 where the person may not know that it exists."""
    rows = Evidence.objects.visible_to(request.user).select_related("indicator__factor")
    evidence = rows.filter(pk=evidence_id).first()
    if evidence is None:
        raise Http404(_("evidence: found none under this number that you may see"))
    return evidence


def sentence(error: Exception) -> str:
    """The error as a sentence of a page."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def back(request: HttpRequest, evidence_id: int, **query: int) -> HttpResponse:
    """To the review list where the decision came from there, with the next piece; else to the evidence's own page."""
    if request.POST.get("from") != "review":
        return redirect("evidence_detail", evidence_id)
    following = number(request.POST.get("next_item"))
    if following is not None:
        query.setdefault("item", following)
    return redirect(f"{reverse('review')}?{urlencode(query)}" if query else reverse("review"))
