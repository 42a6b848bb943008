"""Counts who begins with an import, so that a file which ends its workers is given to no more of them."""

import contextlib

from django.db import OperationalError, transaction
from django.db.models import F

from indicators.models import TableImport

ATTEMPTS_MAX = 3  # workers that may stop at one file


@transaction.atomic
def begin(import_id: int, state: TableImport.State) -> int:
    """How often a worker began with it, this one included; 0 where another has it or it moved on.

    Committed before the work, so that a death is counted; whoever comes to an end sets it back.
    """
    rows = TableImport.objects.select_for_update(skip_locked=True, of=("self",)).only("attempts")
    table = rows.filter(pk=import_id, state=state).first()
    if table is None:
        return 0
    table.attempts += 1
    table.save(update_fields=["attempts"])
    return table.attempts


def give_back(import_id: int) -> None:
    """The database's trouble is not the file's: this beginning does not count."""
    with contextlib.suppress(OperationalError):
        TableImport.objects.filter(pk=import_id).update(attempts=F("attempts") - 1)


def given_up(what: str) -> str:
    """Why an import failed at which worker after worker stopped."""
    return (
        f"{ATTEMPTS_MAX} workers stopped while {what} it; the file is kept and not tried again. "
        "Send it in smaller parts, and please report it"
    )
