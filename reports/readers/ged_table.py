"""A GED file as a table of the wanted columns: CSV with or without a header, XLSX, either of them zipped, or JSON.

The table is read by columns, never by rows: a yearly release has 400,000 of them.
"""

import csv
import io
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.readers.draft import ReaderError
from reports.readers.packed import sheet_as_csv, unzipped
from reports.readers.ucdp_columns import BY_COUNT
from reports.text import decode, looks_like_html, shown

if TYPE_CHECKING:
    import pandas as pd

WHOLE = (
    "id", "type_of_violence", "where_prec", "country_id", "date_prec", "deaths_civilians", "best", "high", "low",
)  # fmt: skip
PARTS = ("latitude", "longitude")
TEXTS = ("adm_1", "date_start", "date_end")  # few values, often repeated
WANTED = (*WHOLE, *PARTS, *TEXTS)
HEAD_BYTES = 65_536  # looked at to tell text from what is none


def csv_of(payload: bytes) -> bytes:
    """The CSV inside: of a ZIP its one file, of a workbook its first sheet. Raises ReaderError."""
    if payload[:4] == b"PK\x03\x04":
        payload = unzipped(payload)
    if payload[:4] == b"PK\x03\x04":
        return sheet_as_csv(payload)
    if looks_like_html(payload):
        raise ReaderError("first bytes", "HTML", "the file itself, not the page that offers it")
    _refuse_no_text(payload)
    return payload


def _refuse_no_text(payload: bytes) -> None:
    """By the first lines: a release has 250 MB, and what is no text is so from its start. Raises ReaderError."""
    head = payload[:HEAD_BYTES]
    if len(payload) > HEAD_BYTES:
        head = head[: head.rfind(b",") + 1] or head  # an answer is one long line; not through the middle of a letter
    decode(head)


def is_answer(payload: bytes) -> bool:
    """Whether it is an answer of UCDP's API."""
    return payload[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def answer_of(payload: bytes) -> dict[str, Any]:
    """One page of the API. Raises ReaderError."""
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise ReaderError("file", "an opening brace, and no JSON", "an answer of UCDP's API") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("Result"), list):
        raise ReaderError("answer", "no list `Result`", "TotalCount, TotalPages, NextPageUrl, Result")
    return answer


def table_of_answer(answer: Mapping[str, Any]) -> "pd.DataFrame":
    """The wanted columns of the events of one page. Raises ReaderError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(WANTED)
    for place, event in enumerate(answer["Result"]):
        if not isinstance(event, dict):
            raise ReaderError(f"Result, event {place}", "no object", "an object with the columns of GED")
        if missing := [column for column in WANTED if column not in event]:
            raise ReaderError(f"Result, event {place}", f"no {missing[0]!r}", f"each of {', '.join(WANTED)}")
        writer.writerow([_cell(event[column]) for column in WANTED])
    return table_of_csv(text.getvalue().encode("utf-8", "replace"))


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def table_of_csv(payload: bytes) -> "pd.DataFrame":
    """The wanted columns; whole numbers as int64 or float64, texts as categories. Raises ReaderError."""
    names, skipped = _columns(payload)
    for kind in ("int64", "float64"):  # some copies write 300380.0
        try:
            return _read(payload, names, skipped, dict.fromkeys(WHOLE, kind))
        except UnicodeDecodeError as error:
            raise ReaderError("file", f"the byte 0x{error.object[error.start]:02x}", "UTF-8") from error
        except (ValueError, OverflowError):  # a cell that is no such number, a line of another length, no line at all
            continue
    raise _diagnosed(payload, len(names), skipped, {column: names.index(column) for column in WANTED})


def _read(payload: bytes, names: Sequence[str], skipped: int, whole: Mapping[str, str]) -> "pd.DataFrame":
    import pandas as pd  # where a release is read, and nowhere else: it costs a second and 100 MB

    kinds: dict[str, Any] = {**whole, **dict.fromkeys(PARTS, "float64"), **dict.fromkeys(TEXTS, "category")}
    table = pd.read_csv(
        io.BytesIO(payload), names=list(names), header=None, skiprows=skipped, usecols=list(WANTED), dtype=kinds,
        na_filter=False, engine="c", encoding="utf-8",
    )  # fmt: skip
    if table.empty:
        raise ValueError("no rows")
    return table


def _columns(payload: bytes) -> tuple[tuple[str, ...], int]:
    """The names of the columns, and how many lines come before the first event. Raises ReaderError."""
    head = payload[:1_000_000].decode("utf-8-sig", "replace")
    try:
        first, second = [*itertools.islice(csv.reader(io.StringIO(head, newline=None)), 2), [], []][:2]
    except csv.Error as error:
        raise ReaderError("line 1", "no CSV", "GED as CSV, XLSX, a ZIP of one of them, or JSON") from error
    if first and first[0].strip().removesuffix(".0").isdigit():
        if len(first) not in BY_COUNT:
            found = f"no header and {len(first)} columns"
            raise ReaderError("line 1", found, f"a header, or {', '.join(map(str, sorted(BY_COUNT)))} columns")
        return BY_COUNT[len(first)], 0
    for column in WANTED:
        if first.count(column) != 1:
            found = f"the column {column!r} twice" if column in first else f"no column {column!r}"
            raise ReaderError("line 1", found, f"each of the columns {', '.join(WANTED)} once")
    names = tuple(name if name in WANTED else f"{name} {place}" for place, name in enumerate(first))
    return names, 1 + any(cell.startswith("#") for cell in second)  # the tags of the Humanitarian Exchange Language


def _diagnosed(payload: bytes, width: int, skipped: int, places: Mapping[str, int]) -> ReaderError:
    """What is wrong with a file that could not be read by columns, found line by line."""
    reader = csv.reader(io.StringIO(payload.decode("utf-8-sig", "replace"), newline=None), strict=True)
    count = 0
    try:
        for row in itertools.islice(reader, skipped, None):
            count += bool(row)
            if row and (problem := _wrong(row, width, places, reader.line_num)):
                return problem
    except csv.Error:
        return ReaderError(f"line {reader.line_num}", "quotation marks that do not pair", "CSV")
    if not count:
        return ReaderError("file", "no event", "at least one")
    return ReaderError("file", "lines of unequal length, or numbers that are too large", "GED as UCDP publishes it")


def _wrong(row: Sequence[str], width: int, places: Mapping[str, int], line: int) -> ReaderError | None:
    if len(row) != width:
        return ReaderError(f"line {line}", f"{len(row)} values", f"{width}, one per column")
    for column in (*WHOLE, *PARTS):
        text = row[places[column]]
        try:
            number = float(text)
        except ValueError:
            return ReaderError(f"line {line}, column {column}", shown(text), "a number")
        if not abs(number) < 2**53:
            return ReaderError(f"line {line}, column {column}", shown(text), "a number of usual size")
    return None


def line_of(payload: bytes, row: int) -> str:
    """The line in the file at which row `row` (from 0) ends; only for errors, since it reads everything anew."""
    _, skipped = _columns(payload)
    reader = csv.reader(io.StringIO(payload.decode("utf-8-sig", "replace"), newline=None))
    lines = (reader.line_num for cells in reader if cells)
    try:
        return f"line {next(itertools.islice(lines, skipped + row, None))}"
    except (csv.Error, StopIteration):  # a cell beyond the limit of the csv module, which pandas does not have
        return f"event {row + 1}"
