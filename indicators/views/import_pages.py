"""What the pages of an import show: columns with samples, rows by fate with their faults, what undoing would do."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Func, JSONField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from countries.models import Country
from indicators import importing
from indicators.fields import Choice
from indicators.importing import ACTION_FOR, MAY_UNDO
from indicators.importing.sending import Choices, left_out, writable
from indicators.models import ImportRow, SeriesDefinition, TableImport
from indicators.tables import cells
from indicators.tables.faults import EncodingError, Fault, TableError
from indicators.tables.fields import FIELDS, column_name
from indicators.tables.reading import Table
from indicators.views.import_forms import AnswersForm, ColumnsForm, ConfirmForm, SheetForm, UndoForm
from people.permissions import may
from r2p_dashboard import clock
from r2p_dashboard.renderers import cell
from reports.views.seen import person_of

COMPLETE = ("payload", "report__bytes", "report__text")  # read only where a page needs them
ROWS_SHOWN = 50
QUESTIONS_MAX = 40
LATE = dt.timedelta(minutes=2)
SHORT = 60  # characters of a cell in the preview
REFUSED_MAX = 100_000
State, Fate, Kind = TableImport.State, ImportRow.Fate, TableImport.Kind
BUSY = (State.CHECKING, State.CONFIRMED)
FATES = (Fate.NEW, Fate.CHANGED, Fate.SAME, Fate.ASKED, Fate.REFUSED)


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """How many rows have one fate."""

    fate: str
    label: str
    number: int


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """One row as the preview and the log show it."""

    row: ImportRow
    cells: list[tuple[str, str]]  # heading and text
    faults: list[Fault]
    fate: str


@dataclasses.dataclass(slots=True)
class Asked:
    """One question, with the country as the first such row writes it, and how many rows hang on it."""

    fault: Fault
    country: str
    rows: int = 0


# --- columns -----------------------------------------------------------------------------------------------
def columns_page(
    request: HttpRequest,
    table: TableImport,
    *,
    form: ColumnsForm | None = None,
    sheet_form: SheetForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The columns of the file, with its first rows."""
    person = person_of(request)
    context: dict[str, Any] = {"table": table, "may_change": _may_change(request, table)}
    try:
        seen = importing.preview_of(table)
    except EncodingError as error:
        context |= {"asked": str(error), "sheet_form": sheet_form or SheetForm(table=table, sheets=())}
    except TableError as error:
        context |= {"asked": str(error), "sheet_form": sheet_form or SheetForm(table=table, sheets=())}
    else:
        context |= {
            "form": form or ColumnsForm(table=table, seen=seen, user=person),
            "samples": _samples(seen),
            "seen": seen,
        }
        if len(seen.sheets) > 1 or seen.encoding not in ("", "utf-8"):
            context["sheet_form"] = sheet_form or SheetForm(table=table, sheets=seen.sheets)
    return render(request, "indicators/import_columns.html", context, status=status)


def _samples(seen: Table) -> list[tuple[str, list[str]]]:
    """Each column with its first cells."""
    return [
        (column_name(place, seen.header), [_short(cells.text_of(row[place])) for _, row in seen.lines])
        for place in seen.columns()
    ]


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _may_change(request: HttpRequest, table: TableImport) -> bool:
    return may(request.user, ACTION_FOR[Kind(table.kind)])


# --- preview and log ---------------------------------------------------------------------------------------
def log_page(
    request: HttpRequest,
    table: TableImport,
    *,
    answers_form: AnswersForm | None = None,
    confirm_form: ConfirmForm | None = None,
    undo_form: UndoForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Every row with its fate; what can be done next. While a worker is at it, the page asks again by itself."""
    is_piece = bool(getattr(request, "htmx", False))
    context = _progress(table)
    if is_piece and request.GET.get("seen") == context["progress"]:
        return HttpResponse(status=204)
    may_change = _may_change(request, table)
    context |= {"table": table, "may_change": may_change, "chosen": _chosen(table), **_rows(request, table)}
    if table.state == State.READY and may_change:
        context |= {"writable": writable(table), "left_out": left_out(table)}
        asked = questions_of(table)
        if asked:
            context["answers_form"] = answers_form or AnswersForm(asked=asked)
        context["confirm_form"] = confirm_form or ConfirmForm(checked_at=table.checked_at)
    if table.state == State.DONE:
        context["standing"] = importing.standing_of(table)
        if _may_undo(request, table):
            context["undo_form"] = undo_form or UndoForm()
    return render(
        request, "indicators/_import_log.html" if is_piece else "indicators/import.html", context, status=status
    )


def _may_undo(request: HttpRequest, table: TableImport) -> bool:
    if table.kind == Kind.SERIES:
        return _may_change(request, table)
    return may(request.user, MAY_UNDO) or table.sent_by_id == request.user.pk


def _progress(table: TableImport) -> dict[str, Any]:
    """How far a worker is: rows settled, or how many go in together; since when, and what comes before."""
    if table.state not in BUSY:
        return {"is_busy": False, "is_late": False, "progress": table.state}
    waited = clock.now() - table.moved_at
    settled: int | None = None
    if table.state == State.CONFIRMED and not table.all_or_nothing and table.kind == Kind.EVIDENCE:
        settled = table.rows.exclude(fate=Fate.NEW, is_written=False).count()
    before = TableImport.objects.waiting().filter(moved_at__lt=table.moved_at).count()
    is_late, since = waited > LATE, _since(waited)
    done = "" if settled is None else f"{settled}"
    return {
        "is_busy": True, "is_late": is_late, "settled": settled, "writable": writable(table), "before": before,
        "waited": since, "progress": f"{table.state}-{done}-{before}-{since.replace(' ', '-')}-{is_late}",
    }  # fmt: skip


def _since(waited: dt.timedelta) -> str:
    """In whole minutes, of the first minute in steps of five seconds: the page asks every other second."""
    seconds = max(0, int(waited.total_seconds()))
    number, unit = (seconds // 5 * 5, "second") if seconds < 60 else (seconds // 60, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _rows(request: HttpRequest, table: TableImport) -> dict[str, Any]:
    fate = request.GET.get("fate", "")
    fate = fate if fate in Fate.values or fate == "written" else ""
    rows = table.rows.order_by("line")
    if fate:
        rows = rows.filter(is_written=True) if fate == "written" else rows.filter(fate=fate)
    page = Paginator(rows, ROWS_SHOWN).get_page(request.GET.get("page"))
    places = sorted(table.columns.items(), key=lambda pair: [one.name for one in FIELDS[table.kind]].index(pair[0]))
    columns = [(_label(table.kind, name), place) for name, place in places]
    counts = [Count(one, str(one.label), table.counts[one]) for one in FATES if table.counts.get(one)]
    if table.counts.get("written"):
        counts.append(Count("written", "written", table.counts["written"]))
    return {
        "page": page,
        "fate": fate,
        "counts": counts,
        "total": sum(one.number for one in counts if one.fate != "written"),
        "headings": [heading for heading, _ in columns],
        "rows": [_shown(row, columns) for row in page],
    }


def _label(kind: str, name: str) -> str:
    return next(gettext(field.label) for field in FIELDS[kind] if field.name == name)


def _shown(row: ImportRow, columns: list[tuple[str, int]]) -> Shown:
    texts = [
        (heading, _short(cells.text_of(row.cells[place])) if place < len(row.cells) else "")
        for heading, place in columns
        if row.cells
    ]
    faults = [Fault.from_json(fault) for fault in row.faults]
    return Shown(row, texts, faults, "written" if row.is_written else row.get_fate_display())


def _chosen(table: TableImport) -> list[tuple[str, str]]:
    """What holds for the whole file, in words."""
    choices = Choices.from_json(table.choices)
    said = [(gettext("Source"), choices.source), (gettext("Public since"), str(choices.published_on or ""))]
    if table.kind == Kind.SERIES:
        title = SeriesDefinition.objects.filter(slug=choices.series).values_list("title", flat=True).first()
        said += [("Series", title or ""), ("Release", choices.title)]
    return [(name, value) for name, value in said if value]


# --- questions ---------------------------------------------------------------------------------------------
def questions_of(table: TableImport) -> list[tuple[str, str, list[Choice]]]:
    """What is asked about: the question, a label with the rows that hang on it, and the choices."""
    if not table.counts.get("asked"):
        return []
    found = table.rows.filter(fate=Fate.ASKED).annotate(
        fault=Func("faults", function="jsonb_array_elements", output_field=JSONField())
    )
    place = table.columns.get("country", 0)
    asked: dict[str, Asked] = {}
    for said, row in found.order_by("line").values_list("fault", "cells").iterator():
        fault = Fault.from_json(said)
        if fault.question in asked or len(asked) < QUESTIONS_MAX:
            asked.setdefault(fault.question, Asked(fault, _short(cells.text_of(row[place])))).rows += 1
    names = dict(Country.objects.filter(iso3__in=_codes(asked)).values_list("iso3", "name_en"))
    return [(key, _worded(one), _offered(one.fault, names)) for key, one in asked.items()]


def _codes(asked: dict[str, Asked]) -> list[str]:
    return [code for key, one in asked.items() if key.startswith("country:") for code in one.fault.choices]


def _worded(asked: Asked) -> str:
    fault, number = asked.fault, asked.rows
    rows = ngettext("%(count)s row", "%(count)s rows", number) % {"count": number}
    if fault.question == cells.DAY_ORDER:
        said = gettext("Days such as %(found)s: what comes first? (%(rows)s)")
    elif fault.question == cells.DECIMAL_MARK:
        said = gettext("Numbers such as %(found)s: what is the decimal mark? (%(rows)s)")
    elif fault.question.startswith("country:"):
        said = gettext("Which State is “%(country)s”? (%(rows)s)")
    else:
        said = gettext("Which indicator is %(found)s? (%(rows)s)")
    return said % {"found": fault.found, "country": asked.country, "rows": rows}


def _offered(fault: Fault, names: dict[str, str]) -> list[Choice]:
    return [(choice, f"{names[choice]} ({choice})" if choice in names else choice) for choice in fault.choices]


# --- download ----------------------------------------------------------------------------------------------
def refused_rows(table: TableImport) -> tuple[list[str], Iterator[dict[str, Any]]]:
    """Headings and rows of what could not go in, as it was sent, with line and reasons in front."""
    try:
        header = importing.preview_of(table).header
    except TableError:
        header = ()
    names = ["line", "why not", *(name or column_name(place, header) for place, name in enumerate(header))]
    names = [cell(name if names.index(name) == place else f"{name} ({place})") for place, name in enumerate(names)]
    return names, _refused(table, names)


def _refused(table: TableImport, names: list[str]) -> Iterator[dict[str, Any]]:
    fates = [Fate.REFUSED, Fate.ASKED] + ([Fate.CHANGED] if table.kind == Kind.EVIDENCE else [])
    rows = table.rows.filter(fate__in=fates).order_by("line")
    for row in rows[:REFUSED_MAX].iterator():
        why = "; ".join(str(Fault.from_json(fault)) for fault in row.faults) or row.said
        sent = [cells.text_of(raw) for raw in row.cells]
        yield dict(zip(names, [row.line, why, *sent], strict=False))
