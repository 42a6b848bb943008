"""A person's day: quiet hours, pauses and mornings, over every jump of the clock."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alerts.subscriptions.hours import Hours, is_within, next_morning, next_time, wall

ZONES = st.sampled_from([
    "UTC", "Africa/Khartoum", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Africa/Casablanca", "America/Havana", "Pacific/Apia", "Asia/Beirut",
])  # fmt: skip
EPOCH = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)
INSTANTS = st.integers(0, 27 * 365 * 86_400).map(lambda seconds: EPOCH + dt.timedelta(seconds=seconds))
TIMES = st.integers(0, 1439).map(lambda minutes: dt.time(minutes // 60, minutes % 60))
DAY = dt.timedelta(days=1)


def utc(*numbers: int) -> dt.datetime:
    return dt.datetime(*numbers, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]  # year to minute


@given(INSTANTS, ZONES, TIMES, TIMES)
def test_quiet_hours_end_and_no_mail_goes_in_them(at: dt.datetime, zone: str, begin: dt.time, end: dt.time) -> None:
    assume(begin != end)
    hours = Hours(zone=zone, quiet=(begin, end))
    until = hours.held_until(at)

    assert (until is not None) == is_within(wall(at, zone).time(), (begin, end))
    assert until is None or at < until <= at + 3 * DAY


@given(INSTANTS, ZONES, TIMES, st.booleans())
def test_a_morning_comes_after_and_within_a_day_or_a_week(
    at: dt.datetime, zone: str, time: dt.time, is_weekly: bool
) -> None:
    morning = next_morning(at, zone, time, is_weekly=is_weekly)

    assert at < morning <= at + (9 if is_weekly else 3) * DAY
    assert next_morning(morning, zone, time, is_weekly=is_weekly) > morning
    assert next_morning(morning - dt.timedelta(seconds=1), zone, time, is_weekly=is_weekly) == morning


@given(INSTANTS, st.integers(0, 40), ZONES, TIMES)
def test_a_later_instant_never_waits_for_an_earlier_morning(
    at: dt.datetime, days: int, zone: str, time: dt.time
) -> None:
    assert next_morning(at, zone, time) <= next_morning(at + days * DAY, zone, time)


@given(INSTANTS, ZONES, st.integers(1, 4000))
def test_a_pause_holds_to_its_end_and_no_longer(at: dt.datetime, zone: str, minutes: int) -> None:
    end = at + dt.timedelta(minutes=minutes)

    assert Hours(zone=zone, paused_until=end).held_until(at) == end
    assert Hours(zone=zone, paused_until=end).held_until(end) is None
    assert Hours(zone=zone).held_until(at) is None


def test_a_pause_that_ends_in_the_night_holds_until_the_night_is_over() -> None:
    hours = Hours(zone="Africa/Khartoum", quiet=(dt.time(22), dt.time(6)), paused_until=utc(2026, 3, 2, 1, 0))

    assert hours.held_until(utc(2026, 3, 1, 12, 0)) == utc(2026, 3, 2, 4, 0)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 1, 0)),  # 01:30; the clock jumps from 02:00 to 03:00
        (utc(2026, 10, 25, 0, 10), utc(2026, 10, 25, 0, 30)),  # 02:10 for the first time
        (utc(2026, 10, 25, 1, 10), utc(2026, 10, 25, 1, 30)),  # 02:10 again, after the clock was set back
    ],
)
def test_quiet_until_half_past_two_where_the_clock_jumps(at: dt.datetime, until: dt.datetime) -> None:
    assert Hours(zone="Europe/Paris", quiet=(dt.time(22), dt.time(2, 30))).held_until(at) == until


def test_a_morning_that_comes_twice_counts_once() -> None:
    first = next_morning(utc(2026, 10, 24, 12, 0), "Europe/Paris", dt.time(2, 30))

    assert first == utc(2026, 10, 25, 0, 30)
    assert next_morning(first, "Europe/Paris", dt.time(2, 30)) == utc(2026, 10, 26, 1, 30)


def test_a_day_that_a_country_left_out_has_its_morning_when_the_clock_jumped() -> None:
    """Samoa had no 30 December 2011."""
    assert next_morning(utc(2011, 12, 30, 0, 0), "Pacific/Apia", dt.time(7)) == utc(2011, 12, 30, 10, 0)


def test_a_weekly_morning_is_a_monday() -> None:
    assert next_morning(utc(2026, 11, 30, 8, 0), "UTC", dt.time(7), is_weekly=True) == utc(2026, 12, 7, 7, 0)
    assert next_time(utc(2026, 11, 30, 8, 0), "UTC", dt.time(7)) == utc(2026, 12, 1, 7, 0)


@pytest.mark.parametrize("name", ["", "Nowhere/Here", "Africa", "../etc/passwd"])
def test_a_time_zone_that_nobody_knows_is_read_as_utc(name: str) -> None:
    assert wall(utc(2026, 1, 1, 12, 0), name).hour == 12
