"""What past decisions say of a hit: a logistic sum over the lexicon's strengths and the passage's words."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from indicators.matching.suggester import HITS_MAX, Hit
from indicators.matching.words import sentences

WORD_SLOTS = 512  # words share slots; few enough to be learned from a few hundred decisions
FACTORS = 14
LENGTH = 2 + FACTORS + WORD_SLOTS
FORM = 1  # of the features: raised with them, and a model of another form is refused


class HeadError(ValueError):
    """A stored model that cannot be used."""


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """The coefficients, and from which value on a hit is suggested."""

    weights: tuple[float, ...]
    intercept: float
    threshold: float

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Head:
        """From stored JSON. Raises HeadError."""
        weights = tuple(map(float, data.get("weights", ())))
        if data.get("form") != FORM or len(weights) != LENGTH:
            raise HeadError(
                f"model: found form {data.get('form')} with {len(weights)} weights; wanted form {FORM} with {LENGTH}: "
                "train a new one"
            )
        return cls(weights, float(data["intercept"]), float(data["threshold"]))

    def value(self, features: Mapping[int, float]) -> float:
        """From 0 to 1; the higher, the more such suggestions were accepted."""
        total = self.intercept + sum(self.weights[at] * value for at, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(text: str, hit: Hit, hits: Sequence[Hit]) -> dict[int, float]:
    """Position and value of what is known of one hit among all hits of its passage."""
    strongest = max(one.strength for one in hits)
    row = {0: hit.strength, 1: hit.strength / strongest, 1 + hit.factor: 1.0}
    words = {token.word for tokens in sentences(text) for token in tokens}
    share = 1 / math.sqrt(len(words) or 1)
    for word in sorted(words):
        slot, sign = _slot(word)
        row[2 + FACTORS + slot] = row.get(2 + FACTORS + slot, 0.0) + sign * share
    return row


def chosen(text: str, hits: Sequence[Hit], head: Head) -> tuple[Hit, ...]:
    """The hits that past decisions speak for, strongest first; their strength is what the head says."""
    judged = [
        dataclasses.replace(hit, strength=round(max(head.value(features(text, hit, hits)), 0.0001), 4)) for hit in hits
    ]
    kept = [hit for hit in judged if hit.strength >= head.threshold]
    return tuple(sorted(kept, key=lambda hit: (-hit.strength, hit.factor))[:HITS_MAX])


def _slot(word: str) -> tuple[int, float]:
    number = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")
    return number % WORD_SLOTS, 1.0 if number // WORD_SLOTS % 2 else -1.0
