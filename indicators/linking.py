"""What people say of evidence and its event: one event, different ones, not part of it, another name; taken back."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable

from django.db import connection, transaction

from indicators.events import event_now, of_event
from indicators.models import EventDecision, EventLink, Evidence, EvidenceQuerySet, RescoreRequest
from indicators.models.event import EVENT_CHARACTERS
from people.models import User
from people.permissions import Action, may

Did = EventDecision.Action

REASON_CHARACTERS = (3, 500)
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")  # as everywhere that an event is named
_LOCK = 901_2059  # an arbitrary number: PostgreSQL's advisory lock of the events of a country


class LinkingError(ValueError):
    """Something that cannot be said of evidence; says what was found and what was wanted."""


class EventChangedError(LinkingError):
    """Somebody else changed the event since the person looked at it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """Who says it, when, and why."""

    by: User
    reason: str
    at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A piece of evidence, and the event of which the person saw it to be part; None where that does not matter."""

    evidence_id: int
    event: str | None = None


@transaction.atomic
def same(*, one: Seen, other: Seen, name: str, said: Said) -> EventDecision:
    """Two pieces are about one event, `name`; where both had a name, the two events become one.

    Raises LinkingError, and EventChangedError where a piece is no longer part of what was seen.
    """
    _check(said, name)
    first, second = _two(one, other, said)
    if _event(first) == _event(second) != "":
        raise LinkingError(f"evidence {first.pk} and {second.pk}: found one event already; wanted two")
    rows = [*_with_its_event(first), *_with_its_event(second)]
    if name not in (_event(first), _event(second)) and of_event(name, first.country_id).exists():
        raise LinkingError(f"name: found {name} for another event of the country; wanted a new one, or that of a piece")
    decision = _decide(Did.SAME, said, first, other=second, event=name)
    _put(rows, name, decision)
    return decision


@transaction.atomic
def different(*, one: Seen, other: Seen, said: Said) -> EventDecision:
    """Two pieces are about different events: never proposed again.

    Where neither has a name they may count as one, by their week: then the second gets a name of its own.
    Raises LinkingError.
    """
    _check(said)
    first, second = _two(one, other, said)
    if _event(first) == _event(second) != "":
        raise LinkingError(
            f"evidence {first.pk} and {second.pk}: found both in the event {_event(first)}; take one out of it first"
        )
    apart = f"{second.country.iso3.lower()}-evidence-{second.pk}" if _counted_as_one(first, second) else ""
    decision = _decide(Did.DIFFERENT, said, first, other=second, event=apart)
    if apart:
        _put([second], apart, decision)
    return decision


@transaction.atomic
def unlink(*, one: Seen, said: Said) -> EventDecision:
    """Takes a piece out of its named event. Raises LinkingError, EventChangedError."""
    _check(said)
    row = _seen(one, said)
    if not _event(row):
        raise LinkingError(f"evidence {row.pk}: found it in no named event; wanted one that is")
    decision = _decide(Did.UNLINK, said, row)
    _put([row], "", decision)
    return decision


@transaction.atomic
def rename(*, one: Seen, name: str, said: Said) -> EventDecision:
    """Gives the event of a piece another name; a piece without one gets one. Raises LinkingError, EventChangedError."""
    _check(said, name)
    row = _seen(one, said)
    if _event(row) == name:
        raise LinkingError(f"name: found {name}, which it has already; wanted another")
    if of_event(name, row.country_id).exists():
        raise LinkingError(f"name: found {name} for another event of the country; say that the two are one event")
    decision = _decide(Did.RENAME, said, row, event=name)
    _put(_with_its_event(row), name, decision)
    return decision


@transaction.atomic
def undo(*, decision_id: int, said: Said) -> EventDecision:
    """Takes a decision back, if nothing that it did was changed since. Raises LinkingError, EventChangedError."""
    _check(said)
    decision = EventDecision.objects.filter(pk=decision_id).select_related("undone_by").first()
    if decision is None or decision.action == Did.UNDO:
        raise LinkingError(f"decision {decision_id}: found none that can be taken back")
    row = _seen(Seen(decision.evidence_id), said)
    decision.refresh_from_db()
    if hasattr(decision, "undone_by"):
        raise LinkingError(f"decision {decision.pk}: found it taken back already")
    undone = _decide(Did.UNDO, said, row, other=decision.other, undoes=decision)
    before = dict(decision.closed.values_list("evidence", "event_key"))
    after = dict(decision.opened.values_list("evidence", "event_key"))
    pieces = list(_annotated().filter(pk__in={*before, *after}))
    if any(_event(piece) != after.get(piece.pk, piece.event_key) for piece in pieces):
        raise EventChangedError(f"decision {decision.pk}: found a later one on the same evidence; take that back first")
    for piece in pieces:
        _put([piece], before.get(piece.pk, piece.event_key), undone)
    return undone


# --- what stands -------------------------------------------------------------------------------------------
def _check(said: Said, name: str | None = None) -> None:
    if not may(said.by, Action.DECIDE_EVIDENCE):
        raise LinkingError(f"role {said.by.role}: may not {Action.DECIDE_EVIDENCE.value}")
    least, most = REASON_CHARACTERS
    if not least <= len(said.reason.strip()) <= most:
        raise LinkingError(f"reason: found {len(said.reason.strip())} characters; wanted {least} to {most}")
    if name is not None and (not NAME.fullmatch(name) or len(name) > EVENT_CHARACTERS):
        raise LinkingError("name: wanted small letters, digits and hyphens, such as mmr-coup-2021, at most 120")


def _annotated() -> EvidenceQuerySet:
    rows = Evidence.objects.exclude(status=Evidence.Status.REJECTED).select_related("country", "indicator")
    return rows.annotate(event=event_now())


def _seen(one: Seen, said: Said) -> Evidence:
    """The piece as it stands, with nobody else at the events of its country until the end of the transaction."""
    row = Evidence.objects.visible_to(said.by).filter(pk=one.evidence_id).only("country_id").first()
    if row is None:
        raise LinkingError(f"evidence {one.evidence_id}: found none that you may see; wanted its number")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, row.country_id])
    found = _annotated().filter(pk=one.evidence_id).first()
    if found is None:
        raise LinkingError(f"evidence {one.evidence_id}: found it rejected; wanted a piece that counts or may count")
    if one.event is not None and one.event != _event(found):
        now = _event(found) or "none"
        raise EventChangedError(f"evidence {found.pk}: found its event to be {now} now, changed since you looked")
    return found


def _two(one: Seen, other: Seen, said: Said) -> tuple[Evidence, Evidence]:
    if one.evidence_id == other.evidence_id:
        raise LinkingError(f"evidence {one.evidence_id}: found it twice; wanted another piece")
    first, second = sorted((one, other), key=lambda seen: seen.evidence_id)
    rows = _seen(first, said), _seen(second, said)
    if rows[0].country_id != rows[1].country_id:
        raise LinkingError(f"evidence {rows[0].pk} and {rows[1].pk}: found two countries; wanted one")
    return rows


def _event(row: Evidence) -> str:
    return str(row.__dict__["event"])


def _with_its_event(row: Evidence) -> list[Evidence]:
    """The piece with every other of its named event, those that the person may not see too: an event is not cut."""
    name = _event(row)
    return [row, *of_event(name, row.country_id).exclude(pk=row.pk)] if name else [row]


def _counted_as_one(first: Evidence, second: Evidence) -> bool:
    """Whether two pieces without a name are one event to the arithmetic: same sign, area and week."""
    if _event(first) or _event(second):
        return False
    this, that = (
        (row.indicator_id, row.polarity, row.admin1, row.event_on.isocalendar()[:2]) for row in (first, second)
    )
    return this == that


def _put(rows: Iterable[Evidence], event: str, decision: EventDecision) -> None:
    """Makes each piece part of `event`: a link where its own row says otherwise. Asks for the country's scores."""
    pieces = {row.pk: row for row in rows}
    held = {link.evidence_id: link for link in EventLink.objects.holding().filter(evidence__in=pieces)}
    stays = {pk for pk, link in held.items() if link.event_key == event}
    ending = [link.pk for pk, link in held.items() if pk not in stays]
    at = max(
        [decision.at, *(held[pk].since for pk in held.keys() - stays)]
    )  # two people's clocks may be read crosswise
    EventLink.objects.filter(pk__in=ending).update(until=at, closed_by=decision)
    new = [pk for pk, row in pieces.items() if pk not in stays and row.event_key != event]
    EventLink.objects.bulk_create(
        EventLink(evidence_id=pk, event_key=event, since=at, opened_by=decision) for pk in new
    )
    countries = {row.country_id for pk, row in pieces.items() if pk not in stays}
    RescoreRequest.objects.bulk_create(RescoreRequest(country_id=pk, asked_at=at) for pk in sorted(countries))


def _decide(
    action: str,
    said: Said,
    row: Evidence,
    *,
    other: Evidence | None = None,
    event: str = "",
    undoes: EventDecision | None = None,
) -> EventDecision:
    return EventDecision.objects.create(
        action=action, evidence=row, other=other, event_key=event, reason=" ".join(said.reason.split()), by=said.by,
        at=said.at, undoes=undoes,
    )  # fmt: skip
