"""The filters and the order of the queue: they stand in its address."""

from __future__ import annotations

import dataclasses
import re
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest

from indicators.models import Suggestion, SuggestionQuerySet

LOOKUPS = {
    "country": "country__iso3",
    "source": "passage__report__source__slug",
    "factor": "indicator__factor__number",
    "language": "passage__report__language",
    "report": "passage__report_id",
}
FORMS = {
    "country": r"[A-Z]{3}",
    "source": r"[A-Za-z0-9_-]{1,80}",
    "factor": r"[1-9]|1[0-4]",
    "language": r"[A-Za-z-]{2,8}",
    "report": r"[0-9]{1,17}",
}
OLDEST, STRONGEST = "oldest", "strongest"


@dataclasses.dataclass(frozen=True, slots=True)
class Sieve:
    """What passes, and in which order."""

    country: str = ""
    source: str = ""
    factor: str = ""
    language: str = ""
    report: str = ""
    order: str = OLDEST

    @classmethod
    def of(cls, request: HttpRequest) -> Sieve:
        """The filters that the address names; what has not the form of one is left out."""
        said = {name: request.GET.get(name, "") for name in FORMS}
        kept = {name: value for name, value in said.items() if re.fullmatch(FORMS[name], value, re.ASCII)}
        return cls(**kept, order=STRONGEST if request.GET.get("order") == STRONGEST else OLDEST)

    @property
    def filters(self) -> dict[str, str]:
        """Those that are set."""
        return {name: value for name in FORMS if (value := getattr(self, name))}

    def narrow(self, rows: SuggestionQuerySet) -> SuggestionQuerySet:
        """Only what passes, in order."""
        rows = rows.filter(**{LOOKUPS[name]: value for name, value in self.filters.items()})
        return rows.order_by("-strength", "passage_id", "pk") if self.order == STRONGEST else rows

    def back(self, rows: SuggestionQuerySet) -> SuggestionQuerySet:
        """What passes, the last one first."""
        return self.narrow(rows).reverse()

    def behind(self, place: Suggestion) -> Q:
        """What comes after `place`; bounded by the first column of the index, or it would be read from its start."""
        passage, later = Q(passage_id__gt=place.passage_id), Q(passage_id=place.passage_id, pk__gt=place.pk)
        if self.order == STRONGEST:
            return Q(strength__lte=place.strength) & (Q(strength__lt=place.strength) | passage | later)
        weaker = Q(strength__lt=place.strength) | Q(strength=place.strength, pk__gt=place.pk)
        return Q(passage_id__gte=place.passage_id) & (passage | weaker)

    def before(self, place: Suggestion) -> Q:
        """What comes before `place`: in the order by age, before its whole passage."""
        if self.order == OLDEST:
            return Q(passage_id__lt=place.passage_id)
        earlier = Q(passage_id__lt=place.passage_id) | Q(passage_id=place.passage_id, pk__lt=place.pk)
        return Q(strength__gte=place.strength) & (Q(strength__gt=place.strength) | earlier)

    @property
    def query(self) -> str:
        """The filters as the whole query of an address: empty, or `?country=MMR`."""
        return _query(self._kept())

    def at(self, name: str, suggestion_id: int) -> str:
        """The query that leads to `item`, `after` or `before` a suggestion, under the same filters."""
        return _query({name: suggestion_id} | self._kept())

    def with_(self, **changes: Any) -> str:
        """The query under other filters."""
        return dataclasses.replace(self, **{name: str(value) for name, value in changes.items()}).query or "?"

    def _kept(self) -> dict[str, Any]:
        return self.filters | ({"order": self.order} if self.order != OLDEST else {})


def _query(said: dict[str, Any]) -> str:
    return f"?{urlencode(said)}" if said else ""
