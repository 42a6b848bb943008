"""A case in the golden file's format, read strictly: what is not as it should be is named with its row."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from indicators.scoring.catalogue import Catalogue
from indicators.scoring.days import day_number
from indicators.scoring.errors import (
    CaseError,
    CatalogueError,
    DayError,
    DuplicateKeyError,
    ParameterError,
    TextError,
    UnknownIndicatorError,
    YesNoError,
)
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.given import Given
from indicators.scoring.inputs import checked_keys
from indicators.scoring.parameters import FACTORS, SHIPPED, Parameters
from indicators.scoring.series_rows import SeriesRows

MOST_REPLICATES: Final = 10_000
FIRST_DAY: Final = dt.date(1800, 1, 1).toordinal()
LAST_DAY: Final = dt.date(2199, 12, 31).toordinal()

_NEEDED: Final = ("observations", "series", "t", "k")
_METHOD: Final = frozenset({"catalogue", "parameters", "xi", "B"})
_AROUND: Final = frozenset({"name", "note", "expected", "tolerance", "method"})  # about a case; no input
_TABLES: Final = {"observations": "evidence", "series": "series"}
_DAYS: Final = ("event_date", "known_at", "retracted_at", "period_end")
_NAMES: Final = ("indicator", "family", "event_id", "admin1", "country")
_DESCRIBED: Final = re.compile(
    r"(?P<many>[1-9]\d?) indicators per factor, weight (?P<weight>\d+(\.\d+)?); "
    r"nature by factor \{(?P<natures>[^}]*)\}; ids f\.1\.\.f\.(?P=many)"
)


@dataclass(frozen=True, eq=False, slots=True)
class CaseInput:
    """One country's rows at (t, k), ordinals; `indicator` is the one asked for, None for the whole country."""

    given: Given
    t: int
    k: int
    indicator: str | None


class _Object(dict[str, Any]):
    """A JSON object that remembers the first key that it was given twice."""

    twice: str | None = None

    @classmethod
    def of(cls, pairs: list[tuple[str, Any]]) -> "_Object":
        found = cls(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            found.twice = next(key for number, key in enumerate(keys) if key in keys[:number])
        return found


def parsed(text: str) -> Mapping[str, Any]:
    """The object that a case file holds.

    Raises
    ------
    CaseError
        For an empty file, what is no JSON, or no object.
    DuplicateKeyError
        For an object with a key twice, naming its row.
    """
    if not text.strip():
        raise CaseError("case", "nothing", "a JSON object")
    try:
        case = json.loads(text, object_pairs_hook=_Object.of)
        twice = next(_twice("case", case), None)
    except json.JSONDecodeError as error:
        place = f"case, line {error.lineno}, column {error.colno}"
        raise CaseError(place, error.msg, "JSON") from None
    except (RecursionError, ValueError) as error:
        raise CaseError("case", str(error), "JSON with numbers and depth that can be read") from None
    if not isinstance(case, _Object):
        raise CaseError("case", _kind(case), "a JSON object")
    if twice is not None:
        raise DuplicateKeyError(*twice, "each key once")
    return case


def read(case: Mapping[str, Any], framework: Catalogue) -> CaseInput:
    """Check and code a case: an object with ``input``, or the input itself.

    Parameters
    ----------
    case : mapping
        ``observations``, ``series``, ``t``, ``k`` and, where wanted, ``indicator``, ``catalogue``, ``parameters``
        (keys left out are the shipped ones), ``xi``, ``B``; beside ``input`` also those of the method.
    framework : Catalogue
        Stands where the case brings no catalogue.

    Raises
    ------
    ScoringInputError
        The subclass for the first fault found, naming the row, what was found and what was wanted.
    """
    given = _input(case)
    parameters = _parameters(given)
    catalogue, indicator = _catalogue(given, framework)
    observations, series = (_rows(given, key) for key in _TABLES)
    countries = _one_country([*observations, *series])
    rows = EvidenceRows.from_records(observations, catalogue, countries)
    told = SeriesRows.from_records(series, catalogue, countries)
    t, k = (_day(f"case, {key}", given[key]) for key in ("t", "k"))
    return CaseInput(Given(rows, told, catalogue, parameters), t, k, indicator)


def _input(case: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(case, Mapping):
        raise CaseError("case", _kind(case), "a JSON object")
    if "cases" in case:
        raise CaseError("case", "a file of several cases", "one of them")
    if "input" in case:
        own = case["input"]
        if not isinstance(own, Mapping):
            raise CaseError("case, input", _kind(own), "a JSON object")
        checked_keys("case", case, (), _AROUND | _METHOD | {"input"})
        case = {**{key: value for key, value in case.items() if key in _METHOD}, **own}
    if "same_as" in case:
        raise CaseError("case", "same_as", "a case that stands by itself: put the other one's input in its place")
    return checked_keys("case", case, _NEEDED, _AROUND | _METHOD | {*_NEEDED, "indicator"})


def _parameters(given: Mapping[str, Any]) -> Parameters:
    own = given.get("parameters", {})
    if not isinstance(own, Mapping):
        raise CaseError("case, parameters", _kind(own), "a JSON object")
    found = Parameters.from_mapping({**own, **{key: given[key] for key in ("xi", "B") if key in given}}, base=SHIPPED)
    if found.replicates > MOST_REPLICATES:
        raise ParameterError("parameter B", found.replicates, f"at most {MOST_REPLICATES}")
    return found


def _catalogue(given: Mapping[str, Any], framework: Catalogue) -> tuple[Catalogue, str | None]:
    catalogue = _listed(given["catalogue"], framework) if "catalogue" in given else framework
    one = given.get("indicator")
    if one is None:
        return catalogue, None
    if isinstance(one, str):
        if one not in catalogue.position:
            raise UnknownIndicatorError("case, indicator", one, "an indicator of the catalogue")
        one = catalogue.entries()[catalogue.position[one]]
    if not isinstance(one, Mapping):
        raise CaseError("case, indicator", _kind(one), "an object of id, factor, weight and nature, or an id")
    return Catalogue.from_entries([one]), one["id"]


def _listed(entries: Any, framework: Catalogue) -> Catalogue:
    if isinstance(entries, str):
        return _described(entries, framework)
    if not isinstance(entries, list):
        raise CaseError("case, catalogue", _kind(entries), "a list of objects of id, factor, weight and nature")
    for number, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            raise CatalogueError(f"catalogue entry {number}", _kind(entry), "id, factor, weight and nature")
    return Catalogue.from_entries(entries)


def _described(words: str, framework: Catalogue) -> Catalogue:
    """The two catalogues that the golden file describes in words."""
    if words.endswith("framework.json, weight 1"):
        return framework
    wanted = "a list of {id, factor, weight, nature}, or no such key for the shipped framework"
    found = _DESCRIBED.fullmatch(words)
    if found is None:
        raise CatalogueError("case, catalogue", words, wanted)
    natures: dict[int, str] = {}
    for part in found["natures"].split(","):
        span, _, nature = part.partition(":")
        first, _, last = span.strip().partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()):
            raise CatalogueError("case, catalogue", words, wanted)
        natures |= dict.fromkeys(range(int(first), min(int(last or first), FACTORS) + 1), nature.strip())
    return Catalogue.from_entries(
        {"id": f"{factor}.{number}", "factor": factor, "weight": float(found["weight"]), "nature": nature}
        for factor, nature in sorted(natures.items())
        for number in range(1, int(found["many"]) + 1)
    )


def _rows(given: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = given[key]
    if not isinstance(rows, list):
        raise CaseError(f"case, {key}", _kind(rows), "a list of objects")
    for number, row in enumerate(rows):
        _checked_row(f"{_TABLES[key]} row {number}", row)
    return rows


def _checked_row(place: str, row: Any) -> None:
    """Refuse what a database could not hold but JSON can."""
    if not isinstance(row, Mapping):
        raise CaseError(place, _kind(row), "a JSON object")
    if "id" in row:
        place = f"{place} (id {row['id']})"
    for key in _DAYS:
        if key in row and not (key == "retracted_at" and row[key] is None):
            _day(f"{place}, {key}", row[key])
    for key in _NAMES:
        value = row.get(key)
        if value is not None and not (isinstance(value, str) and _is_unicode(value)):
            raise TextError(f"{place}, {key}", value, "a text")
    if not isinstance(row.get("log", False), bool):
        raise YesNoError(f"{place}, log", row["log"], "true or false")


def _is_unicode(text: str) -> bool:
    """Whether a text has no half of a surrogate pair, which JSON can hold and no file can."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _one_country(rows: list[Mapping[str, Any]]) -> tuple[str]:
    named = sorted({row["country"] for row in rows if row.get("country") is not None})
    if len(named) > 1:
        raise CaseError("case", ", ".join(named[:3]), "rows of one country")
    return (named[0] if named else "",)


def _day(place: str, value: Any) -> int:
    if not isinstance(value, str):
        raise DayError(place, value, "a calendar day as a text, YYYY-MM-DD")
    day = day_number(value, place)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise DayError(place, value, "a day from 1800 to 2199: levels are followed month by month")
    return day


def _twice(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Place and key of what stands twice in an object, depth first."""
    if isinstance(value, _Object):
        if value.twice is not None:
            yield place, value.twice
        for key, part in value.items():
            yield from _twice(place if key == "input" else f"{place}, {key}", part)
    elif isinstance(value, list):
        table = next((name for key, name in _TABLES.items() if place.endswith(f", {key}")), place)
        for number, part in enumerate(value):
            yield from _twice(f"{table} row {number}", part)


def _kind(value: Any) -> str:
    """What a value is, in JSON's words: its content is not repeated."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "a number")
