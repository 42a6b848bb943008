"""A whole import taken back: what waits is set aside, what counts is retracted, with one reason."""

import dataclasses
import datetime as dt

from django.db import transaction
from django.db.models import Count, Q

from indicators.coding import CodingError, tidy_reason
from indicators.importing.sending import ACTION_FOR, ImportRefused
from indicators.models import Evidence, EvidenceQuerySet, RescoreRequest, SeriesValue, TableImport
from people.english import in_english
from people.models import User
from people.permissions import Action, may

Kind, State, Status = TableImport.Kind, TableImport.State, Evidence.Status
MAY_UNDO = Action.DECIDE_EVIDENCE  # an import of evidence that somebody else sent


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """What of an import is in the record now."""

    proposed: int = 0
    accepted: int = 0
    values: int = 0

    @property
    def total(self) -> int:
        """Everything that undoing would take back."""
        return self.proposed + self.accepted + self.values


def standing_of(table: TableImport) -> Standing:
    """What undoing would take back."""
    found = _pieces_of(table).aggregate(
        proposed=Count("pk", filter=Q(status=Status.PROPOSED)), accepted=Count("pk", filter=Q(status=Status.ACCEPTED))
    )
    values = table.rows.filter(series_value__isnull=False, series_value__retracted_at=None).count()
    return Standing(**found, values=values)


def _pieces_of(table: TableImport) -> EvidenceQuerySet:
    """What it wrote, and what corrected that since: undone with it, or the finding would go on counting."""
    numbers = found = set(Evidence.objects.filter(import_rows__table=table).values_list("pk", flat=True))
    while found:
        found = set(Evidence.objects.filter(corrects__in=found).values_list("pk", flat=True)) - numbers
        numbers = numbers | found
    return Evidence.objects.filter(pk__in=numbers)


@transaction.atomic
def undo(*, import_id: int, by: User, reason: str, at: dt.datetime) -> Standing:
    """Takes everything back that the import wrote and that still stands; what it was. Raises ImportRefused."""
    rows = TableImport.objects.visible_to(by).select_for_update(of=("self",)).defer("payload")
    table = rows.filter(pk=import_id).first()
    if table is None:
        raise ImportRefused(f"import {import_id}: found none that you may see")
    if table.state != State.DONE:
        raise ImportRefused(f"import {import_id}: found it {in_english(table.get_state_display)}; wanted it written")
    because = _reason(reason)
    standing = _take_back_figures(table, by, at) if table.kind == Kind.SERIES else _take_back(table, by, because, at)
    table.state, table.moved_at = State.UNDONE, at
    table.undone_by, table.undone_at, table.undone_because = by, at, because
    table.save(update_fields=["state", "moved_at", "undone_by", "undone_at", "undone_because"])
    return standing


def _reason(reason: str) -> str:
    try:
        return tidy_reason(reason)
    except CodingError as error:
        raise ImportRefused(str(error), "reason") from error


def _take_back(table: TableImport, by: User, because: str, at: dt.datetime) -> Standing:
    may_set_aside = may(by, MAY_UNDO) or (table.sent_by_id == by.pk and may(by, ACTION_FOR[Kind.EVIDENCE]))
    if not may_set_aside:
        raise ImportRefused(f"import {table.pk}: somebody else sent it; wanted them, or who may {MAY_UNDO.value}")
    rows = _pieces_of(table).select_for_update(of=("self",)).order_by("pk")
    pieces = list(rows.filter(status__in=[Status.PROPOSED, Status.ACCEPTED]).values_list("pk", "status", "country"))
    proposed = [pk for pk, status, _ in pieces if status == Status.PROPOSED]
    accepted = [pk for pk, status, _ in pieces if status == Status.ACCEPTED]
    if accepted and not may(by, Action.RETRACT_EVIDENCE):
        found = f"found {len(accepted)} of its pieces accepted meanwhile"
        raise ImportRefused(f"import {table.pk}: {found}; wanted somebody who may {Action.RETRACT_EVIDENCE.value}")
    because = f"Import {table.pk} undone: {because}"[:500]
    Evidence.objects.filter(pk__in=proposed).update(
        status=Status.REJECTED, decided_by=by, decided_at=at, decision_reason=because
    )
    Evidence.objects.filter(pk__in=accepted).update(
        status=Status.RETRACTED, retracted_by=by, retracted_at=at, retraction_reason=because
    )
    RescoreRequest.objects.bulk_create(
        RescoreRequest(country_id=country, evidence_id=pk, asked_at=at)
        for pk, status, country in pieces
        if status == Status.ACCEPTED
    )
    return Standing(proposed=len(proposed), accepted=len(accepted))


def _take_back_figures(table: TableImport, by: User, at: dt.datetime) -> Standing:
    if not may(by, ACTION_FOR[Kind.SERIES]):
        raise ImportRefused(f"role {by.role}: may not {ACTION_FOR[Kind.SERIES].value}")
    values = SeriesValue.objects.filter(import_rows__table=table, retracted_at=None)
    touched = sorted(set(values.values_list("country", flat=True)))
    count = SeriesValue.objects.filter(pk__in=values.values("pk")).update(retracted_at=at)
    RescoreRequest.objects.bulk_create(RescoreRequest(country_id=pk, asked_at=at) for pk in touched)
    return Standing(values=count)
