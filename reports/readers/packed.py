"""Tables that come packed: a ZIP with one file, a workbook; unpacked with caps on size and ratio."""

import csv
import io

from reports import zips
from reports.readers.draft import ReaderError
from reports.readers.zipped import named

UNPACKED_BYTES_MAX = 1_000_000_000  # a yearly GED has 250 MB
RATIO_MAX = 100  # of GED some ten
SHEET_ROWS_MAX = 500_000
SHEET_BYTES_MAX = 400_000_000
TABLES = (".csv", ".json", ".xlsx")


def unzipped(payload: bytes) -> bytes:
    """The one CSV, JSON or XLSX in the archive; a workbook, which is an archive too, as it is. Raises ReaderError."""
    with named("archive"):
        archive = zips.opened(payload)
        if zips.is_workbook(archive):
            return payload
        return zips.unpacked(archive, zips.only_table(archive, TABLES), _caps(UNPACKED_BYTES_MAX))


def sheet_as_csv(payload: bytes) -> bytes:
    """The first sheet of a workbook as CSV. Raises ReaderError."""
    import openpyxl  # only where a workbook is read

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    with named("workbook"):
        zips.look_over(zips.opened(payload), _caps(SHEET_BYTES_MAX))
    try:
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


def _caps(bytes_max: int) -> zips.Caps:
    return zips.Caps(bytes_max, total=bytes_max, ratio=RATIO_MAX)
