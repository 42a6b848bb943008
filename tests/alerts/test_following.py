"""What followed an alert."""

import datetime as dt

import pytest

from alerts.numbers.following import Following, Spell, following, later

ON = dt.date(2020, 1, 31)
COVERS = (dt.date(2019, 1, 1), dt.date(2022, 12, 31))
BEGAN = [Spell(dt.date(2020, 6, 1), dt.date(2020, 12, 31))]


def said(
    spells: list[Spell], *, months: int = 12, day: str = "2024-06-30", covers: tuple[dt.date, dt.date] = COVERS
) -> str:
    return following(ON, spells, months=months, covers=covers, day=dt.date.fromisoformat(day))


def test_an_outcome_within_the_horizon_began() -> None:
    assert said(BEGAN) == Following.BEGAN


def test_an_outcome_after_the_horizon_did_not() -> None:
    late = [Spell(dt.date(2021, 2, 1))]

    assert said(late) == Following.NONE
    assert said(late, months=24) == Following.BEGAN


def test_before_the_horizon_is_over_it_is_too_early_to_say_that_none_began() -> None:
    assert said([], day="2021-01-30") == Following.TOO_EARLY
    assert said([], day="2021-01-31") == Following.NONE
    assert said(BEGAN, day="2020-07-01") == Following.BEGAN


def test_what_went_on_already_is_not_counted_as_found() -> None:
    assert said([Spell(dt.date(2019, 6, 1))]) == Following.GOING_ON
    assert said([Spell(dt.date(2019, 6, 1), begins=False)]) == Following.GOING_ON


def test_beyond_the_list_nothing_is_said() -> None:
    assert said([], covers=(dt.date(2019, 1, 1), dt.date(2020, 12, 31))) == Following.NOT_COVERED
    assert said([], covers=(dt.date(2020, 2, 1), dt.date(2022, 12, 31))) == Following.NOT_COVERED


def test_an_outcome_without_an_end_is_not_said_to_go_on_after_the_last_day_of_its_list() -> None:
    open_ended = [Spell(dt.date(2015, 6, 1))]

    assert said(open_ended, covers=(dt.date(2010, 1, 1), ON)) == Following.GOING_ON
    assert said(open_ended, covers=(dt.date(2010, 1, 1), dt.date(2020, 1, 30))) == Following.NOT_COVERED


@pytest.mark.parametrize(
    ("months", "day"), [(1, "2020-02-29"), (12, "2021-01-31"), (13, "2021-02-28"), (24, "2022-01-31")]
)
def test_months_end_on_a_day_that_there_is(months: int, day: str) -> None:
    assert later(ON, months) == dt.date.fromisoformat(day)
