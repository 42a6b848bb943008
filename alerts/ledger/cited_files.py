"""Cited data, `alerts/cited/*.toml`: what others warned of, what bodies did, levers. Checked on reading; pure."""

import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "cited"
_WARNING = {"key", "issued_on", "body", "text", "source_title", "source_url"}
_RESPONSE = {"warning", "measure", "actor", "text", "decided_on", "status", "source_title", "source_url"}
_STEP = {"on", "status", "is_outcome", "text", "source_title", "source_url"}
_LEVER = {"kind", "title", "body", "first_day", "last_day", "source_title", "source_url"}
SAME_RESPONSE = ("warning", "measure", "actor", "decided_on")  # what tells two of a file apart
_MAY_BE_EMPTY = frozenset({"status"})


class CitedFileError(ValueError):
    """A cited file that cannot be loaded: where, what was found and what was wanted."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One file: the countries whose situation it is about, and its rows as they stand in it."""

    countries: tuple[str, ...]
    warnings: tuple[Mapping[str, Any], ...]
    responses: tuple[Mapping[str, Any], ...]
    levers: tuple[Mapping[str, Any], ...]


def read_cited(folder: Path = FOLDER) -> tuple[Cited, ...]:
    """Every file, by name. Raises CitedFileError."""
    return tuple(_read(path) for path in sorted(folder.glob("*.toml")))


def _read(path: Path) -> Cited:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CitedFileError(f"{path.name}: found no valid TOML; wanted cited data") from error
    warnings = [_row(path, "warning", row, _WARNING) for row in said.get("warning", [])]
    responses = [_row(path, "response", row, _RESPONSE, "began_on", "step") for row in said.get("response", [])]
    keys = {row["key"] for row in warnings}
    for row in responses:
        if row["warning"] not in keys:
            raise CitedFileError(f"{path.name}, response: found to {row['warning']!r}; wanted one of its warnings")
        for step in row.get("step", []):
            _row(path, "step", step, _STEP)
    countries = tuple(said.get("countries", []))
    if warnings and len(countries) != 1:
        raise CitedFileError(f"{path.name}, countries: found {len(countries)}; wanted the one whose situation it is")
    levers = [_row(path, "lever", row, _LEVER, "country", "is_estimated") for row in said.get("lever", [])]
    _refuse_twice(path, "warning", ((row["issued_on"], row["body"]) for row in warnings))
    _refuse_twice(path, "response", ([row[name] for name in SAME_RESPONSE] for row in responses))
    _refuse_twice(path, "lever", ((row.get("country"), row["kind"], row["title"]) for row in levers))
    return Cited(countries, tuple(warnings), tuple(responses), tuple(levers))


def _refuse_twice(path: Path, what: str, rows: Iterable[Iterable[object]]) -> None:
    """What tells two rows of a file apart, so that a changed one is known again."""
    if twice := [row for row, count in Counter(map(tuple, rows)).items() if count > 1]:
        raise CitedFileError(f"{path.name}, {what}: found {' · '.join(map(str, twice[0]))} twice; wanted it once")


def _row(path: Path, what: str, row: Mapping[str, Any], wanted: set[str], *optional: str) -> Mapping[str, Any]:
    """A row with every key that it needs and no other, its days as days, and where it can be read."""
    if missing := wanted - set(row):
        raise CitedFileError(f"{path.name}, {what}: found no {min(missing)!r}; wanted {', '.join(sorted(wanted))}")
    if unknown := set(row) - wanted - set(optional):
        raise CitedFileError(f"{path.name}, {what}: found the unknown {min(unknown)!r}; wanted none")
    for key, value in row.items():
        if (key == "on" or key.endswith(("_on", "_day"))) and not isinstance(value, dt.date):
            raise CitedFileError(f"{path.name}, {what}, {key}: found {value!r}; wanted a day such as 2024-06-30")
        if value == "" and key not in _MAY_BE_EMPTY:
            raise CitedFileError(f"{path.name}, {what}, {key}: found none; wanted a text")
    if not str(row["source_url"]).startswith("https://"):
        raise CitedFileError(f"{path.name}, {what}, source_url: found no https address; wanted where it can be read")
    return row
