"""Flags: rapid change, concentration and new events."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given

from indicators.scoring import (
    SHIPPED,
    Rapid,
    Units,
    concentration,
    contributions,
    new_events,
    rapid_changes,
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

DAY = dt.timedelta(days=1)
FEW = SHIPPED.with_(replicates=20)
OLD: Record = {"indicator": "1.1", "family": "coi", "grade": "B2", "severity": 3, "event_id": "old"}
OLD |= {"event_date": dt.date(2023, 1, 10), "known_at": dt.date(2023, 2, 1)}
WEEK = TODAY - 7 * DAY


def rapid(records: list[Record], series: list[Record] | None = None) -> Rapid | None:
    tables = (evidence_of(records), series_of(series or []))
    return rapid_changes(*tables, CATALOGUE, FEW, np.array([0]), TODAY)[0]


def news(number: int, family: str = "coi") -> Record:
    return {**OLD, "indicator": f"{number}.1", "event_id": f"new-{number}", "severity": 4, "family": family} | {
        "event_date": WEEK,
        "known_at": WEEK,
    }


@QUICK
@given(some(rows()), some(values(), 4))
def test_a_rapid_change_is_what_its_words_say(records: list[Record], series: list[Record]) -> None:
    days = [TODAY, TODAY - 90 * DAY]
    given_ = (evidence_of(records), series_of(series), CATALOGUE, FEW, Units.of(0, days, days))
    now, then = score(*given_).overall
    drawn = replicates(*given_)
    low, middle = np.quantile(drawn[:, 0] - drawn[:, 1], [0.05, 0.5])
    found = rapid(records, series)

    if found is None:
        assert then == 0
        return
    assert found.change == now - then
    assert found.margin == pytest.approx(now - then + low - middle, abs=1e-10)
    assert found.is_raised == (found.change >= 5 and found.margin > 0)


def test_much_grave_news_is_a_rapid_change() -> None:
    found = rapid([OLD, *(news(factor) for factor in range(1, 15))])

    assert found is not None
    assert found.is_raised
    assert 0 < found.margin < found.change


def test_what_was_long_known_is_no_rapid_change() -> None:
    found = rapid([OLD])

    assert found is not None
    assert not found.is_raised
    assert found.change < 0


def test_a_change_is_not_counted_from_a_day_on_which_nothing_was_known() -> None:
    assert rapid([news(factor) for factor in range(1, 15)]) is None


def test_many_countries_are_each_as_alone() -> None:
    named = [{**OLD, "country": "A"}, *({**news(factor), "country": "B"} for factor in range(1, 15))]
    named += [{**OLD, "country": "B"}]
    tables = (evidence_of(named, ["A", "B", "C"]), series_of([], ["A", "B", "C"]))
    one = rapid_changes(*tables, CATALOGUE, FEW, np.array([1]), TODAY)
    all_three = rapid_changes(*tables, CATALOGUE, FEW, np.array([2, 1, 0]), TODAY)

    assert all_three[0] is None
    assert all_three[1] == one[0]
    assert [found.is_raised for found in all_three if found] == [True, False]


@QUICK
@given(some(rows()), some(values(), 4))
def test_concentration_is_the_largest_share_of_the_positive_rows(records: list[Record], series: list[Record]) -> None:
    listed = contributions(evidence_of(records), series_of(series), CATALOGUE, SHIPPED, 0, TODAY, TODAY)
    positive = sum(row.points for row in listed if row.points > 0)
    found = concentration(listed, SHIPPED)

    if found is None:
        assert positive == 0
        return
    shares = [
        sum(row.points for row in listed if row.kind == "event" and row.family == family) / positive
        for family in {row.family for row in listed}
    ]
    assert found.share == pytest.approx(max(shares), abs=1e-12)
    assert found.is_raised == (found.share > 0.5)


def test_one_family_that_carries_the_score_is_named() -> None:
    listed = contributions(evidence_of([OLD, news(2, "ngo")]), series_of([]), CATALOGUE, SHIPPED, 0, TODAY, TODAY)
    found = concentration(listed, SHIPPED)

    assert found is not None
    assert (found.family, found.is_raised) == ("ngo", True)
    assert concentration([], SHIPPED) is None


def test_a_score_of_series_alone_has_no_family() -> None:
    value: Record = {"indicator": "2.1", "value": 50, "lo": 0, "hi": 100, "direction": 1}
    value |= {"period_end": TODAY, "known_at": TODAY}
    listed = contributions(evidence_of([]), series_of([value]), CATALOGUE, SHIPPED, 0, TODAY, TODAY)
    found = concentration(listed, SHIPPED)

    assert found is not None
    assert (found.family, found.share, found.is_raised) == ("", 0.0, False)


@QUICK
@given(some(rows()))
def test_a_new_event_is_one_first_known_within_the_last_ninety_days(records: list[Record]) -> None:
    evidence = evidence_of(records)
    first: dict[tuple[str, str], dt.date] = {}
    for row in (evidence_of([one]) for one in records if one["severity"] > 0 and one["polarity"] > 0):
        key = (row.event_name(0), CATALOGUE.codes[row.indicator[0]])
        known = dt.date.fromordinal(int(row.known_on[0]))
        first[key] = min(known, first.get(key, known))
    wanted = sorted({name for (name, _), known in first.items() if known > TODAY - 90 * DAY})

    assert new_events(evidence, SHIPPED, 0, TODAY, TODAY) == wanted


@pytest.mark.parametrize(("days", "is_new"), [(0, True), (89, True), (90, False)])
def test_the_ninetieth_day_is_no_longer_new(days: int, is_new: bool) -> None:
    row = {**OLD, "known_at": TODAY - days * DAY}

    assert new_events(evidence_of([row]), SHIPPED, 0, TODAY, TODAY) == ["old"] * is_new


def test_what_becomes_known_later_is_not_new_yet() -> None:
    late = {**OLD, "known_at": TODAY + DAY}

    assert new_events(evidence_of([late]), SHIPPED, 0, TODAY, TODAY + 10 * DAY) == []
