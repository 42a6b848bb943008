"""The wanted columns of a CSV file, every line of it as long as its header."""

import csv
import io
from collections.abc import Iterator, Sequence

from reports.readers.draft import ReaderError


def rows_of(text: str, wanted: Sequence[str], *, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The number and the wanted cells of each line; empty lines are left out. Raises ReaderError."""
    reader = csv.reader(io.StringIO(text), strict=True, delimiter=delimiter)
    count = 0
    try:
        header = next(reader, [])
        places = [_place(header, column, wanted) for column in wanted]
        for row in reader:
            if row and len(row) != len(header):
                raise ReaderError(f"line {reader.line_num}", f"{len(row)} values", f"{len(header)}, one per column")
            if row:
                count += 1
                yield reader.line_num, [row[place] for place in places]
    except csv.Error as error:
        raise ReaderError(f"line {reader.line_num}", "quotation marks that do not pair", "CSV") from error
    if not count:
        raise ReaderError("file", "a header only", "rows")


def header_of(text: str) -> list[str]:
    """The names of the columns, for who has to choose among them. Raises ReaderError."""
    try:
        return next(csv.reader(io.StringIO(text)), [])
    except csv.Error as error:
        raise ReaderError("line 1", "a cell that is too long", "a header of short names") from error


def _place(header: list[str], column: str, wanted: Sequence[str]) -> int:
    if header.count(column) != 1:
        found = f"the column {column!r} twice" if column in header else f"no column {column!r}"
        raise ReaderError("line 1", found, f"each of the columns {', '.join(wanted)} once")
    return header.index(column)
