"""How long it took, and which points of a warning's line are known: pure."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as some

from alerts.ledger.elapsed import days_between, elapsed, hours_between
from alerts.ledger.timeline import Deed, Mark, Step, timeline

NOON = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2024, 7, 1)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (NOON, "within the hour"), (NOON + dt.timedelta(hours=1), "1 hour later"),
        (NOON + dt.timedelta(hours=47), "47 hours later"), (NOON + dt.timedelta(hours=48), "2 days later"),
        (NOON - dt.timedelta(days=2), "2 days before"), (DAY, "the same day"),
        (DAY + dt.timedelta(days=1), "1 day later"), (DAY - dt.timedelta(days=1), "1 day before"),
    ],
)  # fmt: skip
def test_a_time_is_said_in_hours_up_to_two_days_and_then_in_days(end: dt.date, words: str) -> None:
    assert elapsed(NOON, end) == words


@given(some.dates(), some.dates())
def test_what_is_known_by_its_day_is_told_in_days_and_never_as_nought(start: dt.date, end: dt.date) -> None:
    words = elapsed(start, end)

    assert not words.startswith("0")
    assert "hour" not in words
    assert hours_between(start, end) is None
    assert ("before" in words) == (days_between(start, end) < 0)


def test_each_point_is_the_first_of_its_kind_and_the_others_stay_open() -> None:
    begun = Step(DAY + dt.timedelta(days=9), "under_way", is_outcome=False, text="")
    deeds = [Deed(DAY + dt.timedelta(days=3), None, "planned", (begun,)), Deed(DAY, None, "declined")]

    line = timeline(warned=NOON, seen=NOON + dt.timedelta(hours=5), deeds=deeds, still_open="not yet")

    assert (line.seen.words, line.decided.words, line.acted.words) == ("5 hours later", "the same day", "9 days later")
    assert line.ended == Mark(None, "not yet")
    assert (line.seen.is_day, line.decided.is_day) == (False, True)


def test_a_deed_without_a_day_of_its_beginning_has_begun_all_the_same() -> None:
    line = timeline(warned=DAY, seen=Mark(None, "nobody asked"), deeds=[Deed(DAY, None, "done")], still_open="not yet")

    assert line.acted == Mark(None, "yes; the day is not known")
    assert line.seen.words == "nobody asked"


SAID = some.tuples(some.integers(0, 4), some.sampled_from(["", "under_way", "done", "stopped"]))


@given(some.lists(SAID, max_size=6))
def test_the_outcome_is_the_earliest_and_the_status_the_latest_that_was_said(said: list[tuple[int, str]]) -> None:
    steps = tuple(Step(DAY + dt.timedelta(days=day), status, is_outcome=True, text="So.") for day, status in said)
    deed = Deed(DAY, DAY, "planned", steps)

    assert deed.ended_on == min((step.on for step in steps), default=None)
    last = max(((step.on, number) for number, step in enumerate(steps) if step.status), default=None)
    assert deed.status_now == (steps[last[1]].status if last else "planned")


def test_of_two_words_on_one_day_the_later_one_holds() -> None:
    steps = (Step(DAY, "under_way", is_outcome=False, text=""), Step(DAY, "done", is_outcome=False, text=""))

    assert Deed(DAY, None, "planned", steps).status_now == "done"
