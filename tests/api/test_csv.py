import datetime as dt

import pytest
from django.test import Client

from r2p_dashboard.renderers import cell, flat, to_csv
from tests.api import given


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_is_never_a_formula(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"


def test_numbers_days_and_nothing_are_themselves() -> None:
    assert cell(-0.1) == "-0.1"
    assert cell(0.1 + 0.2) == "0.30000000000000004"
    assert cell(None) == ""
    assert cell(True) == "true"
    assert cell(dt.date(2024, 6, 30)) == "2024-06-30"
    assert cell(dt.datetime(2024, 6, 30, 12, tzinfo=dt.UTC)) == "2024-06-30T12:00:00Z"
    assert cell(["=x", 1]) == '["=x", 1]'


def test_what_is_nested_gets_a_joined_name() -> None:
    assert flat({"a": {"b": 1, "c": {"d": 2}}, "e": None}) == {"a_b": 1, "a_c_d": 2, "e": None}


def test_rows_have_the_columns_that_were_asked_for_in_their_order() -> None:
    assert to_csv([{"b": 'say "no"', "a": {"x": 1}}, {"b": "two\nlines"}], ["a_x", "b"]) == (
        'a_x,b\r\n1,"say ""no"""\r\n,"two\nlines"\r\n'
    )


@pytest.mark.usefixtures("reference")
def test_what_a_source_says_is_escaped_on_the_way_out(client: Client) -> None:
    given.evidence(1, note="=HYPERLINK(1)", group="@all", admin1="-1")
    row = given.csv_of(client, "evidence/?format=csv")[0]

    assert (row["why"], row["group"], row["area"]) == ("'=HYPERLINK(1)", "'@all", "'-1")


@pytest.mark.usefixtures("reference")
def test_csv_is_also_had_by_its_media_type(client: Client) -> None:
    answer = client.get("/api/v1/countries/", headers={"accept": "text/csv"})

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="countries-as-of-2024-06-30.csv"'
    assert "Côte d’Ivoire" in answer.content.decode() or "Côte d'Ivoire" in answer.content.decode()


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize(
    "path",
    ["countries/", "scores/", "countries/MMR/history/", "countries/MMR/contributions/", "countries/MMR/series/",
     "countries/MMR/events/", "countries/MMR/published/",
     "countries/MMR/breakdown/", "countries/MMR/change/", "countries/MMR/change/evidence/",
     "evidence/", "framework/indicators/", "methods/", "sources/"],
)  # fmt: skip
def test_csv_says_what_json_says(client: Client, path: str) -> None:
    given.evidence(3)
    given.series_values(2)
    given.event_months(2)
    given.published(2)
    given.scored()
    answer = client.get(f"/api/v1/{path}").json()
    about = {name: value for name, value in answer.items() if name not in {"count", "next", "previous", "results"}}
    expected = [flat({**row, **about}) | row for row in answer["results"]]
    found = given.csv_of(client, f"{path}?format=csv")

    assert len(found) == len(expected) > 0
    for row, wanted in zip(found, expected, strict=True):
        # an absent object (`interval`) is several empty columns in CSV
        assert {name for name, text in row.items() if text and name not in wanted} == set()
        assert row | {name: cell(value) for name, value in wanted.items() if name in row} == row


@pytest.mark.usefixtures("reference")
def test_an_empty_list_still_has_its_header(client: Client) -> None:
    answer = client.get("/api/v1/countries/MMR/contributions/?format=csv")

    assert answer["Content-Disposition"] == 'attachment; filename="contributions-MMR-as-of-2024-06-30.csv"'
    assert answer.content.decode().startswith("kind,factor,indicator,")
    assert answer.content.decode().count("\r\n") == 1


@pytest.mark.usefixtures("reference")
def test_a_score_in_csv_carries_its_method_and_its_note_in_every_row(client: Client) -> None:
    given.evidence(1)
    given.scored()
    rows = given.csv_of(client, "scores/?format=csv&as_of=2024-06-15")

    assert {row["as_of"] for row in rows} == {row["known_at"] for row in rows} == {"2024-06-15"}
    assert {len(row["method_sha256"]) for row in rows} == {64}
    assert all("not a probability" in row["note"] for row in rows)
    unassessed = next(row for row in rows if row["country"] == "FRA")
    assert (unassessed["state"], unassessed["index"], unassessed["level"]) == ("not_assessed", "", "")


@pytest.mark.usefixtures("reference")
def test_pages_of_csv_are_linked_in_the_header(client: Client) -> None:
    given.evidence(3)
    answer = client.get("/api/v1/evidence/?format=csv&page_size=2")

    assert answer["X-Total-Count"] == "3"
    assert answer["Link"] == '<http://testserver/api/v1/evidence/?format=csv&page=2&page_size=2>; rel="next"'
