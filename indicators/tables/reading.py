"""A CSV or XLSX file as a header and rows, with caps; the first line with anything in it is the header."""

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from indicators.tables.faults import EncodingError, TableError
from indicators.tables.workbook import is_workbook, opened_workbook
from reports.text import looks_like_html

COLUMNS_MAX = 200
CELL_CHARACTERS_MAX = 20_000
ENCODINGS = {  # what a file may be that is no UTF-8, as a person is asked
    "cp1252": gettext_noop("Windows, western Europe (also ISO 8859-1)"),
    "mac_roman": gettext_noop("old Macintosh"),
    "cp1251": gettext_noop("Windows, Cyrillic"),
    "cp1256": gettext_noop("Windows, Arabic"),
    "gb18030": gettext_noop("Chinese (GB 18030)"),
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_SNIFFED = 20  # rows in which the separator is looked for
_HXL = "#"

Cells = tuple[Any, ...]
Line = tuple[int, Cells]


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """What a file holds. `lines` are numbered as a person sees them; empty ones and HXL tags are left out."""

    header: tuple[str, ...]
    lines: tuple[Line, ...]
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    since_1904: bool | None = None  # None: no workbook
    encoding: str = ""
    delimiter: str = ""
    has_merged_cells: bool = False

    def columns(self) -> list[int]:
        """Columns with a heading or with anything below it."""
        filled = {place for _, cells in self.lines for place, cell in enumerate(cells) if not _is_empty(cell)}
        return [place for place, name in enumerate(self.header) if name or place in filled]


def read_table(payload: bytes, *, rows_max: int, sheet: str = "", encoding: str = "", cut: bool = False) -> Table:
    """The table. More than `rows_max` rows are refused, or with `cut` not read. Raises TableError, EncodingError."""
    if not payload.strip():
        raise TableError("file: found nothing in it; wanted a table with a header. Choose another")
    if payload.startswith(_OLD_OFFICE):
        raise TableError("file: found an old or an encrypted Office file; wanted XLSX or CSV. Save it so, and send it")
    if looks_like_html(payload):
        raise TableError("file: found a web page; wanted the table itself. Save it as CSV or XLSX")
    if is_workbook(payload):
        return _of_workbook(payload, sheet, rows_max, cut=cut)
    if payload[:4] in (b"PK\x03\x04", b"PK\x05\x06") or payload.startswith(b"%PDF"):
        raise TableError("file: found an archive or a PDF; wanted XLSX or CSV. Save the table so, and send it")
    return _of_text(payload, encoding, rows_max, cut=cut)


def _of_workbook(payload: bytes, sheet: str, rows_max: int, *, cut: bool) -> Table:
    with opened_workbook(payload, sheet, columns_max=COLUMNS_MAX + 1) as book:
        header, lines = _parts(book.rows, rows_max, cut=cut)
        return Table(
            header, lines, book.sheets, book.sheet, since_1904=book.since_1904, has_merged_cells=book.has_merged_cells
        )


def _of_text(payload: bytes, encoding: str, rows_max: int, *, cut: bool) -> Table:
    text, encoding = _decoded(payload, encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    said = first.strip().lower().removeprefix("sep=") if first.strip().lower().startswith("sep=") else ""
    if said in DELIMITERS:  # a line that Excel writes and hides
        return _split(rest, said, encoding, rows_max, skipped=1, cut=cut)
    return _split(text, _delimiter(text), encoding, rows_max, skipped=0, cut=cut)


def _split(text: str, delimiter: str, encoding: str, rows_max: int, *, skipped: int, cut: bool) -> Table:
    header, lines = _parts(_records(text, delimiter, skipped), rows_max, cut=cut)
    return Table(header, lines, encoding=encoding, delimiter=delimiter)


def _decoded(payload: bytes, encoding: str) -> tuple[str, str]:
    if payload[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    if encoding and encoding != "utf-16" and encoding not in ENCODINGS:
        raise TableError(f"encoding: found an unknown one; wanted one of {', '.join(ENCODINGS)}")
    try:
        text = payload.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError as error:
        if encoding:
            raise TableError(f"byte {error.start}: found one that {encoding} does not have; wanted another") from error
        asked = f"byte {error.start}: found 0x{payload[error.start]:02x}, no UTF-8; wanted to know what the file is"
        raise EncodingError(asked) from error
    if "\x00" in text:
        raise TableError("file: found a NUL character; wanted a table as text or XLSX")
    return text, encoding or "utf-8"


def _delimiter(text: str) -> str:
    """The one that cuts the first lines into the most columns, the same number in each; a comma where none does."""
    sample = [line for line in text[:100_000].split("\n", _SNIFFED * 3)[: _SNIFFED * 3] if line.strip()][:_SNIFFED]
    best, most = ",", 1
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter)] if sample else [1]
        agreed = widths[0] if widths.count(widths[0]) * 2 > len(widths) else 1
        if agreed > most:
            best, most = delimiter, agreed
    return best


def _records(text: str, delimiter: str, skipped: int) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for row in reader:
            yield number + skipped, tuple(row)
            number = reader.line_num + 1
    except csv.Error as error:
        wanted = "quotation marks that pair, and cells of at most 131,072 characters"
        raise TableError(f"line {reader.line_num + skipped}: found no CSV; wanted {wanted}") from error


def _parts(lines: Iterable[Line], rows_max: int, *, cut: bool) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    header: tuple[str, ...] = ()
    kept: list[Line] = []
    for number, cells in lines:
        if all(_is_empty(cell) for cell in cells):
            continue
        _refuse_oversize(number, cells)
        if not header:
            header = _header(cells)
        elif not kept and _is_tags(cells):
            continue
        elif len(kept) < rows_max:
            kept.append((number, cells))
        elif cut:
            break
        else:
            raise TableError(f"file: found more than {rows_max:,} rows; wanted at most that many. Send it in parts")
    if not header or not kept:
        found = "a header only" if header else "nothing in it"
        raise TableError(f"file: found {found}; wanted a header and rows below it")
    return _evened(header, kept)


def _evened(header: tuple[str, ...], lines: Sequence[Line]) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    """Every row as wide as the widest, at most one cell beyond the header where somebody forgot a quotation mark."""
    width = max(len(header), *(len(cells) for _, cells in lines))
    header += ("",) * (width - len(header))
    return header, tuple((number, cells + (None,) * (width - len(cells))) for number, cells in lines)


def _header(cells: Cells) -> tuple[str, ...]:
    names = [" ".join(str(cell).split())[:120] if cell is not None else "" for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _refuse_oversize(number: int, cells: Cells) -> None:
    last = max(place for place, cell in enumerate(cells) if not _is_empty(cell))
    if last >= COLUMNS_MAX:
        raise TableError(f"line {number}: found more than {COLUMNS_MAX} columns; wanted at most that many")
    longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
    if longest > CELL_CHARACTERS_MAX:
        raise TableError(
            f"line {number}: found a cell of {longest:,} characters; wanted at most {CELL_CHARACTERS_MAX:,}"
        )


def _is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_tags(cells: Cells) -> bool:
    """The row of HXL tags that humanitarian files carry below their header."""
    filled = [cell for cell in cells if not _is_empty(cell)]
    return all(isinstance(cell, str) and cell.strip().startswith(_HXL) for cell in filled)


def plain(cell: Any) -> Any:
    """A cell as JSON can keep it; days keep their form."""
    if isinstance(cell, dt.datetime | dt.date):
        return str(cell.date() if isinstance(cell, dt.datetime) else cell)
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)
