"""What stands beside a country's scores: recorded events, and the figures of others."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import assess
from people.permissions import Role, Sensitivity
from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def assessed(reference: None) -> None:
    make.accepted()
    assess.score_all(at=make.NOW, day=make.TODAY)


def block(client: Client, name: str, address: str = "/countries/MMR/") -> str:
    """The words of a section."""
    return client.get(address).text.split(f' id="{name}">')[1].split("</section>")[0]


@pytest.mark.usefixtures("assessed")
def test_without_a_release_or_a_file_the_page_says_what_that_means(client: Client) -> None:
    assert "No release of event data is loaded." in block(client, "recorded")
    assert "None is loaded." in block(client, "others")


@pytest.mark.usefixtures("assessed")
def test_events_stand_by_month_and_are_said_to_be_in_no_index(client: Client) -> None:
    given.event_months(2)
    text = block(client, "recorded")

    assert "They are not in the index" in text
    assert text.index("May 2024") < text.index("April 2024") < text.index("March 2024")
    assert "(2–9)" in text
    assert "none recorded" in text
    assert "in 1 event</span>" in text


@pytest.mark.usefixtures("assessed")
def test_figures_of_others_name_publisher_unit_and_period(client: Client) -> None:
    figure = given.published(3)[0]
    text = block(client, "others")

    assert figure.report.source.name in text
    assert "People, made up" in text
    assert "January 2023 to December 2023" in " ".join(text.split())
    assert "rank" not in text.lower()


def test_a_country_that_nobody_assessed_shows_what_others_say(client: Client) -> None:
    assert "None is loaded." in block(client, "others")
    given.event_months(1)
    given.published(1)

    assert "May 2024" in block(client, "recorded")
    assert "People, made up" in block(client, "others")


@pytest.mark.usefixtures("assessed")
def test_what_is_for_staff_alone_is_not_kept_for_the_public(client: Client) -> None:
    given.published(1, sensitivity=Sensitivity.CONFIDENTIAL)
    client.force_login(make.person(Role.ADMIN))
    assert "People, made up" in block(client, "others")
    client.logout()

    assert "People, made up" not in block(client, "others")


@pytest.mark.usefixtures("assessed")
@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow_with_months_and_figures(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    given.event_months(count)
    given.published(count)
    client.get("/countries/MMR/")
    with django_assert_max_num_queries(4):
        client.get("/countries/MMR/")
    given.published(1)  # the whole page is made anew
    with django_assert_max_num_queries(31):
        client.get("/countries/MMR/")


@pytest.mark.usefixtures("assessed")
def test_another_day_shows_what_was_known_of_it(client: Client) -> None:
    given.event_months(2)

    assert "No release of event data" in block(client, "recorded", "/countries/MMR/?as_of=2024-06-20")
    seen: Any = block(client, "recorded", "/countries/MMR/?as_of=2024-05-30&known_at=2024-06-30")
    assert "April 2024" in seen
    assert "May 2024" not in seen
