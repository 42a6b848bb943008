"""Why a suggestion has its severity: the sentence of its phrase, and the words of scale in it."""

from __future__ import annotations

import functools

from indicators.matching.lexicon import LANGUAGES, Lexicon, lexicon, numbered
from indicators.matching.patterns import Matcher
from indicators.matching.words import sentences


def scale_words(text: str, start: int, end: int, language: str = "en", *, words: Lexicon | None = None) -> str:
    """The first words of scale in the sentence that holds the phrase from `start` to `end`; empty where there are none.

    They raise the severity of a sign of risk by one step (`suggester`): those of `words`, or of the shipped lexicon.
    """
    for tokens in sentences(text):
        if tokens and tokens[0].start <= start and end <= tokens[-1].end:
            found = next(_scale(words or _shipped(language)).find(tokens), None)
            return text[tokens[found.first].start : tokens[found.end - 1].end] if found else ""
    return ""


def _shipped(language: str) -> Lexicon:
    main = language.partition("-")[0].lower()
    return lexicon(main if main in LANGUAGES else "en")


@functools.lru_cache(maxsize=16)
def _scale(words: Lexicon) -> Matcher:
    return numbered([words.scale])
