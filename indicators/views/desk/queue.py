"""What the queue of suggestions shows: one passage, a card for each of its suggestions, what is left."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Substr

from indicators import deciding, suggesting
from indicators.deciding import Did
from indicators.models import PassageClaim, Suggestion, SuggestionDecision, SuggestionQuerySet
from indicators.views.desk.explained import Why, reasons_of
from indicators.views.desk.form import Offers, SuggestionForm
from indicators.views.desk.same_text import is_in_cluster
from indicators.views.desk.sieve import OLDEST, Sieve
from people.models import User
from people.permissions import clearance_of
from reports.models import Retrieval

CARDS_MAX = 9  # of one passage on one page: three for each of three countries
AROUND = 1600  # characters read on either side of a passage: enough for the rest of its paragraph and one more


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """One suggestion, with what stands in its form, why, and where a skip leads."""

    place: int
    suggestion: Suggestion
    form: SuggestionForm | None
    is_current: bool
    skip: str
    why: Why

    @property
    def needs_two_readers(self) -> bool:
        """Whether accepting it as it is makes it wait for a second reader."""
        return deciding.needs_two_readers(self.suggestion)


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the passage; the places of the cards that rest on it."""

    text: str
    places: tuple[int, ...] = ()
    is_current: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Spot:
    """A suggestion and its passage by their numbers: what stands there, `place_of` reads."""

    pk: int
    passage_id: int

    @classmethod
    def of(cls, suggestion: Suggestion) -> Spot:
        """Where this one stands."""
        return cls(suggestion.pk, suggestion.passage_id)


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue a page stands, and its passage's suggestions: those that wait and those that are decided."""

    asked: Suggestion
    current: Suggestion  # the one that was asked for, or the first of its passage where one walks backwards
    waiting: list[Suggestion]
    decided: list[Suggestion]
    claim: PassageClaim | None


def shown(user: User) -> SuggestionQuerySet:
    """With all that a card says, without the bytes and the whole text of the report."""
    related = ("indicator__factor", "country", "family", "passage__report__source")
    rows = Suggestion.objects.visible_to(user).select_related(*related)
    return rows.defer("passage__report__bytes", "passage__report__text")


def current_of(
    user: User,
    sieve: Sieve,
    *,
    now: dt.datetime,
    item: int | None = None,
    after: int | None = None,
    before: int | None = None,
) -> Spot | None:
    """The one that is asked for, else the first.

    `item`: that one, or the next where it is decided; `after` and `before`: the next, the one before; round to the
    start. What somebody else has in front of them comes only where nothing else is left.
    """
    if item is not None:
        asked = _first(sieve.narrow(_waiting(user)).filter(pk=item))
        if asked is not None:
            return asked
    free = free_for(user, now=now)
    if before is not None:
        return one_before(user, sieve, before) or next_after(user, sieve, None, free=free)
    return next_after(user, sieve, item if item is not None else after, free=free)


def next_after(user: User, sieve: Sieve, pk: int | None, *, free: Q) -> Spot | None:
    """The first free one behind suggestion `pk` in the order of the queue, else the very first, else one held."""
    place = Suggestion.objects.filter(pk=pk).first() if pk is not None else None
    waiting = sieve.narrow(_waiting(user))
    behind = waiting.filter(sieve.behind(place)) if place is not None else waiting
    tries = [behind.filter(free), waiting.filter(free), behind, waiting]
    for rows in tries if place is not None else tries[1::2]:
        following = _first(rows)
        if following is not None:
            return following
    return None


def one_before(user: User, sieve: Sieve, pk: int) -> Spot | None:
    """The passage before that of suggestion `pk`, held by somebody or not."""
    place = Suggestion.objects.filter(pk=pk).first()
    if place is None:
        return None
    return _first(sieve.back(_waiting(user)).filter(sieve.before(place)))


def _waiting(user: User) -> SuggestionQuerySet:
    return Suggestion.objects.visible_to(user).waiting()


def _first(rows: SuggestionQuerySet) -> Spot | None:
    found = rows.values_list("pk", "passage_id").first()
    return Spot(*found) if found is not None else None


def free_for(user: User, *, now: dt.datetime) -> Q:
    """What nobody else has in front of them."""
    held = PassageClaim.objects.holding(at=now).exclude(by=user)
    return ~Q(passage_id__in=held.values("passage_id"))


def _with_surroundings(rows: SuggestionQuerySet, user: User) -> SuggestionQuerySet:
    """With the text about the passage, how far its report is decided, and whether the reader sent it in."""
    start, text = F("passage__start"), "passage__report__text"
    of_report = Suggestion.objects.visible_to(user).filter(passage__report=OuterRef("passage__report_id"))
    of_report = of_report.exclude(state=Suggestion.State.SUPERSEDED)
    sent = Retrieval.objects.filter(report=OuterRef("passage__report_id"), source=None, asked_by=user)
    return rows.annotate(
        text_before=Substr(text, Greatest(start - AROUND + 1, 1), start - Greatest(start - AROUND, 0)),
        text_after=Substr(text, F("passage__end") + 1, AROUND),
        in_report=_count(of_report),
        decided_in_report=_count(of_report.exclude(state=Suggestion.State.WAITING)),
        is_own_report=Exists(sent),
        is_in_cluster=is_in_cluster(),
        was_decided=Exists(SuggestionDecision.objects.filter(suggestion=OuterRef("pk"))),
    )


def _count(rows: SuggestionQuerySet) -> Coalesce:
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def place_of(spot: Spot, user: User, sieve: Sieve, *, is_backwards: bool) -> Place | None:
    """Everything of a passage that this person may see, and who holds it: one query. None where it is gone."""
    of_passage = shown(user).select_related("passage__claim__by").filter(passage=spot.passage_id)
    of_passage = of_passage.exclude(~Q(pk=spot.pk), state=Suggestion.State.SUPERSEDED)
    rows = list(_with_surroundings(of_passage, user).order_by("-strength", "pk"))
    asked = next((row for row in rows if row.pk == spot.pk), None)
    if asked is None:
        return None
    waiting = [row for row in rows if row.state == Suggestion.State.WAITING and lets(sieve, row)]
    undecided = (Suggestion.State.WAITING, Suggestion.State.SUPERSEDED)
    decided = sorted((row for row in rows if row.state not in undecided), key=lambda row: row.pk)
    current = waiting[0] if is_backwards and waiting and sieve.order == OLDEST else asked
    return Place(asked, current, waiting, decided, getattr(asked.passage, "claim", None))


def lets(sieve: Sieve, row: Suggestion) -> bool:
    """Whether a suggestion of the current passage passes: of one passage only these two can differ."""
    return sieve.country in {"", row.country.iso3} and sieve.factor in {"", str(row.indicator.factor.number)}


def cards_of(place: Place, sieve: Sieve, *, offers: Offers | None, typed: SuggestionForm | None) -> list[Card]:
    """The cards of the current passage; without forms where nothing may be decided."""
    current, rows = place.current, place.waiting
    here = next((i for i, row in enumerate(rows) if row.pk == current.pk), 0)  # 0: decided or filtered out since
    first = CARDS_MAX * (here // CARDS_MAX)
    rows = rows[first : first + CARDS_MAX]
    cards = []
    for order, row in enumerate(rows, start=1):
        is_current = row.pk == current.pk
        again = taken_back(row) if offers and is_current and getattr(current, "was_decided", True) else {}
        form = SuggestionForm(row, offers=offers, again=again) if offers else None
        if typed is not None and typed.suggestion.pk == row.pk:
            form = typed
        is_next = order < len(rows) and sieve.order == OLDEST  # a skip leads where a decision does
        skip = sieve.at("item", rows[order].pk) if is_next else sieve.at("after", row.pk)
        cards.append(Card(order, row, form, is_current, skip, reasons_of(row)))
    return cards


def pieces_of(text: str, cards: list[Card]) -> list[Piece]:
    """The passage cut where a phrase that fired starts or ends."""
    spans = [(card.suggestion.phrase_start, min(card.suggestion.phrase_end, len(text)), card) for card in cards]
    cuts = sorted({0, len(text)} | {cut for start, end, _ in spans for cut in (start, end) if start < end})
    pieces = []
    for start, end in itertools.pairwise(cuts):
        over = [card for first, last, card in spans if first <= start and end <= last]
        places, is_current = tuple(card.place for card in over), any(card.is_current for card in over)
        pieces.append(Piece(text[start:end], places, is_current))
    return pieces


def taken_back(suggestion: Suggestion) -> dict[str, Any]:
    """What the last person to take back an acceptance had set otherwise: typed once, it need not be typed again."""
    decisions = list(suggestion.decisions.order_by("-pk")[:2])
    if [decision.action for decision in decisions] != [Did.UNDO, Did.CHANGE]:
        return {}
    return {name: change["became"] for name, change in decisions[1].changes.items()}


def unseen(user: User) -> dict[str, int]:
    """What the queue lacks: reports yet to be searched, those whose search failed, what is above one's clearance."""
    clearance = clearance_of(user)
    return {
        "unsearched": suggesting.waiting().filter(sensitivity__lte=clearance).count(),
        "failed": suggesting.failed().filter(sensitivity__lte=clearance).count(),
        "withheld": Suggestion.objects.waiting().filter(passage__report__sensitivity__gt=clearance).count(),
    }
