"""How long steps took, with those that are still open; what is counted with what."""

import datetime as dt
import statistics
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plotly import graph_objects

from alerts.numbers.numbers import (
    Asked,
    Case,
    Elapsed,
    Fate,
    Group,
    NoMedian,
    elapsed,
    figures,
    groups,
    kept,
    months_between,
)
from alerts.numbers.numbers_charts import WITHDRAWN, by_month, counts_said, lasted, median_said, range_said, steps
from tests.make import NOW

HOUR = dt.timedelta(hours=1)
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def took(*ended: float, still: tuple[float, ...] = (), tells_few: bool = True) -> Elapsed:
    """Steps that took so many hours, and some that have lasted so many at NOW."""
    spans: list[tuple[dt.datetime, dt.datetime | None]] = [(NOW, NOW + hours * HOUR) for hours in ended]
    return elapsed([*spans, *((NOW - hours * HOUR, None) for hours in still)], at=NOW, tells_few=tells_few)


def case(fate: Fate = Fate.STANDING, **fields: Any) -> Case:
    given: dict[str, Any] = {"on": NOW.date(), "level": 3, "kind": "rise", "found_at": NOW - HOUR, "released_at": NOW}
    return Case(**({"fate": fate} | given | fields))


@unhurried
@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=20))
def test_where_nothing_is_open_it_is_the_ordinary_median(hours: list[int]) -> None:
    assert took(*hours).median == statistics.median(hours) * HOUR


@unhurried
@given(st.lists(st.integers(1, 500), min_size=3, max_size=20), st.lists(st.integers(1, 500), max_size=20))
def test_an_open_one_never_makes_the_median_shorter(ended: list[int], still: list[int]) -> None:
    without, found = took(*ended), took(*ended, still=tuple(1000 + one for one in still))

    assert without.median is not None
    assert found.median is None or found.median >= without.median
    assert (found.done, found.open) == (len(ended), len(still))


@unhurried
@given(st.lists(st.integers(1, 500), min_size=3, max_size=20), st.lists(st.integers(1, 500), max_size=20))
def test_the_median_lies_among_those_that_ended(ended: list[int], still: list[int]) -> None:
    found = took(*ended, still=tuple(still))

    assert found.shortest == min(ended) * HOUR
    assert found.longest == max(ended) * HOUR
    assert found.median is None or found.shortest <= found.median <= found.longest


def test_an_open_one_counts_as_longer_than_it_has_lasted() -> None:
    assert took(1, 2, 3, still=(10, 10)).median == 3 * HOUR
    assert took(1, 2, 3, still=(10, 10, 10, 10)).median is None
    assert took(1, 2, 3, still=(0.5,)).median == 2 * HOUR  # it says nothing of what comes after half an hour


def test_why_there_is_no_median_is_said() -> None:
    assert took(1, 2).why_none is NoMedian.FEW
    assert took(1, 2, 3, still=(9, 9, 9)).why_none is NoMedian.OPEN
    assert took().why_none is None
    assert median_said(took()) == "none began"
    assert median_said(took(still=(5,))) == "no median: fewer than three have ended"


def test_a_clock_that_was_set_back_gives_no_negative_time() -> None:
    found = elapsed([(NOW, NOW - HOUR)] * 3 + [(NOW + HOUR, None)], at=NOW)

    assert (found.shortest, found.median, found.open) == (dt.timedelta(), dt.timedelta(), 1)


def test_practice_withdrawn_and_letters_are_in_no_time() -> None:
    late = {"answered_at": NOW + 90 * HOUR}
    apart = [case(fate, **late) for fate in (Fate.WITHDRAWN, Fate.PRACTICE, Fate.LETTER)]

    found = figures([case(answered_at=NOW + HOUR), case(), *apart], at=NOW + 5 * HOUR, tells_few=True)

    assert (found.to_answer.done, found.to_answer.open, found.to_answer.longest) == (1, 1, HOUR)
    assert (found.standing, found.warnings) == (2, 3)
    assert [found.fates[one] for one in (Fate.WITHDRAWN, Fate.PRACTICE, Fate.LETTER)] == [1, 1, 1]


def test_a_draft_that_waits_is_open_and_a_refused_one_is_not() -> None:
    drafts = [case(fate, released_at=None) for fate in (Fate.WAITING, Fate.ENDED)]

    found = figures([case(), *drafts], at=NOW)

    assert (found.to_release.done, found.to_release.open) == (1, 1)
    assert found.to_answer.open == 1


def test_false_alarms_and_what_reached_nobody_are_counted_where_they_belong() -> None:
    marked, withdrawn = case(is_false_alarm=True, has_arrived=True), case(Fate.WITHDRAWN, is_false_alarm=True)

    found = figures([marked, withdrawn, case()], at=NOW, tells_few=True)

    assert (found.false_alarms, found.false_alarms_withdrawn, found.arrived_nowhere) == (1, 1, 1)


@pytest.mark.parametrize(("count", "told"), [(0, False), (2, False), (3, True)])
def test_what_fewer_than_three_answered_and_their_times_are_not_told_to_others(count: int, told: bool) -> None:
    late: dict[str, Any] = {"answered_at": NOW + HOUR, "decided_at": NOW + 2 * HOUR, "is_false_alarm": True}
    cases = [*(case(**late) for _ in range(count)), case()]

    found = figures(cases, at=NOW + 5 * HOUR)

    assert found.false_alarms == (count if told else None)
    assert found.to_answer.longest == (HOUR if told else None)
    assert (found.to_decision.is_withheld, found.to_decision.longest) == (not told, 2 * HOUR if told else None)
    assert counts_said(found.to_decision) == (("3", "1") if told else ("not told", "not told"))
    assert ("not told" in median_said(found.to_decision)) is not told


def test_a_decision_before_the_warning_is_in_no_time_and_counted_apart() -> None:
    before = [case(is_decided_before=True) for _ in range(3)]
    after = [case(decided_at=NOW + hours * HOUR) for hours in (1, 2, 3)]

    found, alone = figures([*before, *after], at=NOW).to_decision, figures(before, at=NOW).to_decision

    assert (found.done, found.open, found.before, found.median) == (3, 0, 3, 2 * HOUR)
    assert counts_said(found) == ("3 (and 3 before the warning)", "0")
    assert (alone.done, alone.median, alone.before) == (0, None, 3)
    assert median_said(alone) == "no time: all of them before the warning"


def test_a_median_of_very_many_takes_no_time() -> None:
    many = [number * 1.0 for number in range(20_000)]
    began = time.monotonic()

    assert took(*many, still=tuple(many)).median is not None
    assert time.monotonic() - began < 5  # seconds; it was quadratic, and took minutes


def test_whether_an_office_kept_the_time_set_is_judged_once_that_is_over_or_it_answered() -> None:
    asked = [
        Asked(office=1, level=3, opened_at=NOW, due_at=NOW + 10 * HOUR, answered_at=answered)
        for answered in (NOW + 10 * HOUR, NOW + 11 * HOUR, None)
    ]

    early, late = kept(asked, at=NOW + 10 * HOUR), kept(asked, at=NOW + 12 * HOUR)

    assert (early.in_time, early.late, early.unanswered, early.not_due, early.share) == (1, 1, 0, 1, None)
    assert (late.missed, late.judged, late.not_due, late.share) == (2, 3, 0, 2 / 3)
    assert kept([], at=NOW).share is None


def test_groups_are_all_each_level_each_kind_and_each_level_in_each_month() -> None:
    may = dt.date(2024, 5, 31)
    found = groups([case(), case(level=5, kind="rapid"), case(on=may)], at=NOW)

    assert [(one.month, one.level, one.kind) for one in found] == [
        (None, None, None), (None, 5, None), (None, 3, None), (None, None, "rapid"), (None, None, "rise"),
        ("2024-07", 5, None), ("2024-07", 3, None), ("2024-05", 3, None),
    ]  # fmt: skip
    assert [one.figures.standing for one in found] == [3, 1, 2, 1, 2, 1, 1, 1]
    assert groups([], at=NOW) == [Group(figures([], at=NOW))]


def test_months_without_a_warning_stand_between_those_with_one() -> None:
    assert months_between("2023-11", "2024-02") == ["2023-11", "2023-12", "2024-01", "2024-02"]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (dt.timedelta(seconds=20), "under a minute"), (dt.timedelta(minutes=1, seconds=50), "1 minute"),
        (dt.timedelta(minutes=59), "59 minutes"), (dt.timedelta(minutes=119), "1 hour"),
        (2 * HOUR, "2 hours"), (47.9 * HOUR, "47 hours"),
        (48 * HOUR, "2 days"), (dt.timedelta(days=400), "400 days"), (None, ""),
    ],
)  # fmt: skip
def test_a_length_of_time_is_said_as_a_person_would(span: dt.timedelta | None, said: str) -> None:
    assert lasted(span) == said


def test_the_plots_are_valid_and_their_tables_say_the_same() -> None:
    months = by_month({"2024-05": {"ELEVATED": 2, "HIGH": 1, WITHDRAWN: 1}, "2024-06": {"ELEVATED": 0}}, source="s")
    long = steps([("Release", "all", took(1, 2, 30)), ("Release", "HIGH", took(1, still=(3,)))], source="s")

    for chart in (months, long):
        graph_objects.Figure(chart.figure)
        assert {len(row) for row in chart.rows} == {len(chart.columns)}
    assert months.rows == (("2024-06", "0", "0", "0", "0"), ("2024-05", "1", "1", "2", "4"))
    assert months.columns == ("Month", WITHDRAWN, "HIGH", "ELEVATED", "All")
    assert long.figure["data"][0]["y"] == ["Release: all"]
    assert long.rows[1] == ("Release", "HIGH", "1", "1", "no median: fewer than three have ended", "1 hour")
    assert long.alt == "Dots with whiskers. Release: all, median 2 hours (1 hour to 30 hours)."


def test_a_range_of_one_is_said_once() -> None:
    assert range_said(took(3, 3.5)) == "3 hours"
