"""Which worker has a waiting file: from when it is counted as begun to the end of its reading, nobody else has it."""

import contextlib
from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, connection, transaction

from reports.models import Retrieval

_LOCK = 905_2024  # an arbitrary number: PostgreSQL's advisory lock of those who read a file
_FREE = Retrieval.objects.filter(state=Retrieval.State.WAITING).order_by("attempts", "pk")


@contextlib.contextmanager
def next_begun() -> Iterator[tuple[int, int] | None]:
    """The waiting one that was begun least often, and how often now; None where no other is left.

    A file that kills its worker does not hold up the others. That it was begun is committed before it is read, so that
    a death is counted; who merely meets another worker at a file counts nothing. Held by the connection: a worker that
    dies lets go.
    """
    held: list[int] = []
    try:
        yield _begin(held)
    finally:
        for retrieval_id in held:
            _let_go(retrieval_id)


def _begin(held: list[int]) -> tuple[int, int] | None:
    busy: list[int] = []
    while (number := _FREE.exclude(pk__in=busy).values_list("pk", flat=True).first()) is not None:
        if _hold(number):
            held.append(number)
            attempt = _count(number)
            if attempt:
                return number, attempt
            _let_go(held.pop())
        busy.append(number)
    return None


@transaction.atomic
def _count(retrieval_id: int) -> int:
    """How often it was begun, this time included; 0 where it moved on in between, or somebody changes it."""
    rows = Retrieval.objects.filter(pk=retrieval_id, state=Retrieval.State.WAITING)
    retrieval = rows.select_for_update(skip_locked=True).defer("payload").first()
    if retrieval is None:
        return 0
    retrieval.attempts += 1
    retrieval.save(update_fields=["attempts"])
    return retrieval.attempts


def _hold(retrieval_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s::bigint::bit(32)::integer)", [_LOCK, retrieval_id])
        return bool(cursor.fetchone()[0])


def _let_go(retrieval_id: int) -> None:
    with contextlib.suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:  # a lost one holds nothing
        cursor.execute("SELECT pg_advisory_unlock(%s, %s::bigint::bit(32)::integer)", [_LOCK, retrieval_id])
