"""Good files are understood; every bad one is refused with where, found and wanted, and with no word of its text."""

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest

from reports.readers import EVENTS, FIGURES, MEASURES, READERS, coding_note, reader_named, ucdp_country_year
from reports.readers.draft import ReaderError, ReportDraft
from reports.readers.ucdp_country_year import ONE_SIDED, STATE_BASED
from tests import make

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SHAPE = re.compile(r".+: found .+; wanted .+", re.DOTALL)
SECRET = "Ms Example Person of Exampletown"  # what no error may repeat
HEADER = b"country_id_cy,country_cy,year_cy,sb_total_deaths_best_cy,os_total_deaths_best_cy,version\n"
HTML = b"<!DOCTYPE html><html><body><p>" + SECRET.encode() + b"</p></body></html>"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def read_one(reader: str, payload: bytes) -> ReportDraft:
    draft = reader_named(reader)(payload)
    assert isinstance(draft, ReportDraft)
    return draft


def refusal(reader: str, payload: bytes) -> str:
    with pytest.raises(ReaderError) as refused:
        reader_named(reader)(payload)
    assert SHAPE.fullmatch(str(refused.value))
    assert SECRET not in str(refused.value)
    return str(refused.value)


def test_a_text_becomes_its_paragraphs() -> None:
    draft = read_one("text", sample("statement.txt"))

    assert len(draft.passages) == 3
    assert draft.passages[1].text.endswith("It has two lines.")
    assert (draft.kind, draft.published_on, draft.source) == ("document", None, None)


def test_a_page_becomes_its_main_text_without_markup_and_script() -> None:
    draft = read_one("html", sample("page.html"))

    assert draft.title == "A made-up statement"
    assert "second paragraph" in draft.text
    assert not re.search(r"secret|<p>|Imprint|color", draft.text)


def test_a_note_is_read_with_every_field() -> None:
    note = coding_note.parse(sample("note.toml"))
    (claim,) = note.passages[0].claims

    assert (note.published_on, note.source.family_name, note.passages[1].claims) == (dt.date(2024, 2, 12), "Body A", ())
    assert (claim.indicator, claim.credibility, claim.polarity, claim.family) == ("1.10", 2, 1, "body-b")
    assert claim.event_on == (dt.date(2023, 1, 1), dt.date(2024, 1, 1))


def test_a_release_is_read_with_its_day_of_publication() -> None:
    version, rows = ucdp_country_year.parse(sample("country_year.csv"))

    assert (version, len(rows)) == ("24.1", 6)
    assert (rows[0].gw_code, rows[0].year, rows[0].deaths) == (775, 2023, {STATE_BASED: 1200, ONE_SIDED: 340})
    assert read_one("ucdp-country-year", sample("country_year.csv")).published_on == dt.date(2024, 6, 3)


def test_1_10_and_1_1_are_two_indicators() -> None:
    codes = [coding_note.parse(make.note(indicator=code)).passages[0].claims[0].indicator for code in ("1.10", "1.1")]

    assert codes == ["1.10", "1.1"]


BYTES = {
    "empty": (b"", "nothing"),
    "only space": (b" \n\t ", "nothing"),
    "only a byte-order mark": (b"\xef\xbb\xbf", "nothing but space"),
    "only no-break space": ("\u00a0\u3000".encode(), "nothing but space"),
    "UTF-16": (f"<html>{SECRET}</html>".encode("utf-16"), "UTF-16"),
    "UTF-16 without mark": (SECRET.encode("utf-16-le"), "NUL"),
    "Latin-1": (f"<html>é {SECRET}".encode("latin-1"), "0xe9"),
    "a NUL": (f"<html>\x00{SECRET}".encode(), "NUL"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "0x89"),
}


PACKED = {"pdf", "docx", "mail", "zip"}  # what tells its kind by its first bytes: tests/reports/test_documents.py
WRITTEN = [reader for reader in READERS if reader not in PACKED]
RECODED = {"automatic", "text", "html"}  # UTF-16 is read by these


@pytest.mark.parametrize("reader", WRITTEN)
@pytest.mark.parametrize("bad", BYTES)
def test_bytes_that_are_no_text_are_refused_by_every_reader_of_text(reader: str, bad: str) -> None:
    payload, found = BYTES[bad]
    if reader in RECODED - {"text"} and bad == "UTF-16":
        return
    if reader == "automatic" and bad == "a picture":
        found = "a picture (PNG)"
    if reader in {*MEASURES, *EVENTS, *FIGURES, "text", "reliefweb-v2"} and (  # these look for a web page first
        payload.startswith(b"<html") or (reader, bad) == ("text", "UTF-16")
    ):
        found = "HTML"

    assert found in refusal(reader, payload)


def test_a_page_of_nothing_but_markup_is_refused_before_it_fills_the_memory() -> None:
    assert "200,002 tags; wanted at most 200,000" in refusal("html", b"<html><body>" + b"<a>x" * 200_000)


@pytest.mark.parametrize("reader", [reader for reader in WRITTEN if reader not in {"html", "automatic"}])
def test_a_web_page_where_something_else_was_expected_is_refused(reader: str) -> None:
    assert re.search("HTML|no valid TOML", refusal(reader, HTML))


def test_a_text_is_no_page() -> None:
    assert "use the reader `text`" in refusal("html", SECRET.encode())


def test_a_page_without_text_is_refused() -> None:
    assert "no main text" in refusal("html", b"<html><body><img src='scan.png'></body></html>")


ROW = b"775,Myanmar,2023,1,2,25.1\n"
BAD_CSV = {
    "missing column": (HEADER.replace(b"year_cy", b"year") + ROW, "no column 'year_cy'"),
    "column twice": (HEADER.replace(b"country_cy", b"year_cy") + ROW, "twice|no column"),
    "a header only": (HEADER, "a header only"),
    "unknown release": (HEADER + ROW.replace(b"25.1", b"99.9"), "'99.9'; wanted a release"),
    "two releases": (HEADER + ROW + b"775,Myanmar,2022,1,2,24.1\n", "2 versions"),
    "year 1800": (HEADER + ROW.replace(b"2023", b"1800"), "line 2, column year_cy: found 1800"),
    "year 20233": (HEADER + ROW.replace(b"2023", b"20233"), "20233"),
    "a year after the release": (HEADER + ROW.replace(b"2023", b"2025"), "found 2025; wanted years that ended"),
    "a word for a number": (HEADER + ROW.replace(b",1,", b",many,"), "column sb_total_deaths_best_cy: found 'many'"),
    "a fraction": (HEADER + ROW.replace(b",1,", b",1.5,"), "'1.5'"),
    "a negative number": (HEADER + ROW.replace(b",1,", b",-1,"), "'-1'"),
    "nothing for a number": (HEADER + ROW.replace(b",1,", b",,"), "found nothing"),
    "digits of another script": (HEADER + ROW.replace(b",1,", ",١,".encode()), "a whole number"),
    "the same row twice": (HEADER + ROW + ROW, "line 3: found country 775 and year 2023 a second time"),
    "a short line": (HEADER + ROW + b"775,Myanmar,2022,1,2\n", "line 3: found 5 values; wanted 6"),
    "a long line": (HEADER + b"775,Myanmar,2023,1,2,25.1,\n", "line 2: found 7 values; wanted 6"),
    "semicolons": (HEADER.replace(b",", b";"), "no column"),
    "an open quotation mark": (HEADER + b'775,"Myanmar,2023,1,2,25.1\n', "quotation marks"),
    "one huge field": (b'"' + b"x" * 200_000, "quotation marks"),
}


@pytest.mark.parametrize("bad", BAD_CSV)
def test_a_bad_country_year_file_is_refused(bad: str) -> None:
    payload, found = BAD_CSV[bad]

    assert re.search(found, refusal("ucdp-country-year", payload))


def test_an_error_names_the_line_even_after_empty_lines() -> None:
    assert "line 4, column" in refusal("ucdp-country-year", HEADER + ROW + b"\n" + ROW.replace(b"2023,1", b"2022,x"))


BAD_CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "severity 7": ({"severity": 7}, r"passage 1, evidence 1\.severity: found 7; wanted a whole number from 0 to 4"),
    "severity true": ({"severity": True}, "found True"),
    "severity as text": ({"severity": "3"}, "found '3'"),
    "severity -1": ({"severity": -1}, "found -1"),
    "grade Z9": ({"reliability": "Z", "credibility": "9"}, "reliability: found 'Z'"),
    "credibility 9": ({"credibility": "9"}, "found '9'"),
    "credibility as number": ({"credibility": 2}, "found 2"),
    "grade as a list": ({"reliability": ["B"]}, "reliability: found a list"),
    "code as float": ({"indicator": 1.1}, "found 1.1; wanted a code"),
    "code in words": ({"indicator": SECRET}, "a text of"),
    "code with three numbers": ({"indicator": "1.1.1"}, "found '1.1.1'"),
    "country in small letters": ({"country": "mmr"}, "found 'mmr'"),
    "polarity unknown": ({"polarity": "both"}, "found 'both'"),
    "claim unknown": ({"claim": "proved"}, "found 'proved'"),
    "family not declared": ({"family": "other"}, "found 'other'"),
    "family as a sentence": ({"family": SECRET}, "a text of"),
    "event after publication": ({"event_on": [dt.date(2024, 6, 2)]}, "found 2024-06-02; wanted a day not after"),
    "event as text": ({"event_on": ["2024-05-01"]}, "found '2024-05-01'; wanted a day without quotes"),
    "event as instant": ({"event_on": [dt.datetime(2024, 5, 1)]}, "wanted a day without quotes"),  # noqa: DTZ001
    "no event": ({"event_on": []}, "found nothing; wanted a list"),
    "the same day twice": ({"event_on": [dt.date(2024, 5, 1)] * 2}, "the same day twice"),
    "an event in 1850": ({"event_on": [dt.date(1850, 1, 1)]}, "found 1850-01-01; wanted a day since 1900"),
    "event with capitals": ({"event": "Event_1"}, "small letters"),
    "event with line end": ({"event": "event\n"}, "small letters"),
    "no reason": ({"why": " "}, "found nothing; wanted text"),
    "long reason": ({"why": SECRET * 20}, "640 characters; wanted at most 500"),
    "a NUL in the reason": ({"why": f"{SECRET}\x00"}, "a NUL character"),
    "publication as text": ({"published_on": "2024-06-01"}, r"note\.published_on"),
    "no address": ({"url": "javascript:alert(1)"}, "https://"),
    "source not declared": ({"source": "other"}, "found 'other'"),
    "unknown key": ({"colour": "red"}, "the unknown key 'colour'"),
    "a sentence as key": ({f'"{SECRET}"': 1}, "the unknown key a text of"),
}


@pytest.mark.parametrize("bad", BAD_CLAIMS)
def test_a_bad_note_is_refused_with_its_place(bad: str) -> None:
    changes, found = BAD_CLAIMS[bad]

    assert re.search(found, refusal("coding-note", make.note(**changes)))


GOOD_NOTE = sample("note.toml")
BAD_NOTES = {
    "over the cap": (GOOD_NOTE + b"#" * 1_000_000, "wanted at most 1000000"),
    "no valid TOML": (GOOD_NOTE + b"= " + SECRET.encode(), "line 42, column 1: found no valid TOML"),
    "a key twice": (GOOD_NOTE + f'["{SECRET}"]\n["{SECRET}"]'.encode(), "no valid TOML"),
    "no such day": (GOOD_NOTE.replace(b"2024-02-12", b"2024-02-31"), "no valid TOML"),
    "a number without end": (b"x = " + b"9" * 5000, "no valid TOML"),
    "brackets without end": (b"x = " + b"[" * 5000, "brackets within brackets"),
    "no passages": (GOOD_NOTE.split(b"[[passage]]")[0], "passage: found nothing"),
    "passages as a table": (GOOD_NOTE.split(b"[[passage]]")[0] + b'[passage]\ntext = "x"', "found dict"),
    "no families": (GOOD_NOTE.replace(b"[families]", b"[bodies]"), "the unknown key 'bodies'"),
    "family slug too long": (GOOD_NOTE.replace(b"body-a =", b"a" * 61 + b" ="), "at most 60"),
    "carrier's family not declared": (GOOD_NOTE.replace(b'family = "body-a"', b'family = "body-c"'), "found 'body-c'"),
    "empty text": (GOOD_NOTE.replace(b"Nothing is coded here.", b""), r"passage 2\.text: found nothing"),
    "no text": (GOOD_NOTE.replace(b'text = "Nothing', b'locator2 = "Nothing'), "unknown key 'locator2'"),
    "the same claim twice": (
        GOOD_NOTE.replace(b"[[passage]]\nlocator = \"paragraph 2\"", b"  [[passage.evidence]]" +
                          GOOD_NOTE.split(b"[[passage.evidence]]")[1].split(b"[[passage]]")[0] +
                          b'[[passage]]\nlocator = "paragraph 2"'), "twice",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_NOTES)
def test_a_broken_note_is_refused(bad: str) -> None:
    payload, found = BAD_NOTES[bad]

    assert re.search(found, refusal("coding-note", payload))


def test_a_note_lacking_any_obligatory_key_is_refused_by_that_key() -> None:
    lines = make.note().decode().splitlines()
    keys = [line.split(" = ")[0] for line in lines if " = " in line and not line.startswith("body =")]

    for key in set(keys) - {"url"}:
        without = "\n".join(line for line in lines if not line.startswith(f"{key} = "))
        assert re.search(f"no '{key}'|families|HTML", refusal("coding-note", without.encode())), key


@pytest.mark.shared_data
def test_the_real_release_is_read(shared_data: Path) -> None:
    payload = (shared_data / "ucdp/organizedviolencecy_v25_1.csv").read_bytes()
    version, rows = ucdp_country_year.parse(payload)

    assert (version, max(row.year for row in rows)) == ("25.1", 2024)
    expected = list(csv.DictReader(io.StringIO(payload.decode("utf-8-sig"))))
    assert len(rows) == len(expected)
    assert sum(row.deaths[STATE_BASED] for row in rows) == sum(int(row[STATE_BASED]) for row in expected)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["BattleDeaths_v25_1.csv", "ged231_sample1000.csv", "hdx_ucdp_download.zip"])
def test_other_files_of_the_same_house_are_refused(shared_data: Path, name: str) -> None:
    refusal("ucdp-country-year", (shared_data / "ucdp" / name).read_bytes())
