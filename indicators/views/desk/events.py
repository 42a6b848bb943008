"""Events that a country's evidence names near a day: what a new piece may be about too."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from indicators.models import Evidence, Suggestion
from people.models import User

NEAR = dt.timedelta(days=45)  # before and after the day of the suggestion
READ_MAX = 300  # rows of evidence looked at for all the cards of a page
OFFERED_MAX = 12  # events a card


@dataclasses.dataclass(frozen=True, slots=True)
class NearEvent:
    """An event by its name, the day that its latest evidence gives it, and the sign that this evidence was read as."""

    key: str
    iso3: str
    event_on: dt.date
    sign: str

    @property
    def label(self) -> str:
        """As one option of a list."""
        return f"{self.event_on:%-d %B %Y}: {self.key} ({self.sign})"


def near_events(suggestions: Iterable[Suggestion], user: User) -> list[NearEvent]:
    """Events of the suggestions' countries within NEAR of their days, each once; one query."""
    rows = list(suggestions)
    if not rows:
        return []
    first, last = min(row.event_on for row in rows) - NEAR, max(row.event_on for row in rows) + NEAR
    live = [Evidence.Status.ACCEPTED, Evidence.Status.PROPOSED]
    found = Evidence.objects.visible_to(user).filter(
        country__in={row.country_id for row in rows}, event_on__range=(first, last), status__in=live
    )
    named = found.exclude(event_key="").order_by("-event_on", "-pk")
    names = named.values_list("event_key", "country__iso3", "event_on", "indicator__code", "indicator__label")
    events: dict[tuple[str, str], NearEvent] = {}
    for key, iso3, event_on, code, label in names[:READ_MAX]:
        events.setdefault((iso3, key), NearEvent(key, iso3, event_on, f"{code} {label}"))
    return list(events.values())


def offered_to(suggestion: Suggestion, events: Iterable[NearEvent]) -> list[NearEvent]:
    """Those of the suggestion's country, the nearest day first."""
    iso3, day = suggestion.country.iso3, suggestion.event_on
    near = [event for event in events if event.iso3 == iso3 and abs(event.event_on - day) <= NEAR]
    return sorted(near, key=lambda event: (abs(event.event_on - day), event.key))[:OFFERED_MAX]
