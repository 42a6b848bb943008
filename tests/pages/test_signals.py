"""The page of signals: everything that the machine found, for everybody, and no more than they may see."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts.models import Signal, Verdict
from indicators.models import Evidence
from people.permissions import Role
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)


def signal(*, iso3: str = "MMR", kind: str = "rapid", at: dt.datetime = make.NOW, **fields: Any) -> Signal:
    after = outbox.snapshot(iso3=iso3)
    given = {"from_level": 3, "to_level": 3, "is_historic": False, "figures": {"change": 7.26, "days": 90}}
    return Signal.objects.create(country=after.country, kind=kind, after=after, found_at=at, **(given | fields))


def trigger(piece: Evidence) -> Signal:
    return signal(kind="trigger", evidence=piece, figures={})


def test_an_empty_page_says_what_to_do(client: Client) -> None:
    text = client.get("/signals/").text

    assert "Nothing has been found yet." in text
    assert "accept evidence" in text


def test_a_signal_says_what_changed_and_what_the_rule_made_of_it(client: Client) -> None:
    row = signal()
    Verdict.objects.create(signal=row, rule="AR-2", reason="the level is below ELEVATED", judged_at=make.NOW)

    text = client.get("/signals/").text

    assert "The index rose by 7.3 points within 90 days" in text
    assert "Not sent. The level is below ELEVATED." in text
    assert "Myanmar" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2), ("?kind=rapid", 1), ("?kind=blackout", 0), ("?country=SDN", 1), ("?region=142", 1), ("?region=15", 1),
        ("?region=19", 0), ("?since=2024-07-02", 1), ("?until=2024-07-01", 1), ("?since=2024-07-01", 2),
        ("?kind=level_up&country=SDN&region=2&since=2024-07-02&until=2024-07-02", 1),
    ],
)  # fmt: skip
def test_the_address_chooses_signals(client: Client, query: str, found: int) -> None:
    signal()
    signal(iso3="SDN", kind="level_up", from_level=2, at=make.NOW + DAY)

    page = client.get(f"/signals/{query}")

    assert (page.status_code, len(page.context["signals"])) == (200, found)
    assert ("No signal fits" in page.text) is (found == 0)


@pytest.mark.parametrize(
    "query", ["?kind=x", "?region=1", "?country=%00", "?since=x", "?since=2024-07-02&until=2024-07-01"]
)
def test_what_is_no_filter_is_said_and_lists_nothing(client: Client, query: str) -> None:
    signal()

    page = client.get(f"/signals/{query}")

    assert (page.status_code, page.context["signals"]) == (400, [])
    assert "message-error" in page.text


@pytest.mark.parametrize(("role", "is_open"), [(None, False), (Role.FOCAL_POINT, False), (Role.CODER, True)])
def test_a_piece_that_is_not_open_is_neither_named_nor_linked(client: Client, role: Role | None, is_open: bool) -> None:
    closed = make.confidential(indicator=make.indicator("8.5"))
    trigger(closed)
    if role is not None:
        client.force_login(make.person(role))

    text = client.get("/signals/").text

    assert (f'href="/evidence/{closed.pk}/"' in text) is (closed.indicator.label in text) is is_open
    assert ("New trigger evidence that is not public" in text) is not is_open


def test_days_in_the_words_of_a_signal_are_written_as_on_other_pages(client: Client) -> None:
    piece = make.accepted(indicator=make.indicator("8.5"))
    trigger(piece)

    text = client.get("/signals/").text

    assert f"({piece.event_on:%-d %B %Y})" in text
    assert f"({piece.event_on.isoformat()})" not in text


@pytest.mark.parametrize("count", [3, 60])
def test_queries_of_the_page_do_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    piece = make.accepted(indicator=make.indicator("8.5"))
    for _ in range(count):
        trigger(piece)
    with django_assert_max_num_queries(6):
        page = client.get("/signals/")
    assert len(page.context["signals"]) == min(count, 50)


def test_pages_keep_their_filters_and_nothing_is_inline(client: Client) -> None:
    for _ in range(51):
        signal()

    text = client.get("/signals/?kind=rapid").text

    assert "?kind=rapid&amp;page=2" in text
    assert not re.search(r'<[^>]*\s(style|on\w+)="|<style(?! id=)', text)


def test_a_country_shows_what_was_found_in_words(client: Client) -> None:
    signal(figures={"recent": 1, "expected": 12.2, "days": 90}, kind="blackout")

    text = client.get("/countries/MMR/").text

    assert "Reports fell to 1 in 90 days where 12 were usual" in text
    assert 'href="/signals/?country=MMR"' in text
