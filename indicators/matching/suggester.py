"""What a passage may say: at most three factors, and within each the indicator that its words speak for most.

The lexicon's phrases are looked for; a phrase that is taken back ("no evidence of", "should") does not count. The
weights of the phrases that are left add up per factor as 1 − Π(1 − weight), each phrase group once. English only: in
another language nothing is found.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indicators.matching.lexicon import Entry, Lexicon, lexicon, numbered
from indicators.matching.patterns import Found, Matcher, Token, sentences

HITS_MAX = 3  # a passage
STRENGTH_MIN = 0.4  # below: too faint to ask a person about
STRENGTH_OF_BEST = 0.5  # a factor with less than this share of the strongest is left out
CHARACTERS_MAX = 20_000  # of a passage; what lies beyond is not looked at
OFF_TOPIC_MIN = 2  # phrases of sport or markets that make a passage one of theirs
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


def suggest(text: str) -> tuple[Hit, ...]:
    """At most three hits, strongest first, one a factor. Of several languages only English is known."""
    ranked = factors_in(text)
    if not ranked:
        return ()
    least = max(STRENGTH_MIN, STRENGTH_OF_BEST * ranked[0].strength)
    return tuple(hit for hit in ranked if hit.strength >= least)[:HITS_MAX]


def factors_in(text: str, words: Lexicon | None = None) -> tuple[Hit, ...]:
    """The best hit of every factor that the text touches, strongest first, however faint."""
    tables = _tables() if words is None else _Tables.of(words)
    by_factor: dict[int, list[_Fired]] = defaultdict(list)
    for fired in _fired(text[:CHARACTERS_MAX], tables):
        by_factor[fired.entry.factor].append(fired)
    hits = [_best(factor, _apart(fired)) for factor, fired in by_factor.items()]
    return tuple(sorted(hits, key=lambda hit: (-hit.strength, hit.factor)))


@functools.cache
def _tables() -> _Tables:
    return _Tables.of(lexicon())


def _fired(text: str, tables: _Tables) -> list[_Fired]:
    spoken = sentences(text)
    off_topic = {found.number for tokens in spoken for found in tables.off_topic.find(tokens)}
    if len(off_topic) >= OFF_TOPIC_MIN:
        return []
    return [fired for tokens in spoken for fired in _in_sentence(tokens, tables)]


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
    if rule.is_inside and hit.first < aside.first < hit.end:
        return True
    first, last = (aside.end, hit.first) if rule.is_before else (hit.end, aside.first)
    if not 0 <= last - first <= rule.reach:
        return False
    return not any(token.word in _BREAKS for token in tokens[first:last])


def _apart(fired: Sequence[_Fired]) -> list[_Fired]:
    """Without phrases that share words with a weightier one: the same words count once for an indicator."""
    kept: list[_Fired] = []
    for one in sorted(fired, key=lambda one: (-one.entry.weight, one.start)):
        shared = (other for other in kept if one.start < other.end and other.start < one.end)
        if all(other.entry.indicator != one.entry.indicator for other in shared):
            kept.append(one)
    return kept


def _best(factor: int, fired: Sequence[_Fired]) -> Hit:
    by_indicator: dict[tuple[str, int], dict[int, _Fired]] = defaultdict(dict)
    for one in fired:  # a group of phrases counts once, at its first place
        by_indicator[one.entry.indicator, one.entry.polarity].setdefault(one.number, one)
    groups = {one.number: one.entry.weight for one in fired}
    (code, polarity), entries = max(
        by_indicator.items(), key=lambda item: (_together(one.entry.weight for one in item[1].values()), -item[0][1])
    )
    shown = max(entries.values(), key=lambda one: (one.entry.weight, -one.start))
    severity = max(one.severity for one in entries.values())
    return Hit(code, factor, shown.start, shown.end, _together(groups.values()), severity, polarity)


def _together(weights: Iterable[float]) -> float:
    rest = 1.0
    for weight in weights:
        rest *= 1 - weight
    return round(1 - rest, 4)
