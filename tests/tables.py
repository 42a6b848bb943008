"""Made-up tables to import, and an import taken as far as a test wants it."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook

from indicators import importing
from indicators.importing.sending import Choices, preview_of
from indicators.models import TableImport
from indicators.tables.fields import guessed
from people.models import User
from people.permissions import Role
from reports.models import Source
from tests import make

AT = make.NOW
PUBLIC = dt.date(2024, 6, 1)
GOOD = {
    "country": "Myanmar", "indicator": "7.14", "source": "monitor", "text": "A synthetic statement about nobody.",
    "severity": "3", "grade": "B2", "event_on": "2024-05-01", "published_on": "2024-06-01", "note": "made up",
}  # fmt: skip


def csv_of(rows: Iterable[Mapping[str, Any]], *, delimiter: str = ",") -> bytes:
    listed = list(rows)
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, list(listed[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return sheet.getvalue().encode()


def evidence_csv(*changes: Mapping[str, Any]) -> bytes:
    """A row for each of `changes` to a good one."""
    return csv_of([{**GOOD, **change} for change in changes or ({},)])


def series_csv(*rows: tuple[str, str, object]) -> bytes:
    return csv_of([{"country": country, "period": period, "value": value} for country, period, value in rows])


def xlsx_of(*rows: Iterable[Any], **more: Iterable[Iterable[Any]]) -> bytes:
    book = Workbook()
    for name, sheet_rows in {"First": rows, **more}.items():
        sheet = book.create_sheet(name)
        for row in sheet_rows:
            sheet.append(list(row))
    book.remove(book.worksheets[0])
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def monitor() -> None:
    """The source that the good row names."""
    if not Source.objects.filter(slug="monitor").exists():
        make.source(slug="monitor", name="The Monitor")


def sender(kind: str = "evidence") -> User:
    return make.person(Role.CODER if kind == "evidence" else Role.ADMIN)


def sent(payload: bytes, *, kind: str = "evidence", by: User | None = None, at: dt.datetime = AT) -> TableImport:
    monitor()
    return importing.receive(kind=kind, payload=payload, file_name="rows.csv", by=by or sender(kind), at=at)


def choices(kind: str, **changes: Any) -> Choices:
    series = {"source": "monitor", "published_on": PUBLIC, "series": "ucdp-state-based"} if kind == "series" else {}
    return Choices(**{**series, **changes})


def to_check(payload: bytes, *, kind: str = "evidence", by: User | None = None, **changes: Any) -> TableImport:
    """Sent, and its columns taken as guessed: it waits to be checked."""
    table = sent(payload, kind=kind, by=by)
    columns = table.columns or guessed(kind, preview_of(table).header)
    importing.settle(
        import_id=table.pk, by=table.sent_by, columns=columns, choices=choices(kind, **changes), at=AT
    )  # fmt: skip
    return table


def checked(payload: bytes, *, kind: str = "evidence", by: User | None = None, **changes: Any) -> TableImport:
    """Sent, its columns taken as guessed, and checked."""
    table = to_check(payload, kind=kind, by=by, **changes)
    importing.check_waiting(at=AT)
    table.refresh_from_db()
    return table


def confirmed(table: TableImport, *, by: User | None = None, all_or_nothing: bool = False) -> TableImport:
    seen = table.checked_at.isoformat() if table.checked_at else ""
    return importing.confirm(
        import_id=table.pk, by=by or table.sent_by, seen=seen, all_or_nothing=all_or_nothing, at=AT
    )  # fmt: skip


def written(table: TableImport, **options: Any) -> TableImport:
    """Confirmed and written."""
    confirmed(table, **options)
    importing.write_waiting(at=AT, installation_day=make.TODAY)
    table.refresh_from_db()
    return table


def faults(table: TableImport) -> list[str]:
    """Every fault, by line, as a sentence."""
    return [
        f"{fault.get('column', '')}: found {fault.get('found')}; wanted {fault.get('wanted')}"
        for row in table.rows.order_by("line")
        for fault in row.faults
    ]
