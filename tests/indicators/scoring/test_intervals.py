"""Replicates against a plain second reading of §4, "Interval", and what does not change them."""

import math
from importlib import import_module
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring import (
    NATURES,
    SHIPPED,
    EvidenceRows,
    Given,
    Parameters,
    SeriesRows,
    Units,
    draws,
    errors,
    event_details,
    factor_intervals,
    family_weights,
    lognormal,
    replicates,
    score,
)
from indicators.scoring.draws import family_draws
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

MODULE = import_module("indicators.scoring.intervals")  # the package exports the function of that name
FEW = SHIPPED.with_(replicates=7)
LATER = [TODAY.toordinal() + days for days in (-400, 0, 500)]


def naive_factors(
    evidence: EvidenceRows, series: SeriesRows, method: Parameters, day: int, replicate: int
) -> list[float]:
    """F_b with one event after the other; series hazards are taken from the kernel."""
    lives = {n: d * lognormal(f"H.{n}", replicate) for n, d in zip(NATURES, method.half_life_days, strict=True)}
    omega = family_weights(evidence.families, replicate)
    mass = {(code, side): 0.0 for code in CATALOGUE.codes for side in (1, -1)}
    for event in event_details(evidence, method, 0, day, day, omega=omega):
        nature = NATURES[CATALOGUE.nature[CATALOGUE.position[event.indicator]]]
        age = day - event.anchor_on.toordinal()
        mass[event.indicator, event.polarity] += event.strength * 2 ** (-age / lives[nature])
    told = score(evidence, series, CATALOGUE, method, Units.of(0, day, day)).h_z[0]
    sums = [0.0] * 14
    for number, code in enumerate(CATALOGUE.codes):
        rate = -math.log(1 - method.full_event[CATALOGUE.nature[number]])
        presence = 1 - math.exp(-rate * mass[code, 1] - told[number])
        sums[CATALOGUE.factor[number] - 1] += presence * 2 ** -mass[code, -1]
    return [1 - math.exp(-math.log(5) / 2 * total) for total in sums]


def naive(evidence: EvidenceRows, series: SeriesRows, method: Parameters, day: int, replicate: int) -> float:
    """R_b from them."""
    factors = naive_factors(evidence, series, method, day, replicate)
    drawn = [lognormal(f"v.{factor}", replicate) for factor in range(1, 15)]
    common = 0.6 * sum(v * f for v, f in zip(drawn[:8], factors[:8], strict=True)) / sum(drawn[:8])
    pairs = ((8, 9), (10, 11), (12, 13))
    own = [sum(drawn[f] * factors[f] for f in pair) / sum(drawn[f] for f in pair) for pair in pairs]
    return 100 * (common + 0.4 * max(own))


@QUICK
@given(some(rows()), some(values(), 4))
def test_replicates_are_those_of_a_plain_program(records: list[Record], series: list[Record]) -> None:
    evidence, told = evidence_of(records), series_of(series)
    found = replicates(evidence, told, CATALOGUE, FEW, Units.of(0, LATER, LATER))
    wanted = [[naive(evidence, told, FEW, day, b) for day in LATER] for b in range(FEW.replicates)]

    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-10)


@QUICK
@given(some(rows()), some(values(), 4))
def test_bands_of_factors_lie_around_them_as_those_of_a_plain_program(
    records: list[Record], series: list[Record]
) -> None:
    evidence, told = evidence_of(records), series_of(series)
    low, high = factor_intervals(Given(evidence, told, CATALOGUE, FEW), Units.of(0, LATER, LATER))
    for place, day in enumerate(LATER):
        drawn = [naive_factors(evidence, told, FEW, day, b) for b in range(FEW.replicates)]
        least, middle, most = np.quantile(drawn, FEW.percentiles, axis=0)
        value = score(evidence, told, CATALOGUE, FEW, Units.of(0, day, day)).F[0]

        np.testing.assert_allclose(low[place], np.maximum(0, value + least - middle), rtol=0, atol=1e-10)
        np.testing.assert_allclose(high[place], np.minimum(1, value + most - middle), rtol=0, atol=1e-10)


def test_a_factor_on_which_nothing_is_known_has_a_band_of_no_width() -> None:
    low, high = factor_intervals(Given(evidence_of([]), series_of([]), CATALOGUE, FEW), Units.of(0, TODAY, TODAY))

    assert low.tolist() == high.tolist() == [[0.0] * 14]


@QUICK
@given(some(rows(), 20), some(values(), 4))
def test_small_pieces_and_other_threads_change_nothing(records: list[Record], series: list[Record]) -> None:
    given_ = (evidence_of(records), series_of(series), CATALOGUE, FEW, Units.of(0, LATER, LATER))
    whole = replicates(*given_)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "BUDGET", 1)
        patch.setattr("indicators.scoring.threads.THREADS", 1)
        patch.setattr(MODULE, "LEAF", 1)
        patch.setattr("indicators.scoring.layers.LEAF", 2)
        pieces = replicates(*given_)

    assert whole.tobytes() == pieces.tobytes()


@QUICK
@given(some(rows()), some(rows()), some(values(), 4))
def test_one_country_alone_has_the_replicates_of_the_batch(
    mine: list[Record], others: list[Record], series: list[Record]
) -> None:
    named = [{**row, "country": "A"} for row in mine] + [{**row, "country": "B"} for row in others]
    tables = (evidence_of(named, ["A", "B"]), series_of([{**value, "country": "A"} for value in series], ["A", "B"]))
    batch = replicates(*tables, CATALOGUE, FEW, Units.of([1, 0], TODAY, TODAY))
    alone = replicates(evidence_of(mine), series_of(series), CATALOGUE, FEW, Units.of(0, TODAY, TODAY))

    np.testing.assert_allclose(batch[:, 1], alone[:, 0], rtol=0, atol=1e-10)


@QUICK
@given(some(rows()), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_move_a_replicate(records: list[Record], random: Random) -> None:
    unit = Units.of(0, TODAY, TODAY)
    before = replicates(evidence_of(records), series_of([]), CATALOGUE, FEW, unit)
    random.shuffle(records)

    np.testing.assert_allclose(
        before, replicates(evidence_of(records), series_of([]), CATALOGUE, FEW, unit), rtol=0, atol=1e-10
    )


def test_without_units_there_are_no_replicates() -> None:
    none = Units.of(np.empty(0, np.int64), TODAY, TODAY)

    assert replicates(evidence_of([]), series_of([]), CATALOGUE, FEW, none).shape == (7, 0)


def test_a_unit_outside_the_tables_is_refused() -> None:
    with pytest.raises(errors.UnknownCountryError):
        replicates(evidence_of([]), series_of([]), CATALOGUE, FEW, Units.of(1, TODAY, TODAY))


def test_a_families_draws_are_computed_once_and_cannot_be_changed() -> None:
    one, other = family_draws(["ohchr", "icrc"], 3), family_draws(["icrc"], 3)

    assert one[:, 1].tolist() == other[:, 0].tolist() == [family_weights(["icrc"], b)[0] for b in range(3)]
    with pytest.raises(ValueError, match="read-only"):
        draws._family_column("icrc", 3)[0] = 1.0
