"""Help for coders, an entry an indicator: `indicators/framework/guidance/NN.toml`, our own words, checked."""

import datetime as dt
import functools
import json
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FRAMEWORK = Path(__file__).parent / "framework"
FOLDER = FRAMEWORK / "guidance"
GRADES = ("1", "2", "3", "4")
_HEAD = {"author", "written_on", "next_review_on", "indicator"}
_WANTED = {"code", "counts", "elsewhere", "examples", "grades"}
_CODE = re.compile(r"(?<![\d.])(?:1[0-4]|[1-9])\.(?:1\d|[1-9])(?!\.?\d)")  # a code of the catalogue in a sentence


class GuidanceError(ValueError):
    """A guidance file that cannot stand: its name, what was found and what was wanted."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """How one indicator is coded: no part of the Framework, and no legal finding."""

    code: str
    counts: str
    elsewhere: str  # look-alikes, and the indicator to which each belongs
    examples: tuple[str, ...]
    grades: tuple[tuple[int, str], ...]  # severity and its anchor here, 1 to 4
    author: str
    written_on: dt.date
    next_review_on: dt.date

    @property
    def named(self) -> frozenset[str]:
        """Codes of the indicators to which look-alikes belong."""
        return frozenset(_CODE.findall(self.elsewhere))


def guidance_of(code: str) -> Guidance | None:
    """The help for one indicator; None where the catalogue in use has a code that the shipped one lacks."""
    return _shipped().get(code)


@functools.cache
def _shipped() -> Mapping[str, Guidance]:
    catalogue = json.loads((FRAMEWORK / "un_2014.json").read_bytes())
    return read_guidance({one["code"] for factor in catalogue["factors"] for one in factor["indicators"]})


def read_guidance(codes: Collection[str], folder: Path = FOLDER) -> Mapping[str, Guidance]:
    """By code, for every one of `codes` and no other. Raises GuidanceError."""
    found: dict[str, Guidance] = {}
    for path in sorted(folder.glob("*.toml")):
        for one in _read_file(path, codes):
            if one.code in found:
                raise GuidanceError(f"{path.name}: found {one.code} twice; wanted each indicator once")
            found[one.code] = one
    if missing := set(codes) - set(found):
        raise GuidanceError(f"guidance: found none for {', '.join(sorted(missing)[:5])}; wanted it for each indicator")
    return found


def _read_file(path: Path, codes: Collection[str]) -> list[Guidance]:
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise GuidanceError(f"{path.name}: found no valid TOML; wanted guidance for one factor") from error
    if set(said) != _HEAD:
        raise GuidanceError(f"{path.name}: found the keys {sorted(said)}; wanted {sorted(_HEAD)}")
    for day in ("written_on", "next_review_on"):
        if not isinstance(said[day], dt.date):
            raise GuidanceError(f"{path.name}, {day}: found no day; wanted one such as 2027-11-30")
    head = {name: said[name] for name in ("author", "written_on", "next_review_on")}
    return [_entry(path, one, head, codes) for one in said["indicator"]]


def _entry(path: Path, said: Mapping[str, Any], head: Mapping[str, Any], codes: Collection[str]) -> Guidance:
    code = str(said.get("code", "?"))
    where = f"{path.name}, {code}"
    if set(said) != _WANTED:
        raise GuidanceError(f"{where}: found the keys {sorted(said)}; wanted {sorted(_WANTED)}")
    if code not in codes:
        raise GuidanceError(f"{where}: found no such indicator; wanted a code of the catalogue")
    if not 2 <= len(said["examples"]) <= 3:
        raise GuidanceError(f"{where}, examples: found {len(said['examples'])}; wanted 2 or 3")
    if tuple(said["grades"]) != GRADES:
        raise GuidanceError(f"{where}, grades: found {list(said['grades'])}; wanted 1, 2, 3 and 4 in this order")
    _check_texts(where, [said["counts"], said["elsewhere"], *said["examples"], *said["grades"].values()])
    named = set(_CODE.findall(said["elsewhere"]))
    if not named or named - set(codes) or code in named:
        raise GuidanceError(f"{where}, elsewhere: found {sorted(named)}; wanted codes of other indicators")
    return Guidance(
        code=code,
        counts=said["counts"],
        elsewhere=said["elsewhere"],
        examples=tuple(said["examples"]),
        grades=tuple((int(grade), words) for grade, words in said["grades"].items()),
        **head,
    )


def _check_texts(where: str, texts: list[Any]) -> None:
    for text in texts:
        if not isinstance(text, str) or not 12 <= len(text) <= 600:
            raise GuidanceError(
                f"{where}: found a text that is none, or too short or long; wanted 12 to 600 characters"
            )
