"""Labels: which months come before an outcome, which are left out."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from indicators.backtest.errors import BacktestError
from indicators.backtest.grid import Question, months, onsets_tested
from tests.indicators.backtest.given import grid_of, outcome

BEGINS, NONE, ONGOING = 1, 0, -1


def label(country: int, day: str, **more: Any) -> int:
    rows = [outcome("AAA", "2005-06-15", "2006-03-31"), outcome("BBB", "2003-02-01", None)]
    grid, _ = grid_of(rows, ["AAA", "BBB", "CCC"], 2000, 2010, **more)
    return int(grid.label[country, list(grid.days).index(dt.date.fromisoformat(day).toordinal())])


def test_the_months_of_the_horizon_before_an_outcome_are_positive() -> None:
    assert [label(0, day) for day in ("2004-05-31", "2004-06-30", "2005-05-31")] == [NONE, BEGINS, BEGINS]


def test_a_longer_horizon_begins_earlier() -> None:
    assert label(0, "2003-06-30", horizon=24) == BEGINS
    assert label(0, "2003-05-31", horizon=24) == NONE


def test_months_in_which_one_goes_on_are_left_out() -> None:
    assert [label(0, day) for day in ("2005-06-30", "2006-03-31", "2006-04-30")] == [ONGOING, ONGOING, NONE]


def test_an_outcome_without_an_end_lasts() -> None:
    assert label(1, "2008-12-31") == ONGOING


def test_with_incidence_no_month_is_left_out() -> None:
    assert label(0, "2005-06-30", with_ongoing=True) == NONE


def test_what_is_no_onset_makes_no_month_positive() -> None:
    grid, episodes = grid_of([outcome("AAA", "2005-06-15", "2006-03-31", begins=False)], ["AAA"], 2000, 2010)

    assert set(grid.label[0].tolist()) == {NONE, ONGOING}
    assert not onsets_tested(grid, episodes, np.ones(grid.label.shape, np.bool_)).any()


def test_a_month_whose_horizon_the_list_does_not_cover_is_left_out() -> None:
    days, ends = months(Question(2000, 2010, 12), dt.date(2002, 1, 1), dt.date(2005, 6, 30))

    first, last = (dt.date.fromordinal(int(days[place])) for place in (0, -1))
    assert (first, last) == (dt.date(2001, 12, 31), dt.date(2004, 6, 30))
    assert dt.date.fromordinal(int(ends[-1])) == dt.date(2005, 6, 30)


def test_a_list_shorter_than_the_horizon_leaves_no_month() -> None:
    days, ends = months(Question(2000, 2000, 24), dt.date(2000, 1, 1), dt.date(2000, 12, 31))

    assert days.size == ends.size == 0


@pytest.mark.parametrize("asked", [(2000, 2010, 6), (2010, 2000, 12), (1066, 2000, 12), (2000, 3000, 24)])
def test_a_question_that_is_none_is_refused(asked: tuple[int, int, int]) -> None:
    with pytest.raises(BacktestError, match="wanted"):
        Question(*asked)
