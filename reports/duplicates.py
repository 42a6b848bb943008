"""Which texts repeat each other: MinHash over five words at a time finds candidates, sets of shingles tell. Pure."""

import dataclasses
import enum
import functools
import hashlib
import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from reports.text import normal_form

VERSION = 2  # of what a signature is made of: a report signed under another one is signed anew

WORDS = 5  # of one shingle
SHORTEST = 30  # shingles; of a shorter text a person is asked: one sentence may stand anywhere
PERMUTATIONS = 128
BANDS, ROWS = 25, 5  # two texts with half of their shingles in common meet in a band more often than not
SAMPLE = 8  # one shingle in so many is a key of its own: a short text in a long one shares no band with it

SAME = 0.8  # share of the smaller text from which on it is the other's text
POSSIBLE = 0.4  # from which on a person is asked
AS_LARGE = 0.5  # of the larger text; below it the smaller one is a part: a compilation is not its first chapter
ASKED_LEAST = 0.2  # of the larger text: a version of a document is not lost in it
ASKED_FROM = 40  # shingles in common, about three sentences: less is a footer
SHORT_FROM = 8  # shingles that a short text has in common with its like, about twelve words: less is a headline
SHORT_LEAST = 0.25  # of the larger text: a short one is offered beside one of its kind, not beside a whole report
SHORT_ALONE = 20  # shingles in common for which titles need not be alike: less may be what a publisher always says
SIGNED_WHOLE = int(SHORTEST / SHORT_LEAST)  # up to so many shingles each one is a key: a short text has few to meet by

_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_ALONE}]|[^\W{_ALONE}]+")  # scripts without spaces: each character is a word
_BAND = 1 << 63  # the sign of a key, as PostgreSQL's bigint: negative for bands, others are samples
_POWERS = np.array([pow(0x9E3779B97F4A7C15, power, 1 << 64) for power in range(WORDS)], np.uint64)
_MIX = np.uint64(0xBF58476D1CE4E5B9)

Shingles = npt.NDArray[np.uint64]  # sorted, each once


class Relation(enum.Enum):
    """What two texts are to each other."""

    SAME = "same"
    FIRST_IN_SECOND = "first_in_second"
    SECOND_IN_FIRST = "second_in_first"
    POSSIBLE_UPDATE = "possible_update"
    NONE = "none"


@dataclasses.dataclass(frozen=True, slots=True)
class Signature:
    """What is stored of a text to find its like. `keys` meet where texts are alike."""

    shingles: int
    minhash: bytes  # 128 unsigned numbers of four bytes, little-endian; empty for a short text
    keys: tuple[int, ...]  # of 64 bits, signed


@dataclasses.dataclass(frozen=True, slots=True)
class Shared:
    """How many shingles two texts have in common, and of how many."""

    common: int
    first: int
    second: int

    @property
    def of_first(self) -> float:
        """Share of the first text that stands in the second, 0 to 1."""
        return self.common / self.first if self.first else 0.0

    @property
    def of_second(self) -> float:
        """Share of the second text that stands in the first, 0 to 1."""
        return self.common / self.second if self.second else 0.0

    @property
    def is_short(self) -> bool:
        """Whether the smaller text is one of few words, of which a person is asked at most."""
        return min(self.first, self.second) < SHORTEST

    @property
    def relation(self) -> Relation:
        """By the share of the smaller text; whether the larger one is much larger tells a part from the same."""
        most, least = max(self.of_first, self.of_second), min(self.of_first, self.of_second)
        if self.is_short:
            is_like = most >= SAME and least >= SHORT_LEAST and self.common >= SHORT_FROM
            return Relation.POSSIBLE_UPDATE if is_like else Relation.NONE
        if most >= SAME:
            if least >= AS_LARGE:
                return Relation.SAME
            return Relation.FIRST_IN_SECOND if self.of_first > self.of_second else Relation.SECOND_IN_FIRST
        is_asked = most >= POSSIBLE and least >= ASKED_LEAST and self.common >= ASKED_FROM
        return Relation.POSSIBLE_UPDATE if is_asked else Relation.NONE


def words(text: str) -> list[str]:
    """The words that are compared; of Chinese, Thai and their like the characters."""
    return _WORD.findall(normal_form(text))


def shingles(text: str) -> Shingles:
    """Every five words that stand in a row, as numbers of 64 bits."""
    numbers = np.fromiter((_number(word) for word in words(text)), np.uint64)
    if numbers.size < WORDS:
        return np.empty(0, np.uint64)
    rows = np.lib.stride_tricks.sliding_window_view(numbers, WORDS)
    mixed = (rows * _POWERS).sum(axis=1, dtype=np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(31))) * _MIX  # neighbours in a row must not share their lowest bits
    return np.unique(mixed ^ (mixed >> np.uint64(29)))


@functools.lru_cache(maxsize=50_000)
def _number(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def signature(of: Shingles) -> Signature:
    """What to store of a text with these shingles."""
    if of.size < SHORTEST:
        return Signature(int(of.size), b"", tuple(_samples(of)) if of.size >= SHORT_FROM else ())
    from datasketch import MinHash  # brings SciPy: half a second that only a worker pays

    minhash = MinHash(num_perm=PERMUTATIONS, hashfunc=int)
    minhash.update_batch((of >> np.uint64(32)).tolist())
    numbers = minhash.hashvalues.astype("<u4")
    return Signature(int(of.size), numbers.tobytes(), tuple(dict.fromkeys((*_bands(numbers), *_samples(of)))))


def _bands(numbers: npt.NDArray[np.uint32]) -> Iterable[int]:
    for band in range(BANDS):
        rows = numbers[band * ROWS : (band + 1) * ROWS].tobytes()
        digest = hashlib.blake2b(bytes([band]) + rows, digest_size=8).digest()
        yield (int.from_bytes(digest, "little") | _BAND) - (1 << 64)


def _samples(of: Shingles) -> Iterable[int]:
    drawn = of if of.size <= SIGNED_WHOLE else of[of % np.uint64(SAMPLE) == 0]
    return (drawn & np.uint64(_BAND - 1)).tolist()  # type: ignore[no-any-return]


def shared(first: Shingles, second: Shingles) -> Shared:
    """What two texts have in common, exactly."""
    common = np.intersect1d(first, second, assume_unique=True).size
    return Shared(int(common), int(first.size), int(second.size))


def is_offered(found: Shared, title: str, other: str) -> bool:
    """Whether a possible update is worth a question: of short texts whose titles differ, only from a few lines on.

    Numbers in titles must be the same: one issue of a series is no update of another.
    """
    if not found.is_short or found.common >= SHORT_ALONE:
        return True
    one, two = set(words(title)), set(words(other))
    numbers = {word for word in one ^ two if any(sign.isdigit() for sign in word)}
    return not numbers and 2 * len(one & two) >= min(len(one), len(two))


def stands_in(passage: str, text: Shingles) -> bool:
    """Whether a passage's words are the text's own."""
    return is_in(shingles(passage), text)


def is_in(passage: Shingles, text: Shingles) -> bool:
    """Whether four fifths of a passage's shingles are the text's."""
    return bool(passage.size) and shared(passage, text).of_first >= SAME
