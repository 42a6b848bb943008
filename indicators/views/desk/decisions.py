"""What a person may do with a suggestion: accept it, change it, reject it, take a decision back."""

import datetime as dt

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from indicators import deciding
from indicators.coding import CodingError
from indicators.deciding import AlreadyDecided
from indicators.forms import ReasonForm
from indicators.linking import LinkingError
from indicators.models import Evidence, Suggestion, SuggestionDecision
from indicators.views.desk import queue
from indicators.views.desk.events import name_what_was_chosen, near_events, offered_to
from indicators.views.desk.form import Offers, SuggestionForm
from indicators.views.desk.page import REASONS, is_in_place, show
from indicators.views.desk.queue import Spot
from indicators.views.desk.sieve import Sieve
from indicators.views.review import person, sentence
from people.access import requires
from people.models import User
from people.permissions import Action
from r2p_dashboard import clock, pipeline

A_MOMENT = dt.timedelta(minutes=10)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def accept(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    suggestion, by = known_to(request, suggestion_id), person(request)
    form = _form(request, suggestion, by) if "severity" in request.POST else None
    if form is not None and not form.is_valid() and suggestion.state == Suggestion.State.WAITING:
        return show(request, Spot.of(suggestion), typed=form, status=400)
    try:
        evidence = _accept(suggestion, form if form is not None and form.is_valid() else None, by)
    except AlreadyDecided as error:
        return _taken(request, suggestion, error.decision, form.typed() if form else [])
    except (CodingError, LinkingError) as error:
        return _refused(request, suggestion, form, error)
    if evidence.status == Evidence.Status.ACCEPTED:
        transaction.on_commit(pipeline.ring_scores)
    return _to(request, after=suggestion.pk)


@transaction.atomic
def _accept(suggestion: Suggestion, form: SuggestionForm | None, by: User) -> Evidence:
    """Accepts it as a valid form says; the piece that was chosen as the same event gets that event's name with it."""
    at, day = clock.now(), clock.installation_day()
    changes = form.as_draft() if form is not None else None
    name_what_was_chosen(form.chosen if form is not None else None, by=by, at=at)
    return deciding.accept(suggestion_id=suggestion.pk, by=by, changes=changes, at=at, installation_day=day)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def reject(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    suggestion = known_to(request, suggestion_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(
            request,
            _("Not rejected. %(error)s") % {"error": form.errors["reason"].as_text().removeprefix("* ")},
        )
        return _to(request, item=suggestion.pk)
    reason = form.cleaned_data["reason"]
    try:
        deciding.reject(suggestion_id=suggestion.pk, by=person(request), reason=reason, at=clock.now())
    except AlreadyDecided as error:
        return _taken(request, suggestion, error.decision, [] if reason in REASONS else [("Reason", reason)])
    return _to(request, after=suggestion.pk)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def undo(request: HttpRequest, decision_id: int) -> HttpResponse:
    seen = Suggestion.objects.visible_to(request.user)
    decision = SuggestionDecision.objects.filter(pk=decision_id, suggestion__in=seen).first()
    if decision is None:
        raise Http404(_("decision: found none under this number that you may see"))
    try:
        suggestion = deciding.undo(decision_id=decision.pk, by=person(request), at=clock.now())
    except CodingError as error:
        messages.error(request, _("Not taken back. %(error)s") % {"error": sentence(error)})
        return _to(request, item=decision.suggestion_id)
    what = gettext("%(indicator)s for %(country)s") % {
        "indicator": suggestion.indicator.code,
        "country": suggestion.country.name_en,
    }
    after = ""
    if decision.evidence_id is not None:
        counted = Evidence.objects.filter(pk=decision.evidence_id, status=Evidence.Status.RETRACTED).exists()
        after = (
            " " + gettext("Its evidence is retracted.")
            if counted
            else " " + gettext("Its evidence is withdrawn; it had not counted.")
        )
        if counted:
            transaction.on_commit(pipeline.ring_scores)
    messages.success(request, _("Taken back: %(what)s waits again.%(after)s") % {"what": what, "after": after})
    return _to(request, item=suggestion.pk)


def _form(request: HttpRequest, suggestion: Suggestion, by: User) -> SuggestionForm:
    form = SuggestionForm(suggestion, request.POST, offers=Offers.to(by))
    if request.POST.get("same_event"):
        form.offer_events(offered_to(suggestion, near_events([suggestion], by)))
    return form


def known_to(request: HttpRequest, suggestion_id: int) -> Suggestion:
    """404 where the person may not know that it exists."""
    found = queue.shown(person(request)).filter(pk=suggestion_id).first()
    if found is None:
        raise Http404(_("suggestion: found none under this number that you may see"))
    return found


def _refused(
    request: HttpRequest, suggestion: Suggestion, form: SuggestionForm | None, error: CodingError | LinkingError
) -> HttpResponse:
    """What was typed stays in the form, with the reason above it."""
    if form is None:
        messages.error(request, _("Not accepted. %(error)s") % {"error": sentence(error)})
        return _to(request, item=suggestion.pk)
    form.add_error(None, sentence(error))
    return show(request, Spot.of(suggestion), typed=form, status=400)


def _taken(
    request: HttpRequest, suggestion: Suggestion, decision: SuggestionDecision, typed: list[tuple[str, str]]
) -> HttpResponse:
    """Somebody was quicker: who, what, the next one, and what this person had typed."""
    now = clock.now()
    who = "You" if decision.by_id == request.user.pk else decision.by.name
    when = (
        gettext("a moment ago")
        if now - decision.at < A_MOMENT
        else (gettext("on %(at)s UTC") % {"at": f"{decision.at:%Y-%m-%d at %H:%M}"})
    )
    said = gettext("%(who)s decided this %(when)s: %(action)s.") % {
        "who": who,
        "when": when,
        "action": decision.get_action_display(),
    }
    if not typed:
        messages.warning(
            request,
            _("%(said)s (%(code)s for %(name_en)s)")
            % {"said": said, "code": suggestion.indicator.code, "name_en": suggestion.country.name_en},
        )
        return _to(request, after=suggestion.pk)
    user = person(request)
    free = queue.free_for(user, now=now)
    following = queue.next_after(user, Sieve.of(request), suggestion.pk, free=free)
    taken = {"said": said, "typed": typed, "suggestion": suggestion, "evidence_id": decision.evidence_id}
    return show(request, following, taken=taken, status=409)


def _to(request: HttpRequest, **place: int) -> HttpResponse:
    """To the queue, at `item=` or `after=` a suggestion, under the same filters; at once where it is put in place."""
    sieve = Sieve.of(request)
    name, value = next(iter(place.items()))
    address = f"{reverse('suggestions')}{sieve.at(name, value)}"
    if not is_in_place(request):
        return redirect(address)
    answer = show(request, queue.current_of(person(request), sieve, now=clock.now(), **place))
    answer["X-Queue-Address"] = address
    return answer
