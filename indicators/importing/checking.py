"""Every row of a file against the rules and against what stands; nothing of the record is written."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import OperationalError, transaction

from indicators.entering import EARLIEST_EVENT
from indicators.importing import beginning, standing, words
from indicators.importing.sending import ROWS_MAX, Choices
from indicators.models import ImportRow, TableImport
from indicators.tables.cells import text_of
from indicators.tables.faults import Fault, TableError
from indicators.tables.reading import Table, plain, read_table
from indicators.tables.rows import Read, Settings, Words, evidence_row, series_row
from people.permissions import clearance_of

log = logging.getLogger(__name__)
Kind, State, Fate = TableImport.Kind, TableImport.State, ImportRow.Fate
BATCH = 2_000
COMMON = 5  # faults that many rows share: often one answer mends them all
MERGED = "The workbook has merged cells: only the first cell of each carries the value, the others are empty."


def check_waiting(*, at: dt.datetime) -> int:
    """Checks every file that waits for it, one transaction each; how many. Safe to run twice.

    A file that ends its workers comes after the others, and at last fails.
    """
    waiting = TableImport.objects.filter(state=State.CHECKING).order_by("attempts", "moved_at", "pk")
    return sum(_check_one(pk, at=at) for pk in list(waiting.values_list("pk", flat=True)))


def _check_one(import_id: int, *, at: dt.datetime) -> int:
    attempt = beginning.begin(import_id, State.CHECKING)
    try:
        return _check(import_id, attempt, at=at) if attempt else 0
    except OperationalError:
        beginning.give_back(import_id)
        raise


@transaction.atomic
def _check(import_id: int, attempt: int, *, at: dt.datetime) -> int:
    waiting = TableImport.objects.select_for_update(skip_locked=True, of=("self",)).select_related("sent_by")
    table = waiting.filter(pk=import_id, state=State.CHECKING).first()
    if table is None:
        return 0
    try:
        if attempt > beginning.ATTEMPTS_MAX:
            raise TableError(beginning.given_up("checking"))
        with transaction.atomic():
            _fill(table, at=at)
    except TableError as error:
        _fail(table, str(error))
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  one broken file must not stop the others, nor be read for ever
        log.error("import %s: checking broke: %s", import_id, type(error).__name__)
        _fail(table, f"checking it broke ({type(error).__name__}); please report it")
    table.moved_at, table.attempts = at, 0
    table.save(
        update_fields=[
            "state",
            "moved_at",
            "attempts",
            "counts",
            "notes",
            "common_faults",
            "sensitivity",
            "checked_at",
            "failure",
            "finished_at",
        ]
    )
    return 1


def _fail(table: TableImport, reason: str) -> None:
    table.state, table.failure, table.finished_at = State.FAILED, reason[:500], table.moved_at


def _fill(table: TableImport, *, at: dt.datetime) -> None:
    table.rows.all().delete()
    most = ROWS_MAX[Kind(table.kind)]
    found = read_table(bytes(table.payload), rows_max=most, sheet=table.sheet, encoding=table.encoding)
    settings = _settings(table, found, at.date())
    known = words.for_import(table, found, settings)
    rows = list(_rows(table, found, settings, known))
    standing.compare(table.kind, rows, settings.published_on)
    ImportRow.objects.bulk_create(rows, batch_size=BATCH)
    table.counts = Counter(row.fate for row in rows)
    table.notes = [MERGED] if found.has_merged_cells else []
    said = Counter(str(Fault.from_json(fault)) for row in rows if row.fate == Fate.REFUSED for fault in row.faults)
    table.common_faults = [list(pair) for pair in said.most_common(COMMON) if pair[1] > 1]
    steps = [row.values.get("sensitivity", 0) for row in rows if row.cells]
    table.sensitivity = max([settings.sensitivity, *steps])
    table.state, table.checked_at, table.failure = State.READY, at, ""


def _settings(table: TableImport, found: Table, today: dt.date) -> Settings:
    choices = Choices.from_json(table.choices)
    return Settings(
        columns=table.columns,
        header=found.header,
        answers=table.answers,
        today=today,
        earliest=EARLIEST_EVENT,
        clearance=clearance_of(table.sent_by),
        source=choices.source,
        published_on=choices.published_on,
        sensitivity=choices.sensitivity,
        series=choices.series,
        by_gleditsch_ward=choices.by_gleditsch_ward,
        since_1904=found.since_1904,
    )


def _rows(table: TableImport, found: Table, settings: Settings, known: Words) -> Iterator[ImportRow]:
    reading = evidence_row if table.kind == Kind.EVIDENCE else series_row
    for line, cells in found.lines:
        read = reading(cells, settings, known)
        yield ImportRow(
            table=table, line=line, cells=_kept(cells, read, settings), values=read.values,
            faults=[fault.as_json() for fault in read.faults], fate=_fate(read),
        )  # fmt: skip


def _kept(cells: tuple[Any, ...], read: Read, settings: Settings) -> list[Any]:
    """The row as it was sent; nothing of what its sender may not see, nor anybody with the same clearance."""
    if read.values.get("sensitivity", 0) > settings.clearance:
        read.values.clear()
        return []
    return [plain(cell) if isinstance(cell, int | float) else text_of(cell).replace("\x00", "") for cell in cells]


def _fate(read: Read) -> ImportRow.Fate:
    if not read.faults:
        return Fate.NEW
    return Fate.ASKED if all(fault.question for fault in read.faults) else Fate.REFUSED
