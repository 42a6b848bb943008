"""Suggestions of obviously synthetic content, as the machine would leave them."""

import datetime as dt
from typing import Any

from indicators.models import Suggestion
from reports.models import Passage
from tests import make


def suggestion(of: Passage | None = None, *, code: str = "7.14", iso3: str = "MMR", **fields: Any) -> Suggestion:
    """One that waits: severity 2, grade B3, from the first nine characters of its passage."""
    of = of or make.passage()
    defaults: dict[str, Any] = {
        "indicator": make.indicator(code),
        "country": make.country(iso3),
        "lexicon": "test",
        "phrase_start": 0,
        "phrase_end": 9,
        "strength": 0.5,
        "severity": 2,
        "polarity": 1,
        "reliability": of.report.source.reliability,
        "credibility": 3,
        "family": of.report.source.family,
        "event_on": dt.date(2024, 5, 20),
        "dating": "the day named in the passage",
        "suggested_at": make.NOW,
    }
    return Suggestion.objects.create(passage=of, **(defaults | fields))


def report_of(count: int, *, per_passage: int = 3) -> list[Suggestion]:
    """So many suggestions of one report, a few on each passage, in the order of the queue."""
    report = make.report()
    codes = ("7.14", "2.3", "8.4", "7.1", "4.3", "5.1")
    rows, passage = [], None
    for number in range(count):
        if passage is None or number % per_passage == 0:
            passage = make.passage(report)
        code = codes[number % per_passage]
        rows.append(suggestion(passage, code=code, strength=0.9 - 0.1 * (number % per_passage)))
    return rows
