"""The page of the queue: one passage, its cards, and everything about them that a decision needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from indicators.models import PassageClaim, Suggestion
from indicators.views.desk import around, done, queue
from indicators.views.desk.counted import left_of
from indicators.views.desk.events import near_events, offered_to
from indicators.views.desk.form import Offers, SuggestionForm
from indicators.views.desk.same_text import same_text
from indicators.views.desk.sieve import OLDEST, STRONGEST, Sieve
from indicators.views.desk.widgets import with_chosen
from indicators.views.review import number, person
from people.access import requires
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock

REASONS = (  # kept in English; the first has a button of its own, and the focus where a key opens them
    gettext_noop("not about this indicator"),
    gettext_noop("no fact: a judgement, a wish or a warning"),
    gettext_noop("duplicate: the same fact is in the record"),
    gettext_noop("wrong country"),
    gettext_noop("cannot be dated"),
)
LANGUAGES = {
    "ar": _("Arabic"),
    "en": _("English"),
    "es": _("Spanish"),
    "fr": _("French"),
    "pt": _("Portuguese"),
    "ru": _("Russian"),
    "zh": _("Chinese"),
    "und": _("not known"),
}
FACTORS = tuple((str(number), format_lazy("{} {}", _("factor"), number)) for number in range(1, 15))


@require_safe
@requires(Action.ENTER_EVIDENCE)
def suggestions(request: HttpRequest) -> HttpResponse:
    user, sieve = person(request), Sieve.of(request)
    asked = {name: number(request.GET.get(name)) for name in ("item", "after", "before")}
    return show(request, queue.current_of(user, sieve, now=clock.now(), **asked))


def show(
    request: HttpRequest,
    current: queue.Spot | None,
    *,
    typed: SuggestionForm | None = None,
    taken: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page at `current`, or the one that says that nothing waits."""
    user, sieve, now = person(request), Sieve.of(request), clock.now()
    left = left_of(user, sieve)
    decisions = done.last_decisions(user) if may(user, Action.DECIDE_EVIDENCE) else []
    context: dict[str, Any] = {
        "sieve": sieve,
        "desk": left.desk,
        "left": left,
        "count": left.count,
        "decisions": decisions,
        "last": done.under_the_key(decisions, now=now),
        "taken": taken,
        "reasons": REASONS,
        "current": None,
        "now": now,
    }
    offers = Offers.to(user)
    context["options"] = _options(offers, sieve)
    of_passage = _of_passage(request, current, offers, typed, now=now) if current is not None else None
    context |= queue.unseen(user) if of_passage is None else of_passage
    return render(request, "indicators/suggestions.html", context, status=status)


def _of_passage(
    request: HttpRequest, spot: queue.Spot, offers: Offers, typed: SuggestionForm | None, *, now: dt.datetime
) -> dict[str, Any] | None:
    user, sieve = person(request), Sieve.of(request)
    decides = may(user, Action.DECIDE_EVIDENCE)
    if decides and not _is_ahead(request):
        PassageClaim.objects.claim(passage_id=spot.passage_id, by_id=user.pk, at=now)
    place = queue.place_of(spot, user, sieve, is_backwards="before" in request.GET)
    if place is None:
        return None
    asked = place.asked
    cards = queue.cards_of(place, sieve, offers=offers if decides else None, typed=typed)
    if decides:
        _offer_events(cards, user)
    passage = asked.passage
    in_cluster = getattr(asked, "is_in_cluster", False)
    return {
        "same_text": same_text(place.waiting, report_id=passage.report_id, user=user) if in_cluster else None,
        "current": place.current,
        "cards": cards,
        "passage": passage,
        "report": passage.report,
        "is_own_report": getattr(asked, "is_own_report", False),
        "pieces": queue.pieces_of(passage.text, cards),
        "surroundings": _surroundings(asked),
        "progress": _progress(asked),
        "decided": place.decided,
        "held": _held_by_another(place, user, now=now),
        "here": sieve.at("item", place.current.pk),
        "previous": sieve.at("before", place.current.pk),
        "next_passage": sieve.at("after", place.waiting[-1].pk) if place.waiting and sieve.order == OLDEST else "",
    }


def is_in_place(request: HttpRequest) -> bool:
    """Whether static/js/desk-swap.js asks, which puts the next passage in place of this one without a redirection."""
    return request.headers.get("X-Queue") == "in-place"


def _is_ahead(request: HttpRequest) -> bool:
    """Whether it only fetches ahead: then nobody has the passage in front of them."""
    return request.headers.get("X-Queue") == "ahead"


def _offer_events(cards: list[queue.Card], user: User) -> None:
    events = near_events([card.suggestion for card in cards], user)
    for card in cards:
        if card.form is not None:
            card.form.offer_events(offered_to(card.suggestion, events))


def _surroundings(current: Suggestion) -> tuple[str, str]:
    said_before, said_after = getattr(current, "text_before", ""), getattr(current, "text_after", "")
    passage = current.passage
    return (
        around.before(said_before, is_whole=passage.start <= queue.AROUND),
        around.after(said_after, is_whole=len(said_after) < queue.AROUND),
    )


def _progress(current: Suggestion) -> dict[str, int]:
    return {"total": getattr(current, "in_report", 0), "decided": getattr(current, "decided_in_report", 0)}


def _held_by_another(place: queue.Place, user: User, *, now: dt.datetime) -> PassageClaim | None:
    claim = place.claim
    return claim if claim is not None and claim.by_id != user.pk and claim.expires_at > now else None


def _options(offers: Offers, sieve: Sieve) -> dict[str, SafeString]:
    """What each filter offers, as options of its select."""
    lists: dict[str, Any] = {
        "country": offers.countries,
        "source": offers.sources,
        "factor": FACTORS,
        "language": list(LANGUAGES.items()),
        "order": ((OLDEST, gettext("oldest first")), (STRONGEST, gettext("strongest first"))),
    }
    return {name: with_chosen(choices, getattr(sieve, name)) for name, choices in lists.items()}
