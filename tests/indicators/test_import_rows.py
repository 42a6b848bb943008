"""Fifty kinds of wrong rows, each with its message; what has two readings is asked about."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.tables import cells
from indicators.tables.cells import country_of, day_of, number_of, period_of, text_of
from indicators.tables.faults import CellError, Fault, seen
from indicators.tables.rows import Settings, Words, evidence_row, series_row
from tests import make, tables

LONG = "word " * 2_000
EVIDENCE = {
    "country, none": ({"country": ""}, "A “country”: found nothing; wanted a State"),
    "country, unknown": ({"country": "Atlantis"}, "found “Atlantis”; wanted a Member or observer State"),
    "country, misspelt": ({"country": "Myanmmar"}, "wanted a Member or observer State by name or code; near it: MMR"),
    "country, a territory": ({"country": "Kosovo"}, "a territory or a group of States: no Member or observer State"),
    "country, a region": ({"country": "Africa"}, "a territory or a group of States"),
    "country, a wrong number": ({"country": "999"}, "found “999”; wanted a Member or observer State"),
    "country, a sentence": ({"country": LONG}, "too long for a country"),
    "country, two": ({"country": "Mali, Niger"}, "wanted a Member or observer State"),
    "indicator, none": ({"indicator": ""}, "B “indicator”: found nothing; wanted a code in use, such as 7.14"),
    "indicator, unknown": ({"indicator": "99.1"}, "found “99.1”; wanted a code in use"),
    "indicator, its words": ({"indicator": "Attacks on schools"}, "found a text of 18 characters; wanted a code"),
    "source, none": ({"source": ""}, "C “source”: found nothing; wanted a source, in the row or for the whole file"),
    "source, unknown": ({"source": "nobody-24"}, "wanted one of the sources by name or short name; add a new one"),
    "text, none": ({"text": ""}, "D “text”: found nothing; wanted the sentences that carry the fact"),
    "text, too long": ({"text": LONG}, "D “text”: found 9,999 characters; wanted at most 6,000"),
    "severity, none": ({"severity": ""}, "E “severity”: found nothing; wanted 0 to 4"),
    "severity, beyond": ({"severity": "5"}, "E “severity”: found “5”; wanted 0 to 4"),
    "severity, below": ({"severity": "-1"}, "found “-1”; wanted 0 to 4"),
    "severity, a half": ({"severity": "2.5"}, "found “2.5”; wanted 0 to 4"),
    "severity, a word": ({"severity": "serious"}, "found “serious”; wanted 0 to 4"),
    "grade, none": ({"grade": ""}, "wanted 1 to 6, or a grade like B2"),
    "grade, a letter beyond": ({"grade": "G2"}, "F “grade”: found “G2”; wanted a letter A to F and a digit 1 to 6"),
    "grade, a digit beyond": ({"grade": "B7"}, "F “grade”: found “B7”; wanted a letter A to F"),
    "grade, turned round": ({"grade": "2B"}, "F “grade”: found “2B”; wanted a letter A to F"),
    "day, none": ({"event_on": ""}, "G “event_on”: found nothing; wanted a day such as 2024-06-30"),
    "day, none of the calendar": ({"event_on": "2024-02-30"}, "found “2024-02-30”; wanted a day of the calendar"),
    "day, month 13": ({"event_on": "2024-13-01"}, "found “2024-13-01”; wanted a day of the calendar"),
    "day, two digits of a year": ({"event_on": "01/05/24"}, "found “01/05/24”; wanted a day such as 2024-06-30"),
    "day, a month only": ({"event_on": "2024-05"}, "only a month or a year known: its first day"),
    "day, a year only": ({"event_on": "2024"}, "only a month or a year known: its first day"),
    "day, an Excel number": ({"event_on": "45413"}, "an Excel day number in a CSV may count from 1900 or from 1904"),
    "day, words": ({"event_on": "last Tuesday"}, "found “last Tuesday”; wanted a day such as 2024-06-30"),
    "day, before 1945": ({"event_on": "1944-12-31"}, "found 1944-12-31; wanted a day from 1945-01-01 on"),
    "day, after it was public": ({"event_on": "2024-06-02"}, "found 2024-06-02, which is after it was public; wanted"),
    "published, none": ({"published_on": ""}, "wanted the day it was public, in the row or for the whole file"),
    "published, in the future": ({"published_on": "2025-01-01"}, "found 2025-01-01, which is in the future; wanted"),
    "published, no day": ({"published_on": "soon"}, "H “published_on”: found “soon”; wanted a day"),
    "note, none": ({"note": ""}, "I “note”: found nothing; wanted one sentence: the reviewer decides by it"),
    "note, too long": ({"note": LONG}, "I “note”: found 9,999 characters; wanted at most 500"),
    "polarity, neither": ({"polarity": "up"}, "J “polarity”: found “up”; wanted risk or mitigation"),
    "polarity, zero": ({"polarity": "0"}, "found “0”; wanted risk or mitigation"),
    "family, unknown": ({"family": "nobody-24"}, "wanted a body of the list; add it at the desk first"),
    "actor, unknown": ({"actor": "aliens"}, "wanted one of the entry form's list"),
    "claim, unknown": ({"claim": "proven"}, "wanted alleged, verified, may_amount or court"),
    "event name, capitals": ({"event_key": "MMR-coup"}, "wanted small letters, digits and hyphens"),
    "event name, a tilde": ({"event_key": "~2024-w1"}, "wanted small letters, digits and hyphens"),
    "area, too long": ({"admin1": LONG}, "found 9,999 characters; wanted at most 120"),
    "group, too long": ({"group": LONG}, "found 9,999 characters; wanted at most 160"),
    "sensitivity, unknown": ({"sensitivity": "secret"}, "wanted public, internal, confidential or strictly"),
    "sensitivity, above one's own": ({"sensitivity": "3"}, "found a step above what you may see; wanted one that"),
    "address, none": ({"url": "see page 3"}, "found no address; wanted https://… or http://…"),
    "address, a script": ({"url": "javascript:alert(1)"}, "found no address; wanted https://… or http://…"),
    "report, no number": (
        {"report": "A/HRC/55"},
        "found “A/HRC/55”; wanted the number of a report taken in, such as 12",
    ),
    "report, none here": ({"report": "12"}, "found no passage at that place that you may see; wanted the place"),
    "text, a NUL": ({"group": "a\x00b"}, "found a NUL character; wanted text"),
}
SERIES = {
    "value, none": (("Mali", "2022", ""), "C “value”: found no value; wanted a number; what is not known is not 0"),
    "value, NA": (("Mali", "2022", "n/a"), "found no value; wanted a number"),
    "value, NaN": (("Mali", "2022", "NaN"), "found no value; wanted a number"),
    "value, inf": (("Mali", "2022", "inf"), "found “inf”; wanted a number such as 1234.5"),
    "value, too large": (("Mali", "2022", "1e999"), "found a number without an end; wanted a finite number"),
    "value, a percentage": (("Mali", "2022", "12%"), "found a percent sign; wanted a number in the unit"),
    "value, words": (("Mali", "2022", "many"), "found “many”; wanted a number such as 1234.5"),
    "value, marks that do not agree": (("Mali", "2022", "1,234.567,8"), "wanted a number such as 1234.5"),
    "value, below what a logarithm has": (("Mali", "2022", "-1"), "found -1; wanted a number above -1"),
    "value, an error of Excel": (("Mali", "2022", "#DIV/0!"), "wanted a number such as 1234.5"),
    "period, none": (("Mali", "", "1"), "B “period”: found nothing; wanted a year, a month such as 2024-06, or a day"),
    "period, month 13": (("Mali", "2022-13", "1"), "found “2022-13”; wanted a month from 01 to 12"),
    "period, a quarter": (("Mali", "2022-Q1", "1"), "wanted a year, a month such as 2024-06, or a day"),
    "period, two years": (("Mali", "2021/22", "1"), "wanted a month from 01 to 12"),
    "period, too early": (("Mali", "1944", "1"), "found one that ends on 1944-12-31; wanted one from 1945-01-01"),
    "period, too late": (("Mali", "2031", "1"), "found one that ends on 2031-12-31; wanted one from 1945-01-01"),
    "country, none": (("", "2022", "1"), "A “country”: found nothing; wanted a State"),
}


def evidence_faults(change: dict[str, str]) -> list[str]:
    row = {**tables.GOOD, **change}
    settings = Settings(
        columns={name: place for place, name in enumerate(row)}, header=tuple(row), answers={}, today=make.NOW.date(),
        earliest=dt.date(1945, 1, 1), clearance=2,
    )  # fmt: skip
    words = Words(
        indicators={"7.14": "7.14", "7.1": "7.1", "7.10": "7.10"}, sources={"monitor": "monitor"},
        actors={"state": "state"}, claims={"alleged": "alleged"},
        sensitivities={"public": 0, "0": 0, "3": 3}, families={"body": "body"},
    )  # fmt: skip
    return [str(fault) for fault in evidence_row(list(row.values()), settings, words).faults]


def test_there_are_fifty_kinds_and_more() -> None:
    assert len(EVIDENCE) >= 50


def test_a_good_row_has_no_fault() -> None:
    assert evidence_faults({}) == []


@pytest.mark.parametrize("kind", EVIDENCE)
def test_a_wrong_row_of_evidence_says_what_was_found_and_wanted(kind: str) -> None:
    change, said = EVIDENCE[kind]
    found = evidence_faults(change)

    assert any(said in fault for fault in found), found
    assert all(len(fault) < 250 for fault in found)


@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
def test_a_wrong_figure_says_what_was_found_and_wanted() -> None:
    table = tables.checked(tables.series_csv(*(row for row, _ in SERIES.values())), kind="series")
    said = tables.faults(table)

    assert table.counts == {"refused": len(SERIES)}
    for row, (kind, (_, wanted)) in zip(table.rows.order_by("line"), SERIES.items(), strict=True):
        assert any(wanted in str(Fault.from_json(fault)) for fault in row.faults), (kind, row.faults)
    assert all(len(fault) < 250 for fault in said)


def test_every_fault_of_a_row_is_told_at_once() -> None:
    assert len(evidence_faults({"country": "", "severity": "9", "note": "", "event_on": "x"})) == 4


def test_what_stands_instead_of_a_report_number_hides_no_other_fault_of_the_row() -> None:
    told = evidence_faults({"report": "OHCHR", "text": "", "source": "", "published_on": "soon"})

    assert [fault.partition("“")[2].partition("”")[0] for fault in told] == ["report", "text", "source", "published_on"]


@pytest.mark.parametrize("name", ["Ye Htut", "Zin Mar Aung", "علي حسن", "she said it"])
def test_a_short_text_that_may_be_a_name_or_a_sentence_is_not_repeated(name: str) -> None:
    assert seen(name) == f"a text of {len(name)} characters"


def test_no_words_of_a_passage_stand_in_a_fault() -> None:
    secret = "Zyx Wvutsrq of Ponmlkj"

    for name in (*tables.GOOD, "actor", "claim", "family", "event_key", "url", "report", "sensitivity", "polarity"):
        assert not any("Wvutsrq" in fault for fault in evidence_faults({name: secret})), name


# --- days --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    ["2024-05-01", "2024/05/01", "2024.5.1", "20240501", "2024-05-01T00:00:00Z", "1 May 2024", "May 1, 2024",
     dt.date(2024, 5, 1)],
)  # fmt: skip
def test_a_day_as_people_write_it(text: object) -> None:
    assert day_of(text, {}) == dt.date(2024, 5, 1)


def test_a_day_with_two_readings_is_asked_about_and_one_with_one_is_not() -> None:
    assert (day_of("25/04/2024", {}), day_of("04/25/2024", {})) == (dt.date(2024, 4, 25), dt.date(2024, 4, 25))
    assert day_of("04.04.2024", {}) == dt.date(2024, 4, 4)
    with pytest.raises(CellError) as caught:
        day_of("03/04/2024", {})

    assert (caught.value.question, caught.value.choices) == (cells.DAY_ORDER, cells.DAY_ORDERS)
    assert day_of("03/04/2024", {cells.DAY_ORDER: "day first"}) == dt.date(2024, 4, 3)
    assert day_of("03/04/2024", {cells.DAY_ORDER: "month first"}) == dt.date(2024, 3, 4)


def test_who_leaves_such_rows_out_is_not_asked_again() -> None:
    for read, text, question in ((day_of, "03/04/2024", cells.DAY_ORDER), (number_of, "1.234", cells.DECIMAL_MARK)):
        with pytest.raises(CellError) as caught:
            read(text, {question: ""})
        assert (caught.value.question, "left out, as you chose" in caught.value.wanted) == ("", True)


def test_an_excel_day_counts_as_its_workbook_says() -> None:
    assert day_of(45413, {}, since_1904=False) == dt.date(2024, 5, 1)
    assert day_of("43951", {}, since_1904=True) == dt.date(2024, 5, 1)


@pytest.mark.parametrize(
    ("text", "end"),
    [("2024", "2024-12-31"), (2024.0, "2024-12-31"), ("2024-02", "2024-02-29"), ("2023/2", "2023-02-28"),
     ("2024-12", "2024-12-31"), ("2024-05-01", "2024-05-01"), (dt.date(2024, 5, 1), "2024-05-01")],
)  # fmt: skip
def test_a_period_ends_on_its_last_day(text: object, end: str) -> None:
    assert str(period_of(text, {})) == end


# --- numbers -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("1234.5", 1234.5), ("0.125", 0.125), ("0,125", 0.125), ("12,5", 12.5), ("1,234.5", 1234.5),
     ("1.234,5", 1234.5), ("1 234 567", 1234567), ("1\u202f234,5", 1234.5), ("1'234'567.8", 1234567.8), ("-3", -3),
     ("1,234,567", 1234567), ("1.234.567", 1234567), ("1e3", 1000), (7, 7), (1.234, 1.234), ("+2", 2), ("١٢", 12)],
)  # fmt: skip
def test_a_number_as_people_write_it(text: object, number: float) -> None:
    assert number_of(text, {}) == number


@pytest.mark.parametrize(("text", "point", "comma"), [("1.234", 1.234, 1234), ("1,234", 1234, 1.234)])
def test_a_number_with_two_readings_is_asked_about(text: str, point: float, comma: float) -> None:
    with pytest.raises(CellError) as caught:
        number_of(text, {})

    assert caught.value.question == cells.DECIMAL_MARK
    assert number_of(text, {cells.DECIMAL_MARK: "point"}) == point
    assert number_of(text, {cells.DECIMAL_MARK: "comma"}) == comma


@pytest.mark.parametrize("raw", [True, dt.date(2024, 1, 1), math.inf, -math.inf, math.nan, 10**400, None, "", "."])
def test_what_is_no_finite_number_is_refused(raw: object) -> None:
    with pytest.raises(CellError):
        number_of(raw, {})


# --- codes that a spreadsheet changes ----------------------------------------------------------------------
def test_an_indicator_that_a_spreadsheet_took_for_a_number_is_asked_about() -> None:
    settings = Settings({"indicator": 0}, ("indicator",), {}, make.TODAY, dt.date(1945, 1, 1), 0)
    words = Words(indicators={code: code for code in ("7.1", "7.10", "7.2")})

    asked = [fault for fault in evidence_row([7.1], settings, words).faults if fault.question]
    plain = evidence_row([7.2], settings, words).values["indicator"]

    assert (asked[0].question, asked[0].choices, plain) == ("indicator:7.1", ("7.1", "7.10"), "7.2")


def test_a_unit_that_is_not_that_of_the_series_is_refused() -> None:
    from indicators.tables.rows import SeriesWords

    columns = {"country": 0, "period": 1, "value": 2, "unit": 3}
    settings = Settings(columns, ("c", "p", "v", "u"), {}, make.TODAY, dt.date(1945, 1, 1), 0, series="s")
    words = Words(series={"s": SeriesWords("s", "deaths", is_log=False)})

    assert series_row(["MLI", "2022", "1", "Deaths"], settings, words).faults == ()
    assert str(series_row(["MLI", "2022", "1", "%"], settings, words).faults[0]) == (
        "D “u”: found another unit; wanted deaths; convert the figures first"
    )


def test_a_country_code_that_looks_like_a_missing_value_is_namibia() -> None:
    assert country_of("NA", {}) == "NAM"
    assert country_of(775, {}, gleditsch_ward=True) == "MMR"


# --- anything ----------------------------------------------------------------------------------------------
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60) | st.dates() | st.datetimes()


@given(ANYTHING, st.sampled_from(["", "point", "comma", "day first", "month first", "x"]))
def test_any_cell_is_a_value_or_is_refused_in_words(raw: object, answer: str) -> None:
    answers = {cells.DAY_ORDER: answer, cells.DECIMAL_MARK: answer}
    for read in (day_of, period_of, number_of, country_of):
        said = "a value"
        try:
            read(raw, answers)
        except CellError as error:
            said = str(error)
        assert len(said) < 250


@given(st.text(max_size=80))
def test_a_message_never_repeats_words(text: str) -> None:
    said = seen(text)

    assert len(said) < 60
    assert not any(len(word) > 3 and word.isalpha() and word in said[1:] for word in text.split() if len(text) > 24)


def test_text_of_a_whole_number_has_no_point() -> None:
    assert [text_of(raw) for raw in (2024.0, 7.5, True, None, " a ")] == ["2024", "7.5", "true", "", "a"]
