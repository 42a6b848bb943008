"""How well lexicons tag labelled passages: precision, recall and F1 per factor, before and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indicators.matching.lexicon import Lexicon
from indicators.matching.suggester import Hit, factors_in, suggest
from indicators.matching.words import looks_english

HELD_OUT = Path(__file__).resolve().parent / "labelled" / "held_out.jsonl"
FACTORS = range(1, 15)
PASSAGES_MAX = 20_000
LINE_MAX = 100_000  # bytes
CHANGED_SHOWN = 200
_UNKNOWN = ("", "und")

Lexicons = Mapping[str, Lexicon]
Numbers = dict[str, Any]


class LabelledError(ValueError):
    """A file of labelled passages that cannot be used; names the line, never the text."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A passage and the factors that it speaks of; of factors outside `judged` nobody said anything (None: of none)."""

    id: str
    text: str
    language: str
    factors: frozenset[int]
    judged: frozenset[int] | None = None


def of_language(text: str, language: str, lexicons: Lexicons) -> Lexicon | None:
    """The lexicon to search with: by the main part of the code; of unknown language English, if the text looks so."""
    main = language.partition("-")[0].lower()
    if main in _UNKNOWN:
        return lexicons.get("en") if looks_english(text) else None
    return lexicons.get(main)


def hits_in(text: str, language: str, lexicons: Lexicons) -> tuple[Hit, ...]:
    """What is suggested for a passage, strongest first."""
    words = of_language(text, language, lexicons)
    return suggest(text, words=words) if words else ()


def all_hits_in(text: str, language: str, lexicons: Lexicons) -> tuple[Hit, ...]:
    """The best hit of every factor, however faint."""
    words = of_language(text, language, lexicons)
    return factors_in(text, words=words) if words else ()


def read_labelled(payload: bytes) -> list[Labelled]:
    """Passages from JSON lines with `id`, `text`, `factors` and, if known, `lang`. Raises LabelledError."""
    rows = []
    for number, line in enumerate(payload.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if line.strip():
            rows.append(_labelled(number, line))
    if not rows:
        raise LabelledError("found no line; wanted one object a line with id, text and factors")
    if len(rows) > PASSAGES_MAX:
        raise LabelledError(f"found {len(rows):,} passages; wanted at most {PASSAGES_MAX:,}")
    return rows


def _labelled(number: int, line: bytes) -> Labelled:
    try:
        row = json.loads(line) if len(line) <= LINE_MAX else None
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise LabelledError(f"line {number}: found no JSON object of at most {LINE_MAX:,} bytes; wanted one a line")
    text, factors, language = row.get("text"), row.get("factors"), row.get("lang") or ""
    if not isinstance(text, str) or not text.strip():
        raise LabelledError(f"line {number}: found no text; wanted the passage")
    if not isinstance(factors, list) or not all(type(one) is int and one in FACTORS for one in factors):
        raise LabelledError(
            f"line {number}: found no list of factors; wanted numbers from 1 to 14, or [] for a neutral one"
        )
    if not isinstance(language, str) or len(language) > 20:
        raise LabelledError(f"line {number}: found no code of a language in lang; wanted one such as en, or none")
    return Labelled(str(row.get("id", number))[:80], text, language, frozenset(factors))


def compared(
    passages: Sequence[Labelled], before: Lexicons, after: Lexicons, *, told: Callable[[int], None] = lambda _: None
) -> Numbers:
    """Both lexicons on the same passages. `told` hears now and then how many are done."""
    tagged: list[tuple[Labelled, frozenset[int], frozenset[int]]] = []
    for number, one in enumerate(passages, 1):
        tagged.append((one, _tags(one, before), _tags(one, after)))
        if number % 100 == 0:
            told(number)
    changed = [(one, was, now) for one, was, now in tagged if was != now]
    return {
        "passages": len(passages),
        "neutral": sum(not one.factors for one in passages),
        "before": _figures([(one, was) for one, was, _ in tagged]),
        "after": _figures([(one, now) for one, _, now in tagged]),
        "changed_count": len(changed),
        "changed": [_changed(*row) for row in changed[:CHANGED_SHOWN]],
    }


def _tags(one: Labelled, lexicons: Lexicons) -> frozenset[int]:
    found = frozenset(hit.factor for hit in hits_in(one.text, one.language, lexicons))
    return found if one.judged is None else found & one.judged


def _changed(one: Labelled, was: frozenset[int], now: frozenset[int]) -> Numbers:
    return {"id": one.id, "labels": sorted(one.factors), "before": sorted(was), "after": sorted(now)}


def _figures(tagged: Sequence[tuple[Labelled, frozenset[int]]]) -> Numbers:
    factors = {str(factor): _of_factor(factor, tagged) for factor in FACTORS}
    counts = [sum(one[name] for one in factors.values()) for name in ("right", "tagged", "labelled")]
    known = [one["f1"] for one in factors.values() if one["labelled"]]
    neutral = [tags for one, tags in tagged if not one.factors]
    return {
        "factors": factors,
        "overall": rates(*counts),
        "macro": round(sum(known) / len(known), 4) if known else None,
        "neutral_tagged": round(sum(map(bool, neutral)) / len(neutral), 4) if neutral else None,
    }


def _of_factor(factor: int, tagged: Iterable[tuple[Labelled, frozenset[int]]]) -> Numbers:
    pairs = [(factor in one.factors, factor in tags) for one, tags in tagged]
    return rates(sum(a and b for a, b in pairs), sum(b for _, b in pairs), sum(a for a, _ in pairs))


def rates(right: int, tagged: int, labelled: int) -> Numbers:
    """Precision, recall and F1; None where there is nothing to divide by."""
    return {
        "right": right,
        "tagged": tagged,
        "labelled": labelled,
        "precision": round(right / tagged, 4) if tagged else None,
        "recall": round(right / labelled, 4) if labelled else None,
        "f1": round(2 * right / (tagged + labelled), 4) if tagged + labelled else None,
    }
