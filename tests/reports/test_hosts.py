"""Turns at a server: one request at a time, a pause, its robots.txt obeyed, and away for as long as it asks."""

import datetime as dt
import itertools
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from reports import hosts
from reports.fetch.robots import Robots, text_of
from reports.fetch.waits import wait_asked
from reports.fetching import ask, fetch_waiting, waiting
from reports.models import Host, Retrieval, Source
from tests import make
from tests.reports.fetchable import HOUR, Serve, asked, fetched, fetched_source, rss, serve, server_of
from tests.reports.serving import Handler
from tests.waiting import Aside

pytestmark = pytest.mark.django_db
__all__ = ["serve"]  # a fixture
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


def saying(text: str, status: int = 200) -> Callable[[Handler], None]:
    return lambda handler: handler.send(text.encode(), status=status, content_type="text/plain")


def with_robots(serve: Serve, text: str, status: int = 200, **fields: str) -> Source:
    source = serve(rss, **fields)
    server_of(source).robots = saying(text, status)
    return source


# --- robots.txt --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /private", True),
        ("User-agent: r2p-dashboard\nDisallow: /feed", False),
        ("User-agent: another\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: r2p-dashboard\nAllow: /", True),
        ("", True),
        ("<!doctype html><p>No such page", True),
        ("\ufeffUser-agent: *\r\nDisallow: /feed\r\n", False),
        ("User-agent: *\nDisallow: /*eed$", False),
        ("User-agent: *\nDisallow: /\nAllow: /feed", True),
        ("User-agent: *\n\nDisallow: /feed", False),
        ("User-agent: another\nUser-agent: r2p-dashboard\nDisallow: /feed # not for programs", False),
    ],
)
def test_what_robots_txt_refuses_is_not_asked(serve: Serve, text: str, is_asked: bool) -> None:
    source = with_robots(serve, text)
    row = fetched(source)

    assert bool(server_of(source).asked) == is_asked
    assert row.state == ("waiting" if is_asked else "failed")
    assert ("robots.txt refuses it" in row.reason) != is_asked


def test_robots_txt_is_asked_once_a_day_and_server(serve: Serve) -> None:
    source = with_robots(serve, "User-agent: *\nDisallow: /private")
    for hours in (0, 1, 23, 25):
        retrieval = fetched(source, make.NOW + hours * HOUR)
        Retrieval.objects.filter(pk=retrieval.pk).update(
            state="failed", payload=None, reason="made up", finished_at=make.NOW
        )

    assert (server_of(source).robots_asked, len(server_of(source).asked)) == (2, 4)


def test_an_api_that_invites_programs_is_asked_without_it(serve: Serve) -> None:
    source = with_robots(serve, "User-agent: *\nDisallow: /", robots_exempt="its documentation invites programs")

    assert fetched(source).state == "waiting"
    assert server_of(source).robots_asked == 0


@pytest.mark.parametrize(("status", "state"), [(404, "waiting"), (403, "waiting"), (410, "waiting"), (503, "asked")])
def test_no_rules_allow_everything_and_a_server_in_trouble_is_asked_later(
    serve: Serve, status: int, state: str
) -> None:
    row = fetched(with_robots(serve, "", status))

    assert row.state == state
    if state == "asked":
        assert row.reason == "robots.txt: status: found 503; wanted 200"


def test_a_server_in_trouble_is_held_to_the_rules_it_gave_before(serve: Serve) -> None:
    source = serve(rss)
    name = hosts.host_of(source.address)
    Host.objects.create(name=name, robots="User-agent: *\nDisallow: /feed", robots_read_at=make.NOW - 48 * HOUR)
    server_of(source).robots = saying("", 503)

    assert "robots.txt refuses it" in fetched(source).reason
    assert server_of(source).asked == []


def test_a_redirect_to_what_robots_txt_refuses_is_not_followed(serve: Serve) -> None:
    source = serve(lambda handler: handler.send(status=302, location="/private/feed"))
    server_of(source).robots = saying("User-agent: *\nDisallow: /private")

    row = fetched(source)
    assert (row.state, len(server_of(source).asked)) == ("failed", 1)
    assert row.reason.startswith("redirect: found that the server's robots.txt refuses it")


def test_a_redirect_to_another_server_asks_that_one_for_its_robots_txt(serve: Serve) -> None:
    other = with_robots(serve, "User-agent: *\nDisallow: /")
    source = serve(lambda handler: handler.send(status=302, location=other.address))

    row = fetched(source)
    assert (row.state, server_of(other).robots_asked, server_of(other).asked) == ("failed", 1, [])
    assert row.reason.startswith("redirect: found that the server's robots.txt refuses it")


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        ("Disallow: /*.pdf$", "/a/b.pdf", False),
        ("Disallow: /*.pdf$", "/a/b.pdf?x=1", True),
        ("Disallow: /a*b*c", "/a-b-b-c-d", False),
        ("Disallow: /a*b*c", "/a-c-b", True),
        ("Disallow: /*?page=", "/news?page=2", False),
        ("Disallow: /news$", "/news/1", True),
        ("Disallow: /*a$", "/a", False),
        ("Disallow: /a*a$", "/a", True),
        ("Disallow: /x\nAllow: /x/open", "/x/open/1", True),
        ("Allow: /x\nDisallow: /x/closed", "/x/closed", False),
        ("Allow: /same\nDisallow: /same", "/same", True),
        ("Disallow: /%7euser", "/~user", False),
        ("Disallow: /é", "/%C3%A9", False),
        ("Disallow:", "/", True),
    ],
)
def test_the_longest_rule_that_covers_an_address_holds(rules: str, path: str, may: bool) -> None:
    assert Robots(f"User-agent: *\n{rules}", "r2p-dashboard").allows(f"https://feed.test.example{path}") is may


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 20", 20),
        ("User-agent: *\nRequest-rate: 1/30", 30),
        ("User-agent: *\nCrawl-delay: 20\nRequest-rate: 1/5", 20),
        ("User-agent: *\nCrawl-delay: 99999999", 3600),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: another\nCrawl-delay: 20", 0),
        ("", 0),
    ],
)
def test_the_pause_is_the_one_that_robots_txt_wants(text: str, seconds: int) -> None:
    assert Robots(text, "r2p-dashboard").pause == seconds * SECOND


@given(st.binary(max_size=300))
def test_no_robots_txt_breaks_the_reading(payload: bytes) -> None:
    rules = Robots(text_of(payload), "r2p-dashboard")

    assert rules.allows("https://feed.test.example/rss") in {True, False}
    assert dt.timedelta() <= rules.pause <= HOUR


# --- turns -------------------------------------------------------------------------------------------------
def test_a_server_is_asked_by_one_at_a_time_and_rests_between() -> None:
    assert hosts.take_turn("feed.test.example", at=make.NOW)
    assert not hosts.take_turn("feed.test.example", at=make.NOW + SECOND)
    assert hosts.take_turn("other.test.example", at=make.NOW)

    hosts.end_turn("feed.test.example", at=make.NOW + SECOND)
    assert not hosts.take_turn("feed.test.example", at=make.NOW + 1.5 * SECOND)
    assert hosts.take_turn("feed.test.example", at=make.NOW + 2 * SECOND)


def test_a_turn_of_a_worker_that_died_ends_by_itself() -> None:
    hosts.take_turn("feed.test.example", at=make.NOW)

    assert hosts.take_turn("feed.test.example", at=make.NOW + 3 * MINUTE)


def several(source: Source, count: int) -> list[Source]:
    """Sources on the server of `source`."""
    return [fetched_source(address=f"{source.address}/{number}") for number in range(count)]


@pytest.mark.django_db(transaction=True)
def test_two_workers_ask_a_server_one_after_the_other(serve: Serve, settings: Settings) -> None:
    settings.FETCH_PAUSE = 0.2
    spans: list[tuple[float, float]] = []

    def slow(handler: Handler) -> None:
        start = time.monotonic()
        time.sleep(0.1)
        spans.append((start, time.monotonic()))
        rss(handler)

    first = serve(slow)
    for source in several(first, 4):
        asked(source)
    workers = [Aside(lambda: fetch_waiting(at=make.NOW)) for _ in range(2)]

    assert sum(worker.join() for worker in workers) == 4
    gaps = [after[0] - before[1] for before, after in itertools.pairwise(spans)]
    assert all(gap > 0.15 for gap in gaps)


def test_a_crawl_delay_that_is_long_is_left_to_the_next_sweep(serve: Serve) -> None:
    first = with_robots(serve, "User-agent: *\nCrawl-delay: 30")
    rows = [asked(source) for source in several(first, 2)]

    assert fetch_waiting(at=make.NOW) == 1
    assert fetch_waiting(at=make.NOW + 20 * SECOND) == 0
    assert fetch_waiting(at=make.NOW + 40 * SECOND) == 1
    assert {Retrieval.objects.get(pk=row.pk).state for row in rows} == {"waiting"}


# --- Retry-After -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", 120 * SECOND), ("0", 0 * SECOND), ("999999999999", 6 * HOUR), ("-5", None), ("soon", None), ("", None),
        ("Mon, 01 Jul 2024 13:00:00 GMT", HOUR), ("Mon, 01 Jul 2024 11:00:00 GMT", 0 * SECOND),
        ("Wed, 01 Jul 2099 13:00:00 GMT", 6 * HOUR), ("Mon, 99 Jul 2024 13:00:00 GMT", None),
    ],
)  # fmt: skip
def test_a_wait_is_read_from_seconds_or_a_date_and_capped(said: str, wait: dt.timedelta | None) -> None:
    assert wait_asked(said, at=make.NOW) == wait


@given(st.text(max_size=60))
def test_no_retry_after_breaks_the_reading(said: str) -> None:
    wait = wait_asked(said, at=make.NOW)

    assert wait is None or dt.timedelta() <= wait <= 6 * HOUR


def test_a_server_that_asks_to_be_left_alone_is(serve: Serve) -> None:
    source = serve(lambda handler: handler.send(status=429, retry_after="1800"))
    row = fetched(source)
    neighbour = ask(source=several(source, 1)[0], at=make.NOW)

    assert (row.state, row.next_try_at is not None) == ("asked", True)
    assert list(waiting(at=make.NOW + 20 * MINUTE)) == [neighbour]
    fetch_waiting(at=make.NOW + 20 * MINUTE)
    assert len(server_of(source).asked) == 1
    fetch_waiting(at=make.NOW + 31 * MINUTE)
    assert len(server_of(source).asked) == 2


def test_an_address_names_its_server_with_the_port_that_is_unusual() -> None:
    found = [hosts.host_of(f"{address}/x") for address in ("https://A.example", "http://a.example:80", "http://a:8080")]

    assert found == ["a.example", "a.example", "a:8080"]
