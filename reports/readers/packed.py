"""Tables that come packed: a ZIP with one file, a workbook; unpacked with caps on size and ratio."""

import csv
import io
import zipfile
import zlib

from reports.readers.draft import ReaderError

UNPACKED_BYTES_MAX = 1_000_000_000  # a yearly GED has 250 MB
RATIO_MAX = 100  # of GED some ten
SHEET_ROWS_MAX = 500_000
SHEET_BYTES_MAX = 400_000_000


def unzipped(payload: bytes) -> bytes:
    """The one CSV, JSON or XLSX in the archive; a workbook, which is an archive too, as it is. Raises ReaderError."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            if "xl/workbook.xml" in archive.namelist():
                return payload
            wanted = [one for one in archive.infolist() if one.filename.lower().endswith((".csv", ".json", ".xlsx"))]
            wanted = [one for one in wanted if "__MACOSX/" not in one.filename]
            if len(wanted) != 1:
                raise ReaderError("archive", f"{len(wanted)} files of CSV, JSON or XLSX", "one")
            _refuse_bomb(wanted[0], UNPACKED_BYTES_MAX)
            return archive.read(wanted[0])
    except ReaderError:
        raise
    except _BROKEN as error:
        raise ReaderError("archive", f"what cannot be unpacked ({type(error).__name__})", "a ZIP file") from error


def sheet_as_csv(payload: bytes) -> bytes:
    """The first sheet of a workbook as CSV. Raises ReaderError."""
    import openpyxl  # only where a workbook is read

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            for one in archive.infolist():
                _refuse_bomb(one, SHEET_BYTES_MAX)
        book = openpyxl.load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
        for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True)):
            if number > SHEET_ROWS_MAX:
                raise ReaderError("sheet", f"more than {SHEET_ROWS_MAX:,} rows", "the CSV file instead")
            writer.writerow("" if value is None else value for value in row)
    except ReaderError:
        raise
    except Exception as error:  # the library raises whatever its parts raise
        raise ReaderError("workbook", f"what cannot be read ({type(error).__name__})", "an XLSX file") from error
    return text.getvalue().encode("utf-8", "replace")


def _refuse_bomb(one: zipfile.ZipInfo, size_max: int) -> None:
    if one.file_size > size_max:
        raise ReaderError("archive", f"{one.file_size / 1e6:,.0f} MB in it", f"at most {size_max / 1e6:,.0f} MB")
    if one.file_size > RATIO_MAX * max(one.compress_size, 1000):
        raise ReaderError("archive", "a file that grows over a hundred times", "GED, which grows some ten times")


_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
    ValueError, OverflowError, MemoryError,
)  # fmt: skip
