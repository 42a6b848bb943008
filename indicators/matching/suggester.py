"""What a passage may say: at most three factors, and within each the indicator that its words speak for most.

The phrases of the language's lexicon are looked for; a phrase that is taken back ("no evidence of", "should") does
not count. The weights of the phrases that are left add up per factor as 1 − Π(1 − weight), each phrase group once.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indicators.matching.lexicon import LANGUAGES, Entry, Lexicon, lexicon, numbered
from indicators.matching.patterns import Found, Matcher
from indicators.matching.words import Token, looks_english, sentences

HITS_MAX = 3  # a passage
STRENGTH_MIN = 0.38  # below: too faint to ask a person about
STRENGTH_OF_BEST = 0.4  # a factor with less than this share of the strongest is left out
AGAIN = 0.4  # of a group's weight, for each further place at which it fires
PLACES_MAX = 3  # places of a group that count
CHARACTERS_MAX = 20_000  # of a passage; what lies beyond is not looked at
OFF_TOPIC_MIN = 2  # phrases of sport or markets that make a passage one of theirs, if no more phrase groups speak
UNKNOWN = ("und", "")
_BREAKS = frozenset({
    "but", "however", "although", "though", "while", "whereas", "yet",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """One suggestion; `start` and `end` are the offsets of the phrase that fired."""

    indicator: str
    factor: int
    start: int
    end: int
    strength: float
    severity: int
    polarity: int


@dataclass(frozen=True, slots=True)
class _Fired:
    number: int  # of the entry
    entry: Entry
    start: int
    end: int
    severity: int


@dataclass(frozen=True, slots=True)
class _Tables:
    lexicon: Lexicon
    phrases: Matcher
    negatives: Matcher
    asides: Matcher
    exceptions: Matcher
    scale: Matcher
    off_topic: Matcher

    @classmethod
    def of(cls, words: Lexicon) -> _Tables:
        return cls(
            words,
            numbered([entry.phrases for entry in words.entries]),
            numbered([entry.negatives for entry in words.entries]),
            numbered([aside.phrases for aside in words.asides]),
            numbered([aside.unless for aside in words.asides]),
            numbered([words.scale]),
            numbered([(phrase,) for phrase in words.off_topic]),
        )


def suggest(text: str, *, language: str = "en", words: Lexicon | None = None) -> tuple[Hit, ...]:
    """At most three hits, strongest first, one a factor. Of a language without a lexicon: none."""
    ranked = factors_in(text, language=language, words=words)
    if not ranked:
        return ()
    least = max(STRENGTH_MIN, STRENGTH_OF_BEST * ranked[0].strength)
    return tuple(hit for hit in ranked if hit.strength >= least)[:HITS_MAX]


def factors_in(text: str, *, language: str = "en", words: Lexicon | None = None) -> tuple[Hit, ...]:
    """The best hit of every factor that the text touches, strongest first, however faint.

    `words` is the lexicon to use, or else the shipped one of `language`.
    """
    known = words or _lexicon_of(text, language)
    if known is None:
        return ()
    by_factor: dict[int, list[_Fired]] = defaultdict(list)
    for fired in _fired(text[:CHARACTERS_MAX], _tables(known)):
        by_factor[fired.entry.factor].append(fired)
    hits = [_best(factor, fired) for factor, fired in by_factor.items()]
    return tuple(sorted(hits, key=lambda hit: (-hit.strength, hit.factor)))


def knows(language: str) -> bool:
    """Whether there is a lexicon for a code such as "pt-BR", or a text of this (unknown) language may be English."""
    return _main(language) in (*LANGUAGES, *UNKNOWN)


def _main(language: str) -> str:
    return language.partition("-")[0].lower()


def _lexicon_of(text: str, language: str) -> Lexicon | None:
    """By the main part of the code; a text of unknown language counts as English where it looks so."""
    main = _main(language)
    if main in LANGUAGES:
        return lexicon(main)
    return lexicon() if main in UNKNOWN and looks_english(text) else None


@functools.lru_cache(maxsize=2 * len(LANGUAGES))
def _tables(words: Lexicon) -> _Tables:
    return _Tables.of(words)


def _fired(text: str, tables: _Tables) -> list[_Fired]:
    spoken = sentences(text)
    fired = [one for tokens in spoken for one in _in_sentence(tokens, tables)]
    off_topic = {found.number for tokens in spoken for found in tables.off_topic.find(tokens)} if fired else set()
    is_off = len(off_topic) >= max(OFF_TOPIC_MIN, len({one.number for one in fired}))
    return [] if is_off else fired


def _in_sentence(tokens: Sequence[Token], tables: _Tables) -> Iterator[_Fired]:
    found = list(tables.phrases.find(tokens))
    if not found:
        return
    asides = _asides(tokens, tables)
    silenced = {negative.number for negative in tables.negatives.find(tokens)}
    is_large = next(tables.scale.find(tokens), None) is not None
    for hit in found:
        if hit.number not in silenced and not any(_takes_back(aside, tables, hit, tokens) for aside in asides):
            entry = tables.lexicon.entries[hit.number]
            severity = min(4, entry.severity + (is_large and entry.polarity > 0))
            yield _Fired(hit.number, entry, tokens[hit.first].start, tokens[hit.end - 1].end, severity)


def _asides(tokens: Sequence[Token], tables: _Tables) -> list[Found]:
    exceptions = {(found.number, found.first) for found in tables.exceptions.find(tokens)}
    return [found for found in tables.asides.find(tokens) if (found.number, found.first) not in exceptions]


def _takes_back(aside: Found, tables: _Tables, hit: Found, tokens: Sequence[Token]) -> bool:
    rule = tables.lexicon.asides[aside.number]
    if rule.stands == "sentence":
        return True
    if rule.is_inside and hit.first < aside.first < hit.end:
        return True
    first, last = (aside.end, hit.first) if rule.is_before else (hit.end, aside.first)
    if not 0 <= last - first <= rule.reach:
        return False
    return not any(token.word in _BREAKS for token in tokens[first:last])


def _best(factor: int, fired: Sequence[_Fired]) -> Hit:
    by_indicator: dict[tuple[str, int], list[_Fired]] = defaultdict(list)
    for one in fired:
        by_indicator[one.entry.indicator, one.entry.polarity].append(one)
    (code, polarity), told = max(by_indicator.items(), key=lambda item: (_together(item[1]), -item[0][1]))
    shown = max(told, key=lambda one: (one.entry.weight, -one.start))
    severity = max(one.severity for one in told)
    return Hit(code, factor, shown.start, shown.end, _together(fired), severity, polarity)


def _together(fired: Iterable[_Fired]) -> float:
    """1 − Π(1 − weight) over the phrase groups; what a group says again elsewhere adds a share of its weight."""
    places: dict[int, set[int]] = defaultdict(set)
    weights: dict[int, float] = {}
    for one in fired:
        places[one.number].add(one.start)
        weights[one.number] = one.entry.weight
    rest = 1.0
    for number, weight in weights.items():
        again = min(len(places[number]), PLACES_MAX) - 1
        rest *= (1 - weight) * (1 - AGAIN * weight) ** again
    return round(1 - rest, 4)
