"""The split of a change: its five parts add up, and each has its cause."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring import SHIPPED, Catalogue, Change, Given, Units, change, errors, score
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

THEN = dt.date(2023, 6, 30)
BEFORE, AFTER = (THEN, THEN), (TODAY, TODAY)
ROW: Record = {"indicator": "1.1", "family": "coi", "grade": "B2", "severity": 3, "event_id": "e"}
ROW |= {"event_date": dt.date(2023, 1, 10), "known_at": dt.date(2023, 2, 1)}
OTHER = SHIPPED.with_(half_life_days=(900, 900, 900, 900), weight_common=0.5, weight_specific=0.5)


def inputs(records: list[Record], series: list[Record] | None = None) -> Given:
    return Given(evidence_of(records), series_of(series or []), CATALOGUE, SHIPPED)


def points(found: Change) -> dict[str, float]:
    return {part.cause: part.points for part in found.parts}


def only(found: Change, cause: str) -> bool:
    """Whether one cause alone has points."""
    return {part.cause for part in found.parts if part.points} == {cause}


@st.composite
def losable(draw: st.DrawFn, row: st.SearchStrategy[Record]) -> Record:
    """A row that may be retracted some time after it became known."""
    found, days = draw(row), draw(st.sampled_from([None, 0, 100, 500]))
    return found if days is None else {**found, "retracted_at": found["known_at"] + dt.timedelta(days=days)}


@QUICK
@given(some(losable(rows())), some(losable(values()), 4), st.sampled_from([SHIPPED, OTHER]), st.integers(0, 300))
def test_the_five_parts_add_up(records: list[Record], series: list[Record], method: object, days: int) -> None:
    later = inputs(records, series)
    earlier = Given(later.evidence, later.series, CATALOGUE, method)  # type: ignore[arg-type]
    known = THEN + dt.timedelta(days=days)
    found = change(later, 0, before=(THEN, known), after=AFTER, given_before=earlier)

    assert sum(part.points for part in found.parts) == pytest.approx(found.after - found.before, abs=1e-9)
    assert [part.cause for part in found.parts] == ["parameters", "retracted", "aged", "new", "profile"]
    for part in found.parts:
        assert sum(part.by_factor) == pytest.approx(part.points, abs=1e-9)
    assert points(found)["profile"] <= 1e-9


@QUICK
@given(some(rows()), some(values(), 4))
def test_both_ends_are_the_scores(records: list[Record], series: list[Record]) -> None:
    later = inputs(records, series)
    found = change(later, 0, before=BEFORE, after=AFTER)
    ends = score(later.evidence, later.series, CATALOGUE, SHIPPED, Units.of(0, [THEN, TODAY], [THEN, TODAY]))

    assert [found.before, found.after] == ends.overall.tolist()
    assert found.profile == ends.profile[1]


def test_without_any_difference_nothing_changes() -> None:
    found = change(inputs([ROW]), 0, before=BEFORE, after=BEFORE)

    assert not any(points(found).values())


def test_what_became_known_since_is_new() -> None:
    late = {**ROW, "event_id": "f", "known_at": TODAY}

    assert only(change(inputs([late]), 0, before=BEFORE, after=AFTER), "new")
    assert only(change(inputs([ROW, late]), 0, before=BEFORE, after=(THEN, TODAY)), "new")


@QUICK
@given(some(rows([1]), 6))
def test_time_alone_is_ageing(records: list[Record]) -> None:
    later = inputs([{**row, "event_date": THEN, "known_at": THEN, "indicator": "1.1"} for row in records])
    found = points(change(later, 0, before=BEFORE, after=AFTER))

    assert found["aged"] <= 0
    assert {cause for cause, part in found.items() if part} <= {"aged"}


def test_a_retraction_is_told_apart_from_ageing() -> None:
    gone = {**ROW, "retracted_at": dt.date(2024, 1, 1)}
    found = change(inputs([gone]), 0, before=BEFORE, after=AFTER)

    assert only(found, "retracted")
    assert points(found)["retracted"] == pytest.approx(-found.before)


def test_another_method_on_the_same_day_is_parameters() -> None:
    later = inputs([ROW])
    earlier = Given(later.evidence, later.series, CATALOGUE, OTHER)

    assert only(change(later, 0, before=BEFORE, after=BEFORE, given_before=earlier), "parameters")


def test_other_goalposts_are_parameters() -> None:
    value: Record = {"indicator": "3.1", "value": 50, "lo": 0, "hi": 100, "direction": 1}
    value |= {"period_end": dt.date(2022, 12, 31), "known_at": dt.date(2023, 1, 31)}
    later, earlier = (inputs([], [{**value, "hi": top}]) for top in (80, 100))
    found = change(later, 0, before=BEFORE, after=BEFORE, given_before=earlier)

    assert only(found, "parameters")
    assert points(found)["parameters"] > 0


def test_another_catalogue_is_parameters() -> None:
    later = inputs([ROW])
    small = Catalogue.from_entries([{"id": "1.1", "factor": 2, "nature": "record"}])
    earlier = Given(type(later.evidence).from_records([ROW], small), series_of([]), small, SHIPPED)
    found = change(later, 0, before=BEFORE, after=BEFORE, given_before=earlier)

    assert only(found, "parameters")
    assert np.count_nonzero(found.parts[0].by_factor) == 2


def test_another_leading_profile_is_a_part_of_its_own() -> None:
    genocide = {**ROW, "indicator": "9.1", "event_id": "g"}
    war = {**ROW, "indicator": "13.1", "event_id": "w", "severity": 4, "event_date": TODAY, "known_at": TODAY}
    found = change(inputs([genocide, war]), 0, before=BEFORE, after=AFTER)

    assert found.profile == 2
    assert points(found)["profile"] == pytest.approx(-found.before)
    assert points(found)["new"] == pytest.approx(found.after)


def test_a_change_goes_forward() -> None:
    with pytest.raises(errors.DayError, match="change: found"):
        change(inputs([ROW]), 0, before=AFTER, after=BEFORE)
    with pytest.raises(errors.DayError, match="change, before: found 'soon'"):
        change(inputs([ROW]), 0, before=("soon", TODAY), after=AFTER)  # type: ignore[arg-type]
