"""Many files at once, and another try for those that failed: what was said of them can be put right."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from people.models import User
from people.permissions import Action, may
from reports.custody import note
from reports.ingest import About, IngestError, check_sendable, receive
from reports.models import Batch, CustodyEntry, Retrieval

FILES_MAX = 100  # of one batch
TOTAL_BYTES_MAX = 60 * 2**20  # of one batch, and so of one request


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """One file as somebody sent it. Its name is a label."""

    name: str
    payload: bytes


@transaction.atomic
def send(*, files: Sequence[Sent], reader: str, about: About, sender: User, at: dt.datetime) -> Batch:
    """Keeps the files for a worker to read, all or none. Raises IngestError."""
    if not files:
        raise IngestError("files: found none; wanted at least one")
    if len(files) > FILES_MAX:
        raise IngestError(f"files: found {len(files)}; wanted at most {FILES_MAX} at once")
    if (size := sum(len(file.payload) for file in files)) > TOTAL_BYTES_MAX:
        most = TOTAL_BYTES_MAX // 2**20
        raise IngestError(f"files: found {size / 2**20:.0f} MB together; wanted at most {most} MB at once")
    batch = Batch.objects.create(sent_by=sender, sent_at=at, about=about.as_json() | {"reader": reader})
    for file in files:
        receive(
            reader=reader, payload=file.payload, about=about, file_name=file.name, at=at, asked_by=sender, batch=batch
        )  # fmt: skip
    return batch


def can_be_tried_again(retrieval: Retrieval) -> bool:
    """Whether its bytes are still here. Without reading them: the row may come without its payload."""
    kept = Retrieval.objects.filter(pk=retrieval.pk, state=Retrieval.State.FAILED, payload__isnull=False)
    return kept.exists()


@transaction.atomic
def send_again(*, retrieval_ids: Iterable[int], reader: str, changes: dict[str, Any], by: User, at: dt.datetime) -> int:
    """Has failed files read once more, with what is said of them now; how many wait again. Raises IngestError.

    `changes` are fields of About. Why a file failed before stays with it. One that somebody else has sent again in
    between, or whose bytes are gone, is left as it is.
    """
    if not may(by, Action.INGEST_REPORT):
        raise IngestError(f"role {by.role}: may not {Action.INGEST_REPORT.value}")
    kept = Retrieval.objects.filter(state=Retrieval.State.FAILED, payload__isnull=False, pk__in=set(retrieval_ids))
    if not may(by, Action.DECIDE_EVIDENCE):
        kept = kept.filter(asked_by=by)
    count = 0
    for retrieval in kept.select_for_update().defer("payload").order_by("pk"):
        about = dataclasses.replace(About.from_json(retrieval.about), **changes)
        check_sendable(reader, about, retrieval.asked_by)
        tries = sum(problem["place"].startswith("try ") for problem in retrieval.problems)
        retrieval.problems = [*retrieval.problems, {"place": f"try {tries + 1}", "reason": retrieval.reason}]
        retrieval.about, retrieval.reader, retrieval.received_at = about.as_json(), reader, at
        retrieval.state, retrieval.attempts = Retrieval.State.WAITING, 0
        retrieval.reason, retrieval.finished_at = "", None
        retrieval.save(
            update_fields=[
                "problems", "about", "reader", "received_at", "state", "attempts", "reason", "finished_at",
            ]
        )  # fmt: skip
        note(CustodyEntry.Deed.READ_AGAIN, at=at, retrieval_id=retrieval.pk, by_id=by.pk, is_held=True, reader=reader)
        count += 1
    return count


@transaction.atomic
def give_up(*, retrieval_id: int, by: User, at: dt.datetime) -> bool:
    """Lets go of the bytes of a failed file at once; the reason stays. Whether there were any. Raises IngestError."""
    if not may(by, Action.INGEST_REPORT):
        raise IngestError(f"role {by.role}: may not {Action.INGEST_REPORT.value}")
    kept = Retrieval.objects.filter(pk=retrieval_id, state=Retrieval.State.FAILED, payload__isnull=False)
    if not may(by, Action.DECIDE_EVIDENCE):
        kept = kept.filter(asked_by=by)
    if not kept.update(payload=None):
        return False
    note(CustodyEntry.Deed.LET_GO, at=at, retrieval_id=retrieval_id, by_id=by.pk, is_held=True)
    return True
