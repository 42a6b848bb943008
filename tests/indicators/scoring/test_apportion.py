"""Printed figures that add up at every level."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring.apportion import apportioned, printed_change, tenths_of

POINTS = st.lists(st.floats(-50, 50), min_size=1, max_size=30)


@given(POINTS)
def test_the_parts_sum_to_the_printed_total_and_are_near_what_they_stand_for(points: list[float]) -> None:
    total = tenths_of(math.fsum(points))

    found = apportioned(total, points)

    assert sum(found) == total
    assert all(abs(part - 10 * exact) < 1 + 1e-6 for part, exact in zip(found, points, strict=True))


@given(POINTS, st.integers(-3, 3))
def test_a_total_that_was_itself_shared_out_still_adds_up(points: list[float], off: int) -> None:
    total = tenths_of(math.fsum(points)) + off

    assert sum(apportioned(total, points)) == total


@pytest.mark.parametrize(
    ("total", "points", "wanted"),
    [(10, [0.33, 0.33, 0.34], [3, 3, 4]), (1, [0.05, 0.05], [1, 0]), (0, [], []), (-5, [-0.25, -0.25], [-2, -3])],
)
def test_the_largest_remainder_is_rounded_up_first(total: int, points: list[float], wanted: list[int]) -> None:
    assert apportioned(total, points) == wanted


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_printed_change_is_what_a_reader_gets_from_the_two_printed_indices(now: float, then: float) -> None:
    change = printed_change(now, now - then)

    assert change is not None
    assert abs(round(10 * change) - (tenths_of(now) - tenths_of(now - (now - then)))) == 0
    assert abs(change - (now - then)) <= 0.1 + 1e-9


def test_no_change_is_printed_where_none_is_known() -> None:
    assert printed_change(None, 1.0) is printed_change(50.0, None) is None
