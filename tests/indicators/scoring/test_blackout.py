"""Reporting blackout: when silence is told, when it is not, and when nothing can be said."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring import SHIPPED, Level, Reporting, ReportingState, errors, reporting
from tests.indicators.scoring.cases import QUICK, TODAY

NOW = TODAY.toordinal()
SINCE = NOW - SHIPPED.blackout_days
BEGIN = SINCE - SHIPPED.blackout_past


def spread(count: int, after: int, upto: int) -> list[int]:
    """So many days spread evenly over (after, upto], the first and the last among them."""
    return np.linspace(after + 1, upto, count).round().astype(int).tolist() if count else []


def state(
    past: int,
    recent: int,
    *,
    others: tuple[int, int] = (7300, 900),
    begin: int = BEGIN,
    levels: tuple[int, int] = (3, 3),
) -> ReportingState:
    """Reports in the past and recently, those of others likewise; levels then and now."""
    own = spread(past, begin, SINCE) + spread(recent, SINCE, NOW)
    elsewhere = spread(others[0], BEGIN, SINCE) + spread(others[1], SINCE, NOW)
    return reporting(
        np.array(own, np.int64),
        np.array(sorted(own + elsewhere), np.int64),
        t=NOW,
        level_then=levels[0],
        level_now=levels[1],
        parameters=SHIPPED,
    )


def test_reports_that_stop_while_the_level_stands_are_a_blackout() -> None:
    found = state(200, 1)

    assert found.state is Reporting.BLACKOUT
    assert found.recent == 1
    assert found.expected == pytest.approx(200 * 90 / 730)


@pytest.mark.parametrize(
    ("past", "recent", "wanted"),
    [
        (730, 90, Reporting.USUAL),
        (730, 30, Reporting.USUAL),  # a third of 90 is not less than .33 of it
        (730, 29, Reporting.BLACKOUT),
        (48, 1, Reporting.USUAL),  # 5.9 expected: one report is not improbable enough
        (48, 0, Reporting.BLACKOUT),
        (40, 0, Reporting.UNKNOWN),  # 4.9 expected
        (0, 0, Reporting.UNKNOWN),
        (0, 20, Reporting.UNKNOWN),
    ],
)
def test_few_are_few_only_against_enough(past: int, recent: int, wanted: Reporting) -> None:
    assert state(past, recent).state is wanted


@pytest.mark.parametrize(
    ("then", "now", "wanted"),
    [
        (Level.HIGH, Level.ELEVATED, Reporting.USUAL),
        (Level.HIGH, Level.SEVERE, Reporting.BLACKOUT),
        (Level.HIGH, Level.UNDETERMINED, Reporting.BLACKOUT),  # grey is no fall: silence may have greyed it
        (Level.NOT_ASSESSED, Level.MINIMAL, Reporting.BLACKOUT),
    ],
)
def test_a_level_that_falls_explains_the_silence(then: Level, now: Level, wanted: Reporting) -> None:
    assert state(200, 0, levels=(then, now)).state is wanted


def test_silence_everywhere_is_not_the_countrys() -> None:
    assert state(200, 5, others=(7300, 200)).state is Reporting.USUAL
    assert state(200, 0, others=(7300, 0)).state is Reporting.UNKNOWN
    assert state(200, 0, others=(0, 0)).state is Reporting.UNKNOWN


def test_more_reports_elsewhere_do_not_make_this_country_silent() -> None:
    assert state(200, 20, others=(7300, 9000)).state is Reporting.USUAL
    assert state(200, 20, others=(7300, 9000)).expected == pytest.approx(200 * 90 / 730)


def test_a_past_of_less_than_a_year_does_not_say() -> None:
    assert state(300, 0, begin=SINCE - 365).state is Reporting.BLACKOUT
    assert state(300, 0, begin=SINCE - 364) == ReportingState(Reporting.UNKNOWN, 0, None)


@QUICK
@given(st.integers(0, 400), st.integers(0, 60), st.integers(0, 60), st.integers(0, 2000))
def test_more_recent_reports_never_make_a_blackout(past: int, recent: int, more: int, others: int) -> None:
    one, other = (state(past, count, others=(4000, others)) for count in (recent, recent + more))

    if other.state is Reporting.BLACKOUT:
        assert one.state is Reporting.BLACKOUT
    assert one.expected == other.expected


@QUICK
@given(st.integers(0, 400), st.integers(0, 60), st.integers(0, 2000))
def test_a_blackout_meets_each_of_its_conditions(past: int, recent: int, others: int) -> None:
    found = state(past, recent, others=(4000, others))

    if found.state is Reporting.UNKNOWN:
        assert found.expected is None or found.expected < 5
        return
    assert found.expected is not None
    mean = found.expected
    tail = sum(math.exp(-mean) * mean**n / math.factorial(n) for n in range(recent + 1))
    assert (found.state is Reporting.BLACKOUT) == (tail < 0.01 and recent < 0.33 * mean)


@QUICK
@given(st.lists(st.integers(NOW + 1, NOW + 400), max_size=5), st.lists(st.integers(1, BEGIN), max_size=5))
def test_days_outside_the_spans_do_not_matter(later: list[int], earlier: list[int]) -> None:
    own = [BEGIN + 1, *spread(150, BEGIN, SINCE)]
    world = spread(9000, BEGIN, NOW)

    def found(more: list[int]) -> ReportingState:
        days = np.array(sorted(own + more), np.int64)
        everywhere = np.array(sorted(own + world + more), np.int64)
        return reporting(days, everywhere, t=NOW, level_now=3, level_then=3, parameters=SHIPPED)

    assert found(later + earlier) == found([])


def test_days_that_do_not_rise_are_refused() -> None:
    good, bad = np.array([NOW - 5, NOW - 4]), np.array([NOW - 4, NOW - 4, NOW - 5])

    with pytest.raises(errors.DayError, match="reports about the country, row 2"):
        reporting(bad, good, t=NOW, level_now=3, level_then=3, parameters=SHIPPED)
    with pytest.raises(errors.DayError, match="reports everywhere, row 2"):
        reporting(good, bad, t=NOW, level_now=3, level_then=3, parameters=SHIPPED)
