"""Text into words: sentence by sentence, in a form in which one word is written one way.

Small letters without accents; French articles and Arabic prefixes off; each Chinese character is a word.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

SENTENCE_MAX = 200  # words; text without full stops is cut here, so that the work stays linear

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_LETTER = re.compile(f"[{_HAN}]")
_TOKEN = re.compile(
    rf"(?P<word>[{_HAN}]|(?:(?![{_HAN}])\w)+(?:['’](?:(?![{_HAN}])\w)+)*)"
    r"|(?P<end>[.!?;:؟؛](?=[\s\"”’)\]»]|$)|[。！？；]|\n\s*\n)"
)
_ELIDED = re.compile(r"^(?:l|d|qu|n|s|c|j|m|t|jusqu|lorsqu)'")
_PREFIXED = re.compile(r"^(?:[وف]?[بك]?ال|[وف]?لل)(?=..)")
_ALEFS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_SHORT = 4  # letters; a shorter Arabic word keeps a first و, which may be its own
_COMMON = frozenset({
    "the", "of", "and", "to", "in", "that", "were", "was", "with", "for", "on", "by", "has", "have", "had", "from",
    "is", "are", "at", "been", "their", "his", "its", "who", "which", "they",
})  # fmt: skip
_COMMON_MIN = 0.15  # of the words; a text of the other languages has none or hardly any


@dataclass(frozen=True, slots=True)
class Token:
    """A word as `folded` writes it, with its offsets in the text."""

    word: str
    start: int
    end: int


def sentences(text: str) -> tuple[tuple[Token, ...], ...]:
    """The words of `text`, sentence by sentence, with offsets into it."""
    found: list[tuple[Token, ...]] = []
    now: list[Token] = []
    for match in _TOKEN.finditer(text):
        if match["end"] is None:
            now.append(Token(folded(match["word"]), match.start(), match.end()))
        if now and (match["end"] is not None or len(now) == SENTENCE_MAX):
            found.append(tuple(now))
            now = []
    return (*found, tuple(now)) if now else tuple(found)


@functools.lru_cache(maxsize=20_000)
def folded(word: str) -> str:
    """The one way in which this word is compared."""
    small = word.lower().replace("’", "'").removesuffix("'s")
    if not small.isascii():
        small = "".join(letter for letter in unicodedata.normalize("NFD", small) if not unicodedata.combining(letter))
        small = _arabic(small) if "\u0600" <= small[:1] <= "\u06ff" else small
    return (_ELIDED.sub("", small) if "'" in small else small) or word.lower()


def _arabic(word: str) -> str:
    bare = _PREFIXED.sub("", word.translate(_ALEFS))
    return bare[1:] if bare.startswith("و") and len(bare) >= _SHORT else bare


def has_han(text: str) -> bool:
    """Whether a Chinese character is in it."""
    return _HAN_LETTER.search(text) is not None


def looks_english(text: str) -> bool:
    """Whether the commonest English words make up as much of `text` as they do of English."""
    words = [token.word for tokens in sentences(text[:2_000]) for token in tokens]
    return bool(words) and sum(word in _COMMON for word in words) >= _COMMON_MIN * len(words)
