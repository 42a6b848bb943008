"""Events that a suggestion may be about too: evidence of its country near its day, the most alike first."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext

from indicators import linking
from indicators.linking import Said, Seen
from indicators.matching import events as matching
from indicators.matching.events import Piece
from indicators.models import Suggestion
from indicators.views.event_pieces import Told, live, told
from people.models import User

NEAR = dt.timedelta(days=45)  # before and after the day of the suggestion
READ_MAX = 60  # pieces of evidence compared for all the cards of a page, those of the nearest days
OFFERED_MAX = 12  # events a card
LONE = "~"  # before the number of a piece that is part of no named event: no event's name begins so


@dataclasses.dataclass(frozen=True, slots=True)
class NearEvent:
    """An event by its name, or a piece without one by its number, with why it may be the same."""

    key: str
    iso3: str
    event_on: dt.date
    sign: str
    why: str = ""

    @property
    def label(self) -> str:
        """As one option of a list."""
        name = (gettext("evidence %(number)s") % {"number": self.number}) if self.number is not None else self.key
        return f"{self.event_on:%-d %B %Y}: {name} ({self.sign})" + (f" – {self.why}" if self.why else "")

    @property
    def number(self) -> int | None:
        """Of a piece that is part of no named event."""
        return int(self.key.removeprefix(LONE)) if self.key.startswith(LONE) else None

    @property
    def name(self) -> str:
        """Of the event that the new piece will be part of."""
        return self.key if self.number is None else f"{self.iso3.lower()}-evidence-{self.number}"


def near_events(suggestions: Iterable[Suggestion], user: User) -> list[Told]:
    """Evidence of the suggestions' countries within NEAR of their days; one query."""
    rows = list(suggestions)
    if not rows:
        return []
    first, last = min(row.event_on for row in rows) - NEAR, max(row.event_on for row in rows) + NEAR
    near = live(user).filter(country__in={row.country_id for row in rows}, event_on__range=(first, last))
    day = Value(rows[0].event_on)
    away = [ExpressionWrapper(one, DurationField()) for one in (F("event_on") - day, day - F("event_on"))]
    return told(near.order_by(Greatest(*away), "-pk")[:READ_MAX])


def offered_to(suggestion: Suggestion, evidence: Iterable[Told]) -> list[NearEvent]:
    """What of this is of the suggestion's country and near its day: each event once, the most alike first."""
    iso3, day = suggestion.country.iso3, suggestion.event_on
    near = {one.piece.number: one for one in evidence if one.iso3 == iso3 and abs(one.piece.day - day) <= NEAR}
    sign = f"{suggestion.indicator_id}{suggestion.polarity:+d}"
    own = Piece(-suggestion.pk, "", day, "", "unknown", suggestion.passage_id, sign)
    pairs = matching.candidates(matching.read(own, suggestion.passage.text), [one.piece for one in near.values()])
    return [_offered(near[pair.second], pair.in_words) for pair in pairs[:OFFERED_MAX]]


def name_what_was_chosen(chosen: NearEvent | None, *, by: User, at: dt.datetime) -> None:
    """Gives a piece without an event the one that the new piece is part of. Raises linking.LinkingError."""
    if chosen is not None and chosen.number is not None:
        reason = "the same event, said when another piece was accepted"
        linking.rename(one=Seen(chosen.number, ""), name=chosen.name, said=Said(by, reason, at))


def _offered(one: Told, why: str) -> NearEvent:
    key = one.piece.event or f"{LONE}{one.piece.number}"
    return NearEvent(key, one.iso3, one.piece.day, one.sign, why)
