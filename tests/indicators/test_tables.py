"""Reading CSV and XLSX: what people send, and what they send to break it."""

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from indicators.tables import reading, workbook
from indicators.tables.faults import EncodingError, TableError
from indicators.tables.fields import FIELDS, guessed, heading_key, signature
from indicators.tables.reading import COLUMNS_MAX, read_table
from tests.tables import saved, xlsx_of


def rows(payload: bytes, **options: object) -> list[tuple[object, ...]]:
    return [cells for _, cells in read_table(payload, rows_max=100, **options).lines]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "payload",
    [
        b"a,b\n1,2\n3,4\n", b"a;b\r\n1;2\r\n3;4", b"a\tb\r1\t2\r3\t4\r", b"\xef\xbb\xbfa|b\n\n1|2\n\n3|4",
        "a\tb\n1\t2\n3\t4".encode("utf-16"), b"sep=;\na;b\n1;2\n3;4", b"a,b\n#country,#value\n1,2\n3,4",
        b'"a","b"\n"1","2"\n"3","4"\n', b"\n\n,\na,b\n1,2\n3,4",
    ],
)  # fmt: skip
def test_a_text_is_read_however_it_was_saved(payload: bytes) -> None:
    table = read_table(payload, rows_max=10)

    assert (table.header, [cells for _, cells in table.lines]) == (("a", "b"), [("1", "2"), ("3", "4")])


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    table = read_table(b'a,b\n"1\n2",3\n\n4,5\n', rows_max=10)

    assert [line for line, _ in table.lines] == [2, 5]
    assert [line for line, _ in read_table(b"sep=,\na,b\n1,2", rows_max=10).lines] == [3]


def test_no_utf_8_is_asked_about_and_read_as_was_said() -> None:
    payload = "pays;valeur\nCôte d’Ivoire;1".encode("cp1252")
    with pytest.raises(EncodingError, match="byte 13: found 0xf4, no UTF-8"):
        read_table(payload, rows_max=10)

    assert rows(payload, encoding="cp1252") == [("Côte d’Ivoire", "1")]
    assert rows("pays;valeur\nCôte d'Ivoire;1".encode("mac_roman"), encoding="mac_roman") == [("Côte d'Ivoire", "1")]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "nothing in it"), (b" \n ", "nothing in it"), (b"a,b\n", "a header only"), (b"<html><p>", "a web page"),
        (b"\xd0\xcf\x11\xe0rest", "an old or an encrypted Office file"), (b"%PDF-1.4", "an archive or a PDF"),
        (b"PK\x03\x04broken", "without its end"), (b"a,b\n1\x00,2", "a NUL character"), (b'a,b\n"1,2\n', "no CSV"),
        (b"a,b\n" + b"1,2\n" * 11, "more than 10 rows"), (b"a\n" + b"x" * 20_001, "a cell of 20,001 characters"),
        (b"a\n" + b"1," * 201 + b"1", "more than 200 columns"), (b'a\n"' + b"x" * 200_000 + b'"', "no CSV"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(payload: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_table(payload, rows_max=10)


def test_headings_that_stand_twice_or_not_at_all_keep_their_columns() -> None:
    table = read_table(b"country,value,value,,\nMali,1,2,3,\n", rows_max=10)

    assert (table.header, table.columns()) == (("country", "value", "value", "", ""), [0, 1, 2, 3])
    assert guessed("series", table.header) == {"country": 0}


def test_a_row_longer_than_the_header_keeps_its_cells_and_a_shorter_one_is_filled() -> None:
    assert rows(b"a,b\n1\n1,2,3\n") == [("1", None, None), ("1", "2", "3")]


# --- XLSX --------------------------------------------------------------------------------------------------
def test_a_workbook_gives_figures_and_days_as_they_are_stored() -> None:
    payload = xlsx_of(["code", "day", "n"], ["7.10", dt.date(2024, 5, 1), 1.5], Second=[["x"], [True]])
    table = read_table(payload, rows_max=10)

    assert (table.sheets, table.sheet, table.since_1904) == (("First", "Second"), "First", False)
    assert table.lines == ((2, ("7.10", dt.datetime(2024, 5, 1), 1.5)),)  # noqa: DTZ001  a cell has no time zone
    assert rows(payload, sheet="Second") == [(True,)]
    with pytest.raises(TableError, match="sheet: found none of this name"):
        rows(payload, sheet="Third")


def test_a_formula_is_never_computed_and_merged_cells_are_told_of() -> None:
    book = Workbook()
    book.worksheets[0].append(["a", "b"])
    book.worksheets[0].append(["=1+1", "kept"])
    book.worksheets[0].merge_cells("B2:B3")

    table = read_table(saved(book), rows_max=10)

    assert (table.lines, table.has_merged_cells) == (((2, (None, "kept")),), True)


def zipped(parts: dict[str, bytes], base: bytes | None = None) -> bytes:
    """An archive of the parts, over those of a sound workbook."""
    kept: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(base or xlsx_of(["a", "b"], [1, 2]))) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in (kept | parts).items():
            new.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


MARKS = b"".join(b"<%s/>" % (b"a" if number % 9 else b"b%d" % number) for number in range(600_001))  # packs 40 to 1


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"xl/bomb.bin": bytes(70 * 2**20)}, "more than 67 MB when unpacked; wanted at most 67 MB"),
        ({"xl/bomb.bin": bytes(30 * 2**20)}, "bytes packed more than 200 to 1; wanted at most 200"),
        ({f"xl/{number}.bin": b"" for number in range(2001)}, "2,010 files in it; wanted at most 2,000"),
        ({SHEET: b'<!DOCTYPE x [<!ENTITY a "b">]>' + HEAD}, "a document type in it"),
        ({"xl/styles.xml": MARKS}, "a part of more than 600,000 marks"),
        ({"xl/named-by-its-sender": MARKS}, "a part of more than 600,000 marks"),
        ({SHEET: HEAD + MARKS * 10}, "a part of more than 6,000,000 marks"),
        ({"xl/theme/theme1.xml": MARKS.replace(b"<", b"=")}, "a part of more than 600,000 marks"),
        ({SHEET: b"<worksheet"}, "a workbook that cannot be read"),
        ({"xl/workbook.xml": b"nonsense"}, "a workbook that cannot be read"),
    ],
)
def test_a_hostile_workbook_is_refused_before_it_is_parsed(parts: dict[str, bytes], said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_table(zipped(parts), rows_max=10)


def test_a_huge_dimension_is_not_believed() -> None:
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="A9"><v>2</v></c></row>'
    sheet = HEAD + b'<dimension ref="A1:XFD1048576"/><sheetData>' + cells + b"</sheetData></worksheet>"

    assert read_table(zipped({SHEET: sheet}), rows_max=10).lines == ((9, (2,)),)


def test_a_cell_in_the_last_column_is_refused_and_costs_no_memory() -> None:
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="GS2"><v>2</v></c></row>'
    sheet = HEAD + b"<sheetData>" + cells + b"</sheetData></worksheet>"

    with pytest.raises(TableError, match=f"line 2: found more than {COLUMNS_MAX} columns"):
        read_table(zipped({SHEET: sheet}), rows_max=10)


def test_the_caps_are_what_the_manual_says() -> None:
    assert (workbook.MARKS_MAX, workbook.OTHER_MARKS_MAX) == (6_000_000, 600_000)
    assert (workbook.CAPS.ratio, workbook.CAPS.total, reading.CELL_CHARACTERS_MAX) == (200, 128 * 2**20, 20_000)


# --- headings ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "header",
    [("country", "year", "value"), ("Pays", "Année", "Valeur"), ("País", "Año", "Valor"), ("страна", "год", "значение"),
     ("国家", "年份", "数值"), ("البلد", "السنة", "القيمة"), ("ISO3", "Period", "Figure"),
     ("coo_iso", "Year", "VALUE")],
)  # fmt: skip
def test_plain_headings_are_understood_in_six_languages(header: tuple[str, ...]) -> None:
    assert guessed("series", header) == {"country": 0, "period": 1, "value": 2}


def test_of_a_code_and_a_name_of_the_country_the_code_is_taken() -> None:
    assert guessed("series", ("Country", "ISO3", "Year", "Value"))["country"] == 1


def test_no_heading_means_two_things() -> None:
    for fields in FIELDS.values():
        known = [(heading_key(word), field.name) for field in fields for word in field.headings]
        assert len(dict(known)) == len({key for key, _ in set(known)}) == len(set(known))


def test_the_signature_knows_headings_however_they_are_written() -> None:
    assert signature("series", ("Country ", "YEAR")) == signature("series", ("country", "Year"))
    assert signature("series", ("country", "year")) != signature("evidence", ("country", "year"))


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_a_table_or_are_refused_in_words(payload: bytes) -> None:
    try:
        table = read_table(payload, rows_max=50)
    except TableError:  # the one error that a page turns into words
        return
    assert table.lines
    assert {len(cells) for _, cells in table.lines} == {len(table.header)}


@given(st.lists(st.lists(st.text("ab;,\t\"'\n€", max_size=5), min_size=2, max_size=4), min_size=1, max_size=5))
def test_a_workbook_gives_back_what_was_put_in(cells: list[list[str]]) -> None:
    table = read_table(xlsx_of(["first", "second", "third", "fourth"], ["kept"], *cells), rows_max=10)

    filled = [row for row in cells if any(cell.strip() for cell in row)]
    found = [[cell or "" for cell in row] for _, row in table.lines[1:]]
    assert found == [row + [""] * (4 - len(row)) for row in filled]
