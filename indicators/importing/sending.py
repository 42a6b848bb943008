"""What people do with a file before anything of it is written: send, name columns, answer, confirm, set aside."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from indicators.models import ColumnMapping, TableImport
from indicators.tables.faults import EncodingError, TableError
from indicators.tables.fields import FIELDS, guessed, signature
from indicators.tables.reading import Table, read_table
from people.english import in_english
from people.models import User
from people.permissions import Action, clearance_of, may
from reports.models import Report, Source

Kind, State = TableImport.Kind, TableImport.State
ACTION_FOR = {Kind.EVIDENCE: Action.ENTER_EVIDENCE, Kind.SERIES: Action.MANAGE}
ROWS_MAX = {Kind.EVIDENCE: 10_000, Kind.SERIES: 100_000}  # each row of evidence waits for a reader of its own
AT_ONCE_MAX = 2_000  # pieces of evidence in one transaction: a worker's time for one task holds no more
READER = "imported-table"
_SAMPLED = 5  # rows that the page of columns shows
OPEN = (State.MAPPING, State.READY)


class ImportRefused(ValueError):
    """Something about an import that cannot be; says what was found and wanted. `field` names the form's field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclasses.dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen for a whole file."""

    source: str = ""
    published_on: dt.date | None = None
    sensitivity: int = 0
    series: str = ""
    title: str = ""
    by_gleditsch_ward: bool = False

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return dataclasses.asdict(self) | {"published_on": str(self.published_on) if self.published_on else ""}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Choices":
        """The inverse of `as_json`."""
        day = said.get("published_on")
        return cls(**{**said, "published_on": dt.date.fromisoformat(day) if day else None})


def receive(*, kind: str, payload: bytes, file_name: str, by: User, at: dt.datetime) -> TableImport:
    """Keeps a file whose header can be read, with its columns guessed or remembered. Raises ImportRefused."""
    _refuse_unless_allowed(kind, by)
    if len(payload) > settings.REPORT_BYTES_MAX:
        most = settings.REPORT_BYTES_MAX // 2**20
        raise ImportRefused(
            f"file: found {len(payload) / 2**20:.1f} MB; wanted at most {most}. Send it in parts", "file"
        )
    table = TableImport(
        kind=kind, file_name=file_name[:200], payload=payload, sha256=hashlib.sha256(payload).hexdigest(),
        sent_by=by, sent_at=at, moved_at=at,
    )  # fmt: skip
    try:
        _guess(table, preview_of(table))
    except EncodingError:
        pass  # asked on the page of columns
    except TableError as error:
        raise ImportRefused(str(error), "file") from error
    table.save()
    return table


def preview_of(table: TableImport) -> Table:
    """The header and the first rows. Raises TableError, EncodingError."""
    return read_table(bytes(table.payload), rows_max=_SAMPLED, sheet=table.sheet, encoding=table.encoding, cut=True)


def _guess(table: TableImport, seen: Table) -> None:
    known = ColumnMapping.objects.filter(signature=signature(table.kind, seen.header)).first()
    table.columns = known.columns if known else guessed(table.kind, seen.header)
    table.choices = Choices(by_gleditsch_ward=known.by_gleditsch_ward if known else False).as_json()
    table.sheet = seen.sheet


@transaction.atomic
def reopen(*, import_id: int, by: User, sheet: str, encoding: str, at: dt.datetime) -> TableImport:
    """Another sheet, or another reading of the bytes; columns are guessed anew. Raises ImportRefused."""
    table = _locked(import_id, by, OPEN)
    table.sheet, table.encoding = sheet, encoding
    try:
        _guess(table, preview_of(table))
    except TableError as error:
        raise ImportRefused(str(error), "encoding" if table.encoding else "sheet") from error
    _move(table, State.MAPPING, at)
    return table


@transaction.atomic
def settle(*, import_id: int, by: User, columns: Mapping[str, int], choices: Choices, at: dt.datetime) -> TableImport:
    """Columns and choices for the whole file: a worker checks every row next. Raises ImportRefused."""
    table = _locked(import_id, by, OPEN)
    try:
        header = preview_of(table).header
    except TableError as error:
        raise ImportRefused(str(error)) from error
    _refuse_columns(table.kind, columns, len(header))
    _refuse_choices(table, columns, choices, by, at)
    table.columns, table.choices = dict(columns), choices.as_json()
    ColumnMapping.objects.update_or_create(
        signature=signature(table.kind, header),
        defaults={
            "kind": table.kind, "columns": dict(columns), "by_gleditsch_ward": choices.by_gleditsch_ward, "used_at": at,
        },
    )  # fmt: skip
    _move(table, State.CHECKING, at)
    return table


def _refuse_columns(kind: str, columns: Mapping[str, int], width: int) -> None:
    fields = {field.name: field for field in FIELDS[kind]}
    for name, place in columns.items():
        if name not in fields or not 0 <= place < width:
            raise ImportRefused("column: found one that is not in the file; wanted one of its columns", name)
    for field in fields.values():
        if field.is_required and field.name not in columns:
            raise ImportRefused(f"{field.label}: found no column; wanted the one that says it", field.name)
    twice = [name for name, place in columns.items() if list(columns.values()).count(place) > 1]
    if twice:
        raise ImportRefused(f"{fields[twice[1]].label}: found a column named twice; wanted each once", twice[1])
    if kind == Kind.EVIDENCE and not {"grade", "credibility"} & set(columns):
        raise ImportRefused("Grade: found no column; wanted a grade such as B2, or the credibility", "grade")
    if kind == Kind.EVIDENCE and not {"text", "report"} & set(columns):
        raise ImportRefused("The passage: found no column; wanted its words, or report numbers", "text")


def _refuse_choices(
    table: TableImport, columns: Mapping[str, int], choices: Choices, by: User, at: dt.datetime
) -> None:
    if choices.sensitivity > clearance_of(by):
        raise ImportRefused("found a step above what you may see; wanted one that you are cleared for", "sensitivity")
    if choices.published_on and choices.published_on > at.date():
        found = f"found {choices.published_on}, which is in the future"
        raise ImportRefused(f"{found}; wanted a day up to {at.date()}", "published_on")
    is_series = table.kind == Kind.SERIES
    if is_series and "series" not in columns and not choices.series:
        raise ImportRefused("found none; wanted the series that the figures belong to", "series")
    for name in ("source", "published_on"):
        if is_series and not getattr(choices, name):
            raise ImportRefused("found nothing; wanted it: the figures hang on a release", name)
        if not is_series and not getattr(choices, name) and name not in columns and "report" not in columns:
            raise ImportRefused("found nothing; wanted it here or in a column", name)
    if choices.source and not Source.objects.filter(slug=choices.source).exists():
        raise ImportRefused("found none of this name; wanted a source of the list", "source")
    if is_series:
        _refuse_another_release(table, choices)


def _refuse_another_release(table: TableImport, choices: Choices) -> None:
    """The same bytes are one release: they cannot have come out on two days."""
    standing = Report.objects.filter(sha256=table.sha256).select_related("source").defer("bytes", "text").first()
    if standing is None:
        return
    if (standing.published_on, standing.source.slug) != (choices.published_on, choices.source):
        found = f"found the same file here as report {standing.pk}, public on {standing.published_on}"
        raise ImportRefused(f"{found}; wanted its source and day, or a corrected file", "published_on")


@transaction.atomic
def answer(*, import_id: int, by: User, answers: Mapping[str, str], at: dt.datetime) -> TableImport:
    """Settles what was asked about; the rows are checked again. Raises ImportRefused."""
    table = _locked(import_id, by, (State.READY,))
    table.answers = {**table.answers, **answers}
    _move(table, State.CHECKING, at)
    return table


@transaction.atomic
def confirm(*, import_id: int, by: User, seen: str, all_or_nothing: bool, at: dt.datetime) -> TableImport:
    """Lets a worker write the good rows of the preview that was `seen` (its `checked_at`). Raises ImportRefused."""
    table = _locked(import_id, by, (State.READY,))
    if table.checked_at is None or seen != table.checked_at.isoformat():
        raise ImportRefused("the rows were checked again since you saw them; look at the new preview, then confirm")
    left = left_out(table)
    if all_or_nothing and left:
        raise ImportRefused(
            f"found {left} rows that cannot go in; wanted none. Import the good rows, or correct the file"
        )
    if all_or_nothing and table.kind == Kind.EVIDENCE and writable(table) > AT_ONCE_MAX:
        found = f"found {writable(table):,} rows"
        raise ImportRefused(f"{found}; wanted at most {AT_ONCE_MAX:,} for all or nothing. Import the good rows instead")
    if not writable(table):
        raise ImportRefused("found nothing new; wanted at least one row that would change something")
    table.confirmed_by, table.confirmed_at, table.all_or_nothing = by, at, all_or_nothing
    _move(table, State.CONFIRMED, at)
    return table


def left_out(table: TableImport) -> int:
    """How many rows cannot go in."""
    changed = table.counts.get("changed", 0) if table.kind == Kind.EVIDENCE else 0
    return int(table.counts.get("refused", 0)) + int(table.counts.get("asked", 0)) + int(changed)


def writable(table: TableImport) -> int:
    """How many rows would be written: a changed piece of evidence never overwrites the one that stands."""
    changed = table.counts.get("changed", 0) if table.kind == Kind.SERIES else 0
    return int(table.counts.get("new", 0)) + int(changed)


@transaction.atomic
def drop(*, import_id: int, by: User, at: dt.datetime) -> TableImport:
    """Sets a file aside before anything was written. Raises ImportRefused."""
    table = _locked(import_id, by, OPEN)
    table.finished_at = at
    _move(table, State.DROPPED, at)
    return table


def _locked(import_id: int, by: User, states: tuple[TableImport.State, ...]) -> TableImport:
    table = TableImport.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=import_id).first()
    if table is None:
        raise ImportRefused(f"import {import_id}: found none that you may see")
    _refuse_unless_allowed(table.kind, by)
    if table.state not in states:
        wanted = " or ".join(in_english(state.label) for state in states)
        raise ImportRefused(f"import {import_id}: found it {in_english(table.get_state_display)}; wanted it {wanted}")
    return table


def _refuse_unless_allowed(kind: str, by: User) -> None:
    action = ACTION_FOR[Kind(kind)]
    if not may(by, action):
        raise ImportRefused(f"role {by.role}: may not {action.value}", "kind")


def _move(table: TableImport, state: TableImport.State, at: dt.datetime) -> None:
    table.state, table.moved_at = state, at
    table.save(
        update_fields=[
            "state", "moved_at", "sheet", "encoding", "columns", "choices", "answers", "confirmed_by", "confirmed_at",
            "all_or_nothing", "finished_at",
        ]
    )  # fmt: skip
