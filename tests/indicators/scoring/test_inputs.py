"""Bad input is refused at the door, with the row, what was found and what was wanted."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from indicators.scoring import (
    NEVER,
    SHIPPED,
    EvidenceColumns,
    EvidenceRows,
    ScoringInputError,
    SeriesColumns,
    SeriesRows,
    Units,
    errors,
    indicator_detail,
    score,
)
from tests.indicators.scoring.cases import CATALOGUE, evidence_of, series_of

GOOD: dict[str, Any] = {
    "indicator": "1.1",
    "family": "ohchr",
    "grade": "B2",
    "severity": 3,
    "event_date": "2024-01-01",
    "known_at": "2024-02-01",
}
VALUE: dict[str, Any] = {
    "indicator": "1.1",
    "value": 5.0,
    "lo": 0.0,
    "hi": 10.0,
    "direction": 1,
    "period_end": "2023-12-31",
    "known_at": "2024-02-01",
}
COLUMNS: dict[str, Any] = {
    "country": np.array([0, 0]),
    "indicator": np.array([0, 1]),
    "polarity": np.array([1, -1]),
    "severity": np.array([3, 2]),
    "reliability": ["A", "B"],
    "credibility": np.array([1, 2]),
    "event_on": [dt.date(2024, 1, 1), dt.date(2024, 1, 3)],
    "known_on": np.array([NEVER - 5, NEVER - 5]),
    "retracted_on": [None, None],
    "family": ["ohchr", "icrc"],
    "event": [None, "e1"],
    "admin1": [None, ""],
    "row_id": np.array([70, 71]),
}

BAD_EVIDENCE = [
    ({"severity": 7}, errors.SeverityError, 7),
    ({"severity": 2.5}, errors.SeverityError, 2.5),
    ({"severity": True}, errors.SeverityError, True),
    ({"severity": "3"}, errors.SeverityError, "3"),
    ({"grade": "Z9"}, errors.GradeError, "Z"),
    ({"grade": "B9"}, errors.GradeError, "9"),
    ({"grade": "B"}, errors.GradeError, "B"),
    ({"grade": None}, errors.GradeError, None),
    ({"indicator": "99.9"}, errors.UnknownIndicatorError, "99.9"),
    ({"country": "ZZZ"}, errors.UnknownCountryError, "ZZZ"),
    ({"polarity": 0}, errors.PolarityError, 0),
    ({"polarity": "risk"}, errors.PolarityError, "risk"),
    ({"family": " "}, errors.FamilyError, " "),
    ({"family": None}, errors.FamilyError, None),
    ({"event_id": "~1.1||2024-W01"}, errors.EventKeyError, "~1.1||2024-W01"),
    ({"event_date": "2024-02-02"}, errors.EventAfterKnowledgeError, "2024-02-02"),
    ({"event_date": "2024-02-30"}, errors.DayError, "2024-02-30"),
    ({"event_date": None}, errors.DayError, None),
    ({"known_at": dt.datetime(2024, 2, 1, tzinfo=dt.UTC)}, errors.DayError, None),
    ({"severty": 3}, errors.UnknownKeyError, "severty"),
]
BAD_SERIES = [
    ({"hi": 0.0}, errors.GoalpostsError, 0.0),
    ({"lo": 20.0}, errors.GoalpostsError, 20.0),
    ({"value": math.nan}, errors.NotFiniteError, None),
    ({"value": math.inf}, errors.NotFiniteError, math.inf),
    ({"value": "5"}, errors.NotFiniteError, "5"),
    ({"value": -1.0, "log": True}, errors.NotFiniteError, -1.0),
    ({"direction": 2}, errors.DirectionError, 2),
    ({"period_end": None}, errors.DayError, None),
    ({"indicator": "99.9"}, errors.UnknownIndicatorError, "99.9"),
    ({"country": "ZZZ"}, errors.UnknownCountryError, "ZZZ"),
    ({"note": ""}, errors.UnknownKeyError, "note"),
]


@pytest.mark.parametrize(("change", "error", "found"), BAD_EVIDENCE)
def test_bad_evidence_is_refused_by_row(change: dict[str, Any], error: type[ScoringInputError], found: Any) -> None:
    with pytest.raises(error) as refusal:
        evidence_of([GOOD, {**GOOD, **change}])

    assert refusal.value.place.startswith("evidence row 1")
    assert found is None or refusal.value.found == found
    assert refusal.value.wanted in str(refusal.value)


@pytest.mark.parametrize(("change", "error", "found"), BAD_SERIES)
def test_a_bad_series_value_is_refused_by_row(
    change: dict[str, Any], error: type[ScoringInputError], found: Any
) -> None:
    with pytest.raises(error) as refusal:
        series_of([VALUE, {**VALUE, **change}])

    assert refusal.value.place.startswith("series row 1")
    assert found is None or refusal.value.found == found


@pytest.mark.parametrize("key", ["indicator", "family", "severity", "event_date", "known_at", "grade"])
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(errors.MissingKeyError, match="reliability" if key == "grade" else key):
        evidence_of([{name: value for name, value in GOOD.items() if name != key}])


def test_a_refusal_names_the_id_of_the_row() -> None:
    with pytest.raises(errors.SeverityError, match=r"evidence row 1 \(id 4711\): found 7; wanted a whole number"):
        evidence_of([{**GOOD, "id": 1}, {**GOOD, "id": 4711, "severity": 7}])


def test_reliability_and_credibility_may_stand_apart() -> None:
    apart = {name: value for name, value in GOOD.items() if name != "grade"}

    assert evidence_of([{**apart, "reliability": "B", "credibility": 2}]).grade == evidence_of([GOOD]).grade


def test_columns_are_read_as_a_database_gives_them() -> None:
    rows = EvidenceRows.from_columns(EvidenceColumns(**COLUMNS), CATALOGUE, ["MMR"])

    assert rows.row_id.tolist() == [70, 71]
    assert rows.event_on.tolist() == [dt.date(2024, 1, 1).toordinal(), dt.date(2024, 1, 3).toordinal()]
    assert [rows.event_name(row) for row in range(2)] == ["~1.1||2024-W01", "e1"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"country": np.array([0, 1])}, errors.UnknownCountryError),
        ({"indicator": np.array([0, -1])}, errors.UnknownIndicatorError),
        ({"severity": np.array([3, 5])}, errors.SeverityError),
        ({"event_on": np.array([1, 0])}, errors.DayError),
        ({"family": ["ohchr"]}, errors.ColumnLengthError),
    ],
)
def test_bad_columns_are_refused(change: dict[str, Any], error: type[ScoringInputError]) -> None:
    with pytest.raises(error):
        EvidenceRows.from_columns(EvidenceColumns(**{**COLUMNS, **change}), CATALOGUE, ["MMR"])


def test_series_columns_are_read_as_a_database_gives_them() -> None:
    columns: dict[str, Any] = {name: np.array([float(n), 10.0]) for n, name in enumerate(("value", "lo"))}
    columns |= {
        "country": [0, 0],
        "indicator": [0, 0],
        "hi": [20, 20],
        "direction": [1, 1],
        "log": [False, False],
    }
    columns |= {"period_end": [1, 2], "known_on": [3, 3], "retracted_on": [None, None]}
    columns |= {name: np.array(columns[name]) for name in ("country", "indicator")}

    assert SeriesRows.from_columns(SeriesColumns(**columns), CATALOGUE, ["MMR"]).z.tolist() == [0.0, 0.0]


def test_goalposts_that_no_number_can_span_are_refused() -> None:
    with pytest.raises(errors.GoalpostsError):
        series_of([{**VALUE, "lo": -1e308, "hi": 1e308}])


def test_empty_tables_are_tables() -> None:
    assert (evidence_of([]).size, series_of([]).size) == (0, 0)
    assert EvidenceRows.from_records([], CATALOGUE, []).countries == ()
    assert SeriesRows.from_records([], CATALOGUE, []).countries == ()


def test_a_unit_of_an_unknown_country_is_refused() -> None:
    with pytest.raises(errors.UnknownCountryError, match="unit 1"):
        score(evidence_of([GOOD]), series_of([]), CATALOGUE, SHIPPED, Units.of([0, 1], 700_000, 700_000))


def test_details_of_an_unknown_indicator_are_refused() -> None:
    with pytest.raises(errors.UnknownIndicatorError):
        indicator_detail(evidence_of([GOOD]), series_of([]), CATALOGUE, SHIPPED, 0, "99.9", 700_000, 700_000)
