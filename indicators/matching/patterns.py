"""The small language in which the lexicon's phrases are written, and its matcher.

    word            this word, whatever its case; a hyphen separates words
    word*           a word that begins so
    #               a number, in digits or as a word
    (a|b c|d*)      one of these; with a ? behind it: or nothing, between two words
    ..3             at most three words between
    ~3              the two sides in either order, at most three words between
    @name           a group of the lexicon's table `words`

A phrase matches within one sentence. The work is linear in the text: a word looks up the phrases that can begin
with it, and each of these looks at a bounded number of words.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.matching.words import Token, folded, has_han

GAP_MAX = 12  # words; a wider gap joins what does not belong together
PIECES_MAX = 2_000  # words and marks of one phrase, its groups written out
KNOWN_MAX = 20_000  # words whose phrases a matcher remembers
REACH_MAX = 64  # words that a phrase with all its gaps may span, at least

_NUMBERS = frozenset({
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "dozen",
    "dozens", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred",
    "hundreds", "thousand", "thousands", "million", "millions", "scores", "several", "many", "numerous",
})  # fmt: skip
_PIECE = re.compile(r"\s*(?:(?P<gap>\.\.\d+)|(?P<near>~\d+)|(?P<group>@\w+)|(?P<mark>[(|)#?])|(?P<word>[\w'’-]+\*?))")


class PatternError(ValueError):
    """A phrase that cannot be read; says what was found and what was wanted."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `text` is "#" for a number."""

    text: str
    is_prefix: bool = False

    def fits(self, word: str) -> bool:
        """Whether `word` (small letters) is meant."""
        if self.text == "#":
            return word[0].isdigit() or word in _NUMBERS
        return word.startswith(self.text) if self.is_prefix else word == self.text


@dataclass(frozen=True, slots=True)
class OneOf:
    """One word of many, looked up at once."""

    words: tuple[Word, ...]
    exact: frozenset[str]
    prefixes: tuple[str, ...]

    @classmethod
    def of(cls, words: Sequence[Word]) -> OneOf:
        exact = frozenset(word.text for word in words if not word.is_prefix)
        return cls(tuple(words), exact, tuple(word.text for word in words if word.is_prefix))

    def fits(self, word: str) -> bool:
        """Whether `word` (small letters) is one of them."""
        return word in self.exact or word.startswith(self.prefixes) or ("#" in self.exact and Word("#").fits(word))


@dataclass(frozen=True, slots=True)
class Gap:
    """At most so many words."""

    most: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences."""

    branches: tuple[Phrase, ...]


Element = Word | OneOf | Gap | Choice
Phrase = tuple[Element, ...]


def parse(phrase: str, groups: Mapping[str, str] | None = None) -> tuple[Phrase, ...]:
    """The sequences that a phrase stands for: two where it holds a `~`. Raises PatternError."""
    return _parsed(phrase, tuple(sorted(groups.items())) if groups and "@" in phrase else ())


@functools.lru_cache(maxsize=20_000)  # a lexicon has some thousands, and each version of it most of the same
def _parsed(phrase: str, groups: tuple[tuple[str, str], ...]) -> tuple[Phrase, ...]:
    pieces = list(_pieces(phrase, dict(groups), depth=0))
    if not pieces:
        raise PatternError("found an empty phrase; wanted words")
    near = [at for at, piece in enumerate(pieces) if piece.startswith("~")]
    if not near:
        return (_sequence(pieces),)
    if len(near) > 1:
        raise PatternError("found more than one ~; wanted one at most, and outside brackets")
    at = near[0]
    left, right, gap = _sequence(pieces[:at]), _sequence(pieces[at + 1 :]), _gap(pieces[at])
    return ((*left, gap, *right), (*right, gap, *left))


def _pieces(phrase: str, groups: Mapping[str, str], depth: int) -> Iterator[str]:
    at = 0
    phrase = phrase.strip().lower()
    while at < len(phrase):
        match = _PIECE.match(phrase, at)
        if match is None:
            raise PatternError(
                f"found {phrase[at:].strip()[:1]!r} after {at} characters; wanted a word, *, #, (|), ..n, ~n or @group"
            )
        at = match.end()
        if match["group"]:
            yield from _group(match["group"], groups, depth)
        elif match["word"]:
            yield from _words(match["word"])
        else:
            yield match[0].strip()


def _words(written: str) -> Iterator[str]:
    """The words of a run of letters: parted by hyphens, and at every Chinese character; a star stays with its word."""
    for part in written.split("-"):
        if has_han(part):
            yield from part
        else:
            yield folded(part.removesuffix("*")) + "*" * part.endswith("*")


def _group(name: str, groups: Mapping[str, str], depth: int) -> Iterator[str]:
    if name[1:] not in groups:
        raise PatternError(f"found {name}; wanted a group of the table `words`")
    if depth:
        raise PatternError(f"found {name} inside a group; wanted words only")
    yield "("
    yield from _pieces(groups[name[1:]], groups, depth + 1)
    yield ")"


def _sequence(pieces: list[str]) -> Phrase:
    if len(pieces) > PIECES_MAX:
        raise PatternError(f"found {len(pieces)} words and marks; wanted a shorter phrase")
    rest = list(reversed(pieces))
    sequence = _read(rest)
    if rest:
        raise PatternError(f"found {rest[-1]!r} without a bracket before it; wanted (a|b)")
    return sequence


def _read(rest: list[str]) -> Phrase:
    """Reads up to a `|` or `)` that belongs to the caller."""
    elements: list[Element] = []
    while rest and rest[-1] not in ("|", ")"):
        piece = rest.pop()
        if piece == "(":
            elements.append(_choice(rest))
        elif piece.startswith(".."):
            elements.append(_gap(piece))
        elif piece.startswith("~"):
            raise PatternError("found ~ inside brackets; wanted it outside")
        elif piece.removesuffix("*"):
            elements.append(Word(piece.removesuffix("*"), piece.endswith("*")))
        else:
            raise PatternError("found a * or a hyphen alone; wanted letters before it")
    if not elements or _may_be_nothing(elements[0]) or _may_be_nothing(elements[-1]):
        raise PatternError("found nothing, or a gap or (…)? at an end; wanted words on both sides")
    return tuple(elements)


def _may_be_nothing(element: Element) -> bool:
    return isinstance(element, Gap) or (isinstance(element, Choice) and () in element.branches)


def _choice(rest: list[str]) -> Choice:
    branches = [_read(rest)]
    while rest and rest[-1] == "|":
        rest.pop()
        branches.append(_read(rest))
    if not rest:
        raise PatternError("found a bracket that is not closed; wanted )")
    rest.pop()
    words = [branch[0] for branch in branches if len(branch) == 1 and isinstance(branch[0], Word)]
    longer = [branch for branch in branches if len(branch) > 1 or not isinstance(branch[0], Word)]
    if rest and rest[-1] == "?":
        rest.pop()
        longer.append(())
    return Choice((((OneOf.of(words),),) if words else ()) + tuple(longer))


def _gap(piece: str) -> Gap:
    most = int(piece.lstrip(".~"))
    if most > GAP_MAX:
        raise PatternError(f"found a gap of {most} words; wanted at most {GAP_MAX}")
    return Gap(most)


def _first_words(sequence: Phrase) -> Iterator[Word]:
    first = sequence[0]
    if isinstance(first, Choice):
        for branch in first.branches:
            yield from _first_words(branch)
    elif isinstance(first, OneOf):
        yield from first.words
    elif isinstance(first, Word):
        yield first


def _ends(sequence: Phrase, tokens: Sequence[Token], at: int) -> Iterator[int]:
    """Where `sequence` can end when it begins at token `at`, shortest gaps first."""
    if not sequence:
        yield at
        return
    first, rest = sequence[0], sequence[1:]
    if isinstance(first, Gap):
        for skipped in range(first.most + 1):
            yield from _ends(rest, tokens, at + skipped)
    elif isinstance(first, Choice):
        for branch in first.branches:
            for end in _ends(branch, tokens, at):
                yield from _ends(rest, tokens, end)
    elif at < len(tokens) and first.fits(tokens[at].word):
        yield from _ends(rest, tokens, at + 1)


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a sentence: its number, and the half-open range of tokens."""

    number: int
    first: int
    end: int


def _needs(sequence: Phrase) -> Iterator[frozenset[Word]]:
    """For each element that must be there: the words of which one must stand in the text."""
    for element in sequence:
        if not isinstance(element, Gap) and not _may_be_nothing(element):
            yield frozenset(_first_words((element,)))


@dataclass(frozen=True, slots=True)
class _Known:
    """A numbered phrase with the bits of what it needs."""

    number: int
    sequence: Phrase
    needs: int


@dataclass(frozen=True, slots=True)
class Matcher:
    """Many phrases at once, by their first words.

    What a phrase needs is a bit each, and a word has the bits of all that it serves: a phrase is tried only where the
    words that follow have every bit of it.
    """

    _first: dict[Word, list[_Known]] = field(default_factory=dict)
    _bits: dict[Word, int] = field(default_factory=dict)
    _seen: dict[str, tuple[int, tuple[_Known, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, phrases: Iterable[tuple[int, Phrase]]) -> Matcher:
        """A matcher of numbered sequences; several may carry one number."""
        matcher, bits = cls(), dict[frozenset[Word], int]()
        for number, sequence in phrases:
            needs = 0
            for words in _needs(sequence):
                bit = bits.setdefault(words, 1 << len(bits))
                needs |= bit
                for word in words:
                    matcher._bits[word] = matcher._bits.get(word, 0) | bit
            known = _Known(number, sequence, needs)
            for word in set(_first_words(sequence)):
                matcher._first.setdefault(word, []).append(known)
        return matcher

    def find(self, tokens: Sequence[Token]) -> Iterator[Found]:
        """Every phrase at every place of one sentence, the shortest reading of each."""
        words = [self._of(token.word) for token in tokens]
        blocks = [0] * (len(words) // REACH_MAX + 2)
        for at, (bits, _) in enumerate(words):
            blocks[at // REACH_MAX] |= bits
        for at, (_, beginning) in enumerate(words):
            absent = ~(blocks[at // REACH_MAX] | blocks[at // REACH_MAX + 1])
            for known in beginning:
                if not known.needs & absent:
                    end = next(_ends(known.sequence, tokens, at), None)
                    if end is not None:
                        yield Found(known.number, at, end)

    def _of(self, word: str) -> tuple[int, tuple[_Known, ...]]:
        """What `word` serves and what it can begin; kept for the next time, for KNOWN_MAX words."""
        seen = self._seen.get(word)
        if seen is None:
            if len(self._seen) >= KNOWN_MAX:
                self._seen.clear()
            fitting = [one for one in _readings(word) if one in self._bits]
            bits = functools.reduce(operator.or_, (self._bits[one] for one in fitting), 0)
            seen = bits, tuple(known for one in fitting for known in self._first.get(one, ()))
            self._seen[word] = seen
        return seen


def _readings(word: str) -> Iterator[Word]:
    """Every way in which a phrase can mean `word`."""
    yield Word(word)
    for length in range(1, min(len(word), 24) + 1):
        yield Word(word[:length], is_prefix=True)
    if Word("#").fits(word):
        yield Word("#")
