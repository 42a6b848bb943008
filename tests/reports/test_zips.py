"""Whatever opens an archive refuses the same ones, each in its own words and with no error of a library."""

import io
import zipfile
from collections.abc import Callable

import pytest

from indicators.tables.faults import TableError
from indicators.tables.workbook import is_workbook, opened_workbook
from reports import zips
from reports.fetch import Fetched, FetchError
from reports.fetch.pages import unzipped as fetched_table
from reports.readers import archive, packed
from reports.readers.draft import ReaderError
from tests.reports.documents import zipped


def _fetched(payload: bytes) -> object:
    return fetched_table(Fetched(payload, 200, {}, "https://a.test.example/a.zip"), bytes_max=10**9)


def _sheet(payload: bytes) -> object:
    with opened_workbook(payload, "", columns_max=10) as book:
        return book


OPENERS: dict[str, tuple[Callable[[bytes], object], type[Exception]]] = {
    "a ZIP of reports": (archive.read, ReaderError),
    "a dataset": (packed.unzipped, ReaderError),
    "a dataset's workbook": (packed.sheet_as_csv, ReaderError),
    "an answer": (_fetched, FetchError),
    "an import": (_sheet, TableError),
    "an import's first look": (is_workbook, TableError),
}


def _crossed(position: int, value: bytes) -> bytes:
    """A ZIP of one table with some bytes of its directory changed."""
    whole = bytearray(zipped({"table.csv": b"a,b\n" * 100}))
    at = whole.rindex(b"PK\x01\x02") + position
    whole[at : at + len(value)] = value
    return bytes(whole)


BROKEN = {
    "cut": zipped({"table.csv": b"a,b\n" * 100})[:-25],
    "only its first bytes": b"PK\x03\x04" + bytes(100),
    "claims 60,000 files": b"PK\x03\x04" + b"PK\x05\x06" + b"\x00\x00\x00\x00\x60\xea\x60\xea" + bytes(10),
    "a directory elsewhere": b"PK\x03\x04" + b"PK\x05\x06" + b"\x00" * 4 + b"\x01\x00" * 2 + b"\xff" * 8 + b"\x00\x00",
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("opener", OPENERS)
def test_a_broken_archive_is_refused_by_each_in_its_own_error(opener: str, broken: str) -> None:
    read, error = OPENERS[opener]
    with pytest.raises(error, match=r"found .*; wanted"):
        read(BROKEN[broken])


INSIDE = {
    "a password": _crossed(8, b"\x01\x00"),
    "a method nobody knows": _crossed(10, b"\x63\x00"),
    "a checksum of something else": _crossed(16, b"\x00\x00\x00\x00"),
}


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("opener", ["a ZIP of reports", "a dataset", "an answer"])
def test_a_member_that_cannot_be_taken_out_is_refused(opener: str, inside: str) -> None:
    read, error = OPENERS[opener]
    with pytest.raises(error, match=r"found .*; wanted"):
        read(INSIDE[inside])


def test_a_size_that_the_directory_understates_does_not_get_past_the_caps() -> None:
    lied = _crossed(24, b"\x01\x00\x00\x00")
    opened = zips.opened(lied)
    with pytest.raises(zips.ZipError, match="a part that does not unpack"):
        zips.unpacked(opened, opened.infolist()[0], zips.Caps(10))


def test_all_members_together_are_capped_where_another_program_unpacks_them() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(5):
            made.writestr(f"{number}.bin", bytes(300))
    with pytest.raises(zips.ZipError, match=r"more than 0\.001 MB"):
        zips.look_over(zips.opened(out.getvalue()), zips.Caps(500, total=1_000))
