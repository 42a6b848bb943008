"""Figures: a made-up table of evidence, from its stored bytes to a preview of every row, and to proposed evidence.

Beside both, in the same run: COPY of the same file, its columns as text, into a bare table. Queries are counted, all of
them; per row in the details.
"""

import csv
import datetime as dt
import io
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from bench.figure import Figure
from bench.raw_copy import copy_of_csv
from indicators import importing
from indicators.importing.sending import Choices
from indicators.models import Evidence, TableImport
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from reports.models import Family, Source

ROWS, ROWS_FULL = 1_000, 10_000  # the most that one file of evidence may have
COUNTRIES = ("Myanmar", "Soudan", "Níger", "Мали", "马里", "تشاد", "CAF", "Congo, Dem. Rep.")
INDICATORS = ("7.14", "3.2", "4.1", "9.1", "1.1")
TEXT = (
    "The made-up office stated that statement {number} speaks of nobody, in a place that no map shows, and that "
    "nothing of the kind was ever told of anybody. Its second sentence gives the row the length of a real one."
)
HEADINGS = (
    "country", "indicator", "source", "text", "severity", "grade", "event_on", "published_on", "note", "actor",
    "admin1",
)  # fmt: skip
FIRST_DAY = dt.date(2020, 1, 1)


def measure(*, full: bool = False, rows: int = 0) -> list[Figure]:
    """`full`: as many rows as a file may have; or just so many `rows`."""
    rows = rows or (ROWS_FULL if full else ROWS)
    family = Family.objects.create(slug="bench-import", name="Bench")
    Source.objects.create(slug="bench-import", name="Bench", family=family, reliability="B", licence="made up")
    person = User.objects.create_user("import@bench.example", None, name="Import", role=Role.CODER)
    payload, at = table_of(rows), clock.now()
    table = importing.receive(kind="evidence", payload=payload, file_name="rows.csv", by=person, at=at)
    importing.settle(import_id=table.pk, by=person, columns=table.columns, choices=Choices(), at=at)
    checking, checking_queries = _counted(lambda: importing.check_waiting(at=at))
    _confirm(table, person, at=at, rows=rows)
    writing, writing_queries = _counted(lambda: importing.write_waiting(at=at, installation_day=at.date()))
    if (found := Evidence.objects.count()) != rows:
        raise RuntimeError(f"found {found} pieces of evidence; wanted {rows}")
    name = f"{rows:,} rows of evidence imported"
    beside: dict[str, Any] = {
        "yardstick": f"COPY of the file, {len(HEADINGS)} columns of text",
        "yardstick_value": copy_of_csv(payload, HEADINGS, table="bench_rows"),
        "details": {
            "rows": rows, "megabytes": len(payload) / 1e6, "queries_a_row_checked": checking_queries / rows,
            "queries_a_row_written": writing_queries / rows,
        },
    }  # fmt: skip
    return [
        Figure(f"{name}: every row checked for the preview", checking, "s", **beside, queries=checking_queries),
        Figure(f"{name}: proposed, a hundred a transaction", writing, "s", **beside, queries=writing_queries),
    ]


def table_of(rows: int) -> bytes:
    """The file: names of States in six languages and as codes, each row something of its own."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    for number in range(rows):
        day = FIRST_DAY + dt.timedelta(days=number % 1_500)
        writer.writerow([
            COUNTRIES[number % len(COUNTRIES)], INDICATORS[number % len(INDICATORS)], "bench-import",
            TEXT.format(number=number), number % 5, f"B{1 + number % 6}", day, day + dt.timedelta(days=9), "made up",
            "state", f"Province {number % 40}",
        ])  # fmt: skip
    return text.getvalue().encode()


def _confirm(table: TableImport, person: User, *, at: dt.datetime, rows: int) -> None:
    table.refresh_from_db()
    if table.counts != {"new": rows} or table.checked_at is None:
        raise RuntimeError(f"found {table.counts or table.failure} after the check; wanted {rows} new rows")
    seen = table.checked_at.isoformat()
    importing.confirm(import_id=table.pk, by=person, seen=seen, all_or_nothing=False, at=at)


def _counted(work: Callable[[], object]) -> tuple[float, int]:
    """Seconds, and how many statements went to the database."""
    count = 0

    def counting(execute: Callable[..., Any], *said: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*said)

    with connection.execute_wrapper(counting):
        began = time.perf_counter()
        work()
        return time.perf_counter() - began, count
