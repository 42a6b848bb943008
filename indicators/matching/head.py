"""What past decisions say of a hit: a logistic sum over the lexicon's strengths and the passage's words.

Where the extra `embeddings` is in use, over the passage's embedding too; who makes it is handed in.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from indicators.matching.suggester import HITS_MAX, Hit
from indicators.matching.words import sentences

WORD_SLOTS = 512  # words share slots; few enough to be learned from a few hundred decisions
FACTORS = 14
EMBEDDED = 256  # numbers of an embedding
LENGTH = 2 + FACTORS + WORD_SLOTS
FORM = 1  # of the features: raised with them, and a model of another form is refused
FORM_EMBEDDED = 2  # the same, and behind them the embedding
LENGTHS = {FORM: LENGTH, FORM_EMBEDDED: LENGTH + EMBEDDED}

Embed = Callable[[str], Sequence[float]]


class HeadError(ValueError):
    """A stored model that cannot be used."""


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """The coefficients, from which value on a hit is suggested, and who embeds a passage (None: nobody has to)."""

    weights: tuple[float, ...]
    intercept: float
    threshold: float
    embed: Embed | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any], embed: Embed | None = None) -> Head:
        """From stored JSON; `embed` where its form asks for an embedding. Raises HeadError."""
        weights, form = tuple(map(float, data.get("weights", ()))), data.get("form")
        if form not in LENGTHS or len(weights) != LENGTHS[form]:
            raise HeadError(
                f"model: found form {form} with {len(weights)} weights; wanted form {FORM} with {LENGTH}, or form "
                f"{FORM_EMBEDDED} with {LENGTHS[FORM_EMBEDDED]}: train a new one"
            )
        if form == FORM_EMBEDDED and embed is None:
            raise HeadError(f"model: found form {form} and nobody who embeds; wanted the extra `embeddings`")
        return cls(
            weights, float(data["intercept"]), float(data["threshold"]), embed if form == FORM_EMBEDDED else None
        )

    def value(self, features: Mapping[int, float]) -> float:
        """From 0 to 1; the higher, the more such suggestions were accepted."""
        total = self.intercept + sum(self.weights[at] * value for at, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(text: str, hit: Hit, hits: Sequence[Hit], embedding: Sequence[float] = ()) -> dict[int, float]:
    """Position and value of what is known of one hit among all hits of its passage."""
    strongest = max(one.strength for one in hits)
    row = {0: hit.strength, 1: hit.strength / strongest, 1 + hit.factor: 1.0}
    words = {token.word for tokens in sentences(text) for token in tokens}
    share = 1 / math.sqrt(len(words) or 1)
    for word in sorted(words):
        slot, sign = _slot(word)
        row[2 + FACTORS + slot] = row.get(2 + FACTORS + slot, 0.0) + sign * share
    return row | dict(enumerate(embedding, LENGTH))


def chosen(text: str, hits: Sequence[Hit], head: Head) -> tuple[Hit, ...]:
    """The hits that past decisions speak for, strongest first; their strength is what the head says."""
    embedding = head.embed(text) if head.embed else ()
    judged = [
        dataclasses.replace(hit, strength=round(max(head.value(features(text, hit, hits, embedding)), 0.0001), 4))
        for hit in hits
    ]
    kept = [hit for hit in judged if hit.strength >= head.threshold]
    return tuple(sorted(kept, key=lambda hit: (-hit.strength, hit.factor))[:HITS_MAX])


def _slot(word: str) -> tuple[int, float]:
    number = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")
    return number % WORD_SLOTS, 1.0 if number // WORD_SLOTS % 2 else -1.0
