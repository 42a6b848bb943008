"""What is shown: levels, coverage words, printed points, draws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring import (
    SHIPPED,
    Coverage,
    Level,
    contributions,
    coverage_word,
    displayed_level,
    displayed_levels,
    event_details,
    family_weight,
    family_weights,
    printed,
)
from indicators.scoring.apportion import tenths_of
from indicators.scoring.contributions import total
from tests.indicators.scoring.cases import CATALOGUE, QUICK, TODAY, Record, evidence_of, rows, series_of, some


def test_silence_is_never_shown_as_low_risk() -> None:
    assert displayed_level(1, 0.1) is Level.UNDETERMINED
    assert displayed_level(2, 0.49) is Level.UNDETERMINED


def test_high_risk_is_shown_however_little_is_known() -> None:
    assert displayed_level(4, 0.0) is Level.HIGH


def test_the_two_kinds_of_grey_are_told_apart() -> None:
    found = displayed_levels([1, 1, 1], np.array([0.0, 0.0, 0.6]), [False, True, True])

    assert found == [Level.NOT_ASSESSED, Level.UNDETERMINED, Level.MINIMAL]


def test_coverage_has_three_words() -> None:
    words = [coverage_word(coverage) for coverage in (0.19, 0.2, 0.49, 0.5)]

    assert words == [Coverage.DATA_POOR, Coverage.PARTIAL, Coverage.PARTIAL, Coverage.ADEQUATE]


@QUICK
@given(st.lists(st.floats(-20, 60), max_size=30))
def test_printed_points_add_up_to_the_printed_total(points: list[float]) -> None:
    column = printed(points)

    assert round(10 * math.fsum(column)) == tenths_of(math.fsum(points))
    assert all(abs(one - other) < 0.1 + 1e-9 for one, other in zip(column, points, strict=True))


def test_of_equal_remainders_the_earlier_is_rounded_up() -> None:
    assert printed([0.05, 0.05]) == [0.1, 0.0]


@QUICK
@given(some(rows()))
def test_contributions_stand_in_catalogue_order_and_none_is_nought(records: list[Record]) -> None:
    found = contributions(evidence_of(records), series_of([]), CATALOGUE, SHIPPED, 0, TODAY, TODAY)
    order = [(row.position, ["event", "series", "mitigation"].index(row.kind), -row.points) for row in found]

    assert order == sorted(order)
    assert all(row.points for row in found)
    assert total(found) == pytest.approx(sum(row.points for row in found))


def test_an_event_tells_its_families_and_mass() -> None:
    row = {
        "indicator": "1.1",
        "grade": "B2",
        "severity": 3,
        "event_id": "e",
        "event_date": TODAY,
        "known_at": TODAY,
    }
    none = {**row, "severity": 0, "event_id": "looked-for", "family": "un"}
    (event,) = event_details(evidence_of([{**row, "family": f} for f in ("b", "a")] + [none]), SHIPPED, 0, TODAY, TODAY)

    assert event.families == ("a", "b")
    assert event.anchor_on == TODAY
    assert event.mass == pytest.approx(0.72)


def test_draws_of_many_families_are_the_draws_of_each() -> None:
    assert family_weights(["un", "press"], 7).tolist() == [family_weight("un", 7), family_weight("press", 7)]
