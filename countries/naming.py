"""Which State a cell of a table or a field of a form means: by code or by name in six languages, and never by a guess.

A name must be one of those that stand in `data/countries.csv`, in CLDR or in `data/names.csv` (as alias, label or
ambiguous). Case, accents, articles, the order of words and usual abbreviations do not matter: “Congo, Dem. Rep.” is the
“Democratic Republic of the Congo”. A name that two States share gives both, and whoever wrote it is asked.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from babel import Locale

from countries.names import LANGUAGES as LANGUAGES_OF_TEXTS
from countries.names import Kind, fold, names_of, own_names, stem_of
from countries.reference import read_countries

LANGUAGES = (*LANGUAGES_OF_TEXTS, "zh_Hant")
NAMES: frozenset[Kind] = frozenset({"alias", "label", "ambiguous"})  # peoples, places and groups are none
LONGEST = 120  # characters; the longest name of a State has 56
NEAREST_MAX = 3
WORDS_MAX = 8  # of a name among other words
LIKENESS = 0.75  # of the nearest names, 0 to 1: below it they have nothing to do with each other
GLEDITSCH_WARD_SHARED = {345: ("SRB", "MNE")}  # Yugoslavia, then Serbia: UCDP counts both under it

_DOTTED = re.compile(r"\b(?:\w\.){2,}")
_POSSESSIVE = re.compile(r"'s\b")
_NOT_A_WORD = re.compile(r"[\W_]+")
_LOOKALIKES = str.maketrans(dict.fromkeys("’‘ʼ`´ʻ′", "'"))
_ABBREVIATED = {
    "rep": "republic", "dem": "democratic", "fed": "federated", "sts": "states", "st": "saint", "ste": "sainte",
    "is": "islands", "isl": "islands", "afr": "african", "eq": "equatorial", "herz": "herzegovina", "n": "north",
    "s": "south", "republique": "republic", "republica": "republic", "democratique": "democratic",
    "democratica": "democratic",
}  # fmt: skip
_SILENT = frozenset({
    "the", "of", "and", "de", "la", "le", "les", "l", "du", "des", "d", "del", "el", "los", "las", "da", "do", "dos",
    "et", "y",
})  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """What a text stands for. One code in `iso3`: that State · several: one of them, ask · none: nothing we keep.

    `nearest` are States whose names look alike, as a suggestion only; `why` says why there is none, where we know it.
    """

    iso3: tuple[str, ...]
    nearest: tuple[str, ...] = ()
    why: str = ""

    @property
    def only(self) -> str:
        """The one State meant; empty where there is none, or more than one."""
        return self.iso3[0] if len(self.iso3) == 1 else ""


def country_named(text: str) -> Named:
    """The State behind an ISO 3166-1 code (two or three letters, or digits as in M49) or a name in six languages."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return Named((), why="nothing in it" if not text else "too long for a country")
    return _named(text)


def states_called(name: str) -> tuple[str, ...]:
    """ISO3 codes of the States that a person means who writes `name`: two where it is shared, none where none is.

    As `country_named`, but small "no", "is" and "na" are words here, not codes.
    """
    name = " ".join(name.split())
    return () if len(name) == 2 and name.isascii() and not name.isupper() else country_named(name).iso3


def states_within(words: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Where among words a name of two words or more stands: the first word, the one after the last, whom it names.

    The longest from the left; “South Sudan” is not also “Sudan”.
    """
    names, found, place = _lists().names, [], 0
    while place < len(words):
        for end in range(min(place + WORDS_MAX, len(words)), place + 1, -1):
            if codes := names.get(key_of(" ".join(words[place:end]))):
                found.append((place, end, codes))
                place = end - 1
                break
        place += 1
    return found


def states_beginning(text: str) -> tuple[str, ...]:
    """ISO3 codes of the States that have a name with a word that begins so, for each word of `text`; shortest first."""
    asked = key_of(text).split()
    found = [
        (min(len(name) for name in names), iso3)
        for iso3, all_names in _lists().words.items()
        if (names := [name for name in all_names if _begins(name, asked)])
    ]
    return tuple(iso3 for _length, iso3 in sorted(found)) if asked else ()


def _begins(name: tuple[str, ...], asked: list[str]) -> bool:
    return all(any(word.startswith(begun) for word in name) for begun in asked)


def country_numbered(text: str) -> Named:
    """The State behind a Gleditsch–Ward number: only for a column that is known to hold them."""
    digits = text.strip().removesuffix(".0")
    if not _is_number(digits):
        return Named((), why="no Gleditsch–Ward number")
    found = GLEDITSCH_WARD_SHARED.get(int(digits)) or _lists().gleditsch_ward.get(int(digits), ())
    return Named(found, why="" if found else "no Gleditsch–Ward number of a State that still exists")


@functools.lru_cache(maxsize=4096)
def _named(text: str) -> Named:
    lists = _lists()
    digits = text.removesuffix(".0")
    if _is_number(digits):
        found = lists.m49.get(int(digits), ())
        return Named(found, why="" if found else "no number of a Member or observer State in M49")
    if len(text) in (2, 3) and text.isascii() and text.upper() in lists.codes:
        return Named((lists.codes[text.upper()],))
    key = key_of(text)
    if key in lists.names:
        return Named(lists.names[key])
    if key in lists.others:
        return Named((), why="a territory or a group of States: no Member or observer State")
    if stem_of(text) in lists.stems:
        return Named(lists.stems[stem_of(text)])
    if both := _said_twice(text):
        return Named((both,))
    alike = difflib.get_close_matches(key, lists.in_order, n=NEAREST_MAX, cutoff=LIKENESS)
    nearest = tuple(dict.fromkeys(iso3 for name in alike for iso3 in lists.names[name]))
    return Named((), nearest[:NEAREST_MAX])


def _said_twice(text: str) -> str:
    """The State of “Holy See (Vatican City)”: a name, and another name of the same State after it."""
    first, _, second = text.rstrip(") ").partition("(")
    names = _lists().names
    found = names.get(key_of(first), ()), names.get(key_of(second), ())
    return found[0][0] if found[0] == found[1] and len(found[0]) == 1 else ""


def key_of(name: str) -> str:
    """What two spellings of one name share: its words without accents, articles and order."""
    bare = unicodedata.normalize("NFKC", name).translate(_LOOKALIKES).casefold()
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(sign))
    bare = _DOTTED.sub(lambda found: found[0].replace(".", ""), bare)
    words = [word for word in _NOT_A_WORD.split(_POSSESSIVE.sub("s", bare)) if word]
    said = [_ABBREVIATED.get(word, word) for word in words if word not in _SILENT]
    return " ".join(sorted(said or words))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3


@dataclasses.dataclass(frozen=True, slots=True)
class _Lists:
    codes: dict[str, str]
    m49: dict[int, tuple[str, ...]]
    gleditsch_ward: dict[int, tuple[str, ...]]
    names: dict[str, tuple[str, ...]]
    stems: dict[str, tuple[str, ...]]
    others: frozenset[str]
    in_order: tuple[str, ...]
    words: dict[str, list[tuple[str, ...]]]  # of each State, its names


@functools.cache
def _lists() -> _Lists:
    states = read_countries()
    known = [(name, {row.iso3}) for row in states for name in names_of(row, LANGUAGES)]
    own = [(name, set(one.iso3)) for name, one in own_names() if one.kind in NAMES]
    names = _by(key_of, known) | _by(key_of, own)  # what our own list says outweighs the others
    none = {key_of(name) for name, one in own_names() if one.kind == "territory"}
    words: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for name, codes in names.items():
        for iso3 in codes:
            words[iso3].append(tuple(name.split()))
    return _Lists(
        codes={row.iso2: row.iso3 for row in states} | {row.iso3: row.iso3 for row in states},
        m49={int(row.m49): (row.iso3,) for row in states},
        gleditsch_ward={row.gw_code: (row.iso3,) for row in states if row.gw_code is not None},
        names=names,
        stems=_by(_cyrillic_stem, known) | _by(_cyrillic_stem, own),
        others=frozenset(none | {key_of(name) for name in _others({row.iso2 for row in states})}) - set(names),
        in_order=tuple(sorted(names)),
        words=words,
    )


def _by(key: Callable[[str], str], known: list[tuple[str, set[str]]]) -> dict[str, tuple[str, ...]]:
    shared: dict[str, set[str]] = defaultdict(set)
    for name, codes in known:
        shared[key(name)] |= codes
    return {word: tuple(sorted(codes)) for word, codes in shared.items() if word}


def _cyrillic_stem(name: str) -> str:
    """What the cases of a Russian name of one word share; empty for other names."""
    stem = stem_of(name)
    return stem if "\u0400" <= stem[0] <= "\u04ff" and stem != fold(name) else ""


def _others(states: set[str]) -> Iterator[str]:
    """Territories and groups that CLDR names and that are no States here, with their codes of two letters."""
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code not in states:
                yield name
                yield code
