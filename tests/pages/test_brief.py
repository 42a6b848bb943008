"""The brief: a country on two sheets, with the same figures, the same day and nothing that its reader may not see."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from countries.brief_chart import history_drawing
from indicators import assess
from indicators.models import Evidence
from people.permissions import Role
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
CUTS = (10, 20, 35, 50)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def scored(**fields: Any) -> Evidence:
    evidence = make.accepted(**fields)
    assess.score_all(at=make.NOW, day=make.TODAY)
    return evidence


def test_says_what_the_country_page_says(client: Client) -> None:
    scored()

    page, brief = client.get("/countries/MMR/"), client.get("/countries/MMR/brief/").text

    assert page.context["printed_index"] in brief
    assert page.context["profile"].level.name in brief
    assert 'href="/countries/MMR/brief/"' in page.text


def test_cites_the_document_behind_a_reason_by_number(client: Client) -> None:
    evidence = scored()

    text = client.get("/countries/MMR/brief/").text

    assert "[1]" in text
    assert evidence.passage.report.title in text.partition('class="brief-sources"')[2]


def test_a_country_that_nobody_assessed_is_not_called_low(client: Client) -> None:
    text = client.get("/countries/FRA/brief/").text

    assert "This does not mean that the risk is low." in text
    assert text.count(">not assessed<") == 15  # the level and the fourteen factors
    assert '<svg class="drawing"' not in text


def test_shows_nothing_hidden_and_says_that_it_rests_on_it(client: Client) -> None:
    make.confidential(of=make.passage(make.report(title="A secret title", text="A secret.", bytes=b"secret")))
    assess.score_all(at=make.NOW, day=make.TODAY)
    staff = Client()
    staff.force_login(make.person(Role.ADMIN))

    assert "A secret title" in staff.get("/countries/MMR/brief/").text
    text = client.get("/countries/MMR/brief/").text
    assert "A secret title" not in text
    assert "1 piece of evidence that the reader of this brief may not see" in text


def test_another_day_shows_what_was_known(client: Client) -> None:
    evidence = scored(event_on=dt.date(2023, 1, 1), known_on=dt.date(2024, 6, 1))

    text = client.get("/countries/MMR/brief/?as_of=2024-05-31").text

    assert evidence.passage.report.title not in text.partition('class="brief"')[2]
    assert "as of 31 May 2024, with what was public by 31 May 2024" in text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int) -> None:
    for _ in range(count):
        make.accepted()
    assess.score_all(at=make.NOW, day=make.TODAY)
    client.get("/countries/MMR/brief/")
    with django_assert_max_num_queries(3):  # the marker, measures, levers
        client.get("/countries/MMR/brief/")


def test_small_letters_lead_to_the_one_address(client: Client) -> None:
    assert client.get("/countries/mmr/brief/").headers["Location"] == "/countries/MMR/brief/"


def months(*values: float | None) -> tuple[list[dt.date], list[float | None]]:
    return [dt.date(2024, place + 1, 1) for place in range(len(values))], list(values)


def test_a_gap_in_the_line_stays_a_gap() -> None:
    drawn = history_drawing(*months(10, 12, None, 14, 16), {}, CUTS)

    assert drawn.count("<polyline") == 2


def test_a_month_that_is_missing_is_a_gap_too() -> None:
    days = [dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 6, 1), dt.date(2024, 7, 1)]

    assert history_drawing(days, [1.0, 2.0, 3.0, 4.0], {}, CUTS).count("<polyline") == 2


def test_nothing_known_draws_nothing() -> None:
    assert history_drawing(*months(None, None, 3), {}, CUTS) == ""


def test_the_interval_is_drawn_where_it_is_known() -> None:
    days, values = months(10, 12, 14)

    assert "drawing-band" in history_drawing(days, values, {days[0]: (5, 20), days[2]: (6, 25)}, CUTS)
    assert "drawing-band" not in history_drawing(days, values, {}, CUTS)
