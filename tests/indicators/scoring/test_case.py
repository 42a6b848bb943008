"""Cases as a reviewer gives them: what is answered, and what is refused by the name of its row."""

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring import SHIPPED, errors, history
from indicators.scoring.case import answer
from indicators.scoring.case_input import parsed, read
from tests.indicators.scoring.cases import QUICK
from tests.indicators.scoring.golden import CASES, FILE, FRAMEWORK

ROW: dict[str, Any] = {"indicator": "7.1", "family": "coi", "grade": "B2", "severity": 3, "event_id": "e"}
ROW |= {"event_date": "2024-01-10", "known_at": "2024-02-01"}
VALUE: dict[str, Any] = {"indicator": "3.1", "value": 50, "lo": 0, "hi": 100, "direction": 1}
VALUE |= {"period_end": "2023-12-31", "known_at": "2024-01-31"}
CASE: dict[str, Any] = {"observations": [ROW], "series": [VALUE], "t": "2024-06-30", "k": "2024-06-30"}
ONE = {"id": "7.1", "factor": 7, "weight": 1.0, "nature": "dynamic"}


def with_row(**changes: Any) -> dict[str, Any]:
    return {**CASE, "observations": [ROW, {**ROW, **changes}]}


def with_value(**changes: Any) -> dict[str, Any]:
    return {**CASE, "series": [VALUE, {**VALUE, **changes}]}


def without(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name != key}


BAD: list[tuple[dict[str, Any], type[errors.ScoringInputError], str]] = [
    *((without(CASE, key), errors.MissingKeyError, key) for key in ("observations", "series", "t", "k")),
    (with_row(severity=5), errors.SeverityError, "evidence row 1"),
    (with_row(severity="3"), errors.SeverityError, "evidence row 1: found '3'"),
    (with_row(severity=math.nan), errors.SeverityError, "evidence row 1: found nan"),
    (with_row(severity=True), errors.SeverityError, "evidence row 1"),
    (with_row(severity=2.0), errors.SeverityError, "evidence row 1"),
    (with_row(grade="b2"), errors.GradeError, "evidence row 1"),
    (with_row(grade="G2"), errors.GradeError, "evidence row 1"),
    (with_row(grade="B7"), errors.GradeError, "evidence row 1"),
    (with_row(grade=22), errors.GradeError, "evidence row 1"),
    (with_row(indicator="99.1"), errors.UnknownIndicatorError, "evidence row 1: found '99.1'"),
    (with_row(indicator=7.1), errors.TextError, "evidence row 1, indicator"),
    (with_row(family=""), errors.FamilyError, "evidence row 1"),
    (with_row(event_id=0), errors.TextError, "evidence row 1, event_id"),
    (with_row(event_id="~x"), errors.EventKeyError, "evidence row 1"),
    (with_row(polarity=0), errors.PolarityError, "evidence row 1"),
    (with_row(polarity="-1"), errors.PolarityError, "evidence row 1"),
    (with_row(event_date="2024-02-02"), errors.EventAfterKnowledgeError, "evidence row 1.*known_at"),
    (with_row(event_date="2024-01-10T00:00:00"), errors.DayError, "evidence row 1, event_date"),
    (with_row(event_date="2023-02-29"), errors.DayError, "evidence row 1, event_date"),
    (with_row(event_date="0204-01-10"), errors.DayError, "evidence row 1, event_date"),
    (with_row(family="\ud800"), errors.TextError, "evidence row 1, family"),
    (with_row(known_at=738000), errors.DayError, "evidence row 1, known_at"),
    (with_row(known_at=None), errors.DayError, "evidence row 1, known_at"),
    (with_row(id=12, known_at="soon"), errors.DayError, r"evidence row 1 \(id 12\), known_at"),
    (with_row(weight=2), errors.UnknownKeyError, "evidence row 1: found 'weight'"),
    ({**CASE, "observations": [ROW, without(ROW, "family")]}, errors.MissingKeyError, "evidence row 1.*family"),
    ({**CASE, "observations": [ROW, "B2"]}, errors.CaseError, "evidence row 1: found 'a text'"),
    ({**CASE, "observations": {}}, errors.CaseError, "observations: found 'an object'"),
    ({**CASE, "observations": None}, errors.CaseError, "observations: found 'null'"),
    ({**CASE, "observations": [{**ROW, "country": "A"}, {**ROW, "country": "B"}]}, errors.CaseError, "A, B"),
    (with_value(lo=100), errors.GoalpostsError, "series row 1"),
    (with_value(lo=200), errors.GoalpostsError, "series row 1"),
    (with_value(value=math.nan), errors.NotFiniteError, "series row 1: found nan"),
    (with_value(value="12"), errors.NotFiniteError, "series row 1: found '12'"),
    (with_value(hi=math.inf), errors.NotFiniteError, "series row 1"),
    (with_value(value=10**400), errors.NotFiniteError, "series row 1"),
    (with_value(value=-5, lo=-3, log=True), errors.NotFiniteError, "series row 1"),
    (with_value(log="yes"), errors.YesNoError, "series row 1, log"),
    (with_value(direction=2), errors.DirectionError, "series row 1"),
    (with_value(period_end="31.12.2023"), errors.DayError, "series row 1, period_end"),
    ({**CASE, "series": [1, 2]}, errors.CaseError, "series row 0: found 'a number'"),
    ({**CASE, "t": "today"}, errors.DayError, "case, t"),
    ({**CASE, "k": 20240630}, errors.DayError, "case, k"),
    ({**CASE, "catalog": []}, errors.UnknownKeyError, "found 'catalog'"),
    ({**CASE, "catalogue": {}}, errors.CaseError, "catalogue"),
    ({**CASE, "catalogue": ["7.1"]}, errors.CatalogueError, "catalogue entry 0"),
    ({**CASE, "catalogue": [{**ONE, "factor": 15}]}, errors.CatalogueError, "catalogue entry 0"),
    ({**CASE, "catalogue": [{**ONE, "factor": "7"}]}, errors.CatalogueError, "catalogue entry 0"),
    ({**CASE, "catalogue": [{**ONE, "nature": ["dynamic"]}]}, errors.CatalogueError, "catalogue entry 0"),
    ({**CASE, "catalogue": [{**ONE, "weight": 10**400}]}, errors.CatalogueError, "catalogue entry 0"),
    ({**CASE, "catalogue": [ONE, ONE]}, errors.CatalogueError, "catalogue entry 1"),
    ({**CASE, "catalogue": "some"}, errors.CatalogueError, "found 'some'"),
    ({**CASE, "indicator": "99.1"}, errors.UnknownIndicatorError, "case, indicator"),
    ({**CASE, "indicator": 7}, errors.CaseError, "case, indicator"),
    ({**CASE, "indicator": ONE}, errors.UnknownIndicatorError, "series row 0: found '3.1'"),
    ({**CASE, "indicator": without(ONE, "nature")}, errors.MissingKeyError, "nature"),
    ({**CASE, "parameters": []}, errors.CaseError, "parameters"),
    ({**CASE, "parameters": {"halflife": 3}}, errors.UnknownKeyError, "halflife"),
    ({**CASE, "parameters": {"up": 10}}, errors.ParameterError, "parameter up: "),
    ({**CASE, "parameters": {"up": ["10", 20, 35, 50]}}, errors.ParameterError, "parameter up: "),
    ({**CASE, "xi": math.nan}, errors.ParameterError, "xi"),
    ({**CASE, "xi": 10**400}, errors.ParameterError, "xi"),
    ({**CASE, "parameters": {"sigma": 1e3}}, errors.ParameterError, "sigma"),
    ({**CASE, "parameters": {"n0": 5e-324}}, errors.ParameterError, "parameter n0: "),
    ({**CASE, "B": 0}, errors.ParameterError, "parameter B: "),
    ({**CASE, "B": 10**9}, errors.ParameterError, "parameter B: "),
    ({**CASE, "same_as": "country_full"}, errors.CaseError, "same_as"),
    ({"cases": [CASE]}, errors.CaseError, "several cases"),
    ({"input": [CASE]}, errors.CaseError, "case, input"),
    ({"input": CASE, "inputs": CASE}, errors.UnknownKeyError, "inputs"),
]


@pytest.mark.parametrize(("case", "error", "words"), BAD)
def test_a_bad_case_is_refused_by_name(case: dict[str, Any], error: type[errors.ScoringInputError], words: str) -> None:
    with pytest.raises(error, match=words):
        answer(case, FRAMEWORK)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", errors.CaseError, "found 'nothing'"),
        ("  \n", errors.CaseError, "found 'nothing'"),
        ("{'t': 1}", errors.CaseError, "line 1, column 2"),
        ("[1]", errors.CaseError, "found 'a list'"),
        ("null", errors.CaseError, "found 'null'"),
        ("1" * 5000, errors.CaseError, "integer string conversion"),
        ("[" * 100_000, errors.CaseError, "recursion"),
        ('{"t": "2024-01-01", "t": "2024-01-02"}', errors.DuplicateKeyError, "case: found 't'"),
        ('{"input": {"k": 1, "k": 1}}', errors.DuplicateKeyError, "case: found 'k'"),
        ('{"observations": [{}, {"severity": 1, "severity": 4}]}', errors.DuplicateKeyError, "evidence row 1"),
        ('{"series": [{"lo": 1, "lo": 4}]}', errors.DuplicateKeyError, "series row 0: found 'lo'"),
        ('{"parameters": {"H": {"record": 1, "record": 2}}}', errors.DuplicateKeyError, "case, parameters, H"),
    ],
)
def test_a_file_that_is_no_case_is_refused_by_name(
    text: str, error: type[errors.ScoringInputError], words: str
) -> None:
    with pytest.raises(error, match=words):
        answer(parsed(text), FRAMEWORK)


def test_a_case_that_is_no_object_is_refused() -> None:
    with pytest.raises(errors.CaseError, match="found 'a list'"):
        read([], FRAMEWORK)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "observations" in case["input"]])
def test_the_golden_cases_are_read_as_they_stand(name: str) -> None:
    if "t" not in CASES[name]["input"]:
        with pytest.raises(errors.MissingKeyError, match="series"):
            read(CASES[name], FRAMEWORK)
        return
    found = answer({**CASES[name], "parameters": FILE["parameters"], "xi": 0.1}, FRAMEWORK)

    for key in ("x", "overall"):
        if key in CASES[name]["expected"]:
            assert found[key] == pytest.approx(CASES[name]["expected"][key], abs=1e-8)


@pytest.mark.parametrize("natures", ["1:dynamic,2-x:record", "1", "1:late", "-3:record", ""])
def test_a_catalogue_that_is_described_otherwise_is_refused(natures: str) -> None:
    words = f"4 indicators per factor, weight 1; nature by factor {{{natures}}}; ids f.1..f.4"

    with pytest.raises(errors.CatalogueError):
        answer({**CASE, "catalogue": words}, FRAMEWORK)


def test_the_answer_is_the_same_with_and_without_its_wrapping() -> None:
    wrapped = {"name": "mine", "note": "x", "input": CASE, "expected": {}, "xi": 0.2}

    assert answer(wrapped, FRAMEWORK) == answer({**CASE, "xi": 0.2}, FRAMEWORK)


def test_a_file_is_read_as_it_was_written() -> None:
    assert parsed(json.dumps(CASE)) == CASE


def test_one_indicator_can_be_named_by_its_id() -> None:
    nature = next(entry for entry in FRAMEWORK.entries() if entry["id"] == "7.1")
    case = {**CASE, "series": []}

    assert answer({**case, "indicator": "7.1"}, FRAMEWORK) == answer({**case, "indicator": nature}, FRAMEWORK)


def test_rows_may_name_their_one_country() -> None:
    named = {**CASE, "observations": [{**ROW, "country": "SDN"}]}

    assert answer(named, FRAMEWORK) == answer(CASE, FRAMEWORK)


def test_parameters_left_out_are_the_shipped_ones() -> None:
    assert answer({**CASE, "parameters": {"xi": 0.05}}, FRAMEWORK) == answer(CASE, FRAMEWORK)
    assert answer({**CASE, "xi": 0.1}, FRAMEWORK)["cannot_exclude"] > answer(CASE, FRAMEWORK)["cannot_exclude"]


def test_a_country_of_which_nothing_is_known_is_answered() -> None:
    found = answer({**CASE, "observations": [], "series": []}, FRAMEWORK)

    assert (found["overall"], found["coverage"], found["label"]) == (0.0, 0.0, "UNDETERMINED")
    assert (found["lo"], found["hi"], found["contributions"]) == (0.0, 0.0, [])
    assert found["cannot_exclude"] == found["cannot_exclude_no_data"]
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_the_label_has_the_memory_of_the_level() -> None:
    low = {"up": [1, 2, 3, 4], "band": 0.5, "K_min_for_low": 0}
    case = {**CASE, "series": [], "parameters": low, "t": "2024-04-30", "k": "2024-04-30"}
    gone = {**case, "observations": [{**ROW, "indicator": "8.1", "severity": 4}]}
    found = read(gone, FRAMEWORK)
    given = found.given
    past = history(given.evidence, given.series, given.catalogue, given.parameters, found.t, found.k)
    names = ["", "MINIMAL", "LOW", "ELEVATED", "HIGH", "SEVERE"]

    assert answer(gone, FRAMEWORK)["label"] == names[int(past.hindsight.level[0, -1])]


ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    math.nan,
    math.inf,
    1e308,
    5e-324,
    10**400,
    "",
    "x",
    "B2",
    "2024-01-01",
    "0001-01-01",
]
ODD += ["2024-01-01T00:00", "20240101", "~a", "\ud800", "\x00", [], {}, [1], {"a": 1}, [[]]]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Path to everything within a case."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from places(part, (*path, key))


WHOLE = {**CASE, "catalogue": [ONE, {**ONE, "id": "3.1"}], "parameters": SHIPPED.as_mapping(), "xi": 0.1, "B": 9}
PLACES = list(places(WHOLE))


@QUICK
@given(st.sampled_from(PLACES), st.sampled_from(ODD))
def test_whatever_stands_anywhere_is_answered_or_refused_by_name(path: tuple[Any, ...], odd: Any) -> None:
    case = json.loads(json.dumps(WHOLE))
    part = case
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = odd

    with suppress(errors.ScoringInputError):
        json.dumps(answer(parsed(json.dumps(case)), FRAMEWORK), allow_nan=False)
