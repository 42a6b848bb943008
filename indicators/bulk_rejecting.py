"""All that waits of a source, or of a report, that went wrong: rejected at once, and taken back within a day."""

import datetime as dt

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from indicators import coding
from indicators.coding import CodingError
from indicators.models import BulkRejection, Suggestion, SuggestionDecision, SuggestionQuerySet
from people.models import User
from people.permissions import Action, clearance_of, may
from reports.models import Report, Source

Did = SuggestionDecision.Action
State = Suggestion.State
UNDONE_WITHIN = dt.timedelta(days=1)
BATCH = 1000  # rows an INSERT


def waiting_of(of: Source | Report, *, by: User) -> SuggestionQuerySet:
    """What waits of it, as far as this person may see it."""
    rows = Suggestion.objects.visible_to(by).waiting()
    return rows.filter(passage__report__source=of) if isinstance(of, Source) else rows.filter(passage__report=of)


@transaction.atomic
def reject_all(*, of: Source | Report, up_to: int, by: User, reason: str, at: dt.datetime) -> BulkRejection:
    """Rejects every waiting suggestion of `of` up to the number `up_to`, the last one that `by` was shown.

    One decision a suggestion, as if each had been rejected alone. Raises CodingError where nothing waits.
    """
    _refuse_others(by)
    reason = coding.tidy_reason(reason)
    rows = waiting_of(of, by=by).filter(pk__lte=up_to).order_by("pk").select_for_update(of=("self",))
    found = list(rows.values_list("pk", flat=True))
    if not found:
        raise CodingError("found nothing of it waiting any more; wanted at least one suggestion")
    kind = {"source": of} if isinstance(of, Source) else {"report": of}
    bulk = BulkRejection.objects.create(by=by, at=at, reason=reason, suggestions_count=len(found), **kind)
    _decide(found, State.REJECTED, Did.REJECT, bulk=bulk, by=by, at=at, reason=reason)
    return bulk


@transaction.atomic
def undo_all(*, bulk_id: int, by: User, at: dt.datetime) -> BulkRejection:
    """Lets everything wait again that nobody has decided anew since; for a day. Raises CodingError.

    All of it, what `by` may not see too: a bulk is taken back once, and a part left behind would stay rejected.
    """
    _refuse_others(by)
    seen = Q(report=None) | Q(report__sensitivity__lte=clearance_of(by))
    bulk = BulkRejection.objects.select_for_update(of=("self",)).filter(seen, pk=bulk_id).first()
    if bulk is None:
        raise CodingError(f"bulk rejection {bulk_id}: found none that you may see")
    if bulk.undone_at is not None:
        raise CodingError(f"bulk rejection {bulk.pk}: found it taken back already")
    if at - bulk.at > UNDONE_WITHIN:
        raise CodingError(f"bulk rejection {bulk.pk}: found it older than a day; wanted a decision on each instead")
    latest = SuggestionDecision.objects.filter(suggestion=OuterRef("pk")).order_by("-pk").values("bulk")[:1]
    rows = Suggestion.objects.filter(decisions__bulk=bulk, state=State.REJECTED)
    rows = rows.alias(latest=Subquery(latest)).filter(latest=bulk.pk).order_by("pk").select_for_update(of=("self",))
    found = list(rows.values_list("pk", flat=True))
    _decide(found, State.WAITING, Did.UNDO, bulk=bulk, by=by, at=at)
    bulk.undone_by, bulk.undone_at, bulk.undone_count = by, at, len(found)
    bulk.save(update_fields=["undone_by", "undone_at", "undone_count"])
    return bulk


def _refuse_others(by: User) -> None:
    if not may(by, Action.DECIDE_EVIDENCE):
        raise CodingError(f"role {by.role}: may not {Action.DECIDE_EVIDENCE.value}")


def _decide(
    found: list[int], state: str, action: str, *, bulk: BulkRejection, by: User, at: dt.datetime, reason: str = ""
) -> None:
    Suggestion.objects.filter(pk__in=found).update(state=state)
    SuggestionDecision.objects.bulk_create(
        (SuggestionDecision(suggestion_id=pk, action=action, by=by, at=at, reason=reason, bulk=bulk) for pk in found),
        batch_size=BATCH,
    )
