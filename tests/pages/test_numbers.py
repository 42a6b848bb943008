"""Numbers of datasets on a country's page: each with its unit, its period, its source and under which terms."""

import datetime as dt

import pytest
from django.test import Client
from django.utils.html import strip_tags

from alerts.views.numbers import NumbersFilter
from countries.templatetags.words import figure, filters_set, long_days
from indicators.series_loading import load_waiting
from reports.ingest import About, read_waiting, receive
from tests.datasets import CORRUPTION, FOOD, GOVERNMENT, inform_csv, pts_csv, unhcr_csv

AT = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
PAGE = "/countries/SDN/?as_of=2026-11-30"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"), (0.0004, "below 0.01"), (-0.0004, "above −0.01"), (0.279, "0.279"), (-1.977, "−1.98"), (5.0, "5"),
        (14 / 3, "4.67"), (21.0, "21"), (99.96, "100"), (1200.0, "1,200"), (214.15, "214"),
    ],
)  # fmt: skip
def test_a_number_has_the_digits_that_a_person_can_use(value: float, shown: str) -> None:
    assert figure(value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("as of 2024-06-30. Its index", "as of 30 June 2024. Its index"), ("(2024-04-24)", "(24 April 2024)"),
        ("2024-02-31 is no day", "2024-02-31 is no day"), ("A-2024-06-30-B stays", "A-2024-06-30-B stays"), ("", ""),
    ],
)  # fmt: skip
def test_days_in_a_text_are_written_as_elsewhere_on_the_page(text: str, shown: str) -> None:
    assert long_days(text) == shown


def test_filters_that_are_set_are_counted_without_those_that_ask_for_the_usual() -> None:
    assert filters_set(NumbersFilter({"region": "", "since": "2024-01-01"})) == 1
    assert filters_set(NumbersFilter({})) == 0


def loaded() -> None:
    files = {
        "unhcr-population": unhcr_csv((2023, "SUD", "SDN", "CHD", 5_000_000.0, 0.0, 0.0, None)),
        "pts": pts_csv(("Sudan", 2023, "SDN", "5", "5", "4"), ("Palestine, State of", 2023, "WBG", "3", "3", "3")),
        "inform-risk": inform_csv(
            ("SDN", 2023, FOOD, ("11.4", "2.1")), ("SDN", 2024, CORRUPTION, ("8.5", "15")),
            ("SDN", 2023, GOVERNMENT, ("9.0", "-1.977")),
        ),
    }  # fmt: skip
    for reader, payload in files.items():
        receive(reader=reader, payload=payload, about=About(), file_name="file.csv", at=AT)
    read_waiting(at=AT)
    load_waiting(at=AT)


def words(client: Client, page: str) -> str:
    """The page as text; what is inside a tag goes."""
    return " ".join(strip_tags(client.get(page).content.decode()).split())


@pytest.mark.usefixtures("reference")
def test_every_series_says_its_unit_period_source_and_terms(client: Client) -> None:
    loaded()

    text = " ".join(words(client, PAGE.replace("?", f"factors/{number}/?")) for number in range(1, 15))

    assert "Political Terror Scale: 4.67 (level from 1 to 5, mean of the readings of up to three reports)" in text
    assert "Undernourishment: 11.4 (share of the population in percent" in text
    assert "in the year to 31 December 2023, 5,000,000 people. UNHCR Refugee Data Finder, licence: CC BY 4.0." in text
    assert "Government effectiveness: −1.98 (standard units" in text


@pytest.mark.usefixtures("reference")
def test_a_number_that_counts_in_no_score_says_why(client: Client) -> None:
    loaded()

    text = words(client, "/countries/PSE/?as_of=2026-11-30")

    assert "(the dataset’s territory WBG): 3 (level from 1 to 5" in text
    assert "The conduct of the Palestinian Authority alone" in text


@pytest.mark.usefixtures("reference")
def test_the_method_says_between_what_each_series_counts_and_who_stands_for_it(client: Client) -> None:
    page = client.get("/method/").content.decode().replace("<", " <")
    text = " ".join(strip_tags(page).split())

    assert "The 8 series: where each counts in full, and why" in text
    assert "3.5 Corruption Perceptions Index points from 0, highly corrupt, to 100, very clean 81 to 13" in text
    assert "per 1,000 inhabitants 0.00267 to 167 logarithmic" in text
    assert text.count("Checked by The founding engineers, a second reader; next review: 30 June 2027") == 8
