"""The scorecard: our own alerts, with what followed."""

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import outcome_loading
from indicators.models import OutcomeList
from tests.alerts import outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
LONG_AGO = dt.datetime(2016, 6, 1, tzinfo=dt.UTC)
CSV = b"country,start,end,kind,source,licence\nMMR,2016-10-09,2018-12-31,mass killing,a body,CC0\n"


def text_of(client: Client, address: str = "/scorecard/") -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).text).split())


def outcomes() -> OutcomeList:
    return outcome_loading.load_csv(
        payload=CSV, name="two", at=NOW, covers_from=dt.date(2010, 1, 1), covers_until=dt.date(2020, 12, 31)
    )[0]


def test_says_that_there_is_nothing_to_judge(client: Client) -> None:
    assert "No alert has been released yet." in text_of(client)


def test_without_a_list_what_followed_is_not_said(client: Client) -> None:
    outbox.alert()

    assert "No outcome list is loaded, so what followed cannot be said." in text_of(client)


def test_a_draft_is_not_on_it(client: Client) -> None:
    outbox.alert(state="draft")

    assert "No alert has been released yet." in text_of(client)


def test_alerts_stand_by_level_with_what_followed(client: Client) -> None:
    outcomes()
    outbox.alert(released_at=LONG_AGO)
    outbox.alert(iso3="MLI", released_at=LONG_AGO)
    outbox.alert(iso3="HTI")  # released this summer
    card = client.get("/scorecard/").context["card"]

    assert [(line.level.label, line.count) for line in card.levels] == [("ELEVATED", 3)]
    assert card.levels[0].by_horizon == ((1, 1, 0, 1, 0), (1, 1, 0, 1, 0))
    assert "too early to say" in text_of(client)
    assert "REAL-TIME" in text_of(client)


def test_another_list_is_chosen_by_its_name(client: Client) -> None:
    outbox.alert()

    assert client.get(f"/scorecard/?outcomes={outcomes().slug}").status_code == 200
    assert client.get("/scorecard/?outcomes=nothing").status_code == 400


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(client: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    outcomes()
    for _ in range(count):
        outbox.alert(released_at=LONG_AGO)
    with django_assert_max_num_queries(3):
        client.get("/scorecard/")


def test_a_parameter_that_is_none_is_refused_with_what_was_wanted(client: Client) -> None:
    answer = client.get("/scorecard/?test=999")

    assert answer.status_code == 400
    assert "&#x27;test&#x27; is no parameter here; wanted outcomes" in answer.text
