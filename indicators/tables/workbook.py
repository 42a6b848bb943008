"""XLSX opened with caps: the archive is measured before it is parsed; formulas are never computed."""

import contextlib
import dataclasses
import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from indicators.tables.faults import TableError
from reports import zips

MEMBERS_MAX = 2_000
CAPS = zips.Caps(64 * 2**20, total=128 * 2**20)
ROW_SPAN_MAX = 1_048_576  # what Excel has
MARKS_MAX = 6_000_000  # tags, or attributes, of a sheet or of its strings: one more takes some 120 bytes once parsed
OTHER_MARKS_MAX = 600_000  # of any other part: openpyxl keeps the whole of it as a tree
_LONG_PARTS = ("xl/worksheets/", "xl/sharedStrings")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class Workbook:
    """One sheet of a workbook; `rows` can be read once, while it is open."""

    sheets: tuple[str, ...]
    sheet: str
    rows: Iterator[tuple[int, tuple[Any, ...]]]
    since_1904: bool
    has_merged_cells: bool


def is_workbook(payload: bytes) -> bool:
    """Whether the bytes are a ZIP archive with a workbook in it."""
    if not payload.startswith(zips.FIRST_BYTES):
        return False
    try:
        return zips.is_workbook(zips.opened(payload))
    except zips.ZipError as error:
        raise _refused(error) from error


@contextlib.contextmanager
def opened_workbook(payload: bytes, sheet: str, *, columns_max: int) -> Iterator[Workbook]:
    """The sheet called `sheet`, or the first. What its dimension claims is not believed. Raises TableError."""
    has_merged_cells = _measured(payload)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's, about parts that it does not know
        try:
            book = load_workbook(io.BytesIO(payload), read_only=True, data_only=True, keep_links=False)
        except TableError:
            raise
        except Exception as error:
            raise _broken(error) from error
        try:
            names = tuple(one.title for one in book.worksheets)
            if not names or (sheet and sheet not in names):
                raise TableError("sheet: found none of this name; wanted one of those in the file. Choose again")
            page = book.worksheets[names.index(sheet) if sheet else 0]
            page.reset_dimensions()
            since_1904 = book.epoch == CALENDAR_MAC_1904
            yield Workbook(names, page.title, _rows(page, columns_max), since_1904, has_merged_cells)
        finally:
            book.close()


def _rows(page: Any, columns_max: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    try:
        for number, cells in enumerate(page.iter_rows(values_only=True, max_col=columns_max), 1):
            if number > ROW_SPAN_MAX:
                raise TableError(f"sheet: found a row beyond {ROW_SPAN_MAX:,}; wanted a sheet as Excel writes it")
            yield number, _trimmed(cells)
    except TableError:
        raise
    except Exception as error:  # openpyxl raises anything on broken XML
        raise _broken(error) from error


def _trimmed(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    last = len(cells)
    while last and cells[last - 1] is None:
        last -= 1
    return cells[:last]


def _broken(error: Exception) -> TableError:
    return TableError(f"file: found a workbook that cannot be read ({type(error).__name__}); wanted XLSX. Save it anew")


def _refused(error: zips.ZipError) -> TableError:
    return TableError(f"file: {error}. Save it anew as XLSX, or send the sheet as CSV")


def _measured(payload: bytes) -> bool:
    """Whether any sheet has merged cells. Raises TableError where unpacking it would harm."""
    merged = False
    try:
        archive = zips.opened(payload, members_max=MEMBERS_MAX)
        zips.look_over(archive, CAPS)
        for member in archive.infolist():  # a workbook may call its parts what it likes: none goes unseen
            is_sheet = member.filename.startswith("xl/worksheets/")
            merged |= _scanned(zips.pieces(archive, member, CAPS), member.filename) and is_sheet
    except zips.ZipError as error:
        raise _refused(error) from error
    return merged


def _scanned(part: Iterator[bytes], name: str) -> bool:
    """Whether the part says that cells are merged.

    No part may define entities: they can grow without end (a picture may: nobody parses it). Nor may it have marks
    without end: 60 MB of the shortest take 2 GB once parsed, and pack into half a megabyte.
    """
    most = MARKS_MAX if name.startswith(_LONG_PARTS) else OTHER_MARKS_MAX
    merged, before, tags, attributes = False, b"", 0, 0
    for chunk in part:
        window = before + chunk
        if _DOCTYPE.search(window) and not name.endswith(".svg"):
            raise TableError("file: found a document type in it; wanted XLSX as a spreadsheet program writes it")
        tags, attributes = tags + chunk.count(b"<"), attributes + chunk.count(b"=")
        if max(tags, attributes) > most:
            raise TableError(f"file: found a part of more than {most:,} marks; wanted a table alone. Send it as CSV")
        merged |= b"<mergeCell " in window
        before = chunk[-16:]
    return merged
