"""Sources that fall silent: yellow, then red, one notice for each, and what they brought stays."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from people.models import StaffNotice
from people.notices import close_notice
from people.permissions import Role
from reports.models import Source
from reports.tasks import watch_sources
from reports.watching import Course, Sign, course_of, coursing, tell
from tests import make
from tests.reports.fetchable import HOUR, done, fetched_source

pytestmark = pytest.mark.django_db


def failed(source: Source, at: dt.datetime = make.NOW) -> None:
    done(source, at=at, state="failed", report=None, reason="status: found 410; wanted 200")


def course(source: Source, at: dt.datetime = make.NOW) -> Course:
    return course_of(coursing(Source.objects.filter(pk=source.pk)).get(), at=at)


# --- signs -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("hours", "failures", "sign"),
    [
        (0.5, 0, Sign.GOOD), (2.9, 0, Sign.GOOD), (0.5, 1, Sign.YELLOW), (3.1, 0, Sign.YELLOW), (9.9, 4, Sign.YELLOW),
        (10.1, 0, Sign.RED), (0.5, 5, Sign.RED), (500, 9, Sign.RED),
    ],
)  # fmt: skip
def test_a_source_turns_yellow_then_red(hours: float, failures: int, sign: Sign) -> None:
    source = fetched_source()
    done(source, at=make.NOW - hours * HOUR)
    for _ in range(failures):
        failed(source)

    assert course(source).sign is sign


def test_a_success_ends_a_row_of_failures() -> None:
    source = fetched_source()
    for _ in range(6):
        failed(source)
    done(source, state="same")
    failed(source)

    assert (course(source).sign, course(source).failures) == (Sign.YELLOW, 1)


@pytest.mark.parametrize("fields", [{"is_on": False, "off_because": "made up"}, {"reader": "", "address": ""}])
def test_one_that_is_off_or_sent_in_by_hand_has_no_colour(fields: dict[str, Any]) -> None:
    if "reader" in fields:
        fields = fields | {"fetch_every": None, "is_on": False}
    source = fetched_source(**fields)

    assert (course(source, make.NOW + 500 * HOUR).sign, course(source).why) == (Sign.OFF, "")


def test_one_that_was_off_for_long_starts_anew_when_it_is_switched_on() -> None:
    source = fetched_source(on_since=make.NOW - HOUR)
    done(source, at=make.NOW - 900 * HOUR)
    for _ in range(6):
        failed(source, make.NOW - 800 * HOUR)

    assert course(source).sign is Sign.GOOD
    assert course(source, make.NOW + 3 * HOUR).sign is Sign.YELLOW


def test_why_is_said_in_words() -> None:
    source = fetched_source()
    done(source, at=make.NOW - 5 * HOUR)
    failed(source)

    assert course(source).why == "no success since 2024-07-01 07:00 UTC, 1 failure in a row"


# --- telling -----------------------------------------------------------------------------------------------
def test_staff_are_told_once_of_a_silence_and_once_of_a_death() -> None:
    source = fetched_source()
    done(source)
    assert [tell(at=make.NOW + hours * HOUR) for hours in (1, 4, 5, 11, 12)] == [0, 1, 0, 1, 0]

    notice = StaffNotice.objects.get()
    assert (notice.kind, notice.times) == ("source-silent", 2)
    assert f"source {source.slug} is dead: found no success since 2024-07-01 12:00 UTC" in notice.words
    assert "stays and is marked stale" in notice.words


def test_one_failure_alone_is_no_notice() -> None:
    source = fetched_source()
    done(source)
    failed(source)

    assert tell(at=make.NOW) == 0


def test_a_source_that_comes_back_says_so_in_its_notice_and_is_watched_anew() -> None:
    source = fetched_source()
    done(source)
    tell(at=make.NOW + 11 * HOUR)
    done(source, at=make.NOW + 12 * HOUR)

    assert tell(at=make.NOW + 12 * HOUR) == 1
    notice = StaffNotice.objects.get()
    assert (notice.closed_at, "answers again, seen 2024-07-02 00:00 UTC" in notice.words) == (None, True)
    close_notice(notice_id=notice.pk, by=make.person(Role.ADMIN), note="seen", at=make.NOW + 13 * HOUR)
    assert tell(at=make.NOW + 16 * HOUR) == 1
    assert StaffNotice.objects.filter(closed_at=None).count() == 1


def test_a_notice_that_was_closed_is_not_raised_again_while_nothing_changes() -> None:
    source = fetched_source()
    done(source)
    tell(at=make.NOW + 11 * HOUR)
    close_notice(notice_id=StaffNotice.objects.get().pk, by=make.person(Role.ADMIN), note="known", at=make.NOW)

    assert tell(at=make.NOW + 12 * HOUR) == 0
    assert StaffNotice.objects.count() == 1


def test_one_that_is_switched_off_says_so() -> None:
    source = fetched_source()
    done(source)
    tell(at=make.NOW + 11 * HOUR)
    Source.objects.filter(pk=source.pk).update(is_on=False, off_because="gone for good")

    tell(at=make.NOW + 12 * HOUR)
    assert "was switched off" in StaffNotice.objects.get().words


def test_what_a_dead_source_brought_stays() -> None:
    source = fetched_source()
    before = done(source).report
    tell(at=make.NOW + 500 * HOUR)

    assert list(source.reports.all()) == [before]


def test_the_hourly_task_tells() -> None:
    source = fetched_source()
    done(source)
    watch_sources()

    assert StaffNotice.objects.get().kind == "source-silent"


@pytest.mark.parametrize("count", [3, 30])
def test_looking_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries, count: int) -> None:
    for _ in range(count):
        done(fetched_source())

    with django_assert_num_queries(1):
        assert len(list(coursing(Source.objects.all()))) == count
