"""Asking for sources and fetching them, against a real server: once, with its reason where it fails, nothing lost."""

import datetime as dt

import pytest
from django.db import connection
from pytest_django import Settings

from people.permissions import Role
from reports import fetching
from reports.fetching import FetchingError, ask, ask_due, due, fetch_waiting
from reports.models import Retrieval
from tests import make
from tests.reports.fetchable import HOUR, Serve, asked, done, fetched, fetched_source, rss, serve, server_of
from tests.reports.serving import Handler, serving
from tests.waiting import Aside, until

pytestmark = pytest.mark.django_db
__all__ = ["serve"]  # a fixture


# --- what is due -------------------------------------------------------------------------------------------
def test_a_source_that_is_on_is_due_at_once_and_then_after_its_cadence() -> None:
    source = fetched_source()
    assert list(due(at=make.NOW)) == [source]

    done(source)
    assert not due(at=make.NOW + HOUR - dt.timedelta(seconds=1))
    assert list(due(at=make.NOW + HOUR)) == [source]


def test_a_source_that_is_off_or_has_no_address_is_never_due() -> None:
    fetched_source(is_on=False, off_because="a made-up reason")
    make.source()

    assert not due(at=make.NOW)


def test_a_source_that_fails_is_asked_again_after_its_cadence_and_not_before() -> None:
    source = fetched_source()
    done(source, state="failed", report=None, reason="gone")

    assert not due(at=make.NOW + HOUR / 2)
    assert list(due(at=make.NOW + HOUR)) == [source]


@pytest.mark.parametrize(("cursors", "is_due"), [(["a"], True), (["a", "b"], True), (["a", "a"], False), ([""], False)])
def test_an_answer_that_was_cut_is_followed_at_once_unless_it_led_nowhere(cursors: list[str], is_due: bool) -> None:
    source = fetched_source()
    for cursor in cursors:
        done(source, is_full=True, cursor=cursor)

    assert due(at=make.NOW).exists() == is_due


def test_a_schedule_that_was_away_for_days_asks_once() -> None:
    source = fetched_source()
    done(source, at=make.NOW - 48 * HOUR)

    assert ask_due(at=make.NOW) == 1
    assert ask_due(at=make.NOW + 5 * HOUR) == 0
    assert Retrieval.objects.filter(source=source, state="asked").count() == 1


# --- asking ------------------------------------------------------------------------------------------------
def test_there_is_never_a_second_one_while_one_is_open() -> None:
    source = fetched_source()
    person = make.person(Role.CODER)

    assert ask(source=source, at=make.NOW + HOUR, asked_by=person) == asked(source) == Retrieval.objects.get()


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_the_same_one() -> None:
    source = fetched_source()
    asking = [Aside(lambda: asked(source)) for _ in range(4)]

    assert len({one.join().pk for one in asking}) == 1


@pytest.mark.parametrize(
    ("role", "is_on", "may_ask"),
    [
        (Role.READER, True, False), (Role.FOCAL_POINT, True, False), (Role.CODER, True, True),
        (Role.REVIEWER, True, True), (Role.CODER, False, False), (Role.PUBLISHER, False, False),
        (Role.ADMIN, False, True),
    ],
)  # fmt: skip
def test_who_may_ask_follows_the_permission_table(role: Role, is_on: bool, may_ask: bool) -> None:
    source = fetched_source(is_on=is_on, off_because="" if is_on else "terms not read")
    person = make.person(role)
    if may_ask:
        assert ask(source=source, at=make.NOW, asked_by=person).asked_by == person
    else:
        with pytest.raises(FetchingError, match=f"role {role.value}: may not"):
            ask(source=source, at=make.NOW, asked_by=person)


def test_a_source_without_an_address_cannot_be_asked() -> None:
    with pytest.raises(FetchingError, match="found no address to fetch"):
        asked(make.source())


# --- fetching ----------------------------------------------------------------------------------------------
def test_what_was_fetched_waits_to_be_read_with_what_the_server_said_of_it(serve: Serve) -> None:
    row = fetched(serve(rss))

    assert (row.state, bytes(row.payload or b""), row.attempts) == ("waiting", b"<rss/>", 0)
    assert (row.headers["etag"], row.headers["content-type"]) == ('"v1"', "text/xml")
    assert make.NOW <= (row.fetched_at or make.NOW) < make.NOW + HOUR


def test_the_server_is_told_who_asks_and_how_to_reach_them(serve: Serve, settings: Settings) -> None:
    settings.FETCH_CONTACT = "https://contact.test.example"
    source = serve(rss)
    fetched(source)

    agent = server_of(source).asked[0].headers["user-agent"]
    assert agent.startswith("r2p-dashboard/")
    assert "https://contact.test.example" in agent


def test_what_has_not_changed_is_the_report_that_is_here(serve: Serve) -> None:
    source = serve(lambda handler: handler.send(status=304 if handler.headers["If-None-Match"] == '"v1"' else 500))
    before = done(source, headers={"etag": '"v1"'}, cursor="c")

    row = fetched(source, make.NOW + HOUR)
    assert (row.state, row.report, row.headers, row.cursor) == ("same", before.report, {"etag": '"v1"'}, "c")

    again = fetched(source, make.NOW + 2 * HOUR)
    assert (again.state, again.report) == ("same", before.report)


def test_an_etag_of_another_address_is_not_sent(serve: Serve) -> None:
    source = serve(rss)
    done(source, headers={"etag": '"old"'}, about={"url": "https://before.test.example/"})

    assert fetched(source).state == "waiting"
    assert "if-none-match" not in server_of(source).asked[0].headers


def test_a_source_that_says_no_fails_at_once_and_its_old_data_are_kept(serve: Serve) -> None:
    source = serve(lambda handler: handler.send(status=404))
    before = done(source)

    row = fetched(source, make.NOW + HOUR)

    assert (row.state, row.reason, row.attempts, row.payload) == ("failed", "status: found 404; wanted 200", 1, None)
    before.refresh_from_db()
    assert (before.state, source.reports.count()) == ("done", 1)


def test_what_may_go_well_later_is_tried_three_times_with_longer_and_longer_waits(serve: Serve) -> None:
    source = serve(lambda handler: handler.send(status=503))
    row = fetched(source)
    assert (row.state, row.attempts, row.reason) == ("asked", 1, "status: found 503; wanted 200")

    reached = {}
    for minutes in (2, 4, 13, 15, 60):
        fetch_waiting(at=make.NOW + dt.timedelta(minutes=minutes))
        reached[minutes] = len(server_of(source).asked)

    assert reached == {2: 1, 4: 2, 13: 2, 15: 3, 60: 3}
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", 3)


def test_an_attempt_that_goes_well_leaves_no_trace_of_the_one_before(serve: Serve) -> None:
    source = serve(lambda handler: handler.send(b"x", status=503 if len(handler.server.asked) < 2 else 200))
    row = fetched(source)
    fetch_waiting(at=make.NOW + HOUR)

    row.refresh_from_db()
    assert (row.state, row.reason) == ("waiting", "")


def test_one_dead_source_does_not_stop_the_others(serve: Serve) -> None:
    dead, alive = serve(lambda handler: handler.send(status=410)), serve(rss)
    rows = [asked(dead), asked(alive)]

    assert fetch_waiting(at=make.NOW) == 2
    assert [Retrieval.objects.get(pk=row.pk).state for row in rows] == ["failed", "waiting"]


def test_an_answer_above_the_cap_fails_and_keeps_nothing(serve: Serve, settings: Settings) -> None:
    settings.REPORT_BYTES_MAX = 1000
    row = fetched(serve(lambda handler: handler.send(b"x" * 1001)))

    assert (row.state, row.payload) == ("failed", None)
    assert "found more than" in row.reason


def test_an_address_on_this_machine_is_not_asked(settings: Settings) -> None:
    with serving(rss) as server:
        row = fetched(fetched_source(address=server.url()))

    assert (row.state, server.asked) == ("failed", [])
    assert "wanted 80 or 443" in row.reason


def test_a_redirect_to_a_host_that_no_source_has_is_refused(serve: Serve) -> None:
    row = fetched(serve(lambda handler: handler.send(status=302, location="https://elsewhere.test.example/")))

    assert "found the host elsewhere.test.example" in row.reason


def test_no_transaction_is_open_while_a_source_is_slow(serve: Serve, transactional_db: None) -> None:
    def slow(handler: Handler) -> None:
        handler.server.over.wait(20)
        rss(handler)

    source = serve(slow)
    row = asked(source)
    worker = Aside(lambda: fetch_waiting(at=make.NOW))
    until(lambda: server_of(source).asked, what="the source to be asked")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        )
        assert cursor.fetchone() == (0,)
    row.refresh_from_db()
    assert (row.attempts, row.begun_at is not None) == (1, True)
    server_of(source).over.set()
    worker.join()


# --- two workers, and a worker's death ---------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_workers_never_fetch_the_same(serve: Serve) -> None:
    sources = [serve(rss) for _ in range(5)]
    for source in sources:
        asked(source)

    workers = [Aside(lambda: fetch_waiting(at=make.NOW)) for _ in range(3)]

    assert sum(worker.join() for worker in workers) == 5
    assert [len(server_of(source).asked) for source in sources] == [1] * 5


def test_one_that_a_worker_began_is_left_to_it_until_its_time_is_over(serve: Serve) -> None:
    source = serve(rss)
    row = asked(source)
    Retrieval.objects.filter(pk=row.pk).update(attempts=1, begun_at=make.NOW)

    assert fetch_waiting(at=make.NOW + dt.timedelta(minutes=2)) == 0
    assert fetch_waiting(at=make.NOW + dt.timedelta(minutes=3)) == 1


def test_one_that_stopped_worker_after_worker_fails(serve: Serve) -> None:
    source = serve(rss)
    row = asked(source)
    Retrieval.objects.filter(pk=row.pk).update(attempts=3, begun_at=make.NOW)

    fetch_waiting(at=make.NOW + HOUR)

    row.refresh_from_db()
    assert (row.state, server_of(source).asked) == ("failed", [])
    assert "3 workers stopped in it" in row.reason


def test_a_worker_that_comes_back_late_does_not_overwrite_another(serve: Serve) -> None:
    def meanwhile(handler: Handler) -> None:
        handler.send(b"late")

    source = serve(meanwhile)
    row = asked(source)
    begun = fetching._begin_next(make.NOW)
    assert begun is not None
    Retrieval.objects.filter(pk=row.pk).update(attempts=2)  # another one has begun it since

    assert not fetching._fetch(begun, start=0, at=make.NOW)
    row.refresh_from_db()
    assert (row.state, row.payload) == ("asked", None)
