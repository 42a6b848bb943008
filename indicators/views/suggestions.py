"""The queue of the machine's suggestions, and what a person may do with each: accept, change, reject, take back."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from indicators import deciding
from indicators.coding import CodingError
from indicators.deciding import AlreadyDecided
from indicators.forms import ReasonForm
from indicators.models import Suggestion, SuggestionDecision
from indicators.views import queue
from indicators.views.evidence import surroundings
from indicators.views.queue import Sieve
from indicators.views.review import person, sentence
from indicators.views.suggestion_form import Offers, SuggestionForm
from people.access import requires
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline

REASONS = (  # the first has a button of its own, and the focus where a key opens them
    "not about this indicator",
    "no fact: a judgement, a wish or a warning",
    "duplicate: the same fact is in the record",
    "wrong country",
    "cannot be dated",
)
REPORTS_MAX = 200  # in the filter; the others are found by their country
A_MOMENT = dt.timedelta(minutes=10)


@require_safe
@requires(Action.ENTER_EVIDENCE)
def suggestions(request: HttpRequest) -> HttpResponse:
    user, sieve = person(request), Sieve.of(request)
    return _page(request, queue.current_of(request, user, sieve))


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def accept(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    suggestion, by = _known_to(request, suggestion_id), person(request)
    form = SuggestionForm(suggestion, request.POST, offers=Offers.to(by)) if "severity" in request.POST else None
    if form is not None and not form.is_valid() and suggestion.state == Suggestion.State.WAITING:
        return _page(request, suggestion, typed=form, status=400)
    try:
        changes = form.as_draft() if form is not None and form.is_valid() else None
        day = clock.installation_day()
        deciding.accept(suggestion_id=suggestion.pk, by=by, changes=changes, at=clock.now(), installation_day=day)
    except AlreadyDecided as error:
        return _taken(request, suggestion, error.decision, form.typed() if form else [])
    except CodingError as error:
        return _refused(request, suggestion, form, error)
    transaction.on_commit(pipeline.ring_scores)
    return _to(request, after=suggestion.pk)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def reject(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    suggestion = _known_to(request, suggestion_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Not rejected. {form.errors['reason'].as_text().removeprefix('* ')}")
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
        raise Http404("decision: found none under this number that you may see")
    try:
        suggestion = deciding.undo(decision_id=decision.pk, by=person(request), at=clock.now())
    except CodingError as error:
        messages.error(request, f"Not taken back. {sentence(error)}")
        return _to(request, item=decision.suggestion_id)
    if decision.evidence_id is not None:
        transaction.on_commit(pipeline.ring_scores)
    what = f"{suggestion.indicator.code} for {suggestion.country.name_en}"
    after = " Its evidence is retracted." if decision.evidence_id is not None else ""
    messages.success(request, f"Taken back: {what} waits again.{after}")
    return _to(request, item=suggestion.pk)


def _page(
    request: HttpRequest,
    current: Suggestion | None,
    *,
    typed: SuggestionForm | None = None,
    taken: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, sieve = person(request), Sieve.of(request)
    waiting = queue.waiting_for(user)
    count = sum(row.count for row in waiting if sieve.lets(row))
    context = {
        "sieve": sieve,
        "waiting": waiting,
        "count": count,
        "countries": _options((row.iso3, row.country, row.count) for row in waiting),
        "reports": _offered(_options((row.report_id, row.title, row.count) for row in waiting), sieve.report),
        "last": queue.last_decision(user, now=clock.now()),
        "taken": taken,
        "reasons": REASONS,
        "current": current,
        **queue.unseen(user),
    }
    if current is not None:
        context |= _of_passage(current, user, sieve, typed, count=count)
    return render(request, "indicators/suggestions.html", context, status=status)


def _of_passage(
    current: Suggestion, user: User, sieve: Sieve, typed: SuggestionForm | None, *, count: int
) -> dict[str, Any]:
    offers = Offers.to(user) if may(user, Action.DECIDE_EVIDENCE) else None
    cards = queue.cards_of(current, user, sieve, others=count > 1, offers=offers, typed=typed)
    return {
        "cards": cards,
        "passage": current.passage,
        "report": current.passage.report,
        "pieces": queue.pieces_of(current.passage.text, cards),
        "surroundings": surroundings(current.passage),
        "progress": queue.progress_in(current.passage.report, user),
        "decided": queue.decided_on(current.passage),
        "events": queue.events_of(cards, user) if offers else {},
    }


def _options(rows: Any) -> list[tuple[Any, str, int]]:
    """(value, name, how many) for a filter, each value once, in the order of the rows."""
    found: dict[Any, tuple[str, int]] = {}
    for value, name, count in rows:
        found[value] = (name, count + found.get(value, ("", 0))[1])
    return [(value, name, count) for value, (name, count) in found.items()]


def _offered(reports: list[tuple[Any, str, int]], chosen: int | None) -> list[tuple[Any, str, int]]:
    """As many as a select can hold, and the chosen one."""
    return reports[:REPORTS_MAX] + [row for row in reports[REPORTS_MAX:] if row[0] == chosen]


def _known_to(request: HttpRequest, suggestion_id: int) -> Suggestion:
    """404 where the person may not know that it exists."""
    found = queue.shown(person(request)).filter(pk=suggestion_id).first()
    if found is None:
        raise Http404("suggestion: found none under this number that you may see")
    return found


def _refused(
    request: HttpRequest, suggestion: Suggestion, form: SuggestionForm | None, error: CodingError
) -> HttpResponse:
    """What was typed stays in the form, with the reason above it."""
    if form is None:
        messages.error(request, f"Not accepted. {sentence(error)}")
        return _to(request, item=suggestion.pk)
    form.add_error(None, sentence(error))
    return _page(request, suggestion, typed=form, status=400)


def _taken(
    request: HttpRequest, suggestion: Suggestion, decision: SuggestionDecision, typed: list[tuple[str, str]]
) -> HttpResponse:
    """Somebody was quicker: who, what, the next one, and what this person had typed."""
    now = clock.now()
    who = "You" if decision.by_id == request.user.pk else decision.by.name
    when = "a moment ago" if now - decision.at < A_MOMENT else f"on {decision.at:%Y-%m-%d at %H:%M} UTC"
    said = f"{who} decided this {when}: {decision.get_action_display()}."
    if not typed:
        messages.warning(request, f"{said} ({suggestion.indicator.code} for {suggestion.country.name_en})")
        return _to(request, after=suggestion.pk)
    sieve = Sieve.of(request)
    following = queue.next_after(sieve.narrow(queue.shown(person(request)).waiting()), suggestion.pk)
    taken = {"said": said, "typed": typed, "suggestion": suggestion, "evidence_id": decision.evidence_id}
    return _page(request, following, taken=taken, status=409)


def _to(request: HttpRequest, **place: int) -> HttpResponse:
    """To the queue, at `item=` or `after=` a suggestion, under the same filters."""
    name, value = next(iter(place.items()))
    return redirect(f"{reverse('suggestions')}{Sieve.of(request).at(name, value)}")
