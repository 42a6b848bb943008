"""How much waits under the filters, and since when: in one query that is written once for each person and filter."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import Any

from django.db import connection
from django.db.models import Subquery

from indicators import deciding
from indicators.deciding import Desk, how_many
from indicators.models import Suggestion
from indicators.views.desk.sieve import Sieve
from people.models import User
from people.permissions import clearance_of


@dataclasses.dataclass(frozen=True, slots=True)
class Left:
    """What waits, as far as a page counts it: under the filters, and since when the oldest."""

    desk: Desk
    count: int
    oldest_at: dt.datetime | None

    @property
    def said(self) -> str:
        """The count as the page says it."""
        return deciding.in_words(self.count)


def left_of(user: User, sieve: Sieve) -> Left:
    """One query: what the header says, and what is left under these filters."""
    with connection.cursor() as cursor:
        cursor.execute(*_written(_Reader(user.pk, clearance_of(user), user), sieve))
        row = cursor.fetchone()
    if row is None:
        return Left(Desk(0, 0), 0, None)
    *counts, oldest_at = row
    count = counts[-1] if sieve.filters else counts[0]
    return Left(Desk(*counts[:DESKS]), count, oldest_at)


DESKS = len(dataclasses.fields(Desk))


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    """Whom a query is written for: nothing but these two numbers stands in it."""

    pk: int
    clearance: int
    user: User = dataclasses.field(compare=False)


@functools.lru_cache(maxsize=512)
def _written(reader: _Reader, sieve: Sieve) -> tuple[str, tuple[Any, ...]]:
    """Django takes longer to write it than PostgreSQL to answer it."""
    waiting = sieve.narrow(Suggestion.objects.visible_to(reader.user).waiting())
    oldest = waiting.order_by("passage_id", "-strength", "pk").values("suggested_at")[:1]
    wanted = [*deciding.waits_for(reader.user), *([waiting] if sieve.filters else [])]
    counts = [how_many(rows) for rows in wanted]
    row = User.objects.filter(pk=reader.pk).values_list(*counts, Subquery(oldest))
    return row.query.sql_with_params()
