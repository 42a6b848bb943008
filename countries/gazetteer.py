"""The States that a text names: names in six languages, demonyms, places, capitals and armed groups.

One pass of an Aho–Corasick automaton over the folded text (small letters, no accents), leftmost and longest, with word
boundaries where the script has them. A Latin or Cyrillic name must begin with a capital; an acronym must stand in
capitals. `names.csv` is the list that analysts edit; the names of the States come from `countries.csv` and CLDR.
"""

from __future__ import annotations

import enum
import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import ahocorasick

from countries.names import Kind, Known, fold, known_names

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
_ACTORS = re.compile(
    r"(?:\s+(?:security|armed|occupation|occupying|air|ground|special|government|state|military|naval|defen[cs]e))*\s+"
    r"(?:forces?|troops|army|military|soldiers?|mercenaries|officials?|offensives?|airstrikes?|warplanes|police|settlers?)\b",
    re.IGNORECASE,
)
_ENVOYS = re.compile(
    r"\s+(?:peacekeep\w*|contingents?|ambassador|diplomats?|delegation|embassy|envoys?|foreign|judges?|company|companies|"
    r"mediators?|investors?|journalists?|nationals?|tourists?|charity|charities|NGOs?|think.tanks?|dollars?|"
    r"weapons|arms|drones|rifles|missiles|ammunition)\b",
    re.IGNORECASE,
)
_PAPERS = re.compile(
    r"\s+(?:peace\s+)?(?:agreements?|accords?|declarations?|protocols?|process|convention|treaty|pact|roadmap|principles|"
    r"conference|summit|talks|statute)\b",
    re.IGNORECASE,
)  # "the Havana Agreement" is not about Cuba
_CULTURE = re.compile(
    r"\s+(?:films?|dramas?|music|songs?|literature|newspapers?|broadcasters?|television|radio|magazines?|daily|weekly|"
    r"language|news agency|passports?|visas?|restaurants?)\b",
    re.IGNORECASE,
)
_DIPLOMACY = re.compile(
    r"\s+(?:also\s+|then\s+)?(?:abstain(?:ed|ing)|vetoed|voted|voting|tabled|co-?sponsored|hosted|brokered|mediated|facilitated|"
    r"asked for a (?:closed )?(?:session|meeting|debate|vote)|state department|department of state|treasury|embassy|"
    r"secretary of state|foreign (?:secretary|office)|special envoy|sanctions)\b",
    re.IGNORECASE,
)
_BACKERS = re.compile(
    r"\b(?:(?:backed|supported|armed|sponsored|financed|funded|trained|supplied|led|hosted|mediated|brokered) by"
    r"|soutenue?s? par(?: (?:le|la|les|l'|des|du|de|membres|forces|armées|défense|militaires))*"
    r"|(?:apoyad|respaldad)[oa]s? por|при поддержке|بدعم من"
    r"|borders? (?:with|of|between)|close to|neighbou?ring|ambassador (?:of|to)|representative in)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_PASSING = re.compile(  # a State that hosts, speaks or votes, where another is spoken of
    r"\b(?:(?:vetoed|tabled|drafted|proposed|put forward|presented|convened|facilitated|blocked|chaired) by"
    r"|\b(?:fled|flee|fleeing|fle[ed]s|crossed|crossing|escaped)\s+(?:\w+\s+){0,3}(?:to|into)"
    r"|\brefugees?\s+(?:\w+\s+){0,2}in|\basylum in|\bexiled? (?:in|to)"
    r"|\b(?:judge|jurist|lawyer|professor|diplomat|mediator|academic|expert) (?:from|of)"
    r"|\b(?:talks|meeting|conference|summit|negotiations|press briefing|reporters) in"
    r"|(?:se réfugier|réfugiée?s?|fui) (?:au|en|aux)|(?:huyeron|huido|refugiad[oa]s) (?:a|en|hacia)"
    r"|бежал[иа]? в)\s+(?:the\s+|neighbou?ring\s+)?$",
    re.IGNORECASE,
)
_FLIGHT = ("逃往", "逃到", "逃入", "逃至")
_CHAIN = re.compile(r"(?:,| and|, and| et| y| и)\s+(?:the\s+)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"\b(?:in|into|speaks?|spoken?)\s+$", re.IGNORECASE)  # "in French"
LOOK_BACK = 60  # characters before a name that tell how it is meant
_COMPOUND = re.compile(r"-[a-z]")
_ARABIC_PREFIX = frozenset("وفبكل")
_CYRILLIC_ENDING = 3  # letters of a case ending


@dataclass(frozen=True, slots=True)
class Named:
    """A State named in a text: `name` as it stands there, from `start` to `end` (exclusive).

    A mention is a State in passing: "Rwandan-backed", or a neighbour's army where another country is named.
    """

    iso3: str
    start: int
    end: int
    name: str
    kind: Kind = "name"
    is_mention: bool = False


def countries_in(text: str, language: str = "en") -> tuple[Named, ...]:
    """Every State that `text` names, in the order of the text; see `subjects_in` for those that it is about.

    `language` only leaves out names that are words or persons in other languages than their own.
    """
    found = [
        replace(one, is_mention=_is_in_passing(text, one))
        for start, end, known in _longest(text, language)
        for one in [Named("|".join(known.iso3), start, end, text[start:end], known.kind)]
        if known.kind != "decoy"
    ]
    return tuple(_ranked(text, _settled(found)))


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


def _is_in_passing(text: str, one: Named) -> bool:
    if _COMPOUND.match(text, one.end) or (one.kind == "demonym" and text[max(0, one.start - 2) : one.start][1:] == "-"):
        return True
    before = text[max(0, one.start - LOOK_BACK) : one.start]
    return before[-1:].isspace() and bool(
        _BACKERS.search(before) or (one.kind == "demonym" and _LANGUAGE.search(before))
    )


class _Tier(enum.IntEnum):
    """How much a name speaks for a State being what the text is about."""

    NONE = 0  # "Rwandan-backed"
    PASSING = 1  # a host, a speaker, a voter
    WEAK = 2  # a capital, a group, an army
    STRONG = 3


def _ranked(text: str, found: Iterable[Named]) -> Iterator[Named]:
    """Names, places and peoples come first; a capital, a group or an army counts where no other country is named.

    A host or a voter counts only where nobody else does. An army that is named twice is no passing remark.
    """
    rows = list(found)
    acting = Counter(one.iso3 for one in rows if one.kind == "demonym" and _is_an_actor(text, one))
    tiers: list[_Tier] = []
    for place, one in enumerate(rows):
        tier = _tier(text, one, is_repeated=acting[one.iso3] > 1)
        follows = place > 0 and _CHAIN.fullmatch(text, rows[place - 1].end, one.start) is not None
        tiers.append(_Tier.PASSING if follows and tiers[-1] == _Tier.PASSING and tier > _Tier.PASSING else tier)
    top = max(tiers, default=_Tier.NONE)
    named = {one.iso3 for one, tier in zip(rows, tiers, strict=True) if tier == top}
    for one, tier in zip(rows, tiers, strict=True):
        is_mention = tier == _Tier.NONE or one.iso3 not in named
        yield replace(one, is_mention=True) if is_mention else one


def _tier(text: str, one: Named, *, is_repeated: bool) -> _Tier:
    if one.is_mention or (one.kind == "capital" and _PAPERS.match(text, one.end)):
        return _Tier.NONE
    before = text[max(0, one.start - LOOK_BACK) : one.start]
    if before.endswith(_FLIGHT) or (before[-1:].isspace() and _PASSING.search(before)):
        return _Tier.PASSING
    if _DIPLOMACY.match(text, one.end):
        return _Tier.PASSING
    if one.kind == "demonym" and (_CULTURE.match(text, one.end) or _ENVOYS.match(text, one.end)):
        return _Tier.PASSING
    if one.kind in ("capital", "group"):
        return _Tier.WEAK
    return _Tier.WEAK if one.kind == "demonym" and not is_repeated and _is_an_actor(text, one) else _Tier.STRONG


def _is_an_actor(text: str, one: Named) -> bool:
    return _ACTORS.match(text, one.end) is not None
