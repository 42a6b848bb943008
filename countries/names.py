"""The names by which States are known: of `countries.csv`, of CLDR in six languages, and of our own `names.csv`.

`countries.gazetteer` finds them in texts; `countries.naming` says which State a cell or a field means by one.
"""

from __future__ import annotations

import csv
import functools
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, cast, get_args

from babel import Locale

from countries.reference import DATA, CountryRow, read_countries

Kind = Literal["name", "alias", "demonym", "capital", "area", "group", "ambiguous", "decoy", "label", "territory"]

OWN_NAMES = DATA / "names.csv"
IN_TABLES_ONLY: frozenset[Kind] = frozenset({"label", "territory"})  # too long, too short or too old for a text
OF_NO_STATE = frozenset({"decoy", "territory"})
LANGUAGES = ("en", "fr", "es", "ru", "zh", "ar")
LANGUAGES_OF_NAMES = {  # names that are words or persons elsewhere
    "maurice": ("fr",), "dominique": ("fr",), "grenade": ("fr",), "chili": ("fr",), "barbade": ("fr",),
    "granada": ("es",), "mauricio": ("es",), "того": (), "مالي": (), "man": (), "gao": ("en", "fr"),
}  # fmt: skip
_PLURAL = ("n", "i", "k", "r", "o", "e")  # Sudanese and Dutch have none of their own
_SAME_IN_PLURAL = ("ese", "ench", "ish", "utch", "iss", "ois")
ACRONYM_MAX = 5  # letters of one that begins small
_CYRILLIC_VOWELS = "аеиоуыэюяйь"


class NamesError(ValueError):
    """A line of `names.csv` that cannot be used; says which, what was found and what was wanted."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a name stands for.

    `acronym` holds the only spellings that count, `languages` the only languages; `may_be_small`: our list has it so.
    """

    iso3: tuple[str, ...]
    kind: Kind
    acronym: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    may_be_small: bool = False


class _Folding(dict[int, str]):
    def __missing__(self, code: int) -> str:
        letter = chr(code)
        bare = unicodedata.normalize("NFD", letter)[0].lower()
        bare = {"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-", "\u00a0": " ", "\n": " "}.get(bare, bare)
        self[code] = bare if len(bare) == 1 else letter
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """`text` in small letters without accents, of the same length."""
    return text.translate(_FOLDING)


def known_names() -> dict[str, Known]:
    """Every folded name that counts in a text, and what it stands for. Raises NamesError."""
    found: dict[str, Known] = {}
    shared: dict[str, set[str]] = defaultdict(set)
    states = read_countries()
    for row in states:
        for name in names_of(row):
            _add(found, shared, name, Known((row.iso3,), "name"))
    ours: set[str] = set()
    for name, known in own_names():  # what analysts wrote outweighs the lists
        if known.kind in IN_TABLES_ONLY:
            continue
        key = stem_of(name)
        before = found.get(key)
        if known.languages and before and not before.languages and before.kind != "demonym":
            continue  # "Armenia" is the State in every language, though "armenia" is a Spanish adjective too
        found[key] = _merged(known, before) if key in ours else known
        ours.add(key)
        shared[key] = set(known.iso3)
    return {
        key: known
        for key, known in found.items()
        if LANGUAGES_OF_NAMES.get(key) != () and shared[key] == set(known.iso3)
    }


def is_state(iso3: str) -> bool:
    """Whether this is the ISO3 code of a State in our table."""
    return iso3 in _states()


@functools.cache
def _states() -> frozenset[str]:
    return frozenset(row.iso3 for row in read_countries())


def _add(found: dict[str, Known], shared: dict[str, set[str]], name: str, known: Known) -> None:
    key = stem_of(name)
    if len(key) < 2:
        return
    shared[key] |= set(known.iso3)
    found.setdefault(key, Known(known.iso3, known.kind, known.acronym, LANGUAGES_OF_NAMES.get(key, ())))


def stem_of(name: str) -> str:
    """`name` folded; a Russian one without the vowel of its case ending."""
    key = fold(name)
    if " " not in key and "\u0400" <= key[0] <= "\u04ff" and len(key) > 4:
        return key[:-1] if key[-1] in _CYRILLIC_VOWELS else key
    return key


def names_of(row: CountryRow, languages: tuple[str, ...] = LANGUAGES) -> Iterator[str]:
    """The names of a State in our table and in CLDR, with and without what stands in brackets behind them."""
    ours = (row.name_en, row.name_fr, row.name_es, row.name_ru, row.name_zh, row.name_ar)
    theirs = (Locale.parse(language).territories.get(row.iso2, "") for language in languages)
    for name in (*ours, *theirs):
        bare = name.replace("（", "(").partition("(")[0].strip()
        yield from (one for one in (name, bare) if one)


def _merged(known: Known, before: Known | None) -> Known:
    """A name that stands in our list twice for the same State holds in the languages, spellings and cases of both."""
    if before is None or before.iso3 != known.iso3:
        return known
    return replace(
        before,
        acronym=known.acronym | before.acronym if known.acronym and before.acronym else frozenset(),
        languages=tuple(dict.fromkeys(known.languages + before.languages))
        if known.languages and before.languages
        else (),
        may_be_small=known.may_be_small or before.may_be_small,
    )


def own_names() -> Iterator[tuple[str, Known]]:
    """The names of `names.csv` in the order of the file. Raises NamesError."""
    with OWN_NAMES.open(encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv.DictReader(file), 2):
            iso3, kind = _states_of(line, number), cast(Kind, line["kind"])
            known = partial(_known, iso3=iso3, kind=kind, only_in=tuple(line["only_in"].split()))
            for name in filter(None, map(str.strip, line["names"].split("|"))):
                yield from ((form, known(form)) for form in _forms(name, kind))


def _states_of(line: dict[str, str], number: int) -> tuple[str, ...]:
    iso3, kind = tuple(filter(None, line["iso3"].split("|"))), line["kind"]
    if kind not in get_args(Kind):
        raise NamesError(f"names.csv, line {number}: found the kind {kind!r}; wanted {', '.join(get_args(Kind))}")
    may_be_shared = kind == "label" or (len(iso3) > 1) == (kind == "ambiguous")
    if set(iso3) - _states() or bool(iso3) == (kind in OF_NO_STATE) or not may_be_shared:
        wanted = "a State's ISO3 code, several only for ambiguous or a label, none for a decoy or a territory"
        raise NamesError(f"names.csv, line {number}: found {line['iso3']!r}; wanted {wanted}")
    return iso3


def _forms(name: str, kind: str) -> Iterator[str]:
    yield name
    if kind == "demonym" and name.isascii() and name.endswith(_PLURAL) and not name.endswith(_SAME_IN_PLURAL):
        yield f"{name}s"


def _known(name: str, iso3: tuple[str, ...], kind: Kind, only_in: tuple[str, ...]) -> Known:
    capitals = sum(letter.isupper() for letter in name)
    is_mixed = capitals > 1 or (capitals == 1 and name[0].islower() and len(name) <= ACRONYM_MAX)  # "oPt"
    is_acronym = is_mixed and name.replace(".", "").isalnum() and not name.istitle()
    spellings = frozenset({name}) if is_acronym and name.isascii() else frozenset[str]()
    languages = only_in or LANGUAGES_OF_NAMES.get(stem_of(name), ())
    return Known(iso3, kind, spellings, languages, may_be_small=name[0].islower())
