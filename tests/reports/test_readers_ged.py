"""GED: every column set gives the same events, every other file one named error."""

import contextlib
import datetime as dt
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.readers import packed, reader_named, recording, ucdp_ged
from reports.readers.draft import ReaderError, ReportDraft
from reports.readers.events import Events
from tests.ged import SETS, Event, ged_csv, ged_json, ged_zip

SHAPE = re.compile(r".+: found .+; wanted .+", re.DOTALL)
TWO = (Event(1, best=4, low=2, high=9), Event(2, "2024-03-30", "2024-04-02", kind=1, admin1=""))

MANY = [Event(number) for number in range(1, 900)]  # longer than what is looked at first


def events(payload: bytes, reader: str = "ucdp-ged") -> Events:
    return recording(reader)(payload)


def refusal(payload: bytes) -> str:
    with pytest.raises(ReaderError) as refused:
        events(payload)
    assert SHAPE.fullmatch(str(refused.value))
    return str(refused.value)


@pytest.mark.parametrize("columns", SETS)
@pytest.mark.parametrize("header", [True, False])
def test_each_column_set_gives_the_same_events_by_name_and_by_count(columns: str, header: bool) -> None:
    found = events(ged_csv(*TWO, columns=SETS[columns], header=header))

    assert found.rows["event_id"].tolist() == [1, 2]
    assert found.rows[["low", "best", "high"]].tolist() == [(2, 4, 9), (4, 4, 4)]
    assert found.rows["ends_on"].tolist() == [dt.date(2024, 3, 5), dt.date(2024, 4, 2)]
    assert [found.places[place] for place in found.rows["place"]] == [(775, "Made-up State"), (775, "")]


def test_the_tags_of_an_exchange_language_are_no_event() -> None:
    assert len(events(ged_csv(*TWO, hxl=True)).rows) == 2


@pytest.mark.parametrize("change", [
    lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\n", "\r"),
    lambda text: text.replace("2024-03-05", "2024-03-05 00:00:00.000"), lambda text: text.replace("\n1,", "\n1.0,"),
], ids=["byte-order mark", "CRLF", "CR", "a time behind the day", "300.0"])  # fmt: skip
def test_copies_of_a_file_differ_in_what_means_nothing(change: Callable[[str], str]) -> None:
    written = change(ged_csv(*TWO).decode())

    assert (events(written.encode()).rows == events(ged_csv(*TWO)).rows).all()


def test_a_zip_a_workbook_and_an_answer_of_the_api_are_read_too() -> None:
    plain = ged_csv(*TWO)
    book, file = openpyxl.Workbook(), io.BytesIO()
    for line in plain.decode().splitlines():
        book.active.append([cell.strip('"') for cell in re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', line)])
    book.save(file)

    for payload in (ged_zip(plain), file.getvalue(), ged_zip(file.getvalue(), "GED.xlsx"), ged_json(*TWO)):
        assert (events(payload).rows == events(plain).rows).all()


def test_a_page_of_the_api_says_where_it_goes_on_and_is_no_complete_file() -> None:
    assert not events(ged_json(*TWO, pages=2)).is_complete
    assert ucdp_ged.next_page(ged_json(*TWO, pages=2)).endswith("page=1")
    assert events(ged_json(*TWO)).is_complete
    assert ucdp_ged.next_page(ged_json(*TWO)) == ""


def test_months_with_stray_events_are_not_covered() -> None:
    may = [Event(number, "2024-05-31", "2024-06-01") for number in range(1, 3)]
    june = [Event(number, "2024-06-10") for number in range(10, 60)]

    found = events(ged_csv(*may, *june))

    assert (found.covers_from, found.covers_until) == (dt.date(2024, 6, 1), dt.date(2024, 7, 1))


def test_a_yearly_release_has_its_day_and_of_others_the_sender_says_it() -> None:
    years = [Event(year * 100 + month, f"{year}-{month:02d}-01") for year in (2023, 2024) for month in range(1, 13)]
    yearly, candidate = (reader_named("ucdp-ged")(ged_csv(*rows)) for rows in (years, years[:6]))
    part = reader_named("ucdp-ged-part")(ged_csv(*years))
    assert isinstance(yearly, ReportDraft)
    assert isinstance(candidate, ReportDraft)
    assert isinstance(part, ReportDraft)

    assert (yearly.published_on, candidate.published_on) == (dt.date(2025, 6, 11), None)
    assert part.published_on is None
    assert yearly.title == "UCDP georeferenced events, events of January 2023 to December 2024"


def test_estimates_outside_their_bounds_are_counted_and_swapped_columns_refused() -> None:
    good = [Event(number) for number in range(2, 100)]

    assert events(ged_csv(Event(1, low=5), *good)).contradictory == 1
    assert "outside its bounds in 50 of" in refusal(
        ged_csv(*(replace(event, low=9) if event.id < 52 else event for event in good))
    )


@pytest.mark.parametrize(("change", "said"), [
    ((",3,", ",4,"), "line 3, column type_of_violence: found '4'; wanted a number from 1 to 3"),
    (("2024-03-05,2", "2024-13-05,2"), "line 3, column date_start: found '2024-13-05'"),
    (("2024-03-05,2024-03-05", "2024-03-05,2024-03-04"), "line 3, column date_end: found '2024-03-04'"),
    (("21.5", "91.5"), "line 3, column latitude: found '91.5'"),
    (("96.25", "-181"), "line 3, column longitude: found '-181"),
    (("\n9,", "\nnine,"), "line 3, column id: found 'nine'; wanted a number"),
    (("\n9,", "\n1,"), "line 3, column id: found '1'; wanted each event once"),
    (("\n9,", "\n9.5,"), "line 3, column id: found '9.5'; wanted a whole number"),
    (("\n9,", "\n99999999999999999999999,"), "line 3, column id"),
    (("775,", "775000,"), "line 3, column country_id"),
    (("Made-up State", "S" * 121), "line 3, column adm_1: found a text of 121 characters"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_a_wrong_cell_is_named_by_line_and_column(change: tuple[str, str], said: str) -> None:
    first, wrong = ged_csv(Event(1)).decode(), ged_csv(Event(9), header=False).decode()
    before, after = change
    changed = ("\n" + wrong).replace(before, after, 1).removeprefix("\n")

    assert changed != wrong
    assert said in refusal((first + changed).encode())


@pytest.mark.parametrize("spaces", range(3))
def test_a_letter_across_the_end_of_what_is_looked_at_first_is_no_wrong_byte(spaces: int) -> None:
    rows = [replace(event, admin1="ñ" * 110) for event in MANY]
    lines = b"\n" + ged_json(*rows).replace(b"\\u00f1", "ñ".encode()).removeprefix(b"{")

    assert len(events(b"{" + b" " * spaces + lines).rows) == len(MANY)


@pytest.mark.parametrize(("payload", "said"), [
    (b"", "file: found nothing in it"), (b"\n,\n", "line 1: found no column 'id'"),
    (b"<!doctype html>", "first bytes: found HTML"),
    (ged_csv(), "file: found no event"), (b"1,2,3\n", "line 1: found no header and 3 columns"),
    (ged_csv(Event()).replace(b",best,", b",worst,"), "line 1: found no column 'best'"),
    (ged_csv(Event()) + b"7,8\n", "line 3: found 2 values; wanted 49"),
    (ged_csv(Event()).replace(b"Made-up", b"Made\xff"), ": found 0xff; wanted UTF-8"),
    (ged_csv(*MANY, Event(1000, admin1="?")).replace(b"?", b"\xff"), "file: found the byte 0xff; wanted UTF-8"),
    (b'{"Result": 1}', "answer: found no list `Result`"), (b'{"Result": [{}]}', "Result, event 0: found no 'id'"),
    (b"PK\x03\x04 no archive", "archive: found a ZIP file without its end"),
    (ged_zip(b"x", "readme.txt"), "archive: found 0 tables"),
])  # fmt: skip
def test_what_is_no_ged_is_refused_with_what_was_wanted(payload: bytes, said: str) -> None:
    assert said in refusal(payload)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "packed more than 100 to 1" in refusal(ged_zip(b"0" * 10_000_000))
    monkeypatch.setattr(packed, "UNPACKED_BYTES_MAX", 10)
    assert "MB when unpacked; wanted at most" in refusal(ged_zip(ged_csv(Event())))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_arbitrary_bytes_are_events_or_one_named_error(payload: bytes) -> None:
    with contextlib.suppress(ReaderError):
        events(payload)


@settings(max_examples=200)
@given(st.data())
def test_a_file_with_bytes_changed_is_events_or_one_named_error(data: st.DataObject) -> None:
    plain = data.draw(st.sampled_from([ged_csv(*TWO), ged_json(*TWO), ged_zip(ged_csv(*TWO))]))
    place = data.draw(st.integers(0, len(plain) - 1))
    changed = plain[:place] + data.draw(st.binary(max_size=6)) + plain[place + data.draw(st.integers(0, 40)) :]
    with contextlib.suppress(ReaderError):
        events(changed)


@pytest.mark.shared_data
@pytest.mark.parametrize(("file", "count"), [
    ("ged231_sample1000.csv", 1000), ("hdx_conflict_data_BGD.csv", 601), ("hdx_ucdp_download.zip", 3194),
])  # fmt: skip
def test_real_files_are_read_whole(shared_data: Path, file: str, count: int) -> None:
    found = events((shared_data / "ucdp" / file).read_bytes(), "ucdp-ged-part")

    assert len(found.rows) == count
    assert found.rows["best"].sum() > 0
    assert found.contradictory < count / 50
