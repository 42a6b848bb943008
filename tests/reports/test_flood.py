"""A feed gone wrong: capped by the hour, counted and said, and staff are told once."""

import datetime as dt
import json
from pathlib import Path

import pytest
from pytest_django import Settings

from people.models import StaffNotice
from people.notices import close_notice
from people.permissions import Role
from reports import flood
from reports.fetching import fetch_waiting
from reports.ingest import About, read_waiting, receive
from reports.models import Report, Retrieval, Source
from tests import make
from tests.reports.fetchable import HOUR, Serve, asked, done, serve, server_of
from tests.reports.serving import Handler

pytestmark = pytest.mark.django_db
__all__ = ["serve"]  # a fixture
RELIEFWEB = (Path(__file__).resolve().parents[1] / "samples" / "reliefweb.json").read_bytes()
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def feed(*numbers: int, day: str = "Mon, 01 Jul 2024 09:00:00 GMT") -> bytes:
    items = "".join(
        f"<item><guid>made-up-{n}</guid><title>Made-up item {n}</title><link>https://feed.test.example/{n}</link>"
        f"<description>Synthetic text {n} of nobody.</description><pubDate>{day}</pubDate></item>"
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>Made up</title>{items}</channel></rss>'.encode()


def flooding(per_answer: int) -> object:
    """Each answer brings `per_answer` items that no answer brought before."""

    def answer(handler: Handler) -> None:
        start = len(handler.server.asked) * per_answer
        handler.send(feed(*range(start, start + per_answer)), content_type="application/rss+xml")

    return answer


def taken_in(source: Source, at: dt.datetime) -> Retrieval:
    row = asked(source, at)
    fetch_waiting(at=at)
    read_waiting(at=at)
    row.refresh_from_db()
    return row


def test_a_feed_with_a_thousand_items_a_minute_cannot_fill_the_desk(serve: Serve) -> None:
    source = serve(flooding(1000), fetch_every=MINUTE)

    rows = [taken_in(source, make.NOW + minute * MINUTE) for minute in range(3)]

    assert [(row.state, row.items_new) for row in rows] == [("done", 500), ("done", 0), ("done", 0)]
    assert [row.items_left_out for row in rows] == [500, 1000, 1000]
    assert [row.items_over_cap for row in rows] == [0, 500, 500]
    assert Report.objects.filter(carrier__source=source).count() == 500
    notice = StaffNotice.objects.get()
    assert (notice.kind, notice.subject, notice.times) == ("feed-volume", f"source {source.slug}", 1)
    assert "found an answer too long to be read whole (its 500 oldest items were left out)" in notice.words


def test_what_had_no_room_comes_later_though_the_feed_stays_as_it_is(serve: Serve, settings: Settings) -> None:
    settings.FEED_ITEMS_PER_HOUR = 2
    source = serve(lambda handler: handler.send(feed(1, 2, 3), etag='"v1"'))
    rows = [taken_in(source, make.NOW + minutes * MINUTE) for minutes in (0, 5, 61, 130)]

    assert [(row.state, row.items_new, row.items_over_cap) for row in rows] == [
        ("done", 2, 1), ("same", 0, 1), ("done", 1, 0), ("same", 0, 0),
    ]  # fmt: skip
    assert {row.report_id for row in rows} == {rows[0].report_id}
    assert [asked.headers.get("if-none-match") for asked in server_of(source).asked] == [None, None, None, '"v1"']
    assert Report.objects.filter(carrier__source=source, received_at=rows[2].received_at).count() == 1


def test_a_long_answer_that_reaches_back_to_what_is_here_is_no_news(serve: Serve) -> None:
    source = serve(lambda handler: handler.send(feed(*range(len(handler.server.asked) - 1, 520))))
    done = taken_in(source, make.NOW)
    StaffNotice.objects.all().delete()
    again = taken_in(source, make.NOW + 2 * HOUR)

    assert (done.items_left_out, again.items_left_out) == (20, 19)
    assert not StaffNotice.objects.exists()


def test_after_an_hour_there_is_room_again(serve: Serve, settings: Settings) -> None:
    settings.FEED_ITEMS_PER_HOUR = 10
    source = serve(flooding(8))
    rows = [taken_in(source, make.NOW + minutes * MINUTE) for minutes in (0, 5, 61, 66)]

    assert [(row.items_new, row.items_over_cap) for row in rows] == [(8, 0), (2, 6), (8, 0), (2, 6)]


def test_what_is_here_already_takes_no_room(serve: Serve, settings: Settings) -> None:
    settings.FEED_ITEMS_PER_HOUR = 5
    source = serve(lambda handler: handler.send(feed(1, 2, 3, len(handler.server.asked) + 10)))
    rows = [taken_in(source, make.NOW + minutes * MINUTE) for minutes in (0, 5, 10)]

    assert [(row.items_new, row.items_same, row.items_over_cap) for row in rows] == [(4, 0, 0), (1, 3, 0), (0, 3, 1)]


def test_a_source_that_is_asked_from_a_place_on_loses_nothing(
    serve: Serve, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cursor stays where it was, so that what was left out comes with a later answer."""
    monkeypatch.setenv("SOURCE_TEST_APPNAME", "made-up")
    settings.FEED_ITEMS_PER_HOUR = 2
    place = "2024-06-01T00:00:00+00:00"
    source = serve(
        lambda handler: handler.send(RELIEFWEB.replace(b"{", b"{ ", len(handler.server.asked))),
        reader="reliefweb-v2", credential="SOURCE_TEST_APPNAME",
    )  # fmt: skip
    done(source, at=make.NOW - HOUR, cursor=place)
    first = taken_in(source, make.NOW)
    second = taken_in(source, make.NOW + 2 * HOUR)

    assert (first.items_new, first.items_over_cap, first.cursor, first.is_full) == (2, 1, place, False)
    assert json.loads(server_of(source).asked[1].body)["filter"]["value"] == {"from": place}
    assert (second.items_new, second.items_same, second.items_over_cap, second.cursor != place) == (1, 2, 0, True)


def test_what_a_person_hands_in_is_not_capped(settings: Settings) -> None:
    settings.FEED_ITEMS_PER_HOUR = 1
    source = make.source()
    receive(reader="feed", payload=feed(1, 2, 3), about=About(source=source.slug), file_name="x", at=make.NOW)
    read_waiting(at=make.NOW)

    assert Retrieval.objects.get().items_new == 3
    assert not StaffNotice.objects.exists()


# --- a jump in volume --------------------------------------------------------------------------------------
def history(source: Source, per_day: int, days: int, today: int) -> None:
    answer = make.report(source=source, kind=Report.Kind.FEED)
    for day in range(1, days + 1):
        for _ in range(per_day):
            make.report(source=source, carrier=answer, received_at=make.NOW - day * DAY - HOUR)
    for _ in range(today):
        make.report(source=source, carrier=answer, received_at=make.NOW - HOUR)


@pytest.mark.parametrize(
    ("per_day", "days", "today", "is_told"),
    [
        (2, 10, 60, True),  # thirty times the usual
        (15, 10, 60, False),  # four times
        (2, 10, 40, False),  # twenty times, but few
        (2, 3, 60, False),  # nobody knows yet what is usual
        (0, 0, 60, False),
    ],
)
def test_a_jump_is_several_times_the_usual_day_and_above_a_floor(
    per_day: int, days: int, today: int, is_told: bool
) -> None:
    source = make.source()
    history(source, per_day, days, today)
    flood.watch(source, new=1, over_cap=0, at=make.NOW)

    assert StaffNotice.objects.filter(kind="feed-volume").exists() == is_told


def test_staff_are_told_once_until_a_person_closed_it_and_a_day_passed() -> None:
    source = make.source()
    history(source, 2, 10, 60)
    for minutes in (0, 1, 2):
        flood.watch(source, new=1, over_cap=0, at=make.NOW + minutes * MINUTE)
    notice = StaffNotice.objects.get()
    assert (notice.times, "60 new items within a day, against 2" in notice.words) == (1, True)

    close_notice(notice_id=notice.pk, by=make.person(Role.ADMIN), note="looked at", at=make.NOW + HOUR)
    flood.watch(source, new=1, over_cap=9, at=make.NOW + 2 * HOUR)
    assert StaffNotice.objects.count() == 1
    flood.watch(source, new=1, over_cap=9, at=make.NOW + 30 * HOUR)
    assert StaffNotice.objects.count() == 2
