"""The breakdown: contributions with ageing and mitigation as rows of their own."""

import datetime as dt
import math
from collections import defaultdict

import pytest
from hypothesis import given

from indicators.scoring import SHIPPED, breakdown, contributions
from tests.indicators.scoring.cases import (
    CATALOGUE,
    QUICK,
    TODAY,
    Record,
    evidence_of,
    rows,
    scored,
    series_of,
    some,
    values,
)


def by_indicator(found: list[tuple[str, float]]) -> dict[str, float]:
    sums: dict[str, list[float]] = defaultdict(list)
    for indicator, points in found:
        sums[indicator].append(points)
    return {indicator: math.fsum(points) for indicator, points in sums.items()}


@QUICK
@given(some(rows()), some(values(), 4))
def test_the_rows_sum_to_the_index(records: list[Record], series: list[Record]) -> None:
    found = breakdown(evidence_of(records), series_of(series), CATALOGUE, SHIPPED, 0, TODAY, TODAY)

    assert math.fsum(row.points for row in found) == pytest.approx(scored(records, series).overall[0], abs=1e-9)
    assert all((row.points < 0) == (row.kind in ("aged", "mitigation")) for row in found if abs(row.points) > 1e-12)


@QUICK
@given(some(rows()), some(values(), 4))
def test_each_indicator_has_the_points_of_its_contributions(records: list[Record], series: list[Record]) -> None:
    inputs = (evidence_of(records), series_of(series), CATALOGUE, SHIPPED, 0, TODAY, TODAY)
    whole = by_indicator([(row.indicator, row.points) for row in contributions(*inputs)])
    found = by_indicator([(row.indicator, row.points) for row in breakdown(*inputs)])

    for indicator in whole.keys() | found.keys():
        assert found.get(indicator, 0.0) == pytest.approx(whole.get(indicator, 0.0), abs=1e-9)


@QUICK
@given(some(rows()), some(values(), 4))
def test_of_fresh_rows_nothing_has_aged(records: list[Record], series: list[Record]) -> None:
    fresh = [{**row, "event_id": "e", "event_date": TODAY, "known_at": TODAY} for row in records]
    told = [{**value, "period_end": TODAY, "known_at": TODAY} for value in series]
    inputs = (evidence_of(fresh), series_of(told), CATALOGUE, SHIPPED, 0, TODAY, TODAY)
    found, whole = breakdown(*inputs), contributions(*inputs)

    assert all(abs(row.points) < 1e-12 for row in found if row.kind == "aged")
    kept = [(row.indicator, row.kind, row.ref, row.family) for row in found if row.kind != "aged"]
    assert sorted(kept) == sorted((row.indicator, row.kind, row.ref, row.family) for row in whole)


def test_rows_stand_in_catalogue_order_and_then_by_kind() -> None:
    risk: Record = {"indicator": "2.1", "family": "coi", "grade": "B2", "severity": 3, "event_id": "e"}
    risk |= {"event_date": dt.date(2022, 3, 1), "known_at": dt.date(2022, 3, 1)}
    relief = {**risk, "polarity": -1}
    value: Record = {"indicator": "2.1", "value": 50, "lo": 0, "hi": 100, "direction": 1}
    value |= {"period_end": dt.date(2023, 1, 1), "known_at": dt.date(2023, 2, 1)}
    records = [risk, relief, {**risk, "indicator": "1.1"}]
    found = breakdown(evidence_of(records), series_of([value]), CATALOGUE, SHIPPED, 0, TODAY, TODAY)

    order = ["event", "aged", "event", "series", "aged", "mitigation"]
    assert [row.kind for row in found] == order
    assert [row.factor for row in found] == [1, 1, 2, 2, 2, 2]
