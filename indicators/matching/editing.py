"""Changes to a lexicon as written: entry by entry; what nobody touched, comments too, stands as it was."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.matching.lexicon import LANGUAGES, LEXICONS, Lexicon, LexiconError, lexicon, read
from indicators.matching.patterns import PatternError, parse

PHRASES_MAX = 400  # of an entry
PHRASE_MAX = 1_000  # characters of a phrase
_HEAD = "[[entry]]"
_VERSION = re.compile(r'^version = "[^"\n]*"', re.MULTILINE)
_FIELDS = ("indicator", "weight", "severity", "polarity", "each", "phrases", "not")

Files = Mapping[str, str]
Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of one language as it shall be; None: it shall go. A place behind the last entry is a new one."""

    language: str
    place: int
    entry: Table | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change does to an entry."""

    language: str
    place: int
    indicator: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    fields: tuple[tuple[str, str, str], ...]  # name, before, after
    is_new: bool
    is_gone: bool


def shipped() -> dict[str, str]:
    """The files that come with the code, by language."""
    return {language: (LEXICONS / f"{language}.toml").read_text(encoding="utf-8") for language in LANGUAGES}


def digest(files: Files) -> str:
    """SHA-256 over all files, whatever they call their version: what is suggested does not hang on that."""
    told = [[language, _VERSION.sub("", files[language], count=1)] for language in sorted(files)]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def label_of(files: Files) -> str:
    """What the files call their version."""
    return str(_tables(next(iter(files.values())))["version"])


def labelled(files: Files, label: str) -> dict[str, str]:
    """The same under another name."""
    line = f"version = {json.dumps(label)}"
    return {language: _VERSION.sub(lambda _: line, toml, count=1) for language, toml in files.items()}


def parsed(files: Files) -> dict[str, Lexicon]:
    """Each language's lexicon; a file that is the shipped one is parsed once. Raises LexiconError."""
    ours = shipped()
    return {
        language: lexicon(language) if toml == ours.get(language) else read(toml.encode())
        for language, toml in files.items()
    }


def entries_of(toml: str) -> Sequence[Table]:
    """The entries of one file as written, in order. Whoever changes one copies it first."""
    found: Sequence[Table] = _tables(toml).get("entry", ())
    return found


def groups_of(toml: str) -> Mapping[str, str]:
    """The groups of words that phrases may name."""
    found: Mapping[str, str] = _tables(toml).get("words", {})
    return found


@functools.lru_cache(maxsize=24)
def _tables(toml: str) -> Table:
    return tomllib.loads(toml)


def faults(entry: Table, groups: Mapping[str, str]) -> list[str]:
    """What is wrong with the phrases of an entry, phrase by phrase."""
    said = []
    for name, title in (("phrases", "phrase"), ("not", "silencing phrase")):
        phrases = entry.get(name, [])
        if len(phrases) > PHRASES_MAX:
            said.append(f"{title}: found {len(phrases)}; wanted at most {PHRASES_MAX} in one entry")
            continue
        said += [f"{title} {at}: {fault}" for at, phrase in enumerate(phrases, 1) if (fault := _fault(phrase, groups))]
    if not entry.get("phrases"):
        said.append("phrase: found none; wanted one at least, or remove the entry")
    return said


def _fault(phrase: str, groups: Mapping[str, str]) -> str:
    if len(phrase) > PHRASE_MAX:
        return f"found {len(phrase)} characters; wanted at most {PHRASE_MAX}"
    try:
        parse(phrase, groups)
    except PatternError as error:
        return str(error)
    return ""


def applied(files: Files, changes: Iterable[Change]) -> dict[str, str]:
    """The files with the changes in them; of several to one entry the last counts."""
    last: dict[str, dict[int, Table | None]] = {}
    for change in changes:
        last.setdefault(change.language, {})[change.place] = change.entry
    return {language: _written(toml, last.get(language, {})) for language, toml in files.items()}


def differences(files: Files, changes: Iterable[Change]) -> list[Difference]:
    """What the changes do to the entries, by language and place."""
    last = {(change.language, change.place): change.entry for change in changes}
    return [
        one
        for (language, place), entry in sorted(last.items(), key=lambda item: item[0])
        if (one := _difference(language, place, _standing(files, language, place), entry)) is not None
    ]


def _standing(files: Files, language: str, place: int) -> Table | None:
    entries = entries_of(files[language])
    return entries[place] if place < len(entries) else None


def _difference(language: str, place: int, was: Table | None, entry: Table | None) -> Difference | None:
    before, after = was or {}, entry or {}
    if before == after:
        return None
    phrases = [
        [*table.get("phrases", ()), *(f"not: {one}" for one in table.get("not", ()))] for table in (before, after)
    ]
    fields = tuple(
        (name, str(before.get(name, "–")), str(after.get(name, "–")))
        for name in _FIELDS[:5]
        if was and entry and before.get(name) != after.get(name)
    )
    return Difference(
        language=language,
        place=place,
        indicator=str((entry or before)["indicator"]),
        added=tuple(phrase for phrase in phrases[1] if phrase not in phrases[0]),
        removed=tuple(phrase for phrase in phrases[0] if phrase not in phrases[1]),
        fields=fields,
        is_new=was is None,
        is_gone=entry is None,
    )


def _written(toml: str, changes: Mapping[int, Table | None]) -> str:
    if not changes:
        return toml
    blocks = _blocks(toml)
    entries = len(entries_of(toml))
    if len(blocks) - 1 != entries:
        raise LexiconError(f"lexicon: found {len(blocks) - 1} lines {_HEAD}; wanted {entries}, one an entry")
    for place, entry in sorted(changes.items()):
        if place < entries:
            rest = _rest(blocks[place + 1])
            blocks[place + 1] = (_block(entry) + rest) if entry else rest
        elif entry:
            blocks.append("\n" + _block(entry))
    return "".join(blocks)


def _blocks(toml: str) -> list[str]:
    """What stands before the first entry, then each entry up to the next."""
    blocks = [""]
    for line in toml.splitlines(keepends=True):
        if line.strip() == _HEAD:
            blocks.append("")
        blocks[-1] += line
    if not blocks[-1].endswith("\n"):
        blocks[-1] += "\n"
    return blocks


def _rest(block: str) -> str:
    """What follows an entry in its block and is not part of it: blank lines, comments, other tables."""
    lines = block.splitlines(keepends=True)
    other = next((at for at, line in enumerate(lines[1:], 1) if line.startswith("[")), len(lines))
    while other > 1 and (not lines[other - 1].strip() or lines[other - 1].startswith("#")):
        other -= 1
    return "".join(lines[other:])


def _block(entry: Table) -> str:
    lines = [_HEAD]
    for name in _FIELDS:
        value = entry.get(name)
        if isinstance(value, list):
            if value:
                quoted = (f"    {json.dumps(phrase, ensure_ascii=False)},\n" for phrase in value)
                lines.append(f"{name} = [\n{''.join(quoted)}]")
        elif value is not None:
            lines.append(f"{name} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"
