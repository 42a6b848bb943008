"""The reviewed catalogue of measures, `alerts/catalogue/measures.toml`: checked on reading, each fault by its place."""

import datetime as dt
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "catalogue" / "measures.toml"
SOURCE = "A/78/901"  # the Secretary-General's report that the paragraphs are of
OTHER = "other"  # the measure that fits no kind: the response says in words what it is
TIMINGS = ("latent", "emerging", "ongoing", "aftermath")
SPHERES = ("domestic", "bilateral", "regional", "multilateral")
FACTORS, PILLARS = range(1, 15), range(1, 4)
_LONGEST = {"code": 60, "title": 160, "text": 400, "paragraphs": 60, "form": 120}
_KEYS = {"code", "title", "text", "pillars", "spheres", "timings", "factors", "paragraphs"}


class CatalogueError(ValueError):
    """A catalogue that cannot stand: where, what was found and what was wanted."""


@dataclass(frozen=True, slots=True)
class MeasureText:
    """One measure as the file says it; `same_as` allows other words for the same one. `order` is its place."""

    code: str
    form: str
    title: str
    text: str
    pillars: tuple[int, ...]
    spheres: tuple[str, ...]
    timings: tuple[str, ...]
    factors: tuple[int, ...]
    paragraphs: str
    order: int
    same_as: str = ""


def read_catalogue(path: Path = FILE) -> tuple[MeasureText, ...]:
    """Every measure in the file's order, by form. Raises CatalogueError."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CatalogueError(f"{path.name}: found no valid TOML; wanted a catalogue of measures") from error
    for key in ("source", "author", "checker"):
        _text(path.name, key, said.get(key))
    if not isinstance(said.get("next_review_on"), dt.date):
        raise _fault(path.name, "next_review_on", repr(said.get("next_review_on")), "a day such as 2027-06-30")
    found = [
        _measure(path.name, form.get("name"), item, order)
        for order, (form, item) in enumerate((form, item) for form in _list(said, "form") for item in form["measure"])
    ]
    codes = [measure.code for measure in found]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise _fault(path.name, "code", f"{twice[0]} twice", "each code once")
    if OTHER not in codes:
        raise _fault(path.name, "code", f"none that is {OTHER!r}", "one, for what fits no kind")
    return tuple(found)


def _list(said: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    rows = said.get(key)
    if not isinstance(rows, list) or not rows or not all(isinstance(row.get("measure"), list) for row in rows):
        raise CatalogueError(f"{key}: found none with measures; wanted at least one")
    return rows


def _measure(file: str, form: object, item: Mapping[str, Any], order: int) -> MeasureText:
    where = f"{file}, {item.get('code', f'measure {order + 1}')}"
    if missing := _KEYS - set(item):
        raise _fault(where, "keys", f"no {min(missing)!r}", ", ".join(sorted(_KEYS)))
    if unknown := set(item) - _KEYS - {"same_as"}:
        raise _fault(where, "keys", f"the unknown {min(unknown)!r}", "none")
    texts = {key: _text(where, key, item[key]) for key in ("code", "title", "text", "paragraphs")}
    return MeasureText(
        form=_text(where, "form", form),
        pillars=_some(where, "pillars", item["pillars"], PILLARS),
        spheres=_some(where, "spheres", item["spheres"], SPHERES),
        timings=_some(where, "timings", item["timings"], TIMINGS),
        factors=_some(where, "factors", item["factors"], FACTORS, may_be_empty=texts["code"] == OTHER),
        order=order,
        same_as=str(item.get("same_as", "")),
        **texts,
    )


def _text(where: str, key: str, text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise _fault(where, key, "none", "a text")
    if len(text) > _LONGEST.get(key, len(text)):
        raise _fault(where, key, f"{len(text)} characters", f"at most {_LONGEST[key]}")
    return text


def _some(where: str, key: str, found: Any, known: Collection[Any], *, may_be_empty: bool = False) -> tuple[Any, ...]:
    if not isinstance(found, list) or not (found or may_be_empty):
        raise _fault(where, key, "none", "a list")
    if strange := [one for one in found if one not in known or isinstance(one, bool)]:
        raise _fault(where, key, repr(strange[0]), f"some of {', '.join(str(one) for one in known)}")
    return tuple(found)


def _fault(where: str, key: str, found: str, wanted: str) -> CatalogueError:
    return CatalogueError(f"{where}, {key}: found {found}; wanted {wanted}")
