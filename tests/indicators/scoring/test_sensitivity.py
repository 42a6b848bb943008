"""How far the order moves under other weights and half-lives."""

import math

import numpy as np
import pytest
from hypothesis import given

from indicators.scoring import SHIPPED, lognormal, score
from indicators.scoring.draws import weight_draws
from indicators.scoring.history import current
from indicators.scoring.profiles import index, profile_weights
from indicators.scoring.sensitivity import (
    overall_under,
    places_of,
    sensitivity,
    with_half_lives,
)
from indicators.scoring.units import Units
from tests.indicators.scoring import cases

COUNTRIES = ("AAA", "BBB", "CCC", "DDD")


def record(country: str, indicator: str, *, days: int = 100, severity: int = 3) -> cases.Record:
    day = cases.TODAY.toordinal() - days
    return {
        "country": country, "indicator": indicator, "family": "coi", "grade": "B2", "severity": severity,
        "polarity": 1, "event_date": day, "known_at": day,
    }  # fmt: skip


ROWS = [
    record("AAA", "1.1"), record("AAA", "9.1"), record("AAA", "9.2"), record("BBB", "2.1", days=700),
    record("BBB", "3.1", days=700), record("CCC", "7.1", severity=4),
]  # fmt: skip
GIVEN = (cases.evidence_of(ROWS, COUNTRIES), cases.series_of([], COUNTRIES), cases.CATALOGUE, SHIPPED)


def test_weights_of_every_draw_keep_the_sums_of_the_method() -> None:
    for weights in weight_draws(SHIPPED)[:10]:
        assert weights.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0], abs=1e-12)
        assert weights[:, :8].sum(axis=1) == pytest.approx([0.6, 0.6, 0.6], abs=1e-12)
        assert ((weights > 0) == (profile_weights(SHIPPED) > 0)).all()


def test_the_draws_are_those_of_the_interval() -> None:
    first = weight_draws(SHIPPED)[0]
    drawn = [lognormal(f"v.{factor}", 0) for factor in range(1, 15)]

    assert first[0, 8] == pytest.approx(0.4 * drawn[8] / (drawn[8] + drawn[9]), abs=1e-15)
    assert first[2, 2] == pytest.approx(0.6 * drawn[2] / math.fsum(drawn[:8]), abs=1e-15)


def test_the_methods_own_weights_give_the_methods_own_index() -> None:
    factors = np.random.default_rng(5).random((20, 14))

    assert np.array_equal(overall_under(factors, profile_weights(SHIPPED)), index(factors, SHIPPED).overall)


def test_places_share_ties_and_leave_out_what_is_not_assessed() -> None:
    places = places_of(np.array([3.0, 9.0, 3.0, 5.0]), np.array([True, True, True, False]))

    assert places[:3].tolist() == [2.5, 1.0, 2.5]
    assert math.isnan(places[3])


def test_what_stands_is_the_score_and_its_level() -> None:
    found = sensitivity(*GIVEN, cases.TODAY, cases.TODAY)

    assert found.base.overall == pytest.approx(score(*GIVEN, Units.of([0, 1, 2, 3], cases.TODAY, cases.TODAY)).overall)
    assert found.base.level.tolist() == current(*GIVEN, cases.TODAY, cases.TODAY).level[:, 0].tolist()
    assert found.assessed.tolist() == [True, True, True, False]
    assert np.isnan([found.base.place[3], found.place_low[3], found.index_low[3]]).all()


def test_other_half_lives_are_the_score_under_those_parameters() -> None:
    found = sensitivity(*GIVEN, cases.TODAY, cases.TODAY)

    for variant, factor in ((found.half, 0.5), (found.double, 2.0)):
        given = (*GIVEN[:3], with_half_lives(SHIPPED, factor))
        assert variant.overall == pytest.approx(
            score(*given, Units.of([0, 1, 2, 3], cases.TODAY, cases.TODAY)).overall, abs=1e-9
        )
    assert (found.half.overall[:3] < found.base.overall[:3]).all()
    assert (found.base.overall[:3] < found.double.overall[:3]).all()


def test_the_spans_lie_in_order() -> None:
    found = sensitivity(*GIVEN, cases.TODAY, cases.TODAY)

    assert (found.place_low[:3] <= found.place_high[:3]).all()
    assert (found.index_low[:3] < found.index_high[:3]).all()
    assert found.draws == SHIPPED.replicates


@cases.QUICK
@given(cases.some(cases.rows()))
def test_every_index_stays_between_0_and_100(rows: list[cases.Record]) -> None:
    parameters = SHIPPED.with_(replicates=5)
    found = sensitivity(
        cases.evidence_of(rows), cases.series_of([]), cases.CATALOGUE, parameters, cases.TODAY, cases.TODAY
    )

    for overall in (found.base.overall, found.half.overall, found.double.overall):
        assert ((overall >= 0) & (overall <= 100)).all()
    assert found.assessed.all() == bool(rows)
