"""Replicates against a plain second reading of §4, "Interval", and what does not change them."""

import math
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given

from indicators.scoring import (
    NATURES,
    SHIPPED,
    EvidenceRows,
    Parameters,
    SeriesRows,
    Units,
    event_details,
    family_weights,
    lognormal,
    replicates,
    score,
)
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


def naive(evidence: EvidenceRows, series: SeriesRows, method: Parameters, day: int, replicate: int) -> float:
    """R_b with one event after the other; series hazards are taken from the kernel."""
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
    factors = [1 - math.exp(-math.log(5) / 2 * total) for total in sums]
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
@given(some(rows(), 20), some(values(), 4))
def test_small_pieces_and_other_threads_change_nothing(records: list[Record], series: list[Record]) -> None:
    given_ = (evidence_of(records), series_of(series), CATALOGUE, FEW, Units.of(0, LATER, LATER))
    whole = replicates(*given_)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "BUDGET", 1)
        patch.setattr(MODULE, "THREADS", 1)
        patch.setattr(MODULE, "LEAF", 1)
        patch.setattr("indicators.scoring.layers.LEAF", 2)
        pieces = replicates(*given_)

    assert whole.tobytes() == pieces.tobytes()
