"""What must hold for any evidence (scoring.md §7, by its numbers).

4 and 12 hold as they stand only where the row in question is not older than what its event is
anchored at: by §4 the anchor is the latest day among the rows with the best grade, so a better but
older row may move an event back in time. The tests add such rows on the event's latest day, and
`test_a_better_but_older_row_moves_its_event_back` keeps the exception in sight.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring import (
    SHIPPED,
    Catalogue,
    EvidenceRows,
    Intervals,
    Level,
    Scores,
    Units,
    contributions,
    displayed_level,
    fold,
    indicator_detail,
    intervals,
    score,
)
from tests.indicators.scoring.cases import (
    CATALOGUE,
    GRADES,
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

EXACT = 1e-10
FEW = SHIPPED.with_(replicates=60)
DAY = dt.timedelta(days=1)


def same(one: Scores, other: Scores, tolerance: float = EXACT) -> None:
    for name in ("R", "F", "K", "x", "kappa", "coverage", "cannot_exclude"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=tolerance)


def latest_of_its_event(row: Record) -> Record:
    return {**row, "event_date": TODAY, "known_at": TODAY}


def worth(grade: str) -> float:
    return SHIPPED.reliability["ABCDEF".index(grade[0])] * SHIPPED.credibility[int(grade[1]) - 1]


@QUICK
@given(some(rows()), some(values(), 4))
def test_every_number_stays_in_its_bounds(records: list[Record], series: list[Record]) -> None:
    """No. 1."""
    found = scored(records, series)

    tops = ((found.R, 100), (found.kappa, 1), (found.K, 1), (found.coverage, 1), (found.cannot_exclude, 100))
    for array, top in tops:
        assert 0 <= array.min() <= array.max() <= top
    assert 0 <= found.F.min() <= found.F.max() < 1
    assert (found.cannot_exclude >= found.overall - EXACT).all()


@QUICK
@given(some(rows()), some(values(), 4), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(records: list[Record], series: list[Record], random: Random) -> None:
    """No. 2."""
    before = scored(records, series)
    random.shuffle(records)
    random.shuffle(series)

    same(before, scored(records, series))


@QUICK
@given(some(rows()), rows(), st.sampled_from(GRADES), st.integers(0, 4), st.integers(0, 300))
def test_a_duplicate_adds_nothing(records: list[Record], row: Record, grade: str, severity: int, days: int) -> None:
    """No. 3."""
    row["event_id"] = "mine"
    weaker = min(grade, row["grade"], key=worth)
    milder, earlier = min(severity, row["severity"]), row["event_date"] - days * DAY
    copy = {**row, "grade": weaker, "severity": milder, "event_date": earlier}

    same(scored([*records, row]), scored([*records, row, copy]))


@QUICK
@given(some(rows()), rows([1]), st.integers(0, 4))
def test_higher_severity_never_lowers_an_index(records: list[Record], row: Record, severity: int) -> None:
    """No. 4, severity."""
    row = latest_of_its_event(row)
    higher = {**row, "severity": max(severity, row["severity"])}

    assert (scored([*records, higher]).R >= scored([*records, row]).R - EXACT).all()


@QUICK
@given(some(rows()), rows([1]), st.sampled_from(GRADES))
def test_a_better_grade_never_lowers_an_index_nor_coverage(records: list[Record], row: Record, grade: str) -> None:
    """No. 4, grade."""
    row = latest_of_its_event(row)
    better = max(grade, row["grade"], key=worth)
    before, after = scored([*records, row]), scored([*records, {**row, "grade": better}])

    assert (after.R >= before.R - EXACT).all()
    assert (after.K >= before.K - EXACT).all()


@QUICK
@given(some(rows()), rows([1]))
def test_one_more_row_never_lowers_an_index(records: list[Record], row: Record) -> None:
    """No. 4, one more row."""
    assert (scored([*records, latest_of_its_event(row)]).R >= scored(records).R - EXACT).all()


def test_a_better_but_older_row_moves_its_event_back() -> None:
    """No. 4, its exception."""
    late = {"indicator": "1.1", "family": "press", "grade": "C3", "severity": 3, "event_id": "e"}
    late |= {"event_date": TODAY, "known_at": TODAY}
    old = {**late, "family": "coi", "grade": "A1", "event_date": dt.date(2022, 1, 1)}

    assert scored([late, old]).overall[0] < scored([late]).overall[0]


@QUICK
@given(some(rows()), rows([1]), st.sampled_from(["e1", None]))
def test_an_independent_report_adds_at_least_what_a_duplicate_adds(
    records: list[Record], row: Record, event: str | None
) -> None:
    """No. 5."""
    row["event_id"] = event
    alone = {**row, "family": "somebody-else"}

    assert (scored([*records, row, alone]).R >= scored([*records, row, row]).R - EXACT).all()


@QUICK
@given(some(rows([1])), some(values(), 4), st.integers(0, 4000))
def test_without_news_the_index_and_coverage_do_not_rise(
    records: list[Record], series: list[Record], days: int
) -> None:
    """No. 6."""
    before, after = scored(records, series), scored(records, series, TODAY + days * DAY)

    assert (after.R <= before.R + EXACT).all()
    assert (after.K <= before.K + EXACT).all()
    assert (after.coverage <= before.coverage + EXACT).all()


def test_as_mitigation_fades_the_index_may_rise() -> None:
    """No. 6, with mitigation."""
    risk = {"indicator": "2.2", "family": "coi", "grade": "A1", "severity": 4, "event_id": "a"}
    risk |= {"event_date": TODAY, "known_at": TODAY}
    relief = {**risk, "event_id": "b", "polarity": -1}
    slow = Catalogue.from_entries([{"id": "2.2", "factor": 2, "weight": 1.0, "nature": "record"}])
    evidence = EvidenceRows.from_records([risk, relief, {**risk, "event_id": "c"}], slow)
    empty = series_of([])
    at = [TODAY, TODAY + 1000 * DAY]
    found = score(evidence, empty, slow, SHIPPED, Units.of(0, at, at)).overall

    assert found[1] > found[0]


@pytest.mark.parametrize(
    ("nature", "days"), [("structural", 1825), ("record", 3650), ("dynamic", 365), ("trigger", 90)]
)
def test_after_one_half_life_exactly_half_is_left(nature: str, days: int) -> None:
    """No. 7."""
    catalogue = Catalogue.from_entries([{"id": "1.1", "factor": 1, "weight": 1.0, "nature": nature}])
    row = {"indicator": "1.1", "family": "coi", "grade": "A1", "severity": 4, "event_id": "a"}
    both = [{**row, "event_date": TODAY, "known_at": TODAY, "polarity": side} for side in (1, -1)]
    evidence = EvidenceRows.from_records(both, catalogue)
    later = TODAY + days * DAY
    now, then = (
        indicator_detail(evidence, series_of([]), catalogue, SHIPPED, 0, "1.1", day, day) for day in (TODAY, later)
    )

    assert then.decay == {"a": 0.5}
    assert (then.m_pos, then.m_neg) == (now.m_pos / 2, now.m_neg / 2)


@QUICK
@given(some(rows()), some(values(), 4))
def test_contributions_sum_to_the_index(records: list[Record], series: list[Record]) -> None:
    """No. 8."""
    evidence, told = evidence_of(records), series_of(series)
    found = contributions(evidence, told, CATALOGUE, SHIPPED, 0, TODAY, TODAY)

    assert sum(row.points for row in found) == pytest.approx(scored(records, series).overall[0], abs=1e-9)
    assert all((row.points < 0) == (row.kind == "mitigation") for row in found)


@QUICK
@given(some(rows()), some(values(), 4), rows(), values(), st.dates(dt.date(2022, 6, 1), TODAY - 120 * DAY))
def test_nothing_later_than_the_day_is_seen(
    records: list[Record], series: list[Record], row: Record, value: Record, t: dt.date
) -> None:
    """No. 9."""
    late_news = {**row, "known_at": t + DAY, "event_date": min(row["event_date"], t)}
    late_event = {**row, "known_at": TODAY, "event_date": t + DAY}
    late_value = {**value, "period_end": t + DAY}
    more = scored([*records, late_news, late_event], [*series, late_value], t)

    same(scored(records, series, t), more)


@QUICK
@given(some(rows()), some(values(), 4), rows(), values())
def test_retraction_is_absence(records: list[Record], series: list[Record], row: Record, value: Record) -> None:
    """No. 10."""
    gone = [{**part, "retracted_at": TODAY} for part in (row, value)]

    same(scored(records, series), scored([*records, gone[0]], [*series, gone[1]]))


@QUICK
@given(some(rows()), rows([-1]))
def test_mitigation_never_raises_the_index_and_raises_coverage(records: list[Record], row: Record) -> None:
    """No. 11."""
    row = {**row, "event_id": "relief", "event_date": TODAY, "known_at": TODAY}
    before, after = scored(records), scored([*records, row])

    assert (after.R <= before.R + EXACT).all()
    assert after.coverage[0] > before.coverage[0]


@QUICK
@given(some(rows()), rows())
def test_looked_for_and_not_found_changes_coverage_only(records: list[Record], row: Record) -> None:
    """No. 12."""
    nothing = {**latest_of_its_event(row), "severity": 0}
    before, after = scored(records), scored([*records, nothing])

    np.testing.assert_allclose(before.R, after.R, rtol=0, atol=EXACT)
    assert (after.K >= before.K - EXACT).all()


def test_without_data_the_index_is_nought_and_not_assessed() -> None:
    """No. 13."""
    found = scored([])

    assert (found.overall[0], found.coverage[0], bool(found.assessed[0])) == (0, 0, False)
    assert displayed_level(1, 0.0, assessed=bool(found.assessed[0])) is Level.NOT_ASSESSED
    assert replicated([])[1].high[0] == 0


@QUICK
@given(some(rows()), some(rows()), some(values(), 4))
def test_one_country_alone_is_as_in_the_batch(mine: list[Record], others: list[Record], series: list[Record]) -> None:
    """No. 14."""
    named = [{**row, "country": "A"} for row in mine] + [{**row, "country": "B"} for row in others]
    told = [{**value, "country": "A"} for value in series]
    both = (evidence_of(named, ["A", "B"]), series_of(told, ["A", "B"]))
    batch = score(*both, CATALOGUE, SHIPPED, Units.of([1, 0], TODAY, TODAY))

    np.testing.assert_allclose(scored(mine, series).R[0], batch.R[1], rtol=0, atol=EXACT)
    np.testing.assert_allclose(scored(others).R[0], batch.R[0], rtol=0, atol=EXACT)


@QUICK
@given(some(rows()), rows(), st.lists(st.integers(0, 6), min_size=1, max_size=20))
def test_a_flood_of_copies_in_one_week_is_one(records: list[Record], row: Record, days: Sequence[int]) -> None:
    """No. 15."""
    monday = dt.date(2024, 3, 4)
    first = {**row, "event_id": None, "event_date": monday, "known_at": monday, "family": "flood"}
    flood = [{**first, "event_date": monday + day * DAY, "known_at": TODAY} for day in days]

    same(scored([*records, first]), scored([*records, first, *flood]))


@QUICK
@given(some(rows()), some(rows()), some(rows()))
def test_other_countries_do_not_matter(mine: list[Record], one: list[Record], other: list[Record]) -> None:
    """No. 16."""

    def beside(others: list[Record]) -> Scores:
        named = [{**row, "country": "A"} for row in mine] + [{**row, "country": "B"} for row in others]
        tables = (evidence_of(named, ["A", "B"]), series_of([], ["A", "B"]))
        return score(*tables, CATALOGUE, SHIPPED, Units.of(0, TODAY, TODAY))

    same(beside(one), beside(other))


def replicated(records: Sequence[Record], series: Sequence[Record] = ()) -> tuple[float, Intervals]:
    """The index of one country today, and its interval from few replicates."""
    given_ = (evidence_of(records), series_of(series), CATALOGUE, FEW, Units.of(0, TODAY, TODAY))
    return float(score(*given_).overall[0]), intervals(*given_)


@QUICK
@given(some(rows()), some(values(), 4))
def test_the_interval_contains_the_index(records: list[Record], series: list[Record]) -> None:
    """No. 17."""
    overall, band = replicated(records, series)

    assert 0 <= band.low[0] <= overall <= band.high[0] <= 100
    assert 0 <= band.p05[0] <= band.p50[0] <= band.p95[0] <= 100


@pytest.mark.parametrize("way", ["each event has one of the families", "each event has all families"])
def test_more_families_do_not_widen_the_interval_relative_to_the_index(way: str) -> None:
    """No. 17, on average over fixed seeds."""

    def relative_width(families: int, seed: int) -> float:
        random, records = Random(seed), []
        for event in range(12):
            row: Record = {"indicator": random.choice(CATALOGUE.codes), "severity": random.randint(1, 4)}
            row |= {"grade": random.choice(GRADES), "event_id": f"e{event}"}
            row |= {"event_date": TODAY - random.randint(0, 600) * DAY, "known_at": TODAY}
            voices = [event % families] if way.startswith("each event has one") else range(families)
            records += [{**row, "family": f"family-{seed}-{voice}"} for voice in voices]
        overall, band = replicated(records)
        return float(band.high[0] - band.low[0]) / overall

    one, two, four = (np.mean([relative_width(families, seed) for seed in range(25)]) for families in (1, 2, 4))

    assert one >= two >= four


@QUICK
@given(st.sampled_from(SHIPPED.cuts), st.lists(st.floats(-1, 0.999), min_size=1, max_size=30))
def test_within_the_band_of_a_cut_the_level_changes_at_most_once(cut: float, offsets: list[float]) -> None:
    """No. 18."""
    levels = fold([cut + SHIPPED.band * offset for offset in offsets])

    assert sum(one != other for one, other in pairwise(levels)) <= 1


@QUICK
@given(some(rows()), some(values(), 4))
def test_the_same_snapshot_twice_is_the_same_bytes(records: list[Record], series: list[Record]) -> None:
    """No. 19."""
    one, other = scored(records, series), scored(records, series)

    for name in ("R", "F", "K", "x", "g", "h", "h_z", "m_neg", "kappa", "overall", "cannot_exclude"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    bands = [replicated(records, series)[1] for _ in range(2)]
    for name in ("p05", "p50", "p95", "low", "high"):
        assert getattr(bands[0], name).tobytes() == getattr(bands[1], name).tobytes()
