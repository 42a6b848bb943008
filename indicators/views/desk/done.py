"""One's own last decisions: what was decided, what came of it, and how it is taken back."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from indicators.deciding import Did
from indicators.models import Evidence, Suggestion, SuggestionDecision
from people.models import User

UNDO_SHOWN = dt.timedelta(hours=1)  # a decision of this morning is not taken back by a slip of a key
UNDO_MAX = 10  # one's own last decisions, each with its undo
_OF = {"code": "indicator__code", "label": "indicator__label", "country": "country__name_en", "iso3": "country__iso3"}
_FIELDS = ("pk", "suggestion_id", "action", "reason", "at", "evidence_id", "evidence__status")


@dataclasses.dataclass(frozen=True, slots=True)
class Done:
    """A decision as the desk tells it: of its evidence where there is some, else of the suggestion."""

    pk: int
    suggestion_id: int
    action: str
    reason: str
    at: dt.datetime
    evidence_id: int | None
    status: str | None
    code: str
    label: str
    country: str
    iso3: str

    @property
    def said(self) -> str:
        """What was done."""
        return str(Did(self.action).label)

    @property
    def country_address(self) -> str:
        """The page of the country."""
        return reverse("country", args=[self.iso3])

    @property
    def waits_for_second(self) -> bool:
        """Whether it counts only once another person has read it."""
        return self.status == Evidence.Status.PROPOSED


def last_decisions(user: User) -> list[Done]:
    """The person's own last ten that can still be taken back, latest first; what was rejected in bulk has its page."""
    later = SuggestionDecision.objects.filter(suggestion=OuterRef("suggestion"), pk__gt=OuterRef("pk"))
    rows = SuggestionDecision.objects.filter(by=user, bulk=None, suggestion__in=Suggestion.objects.visible_to(user))
    rows = rows.exclude(action=Did.UNDO).filter(~Exists(later))
    standing = [Evidence.Status.ACCEPTED, Evidence.Status.PROPOSED]
    rows = rows.filter(Q(evidence=None) | Q(evidence__status__in=standing)).order_by("-pk")
    of = {name: Coalesce(f"evidence__{path}", f"suggestion__{path}") for name, path in _OF.items()}
    return [Done(*row) for row in rows.values_list(*_FIELDS, *of.values())[:UNDO_MAX]]


def under_the_key(decisions: list[Done], *, now: dt.datetime) -> Done | None:
    """The one that the key takes back: the latest, of the last hour."""
    return next((row for row in decisions[:1] if row.at > now - UNDO_SHOWN), None)
