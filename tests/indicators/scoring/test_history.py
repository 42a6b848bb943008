"""Lines and histories give what the kernel gives, date by date."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring import (
    SHIPPED,
    EvidenceRows,
    History,
    Line,
    SeriesRows,
    Units,
    current,
    day_number,
    errors,
    fold,
    history,
    line,
    line_days,
    month_ends,
    score,
)
from indicators.scoring.kernel import Rules
from indicators.scoring.late import overall_again, points_again, rewritten_since
from indicators.scoring.levels import fold_many, raised
from indicators.scoring.line import blocks
from tests.indicators.scoring.cases import (
    CATALOGUE,
    QUICK,
    TODAY,
    Record,
    evidence_of,
    rows,
    series_of,
    some,
    values,
)

COUNTRIES = ("A", "B", "C")
LOW_CUTS = SHIPPED.with_(cuts=(1, 2, 3, 4), band=0.5)  # small cases move through every level
MID_MONTH = dt.date(2024, 6, 13)


@st.composite
def placed(draw: st.DrawFn, row: st.SearchStrategy[Record]) -> Record:
    """A row of country A or B, which may be retracted; C stays empty."""
    found = {**draw(row), "country": draw(st.sampled_from("AB"))}
    gone = draw(st.sampled_from([None, None, 0, 40, 400]))
    return found if gone is None else {**found, "retracted_at": found["known_at"] + dt.timedelta(days=gone)}


Tables = tuple[EvidenceRows, SeriesRows]
tables = st.tuples(some(placed(rows()), 16), some(placed(values()), 5)).map(
    lambda found: (evidence_of(found[0], COUNTRIES), series_of(found[1], COUNTRIES))
)


@QUICK
@given(tables, st.sampled_from([None, TODAY.toordinal(), TODAY.toordinal() + 300]), st.sampled_from([1, 10**6]))
def test_a_line_is_the_kernel_date_by_date(found: Tables, k: int | None, budget: int) -> None:
    days = line_days(dt.date(2022, 1, 1).toordinal(), MID_MONTH.toordinal())
    whole = line(*found, CATALOGUE, SHIPPED, days, k, budget=budget)
    one = score(*found, CATALOGUE, SHIPPED, Units.of(np.repeat([0, 1, 2], days.size), *_grid(days, k)))

    for name in ("R", "F", "K", "coverage", "overall"):
        expected = getattr(one, name).reshape(getattr(whole, name).shape)
        np.testing.assert_allclose(getattr(whole, name), expected, rtol=0, atol=1e-10)
    assert (whole.assessed == one.assessed.reshape(whole.assessed.shape)).all()


def _grid(days: Any, k: int | None) -> tuple[Any, Any]:
    t = np.tile(days, 3)
    return t, t if k is None else k


def strict_level(found: Tables, country: int, t: int, k: int, first: int) -> int:
    ends = month_ends(first, t)
    points = score(*found, CATALOGUE, LOW_CUTS, Units.of(country, np.append(ends, t), k)).overall
    levels = fold(points[:-1], LOW_CUTS) or [1]
    return raised(levels[-1], points[-1], LOW_CUTS)


@QUICK
@given(tables, st.sampled_from([TODAY, MID_MONTH]), st.integers(0, 60))
def test_every_level_is_a_fold_with_its_own_knowledge(found: Tables, t: dt.date, later: int) -> None:
    k = t.toordinal() + later
    past = history(*found, CATALOGUE, LOW_CUTS, t, k)
    first = int(past.days[0])

    for country in (0, 1):
        for date in range(past.days.size - 1, 0, -5):
            day = int(past.days[date])
            assert past.hindsight.level[country, date] == strict_level(found, country, day, k, first)
            assert past.known_then.level[country, date] == strict_level(found, country, day, day, first)


@QUICK
@given(tables)
def test_a_rewritten_past_is_the_kernel_point_by_point(found: Tables) -> None:
    days = line_days(dt.date(2022, 1, 1).toordinal(), MID_MONTH.toordinal())
    rules = Rules.of(CATALOGUE, SHIPPED)
    (block,) = blocks(*found, rules, days, None)
    again = points_again(rewritten_since(block))
    expected = score(*found, CATALOGUE, SHIPPED, Units(again.country, days[again.past], days[again.date]))

    np.testing.assert_allclose(overall_again(block, rules, again), expected.overall, rtol=0, atol=1e-10)


@QUICK
@given(tables)
def test_the_current_point_is_the_last_of_the_history(found: Tables) -> None:
    past, now = (make(*found, CATALOGUE, SHIPPED, MID_MONTH, TODAY) for make in (history, current))

    assert isinstance(past, History)
    assert isinstance(now, Line)
    np.testing.assert_array_equal(now.level[:, 0], past.hindsight.level[:, -1])
    np.testing.assert_array_equal(now.R[:, 0], past.hindsight.R[:, -1])


def test_a_history_begins_in_the_month_of_the_first_row() -> None:
    row = {"indicator": "1.1", "family": "coi", "grade": "A1", "severity": 4, "country": "B"}
    evidence = evidence_of([{**row, "event_date": dt.date(2024, 2, 10), "known_at": dt.date(2024, 5, 2)}], COUNTRIES)
    past = history(evidence, series_of([], COUNTRIES), CATALOGUE, SHIPPED, MID_MONTH, TODAY)
    days = [dt.date.fromordinal(day).isoformat() for day in past.days.tolist()]

    assert days == ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-13"]
    assert past.first.tolist() == [4, 0, 4]
    assert past.hindsight.assessed[1].all()
    assert past.known_then.assessed[1].tolist() == [False, False, False, True, True]


def test_a_history_without_any_row_is_one_point() -> None:
    past = history(evidence_of([], COUNTRIES), series_of([], COUNTRIES), CATALOGUE, SHIPPED, MID_MONTH, TODAY)

    assert past.days.tolist() == [MID_MONTH.toordinal()]
    assert past.known_then.level.tolist() == [[1], [1], [1]]


@QUICK
@given(st.lists(st.lists(st.floats(0, 100), min_size=8, max_size=8), min_size=1, max_size=5))
def test_many_folds_are_each_the_fold(points: list[list[float]]) -> None:
    assert fold_many(np.array(points), SHIPPED).tolist() == [fold(row) for row in points]


@pytest.mark.parametrize(
    ("first", "t", "ends"),
    [
        (dt.date(2024, 1, 31), dt.date(2024, 3, 30), ["2024-01-31", "2024-02-29"]),
        (dt.date(2023, 12, 1), dt.date(2024, 1, 31), ["2023-12-31", "2024-01-31"]),
        (dt.date(2024, 3, 1), dt.date(2024, 3, 30), []),
        (dt.date(9999, 11, 1), dt.date(9999, 12, 31), ["9999-11-30", "9999-12-31"]),
    ],
)
def test_month_ends_run_up_to_the_day(first: dt.date, t: dt.date, ends: list[str]) -> None:
    found = month_ends(first, t)

    assert [dt.date.fromordinal(day).isoformat() for day in found.tolist()] == ends


@pytest.mark.parametrize("value", [0, True, 1.5, "today", dt.datetime(2024, 1, 1, tzinfo=dt.UTC)])
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(errors.DayError):
        day_number(value)
