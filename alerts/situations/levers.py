"""Levers: dated things on which a situation can be influenced, or may turn. Entered by staff, each with its source."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from alerts.models import Lever, Situation
from countries.models import Country
from people.models import User
from people.permissions import Action, may


class LeverError(ValueError):
    """A lever that cannot be entered or removed; says what was found and what was wanted."""


@dataclass(frozen=True, slots=True)
class LeverDraft:
    """What is said of a lever; `last_day` is part of it."""

    kind: str
    title: str
    body: str
    first_day: dt.date
    last_day: dt.date
    is_estimated: bool
    source_title: str
    source_url: str


@transaction.atomic
def add(
    *, draft: LeverDraft, country: Country | None, situation: Situation | None, by: User | None, at: dt.datetime
) -> Lever:
    """Enters one about a country or a situation; the same once more is the one that stands. `by` None: it came cited.

    Raises LeverError.
    """
    if by is not None and not may(by, Action.KEEP_LEDGER):
        raise LeverError(f"role {by.role}: may not {Action.KEEP_LEDGER.value}")
    if (country is None) == (situation is None):
        raise LeverError("about: found neither or both; wanted a country or a situation")
    if draft.last_day < draft.first_day:
        raise LeverError(f"last day: found {draft.last_day}, before {draft.first_day}; wanted the same or a later one")
    _take_turns(country, situation)
    about = {"country": country, "situation": situation, "kind": draft.kind, "title": draft.title}
    same = {**about, "first_day": draft.first_day, "last_day": draft.last_day}
    rows = Lever.objects.filter(**same)
    is_known = Q(removed_at=None) | Q(removed_by__isnull=False)  # what staff removed does not come back with a file
    standing = (rows.filter(is_known) if by is None else rows.standing()).first()
    return standing or Lever.objects.create(
        **same, body=draft.body, is_estimated=draft.is_estimated, source_title=draft.source_title,
        source_url=draft.source_url, added_by=by, added_at=at,
    )  # fmt: skip


@transaction.atomic
def remove(*, lever_id: int, reason: str, by: User | None, at: dt.datetime) -> Lever:
    """Takes one off the calendar, with the reason; the row stays. `by` None: its file says so. Raises LeverError."""
    if by is not None and not may(by, Action.KEEP_LEDGER):
        raise LeverError(f"role {by.role}: may not {Action.KEEP_LEDGER.value}")
    found = Lever.objects.select_for_update().get(pk=lever_id)
    if found.removed_at is not None:
        raise LeverError(f"lever {found.pk}: found it removed already; wanted one that stands")
    found.removed_at, found.removed_by, found.removal_reason = at, by, reason
    found.save(update_fields=["removed_at", "removed_by", "removal_reason"])
    return found


def next_levers(*, countries: Collection[int], situation_id: int | None, day: dt.date, count: int) -> list[Lever]:
    """Those of the countries and of the situation that are not over on `day`, the next first. One query."""
    rows = Lever.objects.about(countries=countries, situations=[situation_id] if situation_id else [])
    return list(rows.standing().coming(day)[:count])


def _take_turns(country: Country | None, situation: Situation | None) -> None:
    """Two at once enter one: the row that the lever is about is held until the transaction ends."""
    if country is not None:
        Country.objects.select_for_update().get(pk=country.pk)
    elif situation is not None:
        Situation.objects.select_for_update().get(pk=situation.pk)
