"""Loads and checks the lexicons, one a language: phrases by which a passage is recognised, data that analysts edit."""

from __future__ import annotations

import functools
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from indicators.matching.patterns import Matcher, PatternError, Phrase, parse

LEXICONS = Path(__file__).resolve().parent / "lexicons"
LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
CATALOGUE = Path(__file__).resolve().parent.parent / "framework" / "un_2014.json"
POLARITIES = {"risk": 1, "mitigation": -1}
_ENTRY_KEYS = {"indicator", "weight", "severity", "polarity", "phrases", "not", "each"}
_ASIDE_KEYS = {"phrases", "unless", "reach", "stands", "inside"}
_SIDES = ("before", "after", "sentence")
_KEYS = {"version", "language", "words", "entry", "scale", "asides", "off_topic"}


class LexiconError(ValueError):
    """A lexicon that cannot be used; says which entry, what was found and what was wanted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Phrases that speak for one indicator (or, with polarity −1, against it)."""

    indicator: str
    weight: float
    severity: int
    polarity: int
    phrases: tuple[Phrase, ...]
    negatives: tuple[Phrase, ...]

    @property
    def factor(self) -> int:
        """Number of the factor."""
        return int(self.indicator.partition(".")[0])


@dataclass(frozen=True, slots=True)
class Aside:
    """Words that take back a phrase that follows (or precedes) within `reach` words, unless `unless` stands there.

    With `is_inside` they do so within the phrase too: "the authorities should facilitate". Those that stand for the
    whole sentence take back whatever it says.
    """

    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    reach: int
    stands: str
    is_inside: bool

    @property
    def is_before(self) -> bool:
        """Whether the phrase that is taken back follows."""
        return self.stands == "before"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The whole lexicon of one language; equal to another if the bytes are, of which `sha256` is the digest."""

    version: str = field(compare=False)
    sha256: str
    language: str = field(compare=False)
    entries: tuple[Entry, ...] = field(compare=False)
    asides: tuple[Aside, ...] = field(compare=False)
    scale: tuple[Phrase, ...] = field(compare=False)
    off_topic: tuple[Phrase, ...] = field(compare=False)


@functools.cache
def lexicon(language: str = "en") -> Lexicon:
    """The lexicon that is shipped for one of LANGUAGES. Raises LexiconError."""
    return read((LEXICONS / f"{language}.toml").read_bytes())


def read(content: bytes) -> Lexicon:
    """A lexicon from TOML. Raises LexiconError with the first thing that is wrong."""
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LexiconError(
            f"lexicon: found no TOML in UTF-8 ({error}); wanted the form that docs/lexicon.md shows"
        ) from error
    if unknown := set(data) - _KEYS:
        raise LexiconError(f"lexicon: found {', '.join(sorted(unknown))}; wanted only {', '.join(sorted(_KEYS))}")
    version, language = data.get("version"), data.get("language", "en")
    if not isinstance(version, str) or not 0 < len(version) <= 40:
        raise LexiconError("version: found none; wanted a text of at most 40 characters")
    words = data.get("words", {})
    if language not in LANGUAGES:
        raise LexiconError(f"language: found {language}; wanted one of {', '.join(LANGUAGES)}")
    return Lexicon(
        version=version,
        sha256=hashlib.sha256(content).hexdigest(),
        language=language,
        entries=tuple(
            entry for number, table in enumerate(data.get("entry", ()), 1) for entry in _entries(number, table, words)
        ),
        asides=tuple(_aside(number, table, words) for number, table in enumerate(data.get("asides", ()), 1)),
        scale=_phrases("scale", data.get("scale", []), words),
        off_topic=_phrases("off_topic", data.get("off_topic", []), words),
    )


def numbered(groups: Sequence[tuple[Phrase, ...]]) -> Matcher:
    """A matcher whose finds carry the place of the phrase's group in `groups`."""
    return Matcher.of((number, phrase) for number, group in enumerate(groups) for phrase in group)


@functools.cache
def _codes() -> frozenset[str]:
    data = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return frozenset(indicator["code"] for factor in data["factors"] for indicator in factor["indicators"])


def _entries(number: int, table: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Entry]:
    """One entry of all phrases, or, if each is to count by itself, one of every phrase as written."""
    whole = _entry(number, table, words)
    if table.get("each") is not True:
        yield whole
        return
    for phrase in table["phrases"]:
        yield replace(whole, phrases=parse(phrase, words))


def _entry(number: int, table: Mapping[str, Any], words: Mapping[str, str]) -> Entry:
    code = table.get("indicator")
    place = f"entry {number} ({code})"
    if unknown := set(table) - _ENTRY_KEYS:
        raise LexiconError(f"{place}: found {', '.join(sorted(unknown))}; wanted only {', '.join(sorted(_ENTRY_KEYS))}")
    if code not in _codes():
        raise LexiconError(f"{place}: found no such indicator; wanted one of the catalogue un_2014")
    weight, severity = table.get("weight"), table.get("severity")
    if not isinstance(weight, float) or not 0 < weight < 1:
        raise LexiconError(f"{place}: found the weight {weight}; wanted a number between 0 and 1")
    if severity not in (1, 2, 3, 4) or isinstance(severity, bool):
        raise LexiconError(f"{place}: found the severity {severity}; wanted 1 to 4")
    if table.get("polarity", "risk") not in POLARITIES:
        raise LexiconError(f"{place}: found the polarity {table['polarity']}; wanted {' or '.join(POLARITIES)}")
    phrases = _phrases(place, table.get("phrases", []), words)
    if not phrases:
        raise LexiconError(f"{place}: found no phrase; wanted one at least")
    polarity = POLARITIES[table.get("polarity", "risk")]
    return Entry(code, weight, severity, polarity, phrases, _phrases(f"{place}, not", table.get("not", []), words))


def _aside(number: int, table: Mapping[str, Any], words: Mapping[str, str]) -> Aside:
    place = f"asides {number}"
    if unknown := set(table) - _ASIDE_KEYS:
        raise LexiconError(f"{place}: found {', '.join(sorted(unknown))}; wanted only {', '.join(sorted(_ASIDE_KEYS))}")
    reach, side = table.get("reach"), table.get("stands", "before")
    if not isinstance(reach, int) or not 0 <= reach <= 30:
        raise LexiconError(f"{place}: found the reach {reach}; wanted 0 to 30 words")
    if side not in _SIDES:
        raise LexiconError(f"{place}: found it stands {side}; wanted {', '.join(_SIDES)}")
    phrases = _phrases(place, table.get("phrases", []), words)
    unless = _phrases(f"{place}, unless", table.get("unless", []), words)
    return Aside(phrases, unless, reach, side, is_inside=table.get("inside") is True)


def _phrases(place: str, written: object, words: Mapping[str, str]) -> tuple[Phrase, ...]:
    if not isinstance(written, list) or not all(isinstance(phrase, str) for phrase in written):
        raise LexiconError(f"{place}: found something else than a list of phrases; wanted texts in [ ]")
    read_phrases: list[Phrase] = []
    for number, phrase in enumerate(written, 1):
        try:
            read_phrases += parse(phrase, words)
        except PatternError as error:
            raise LexiconError(f"{place}, phrase {number}: {error}") from error
    return tuple(read_phrases)
