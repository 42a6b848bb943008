"""The States that a text names: names in six languages, demonyms, places, capitals and armed groups.

One pass of an Aho–Corasick automaton over the folded text (small letters, no accents), leftmost and longest, with word
boundaries where the script has them. A Latin or Cyrillic name must begin with a capital; an acronym must stand in
capitals. `names.csv` is the list that analysts edit; the names of the States come from `countries.csv` and CLDR.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import ahocorasick

from countries.names import Known, fold, known_names
from countries.standing import Named, ranked

_ALSO_PERSONS = frozenset({"chad", "jordan", "georgia", "israel", "maurice", "adamawa"})
_ALSO_WORDS = frozenset({"car", "us", "opt", "nug", "fact"})  # acronyms that are words where all is in capitals
_AFTER_A_STATE = frozenset({
    "and", "or", "the", "government", "president", "army", "military", "ministry", "police", "river", "border",
    "in", "on", "of", "to", "from", "has", "is", "was", "were", "january", "february", "march", "april", "may",
    "june", "july", "august", "september", "october", "november", "december", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday",
})  # fmt: skip
_BEFORE_A_STATE = frozenset({
    "in", "of", "from", "to", "and", "or", "the", "for", "with", "against", "across", "inside", "outside",
    "northern", "southern", "eastern", "western", "central", "since", "after", "both", "between", "near",
    "into", "president", "if", "as", "while", "when", "where", "country", "source", "neighbouring",
    "neighboring", "republic",
})  # fmt: skip
_ARABIC_PREFIX = frozenset("وفبكل")
_CYRILLIC_ENDING = 3  # letters of a case ending


def countries_in(text: str, language: str = "en") -> tuple[Named, ...]:
    """Every State that `text` names, in the order of the text; see `subjects_in` for those that it is about.

    `language` only leaves out names that are words or persons in other languages than their own.
    """
    found = [
        Named("|".join(known.iso3), start, end, text[start:end], known.kind)
        for start, end, known in _longest(text, language)
        if known.kind != "decoy"
    ]
    return tuple(ranked(text, list(_settled(found))))


def subjects_in(text: str, language: str = "en", *, most: int | None = None) -> tuple[str, ...]:
    """ISO3 codes of the States that `text` is about: most often named first, then in the order of the text."""
    counts: dict[str, int] = defaultdict(int)
    for one in countries_in(text, language):
        counts[one.iso3] += not one.is_mention
    subjects = [iso3 for iso3, count in sorted(counts.items(), key=lambda item: -item[1]) if count]
    return tuple(subjects[:most])


@functools.cache
def _automaton() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for key, known in known_names().items():
        automaton.add_word(key, (len(key), known))
    automaton.make_automaton()
    return automaton


def _longest(text: str, language: str) -> Iterator[tuple[int, int, Known]]:
    folded = fold(text)
    starts: dict[int, tuple[int, Known]] = {}
    for last, (length, known) in _automaton().iter(folded):
        start, end = last + 1 - length, last + 1
        if known.languages and language not in known.languages:
            continue
        if (start not in starts or end > starts[start][0]) and _stands_alone(text, folded, start, end, known):
            starts[start] = (end, known)
    reached = 0
    for start in sorted(starts):
        end, known = starts[start]
        if start >= reached:
            reached = end
            yield start, end, known


def _stands_alone(text: str, folded: str, start: int, end: int, known: Known) -> bool:
    first = folded[start]
    if first >= "\u2e80":  # Chinese, Japanese: no spaces between words
        return True
    if "\u0600" <= first <= "\u06ff":
        return _is_arabic_word(folded, start, end)
    if end < len(folded) and not _ends_a_word(
        folded, end, is_cyrillic="\u0400" <= first <= "\u04ff", length=end - start
    ):
        return False
    if start and (folded[start - 1].isalnum() or folded[start - 1] == "_"):
        return False
    return known.kind == "decoy" or _is_written_as_a_name(text, start, end, known)


def _ends_a_word(folded: str, end: int, *, is_cyrillic: bool, length: int) -> bool:
    if not is_cyrillic or length < 4:
        return not (folded[end].isalnum() or folded[end] == "_")
    rest = folded[end : end + _CYRILLIC_ENDING + 1]
    letters = next((at for at, letter in enumerate(rest) if not letter.isalpha()), len(rest))
    return letters <= _CYRILLIC_ENDING


def _is_arabic_word(folded: str, start: int, end: int) -> bool:
    before = start
    while before and folded[before - 1] in _ARABIC_PREFIX and start - before < 2:
        before -= 1
    return not (before and folded[before - 1].isalpha()) and not (end < len(folded) and folded[end].isalpha())


def _is_written_as_a_name(text: str, start: int, end: int, known: Known) -> bool:
    written = text[start:end]
    if known.acronym:
        return written in known.acronym and not (fold(written) in _ALSO_WORDS and _is_shouted(text, start, end))
    return (written[0].isupper() or known.may_be_small) and not (
        fold(written) in _ALSO_PERSONS and _is_a_person(text, start, end)
    )


def _is_shouted(text: str, start: int, end: int) -> bool:
    """Whether the words beside it stand in capitals too: "CAR BOMB KILLS TEN" names no State."""
    before = re.search(r"(\w+)\W{1,3}$", text[max(0, start - 30) : start])
    after = re.match(r"\W{1,3}(\w+)", text[end : end + 30])
    return (before or after) is not None and all(side is None or side[1].isupper() for side in (before, after))


def _is_a_person(text: str, start: int, end: int) -> bool:
    """Whether a capitalised word beside the name makes it part of a person's: "Michael Jordan", "Chad Smith"."""
    before = re.search(r"([^\W\d_]+)\.?[ ]$", text[max(0, start - 30) : start])
    after = re.match(r"[ ]([^\W\d_]+)", text[end : end + 30])
    return bool(
        (before and before[1][0].isupper() and not before[1].isupper() and before[1].lower() not in _BEFORE_A_STATE)
        or (after and after[1][0].isupper() and not after[1].isupper() and after[1].lower() not in _AFTER_A_STATE)
    )


def _settled(found: Sequence[Named]) -> Iterator[Named]:
    """A name that several States share counts for the one that is named otherwise too, else for none."""
    plain = {one.iso3 for one in found if "|" not in one.iso3}
    for one in found:
        shared = one.iso3.split("|")
        meant = [iso3 for iso3 in shared if len(shared) == 1 or iso3 in plain]
        if len(meant) == 1:
            yield replace(one, iso3=meant[0])
