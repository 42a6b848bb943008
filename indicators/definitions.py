"""The reviewed definition files of series, `indicators/series/*.json`: checked on reading, each fault by its file."""

import datetime as dt
import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.readers import MEASURES

FOLDER = Path(__file__).parent / "series"
RULES = {  # how goalposts were set, and what a file must say of it
    "fixed": {"why"},
    "percentiles": {"percentiles", "window", "n", "digits", "edition", "script"},
}
_TEXTS = (
    "slug", "title", "unit", "indicator", "reader", "column", "why", "author", "checker", "next_review_on", "source",
    "licence",
)  # fmt: skip
_WANTED = {*_TEXTS, "lo", "hi", "log", "direction", "goalposts"}
_MAY_BE_EMPTY = frozenset({"checker"})  # until a second person has read it
_LONGEST = {"slug": 60, "title": 160, "unit": 80, "indicator": 6, "author": 120, "checker": 120}


class DefinitionError(ValueError):
    """A definition file that cannot stand: its name, what was found and what was wanted."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One series: what is measured, of which indicator it speaks, and between which goalposts (in the raw unit)."""

    slug: str
    title: str
    unit: str
    indicator: str
    reader: str
    column: str
    lo: float
    hi: float
    log: bool
    direction: int
    why: str
    author: str
    checker: str
    next_review_on: dt.date
    source: str
    licence: str
    goalposts: Mapping[str, Any]


def read_definitions(codes: Collection[str], folder: Path = FOLDER) -> tuple[Definition, ...]:
    """Every definition, by file name. `codes` are the catalogue's indicators. Raises DefinitionError."""
    read = [(path, read_definition(path, codes)) for path in sorted(folder.glob("*.json"))]
    for key in ("slug", "indicator"):
        first: dict[str, Path] = {}
        for path, definition in read:
            value = getattr(definition, key)
            if value in first:
                raise _fault(path, key, f"{value}, which {first[value].name} has", "one series per indicator and slug")
            first[value] = path
    return tuple(definition for _, definition in read)


def read_definition(path: Path, codes: Collection[str]) -> Definition:
    """One file. Raises DefinitionError."""
    try:
        said = json.loads(path.read_bytes())
    except ValueError as error:
        raise DefinitionError(f"{path.name}: found no valid JSON; wanted a definition of a series") from error
    if not isinstance(said, dict):
        raise DefinitionError(f"{path.name}: found no object; wanted a definition of a series")
    if missing := _WANTED - set(said):
        raise DefinitionError(f"{path.name}: found no key {min(missing)!r}; wanted {', '.join(sorted(_WANTED))}")
    if unknown := set(said) - _WANTED:
        raise DefinitionError(f"{path.name}: found the unknown key {min(unknown)!r}; wanted none")
    _check_texts(path, said)
    _check_ties(path, said, codes)
    _check_goalposts(path, said)
    day = _day(path, said["next_review_on"])
    return Definition(**said | {"lo": float(said["lo"]), "hi": float(said["hi"]), "next_review_on": day})


def _check_texts(path: Path, said: Mapping[str, Any]) -> None:
    for key in _TEXTS:
        text = said[key]
        if not isinstance(text, str) or not (text.strip() or key in _MAY_BE_EMPTY):
            raise _fault(path, key, "none" if text == "" else type(text).__name__, "a text")
        if len(text) > _LONGEST.get(key, len(text)):
            raise _fault(path, key, f"{len(text)} characters", f"at most {_LONGEST[key]}")


def _check_ties(path: Path, said: Mapping[str, Any], codes: Collection[str]) -> None:
    if said["indicator"] not in codes:
        raise _fault(path, "indicator", said["indicator"], "an indicator of the catalogue, such as 1.1")
    if said["reader"] not in MEASURES:
        raise _fault(path, "reader", said["reader"], f"one of {', '.join(MEASURES)}")
    columns = MEASURES[said["reader"]]
    if said["column"] not in columns:
        raise _fault(path, "column", said["column"], f"one of {', '.join(columns)}, which that reader gives")


def _check_goalposts(path: Path, said: Mapping[str, Any]) -> None:
    for key in ("lo", "hi"):
        if isinstance(said[key], bool) or not isinstance(said[key], int | float) or not math.isfinite(said[key]):
            raise _fault(path, key, repr(said[key]), "a number")
    if not isinstance(said["log"], bool):
        raise _fault(path, "log", repr(said["log"]), "true or false")
    if said["direction"] not in (1, -1) or isinstance(said["direction"], bool):
        raise _fault(path, "direction", repr(said["direction"]), "1 (more is worse) or -1 (less is worse)")
    if said["lo"] >= said["hi"]:
        wanted = "a lower one below the upper one; direction -1 says that less is worse"
        raise _fault(path, "goalposts", f"lo {said['lo']} and hi {said['hi']}", wanted)
    if said["log"] and said["lo"] <= -1:
        raise _fault(path, "lo", repr(said["lo"]), "a number above -1 for ln(1 + value)")
    how = said["goalposts"]
    if not isinstance(how, dict) or how.get("rule") not in RULES:
        raise _fault(path, "goalposts", "no rule", f"how they were set: a rule ({' or '.join(RULES)})")
    if missing := RULES[how["rule"]] - set(how):
        raise _fault(path, "goalposts", f"no key {min(missing)!r}", "how they were set, so that somebody can redo it")


def _day(path: Path, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise _fault(path, "next_review_on", repr(text), "a day such as 2027-06-30") from error


def _fault(path: Path, key: str, found: str, wanted: str) -> DefinitionError:
    return DefinitionError(f"{path.name}, {key}: found {found}; wanted {wanted}")
