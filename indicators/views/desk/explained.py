"""Why the machine filled a card in as it did: a line each for severity, day and grade, from what is stored."""

from __future__ import annotations

import dataclasses

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from indicators.forms import ANCHORS
from indicators.matching.explained import scale_words
from indicators.models import Suggestion

_ANCHORS = {int(step): words for step, words in ANCHORS}
MITIGATES = dict(enumerate((
    _("looked for, not found"), _("it exists"), _("it works in part"), _("its effect is plain everywhere"),
    _("it lasts"),
)))  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Why:
    """In a person's words: nothing here is a judgement of the passage itself."""

    severity: str
    day: str
    grade: str


def reasons_of(suggestion: Suggestion) -> Why:
    """The three lines of a card."""
    return Why(_severity(suggestion), _day(suggestion), _grade(suggestion))


def _severity(row: Suggestion) -> str:
    phrase = " ".join(row.phrase.split())
    words = _scale(row) if row.polarity > 0 else ""
    means = str(_ANCHORS[row.severity]).partition(": ")[2] if row.polarity > 0 else MITIGATES[row.severity]
    said = (
        gettext("%(severity)s (%(means)s) for “%(phrase)s” with “%(words)s” in its sentence, a word of scale")
        if words
        else gettext("%(severity)s (%(means)s) for “%(phrase)s”")
    )
    return said % {"severity": row.severity, "means": means, "phrase": phrase, "words": words}


def _scale(row: Suggestion) -> str:
    passage = row.passage
    return scale_words(passage.text, row.phrase_start, row.phrase_end, passage.report.language)


def _day(row: Suggestion) -> str:
    return f"{row.event_on:%-d %B %Y}: {row.dating}" if row.dating else f"{row.event_on:%-d %B %Y}"


def _grade(row: Suggestion) -> str:
    return gettext(
        "%(grade)s: the source's grade is %(reliability)s; unchecked, its statement starts at %(credibility)s"
    ) % {"grade": row.grade, "reliability": row.reliability, "credibility": row.credibility}
