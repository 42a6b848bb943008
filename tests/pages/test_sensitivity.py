"""The page that shows how little a place means."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")
COUNTRIES = ("MMR", "MLI", "SSD", "YEM", "SYR", "HTI")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def fill(count: int) -> None:
    for iso3 in COUNTRIES[:count]:
        given.evidence(3, country=make.country(iso3))
    given.scored()


def test_says_first_that_it_is_no_league_table(client: Client) -> None:
    fill(3)
    text = client.get("/sensitivity/").text

    assert text.index("This is no league table.") < text.index("Every assessed country")
    assert "3 countries are assessed, 192 are not." in " ".join(text.split())


def test_every_assessed_country_has_its_row_and_no_other(client: Client) -> None:
    fill(2)
    found = client.get("/sensitivity/").context["order"]

    assert {row.iso3 for row in found.rows} == {"MMR", "MLI"}
    assert [row.now.place for row in found.rows] == [1.5, 1.5]  # equal evidence


def test_another_day_sees_what_was_known_then(client: Client) -> None:
    fill(1)

    assert "No country is assessed at this date." in client.get("/sensitivity/?as_of=2020-01-31").text
    assert client.get("/sensitivity/?as_of=soon").status_code == 400


def test_the_order_is_kept_until_another_run_is_published(client: Client) -> None:
    fill(1)
    first = client.get("/sensitivity/").context["order"]
    given.evidence(1, country=make.country("HTI"))
    again = client.get("/sensitivity/").context["order"]
    given.scored()
    later = client.get("/sensitivity/").context["order"]

    assert len(first.rows) == len(again.rows) == 1
    assert {row.iso3 for row in later.rows} == {"MMR", "HTI"}


@pytest.mark.parametrize("count", [1, 6])
def test_queries_do_not_grow(client: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    fill(count)
    with django_assert_max_num_queries(8):
        client.get("/sensitivity/")
    with django_assert_max_num_queries(2):
        client.get("/sensitivity/")


def test_a_parameter_that_is_none_is_refused_with_what_was_wanted(client: Client) -> None:
    answer = client.get("/sensitivity/?test=999")

    assert answer.status_code == 400
    assert "&#x27;test&#x27; is no parameter here; wanted as_of or known_at" in answer.text
