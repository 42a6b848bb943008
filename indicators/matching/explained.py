"""Why a suggestion has its severity: the sentence of its phrase, and the words of scale in it."""

from __future__ import annotations

import functools

from indicators.matching.lexicon import lexicon, numbered
from indicators.matching.patterns import Matcher
from indicators.matching.words import sentences


def scale_words(text: str, start: int, end: int) -> str:
    """The first words of scale in the sentence that holds the phrase from `start` to `end`; empty where there are none.

    They raise the severity of a sign of risk by one step (`suggester`).
    """
    for tokens in sentences(text):
        if tokens and tokens[0].start <= start and end <= tokens[-1].end:
            found = next(_scale().find(tokens), None)
            return text[tokens[found.first].start : tokens[found.end - 1].end] if found else ""
    return ""


@functools.cache
def _scale() -> Matcher:
    return numbered([lexicon().scale])
