"""What the queue of suggestions shows: one passage, a card for each of its suggestions, how far one has come."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest

from indicators import suggesting
from indicators.deciding import Did
from indicators.models import Evidence, Suggestion, SuggestionDecision, SuggestionQuerySet
from indicators.views.review import number
from indicators.views.suggestion_form import Offers, SuggestionForm
from people.models import User
from people.permissions import clearance_of
from reports.models import Passage, Report

CARDS_MAX = 9  # of one passage on one page: three for each of three countries
UNDO_SHOWN = dt.timedelta(hours=1)  # a decision of yesterday is not taken back by a slip of a key
EVENTS_MAX = 200  # names of events to choose from, of a country


@dataclasses.dataclass(frozen=True, slots=True)
class Sieve:
    """The filters of the address."""

    country: str = ""
    report: int | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Sieve:
        """Those that the address names; what is no country's code and no number is left out."""
        country = request.GET.get("country", "")
        return cls(country if re.fullmatch(r"[A-Z]{3}", country) else "", number(request.GET.get("report")))

    def narrow(self, rows: SuggestionQuerySet) -> SuggestionQuerySet:
        """Only what passes."""
        rows = rows.filter(country__iso3=self.country) if self.country else rows
        return rows.filter(passage__report_id=self.report) if self.report is not None else rows

    def lets(self, row: Waiting) -> bool:
        """Whether a line of the overview passes."""
        return self.country in {"", row.iso3} and self.report in {None, row.report_id}

    @property
    def query(self) -> str:
        """The filters as the whole query of an address: empty, or `?country=MMR`."""
        asked = {"country": self.country, "report": self.report}
        kept = urlencode({name: value for name, value in asked.items() if value})
        return f"?{kept}" if kept else ""

    def at(self, name: str, suggestion_id: int) -> str:
        """The query that leads to `item` or `after` a suggestion, under the same filters."""
        return f"?{name}={suggestion_id}{self.query.replace('?', '&', 1)}"


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """How many suggestions wait of one report for one country."""

    iso3: str
    country: str
    report_id: int
    title: str
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """One suggestion, with what stands in its form and where a skip leads."""

    place: int
    suggestion: Suggestion
    form: SuggestionForm | None
    is_current: bool
    skip: str


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the passage; the places of the cards that rest on it."""

    text: str
    places: tuple[int, ...] = ()
    is_current: bool = False


def waiting_for(user: User) -> list[Waiting]:
    """What waits, by report and country."""
    rows = Suggestion.objects.visible_to(user).waiting().order_by("country__name_sort", "passage__report_id")
    names = ("country__iso3", "country__name_en", "passage__report_id", "passage__report__title")
    counted = rows.values_list(*names).annotate(n=Count("pk"))
    return [Waiting(*row) for row in counted]


def shown(user: User) -> SuggestionQuerySet:
    """With all that a card says, without the bytes and the whole text of the report."""
    related = ("indicator", "country", "family", "passage__report__source")
    rows = Suggestion.objects.visible_to(user).select_related(*related)
    return rows.defer("passage__report__bytes", "passage__report__text")


def current_of(request: HttpRequest, user: User, sieve: Sieve) -> Suggestion | None:
    """`?item=`: that one, or the next where it is decided; `?after=`: the next; else the first. Round to the start."""
    waiting = sieve.narrow(shown(user).waiting())
    item, after = number(request.GET.get("item")), number(request.GET.get("after"))
    found = waiting.filter(pk=item).first() if item is not None else None
    return found or next_after(waiting, item if item is not None else after)


def next_after(waiting: SuggestionQuerySet, pk: int | None) -> Suggestion | None:
    """The first of `waiting` behind suggestion `pk` in the order of the queue, else the very first."""
    place = Suggestion.objects.select_related("passage").filter(pk=pk).first() if pk is not None else None
    found = waiting.filter(_behind(place)).first() if place is not None else None
    return found or waiting.first()


def _behind(place: Suggestion) -> Q:
    """The order of SuggestionQuerySet.waiting: report, passage, falling strength, number."""
    report, order = place.passage.report_id, place.passage.order
    weaker = Q(strength__lt=place.strength) | Q(strength=place.strength, pk__gt=place.pk)
    later = Q(passage__report_id=report) & (Q(passage__order__gt=order) | Q(passage__order=order) & weaker)
    return Q(passage__report_id__gt=report) | later


def cards_of(
    current: Suggestion, user: User, sieve: Sieve, *, others: bool, offers: Offers | None, typed: SuggestionForm | None
) -> list[Card]:
    """The cards of the current passage; without forms where nothing may be decided."""
    rows = list(sieve.narrow(shown(user).waiting().filter(passage=current.passage_id)))
    here = next((i for i, row in enumerate(rows) if row.pk == current.pk), 0)  # 0: decided or filtered out since
    first = CARDS_MAX * (here // CARDS_MAX)
    rows = rows[first : first + CARDS_MAX]
    cards = []
    for place, row in enumerate(rows, start=1):
        again = taken_back(row) if offers and row.pk == current.pk else {}
        form = SuggestionForm(row, offers=offers, again=again) if offers else None
        if typed is not None and typed.suggestion.pk == row.pk:
            form = typed
        skip = sieve.at("item", rows[place].pk) if place < len(rows) else sieve.at("after", row.pk) if others else ""
        cards.append(Card(place, row, form, row.pk == current.pk, skip))
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


def progress_in(report: Report, user: User) -> dict[str, int]:
    """How many suggestions of the report there are, and how many of them are decided."""
    rows = Suggestion.objects.visible_to(user).filter(passage__report=report)
    rows = rows.exclude(state=Suggestion.State.SUPERSEDED)
    return rows.aggregate(total=Count("pk"), decided=Count("pk", filter=~Q(state=Suggestion.State.WAITING)))


def decided_on(passage: Passage) -> list[Suggestion]:
    """What people made of this passage's other suggestions."""
    rows = passage.suggestions.exclude(state__in=[Suggestion.State.WAITING, Suggestion.State.SUPERSEDED])
    return list(rows.select_related("indicator", "country").order_by("pk"))


def last_decision(user: User, *, now: dt.datetime) -> SuggestionDecision | None:
    """The person's own latest decision of the last hour that can still be taken back."""
    later = SuggestionDecision.objects.filter(suggestion=OuterRef("suggestion"), pk__gt=OuterRef("pk"))
    rows = SuggestionDecision.objects.filter(by=user, at__gt=now - UNDO_SHOWN, suggestion__in=_seen(user))
    rows = rows.exclude(action=Did.UNDO).filter(~Exists(later))
    rows = rows.filter(Q(evidence=None) | Q(evidence__status=Evidence.Status.ACCEPTED))
    related = rows.select_related("suggestion__indicator", "suggestion__country", "evidence__indicator")
    return related.select_related("evidence__country").order_by("-pk").first()


def taken_back(suggestion: Suggestion) -> dict[str, Any]:
    """What the last person to take back an acceptance had set otherwise: typed once, it need not be typed again."""
    decisions = list(suggestion.decisions.order_by("-pk")[:2])
    if [decision.action for decision in decisions] != [Did.UNDO, Did.CHANGE]:
        return {}
    return {name: change["became"] for name, change in decisions[1].changes.items()}


def _seen(user: User) -> SuggestionQuerySet:
    return Suggestion.objects.visible_to(user)


def events_of(cards: list[Card], user: User) -> dict[str, list[str]]:
    """Names of events that the countries of the cards have already, to choose from."""
    names: dict[str, list[str]] = {card.suggestion.country.iso3: [] for card in cards}
    rows = Evidence.objects.visible_to(user).filter(country__iso3__in=names).exclude(event_key="")
    for iso3, name in rows.order_by("event_key").values_list("country__iso3", "event_key").distinct():
        names[iso3] += [name] if len(names[iso3]) < EVENTS_MAX else []
    return names


def unseen(user: User) -> dict[str, int]:
    """What the queue lacks: reports yet to be searched, those whose search failed, what is above one's clearance."""
    clearance = clearance_of(user)
    return {
        "unsearched": suggesting.waiting().filter(sensitivity__lte=clearance).count(),
        "failed": suggesting.failed().filter(sensitivity__lte=clearance).count(),
        "withheld": Suggestion.objects.waiting().filter(passage__report__sensitivity__gt=clearance).count(),
    }
