"""XLSX opened with caps: the archive is measured before it is parsed; formulas are never computed."""

import contextlib
import dataclasses
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from indicators.tables.faults import TableError

MEMBERS_MAX = 2_000
MEMBER_BYTES_MAX = 64 * 2**20  # unpacked
TOTAL_BYTES_MAX = 128 * 2**20
RATIO_MAX = 200  # a sheet of equal figures packs 100 to 1
RATIO_FROM = 2**20  # bytes: below it a high ratio harms nobody
ROW_SPAN_MAX = 1_048_576  # what Excel has
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CHUNK = 2**20


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
    if not payload.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        raise TableError("file: found a broken archive; wanted XLSX. Save it again, and send it") from None


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


def _measured(payload: bytes) -> bool:
    """Whether any sheet has merged cells. Raises TableError where unpacking it would harm."""
    merged = False
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            members = archive.infolist()
            _refuse_bomb(members, len(payload))
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    is_sheet = member.filename.startswith("xl/worksheets/")
                    merged |= _scanned(archive, member) and is_sheet
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        raise _broken(error) from error
    return merged


def _refuse_bomb(members: list[zipfile.ZipInfo], size: int) -> None:
    total = sum(member.file_size for member in members)
    largest = max((member.file_size for member in members), default=0)
    if len(members) > MEMBERS_MAX:
        raise TableError(f"file: found {len(members):,} parts; wanted at most {MEMBERS_MAX:,}")
    if largest > MEMBER_BYTES_MAX or total > TOTAL_BYTES_MAX:
        found = f"{max(largest, total) / 2**20:,.0f} MB unpacked"
        raise TableError(f"file: found {found}; wanted at most {TOTAL_BYTES_MAX // 2**20} MB. Send the sheet as CSV")
    large = [member for member in members if member.file_size > RATIO_FROM]
    worst = max((member.file_size / max(member.compress_size, 1) for member in large), default=0)
    if worst > RATIO_MAX or (total > RATIO_FROM and total > RATIO_MAX * size):
        raise TableError(f"file: found a part packed {worst:,.0f} to 1; wanted at most {RATIO_MAX}. Send it as CSV")


def _scanned(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether the part says that cells are merged. No part may define entities: they can grow without end."""
    merged, before = False, b""
    with archive.open(member) as part:
        while chunk := part.read(_CHUNK):
            window = before + chunk
            if _DOCTYPE.search(window):
                raise TableError("file: found a document type in it; wanted XLSX as a spreadsheet program writes it")
            merged |= b"<mergeCell " in window
            before = chunk[-16:]
    return merged
