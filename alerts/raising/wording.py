"""An alert in plain words, from a country's page as the public sees it: pure."""

import dataclasses
import re
from collections.abc import Mapping

from alerts.policy.rules import confidence
from indicators.models import Evidence
from indicators.models.score import Level
from indicators.profile import CountryProfile, Reason
from people.english import in_english

REASONS = 3
REASON_MOST = 1000  # characters that a reason has room for; the mail shortens what is long, the page does not
HEADLINE_WORDS = 8
_JOINTS = frozenset({
    "after", "against", "and", "as", "from", "in", "of", "on", "or", "over", "that", "to", "towards", "when", "where",
    "which", "who", "with",
})  # fmt: skip
_ARTICLES = frozenset({"a", "an", "the"})
_UNDONE = ("ing", "ian", "eable")  # such words wait for their noun or object, which comes after the joint
_END = re.compile(r"[.!?](?=\s|$)")


@dataclasses.dataclass(frozen=True, slots=True)
class AlertWords:
    """The texts of an alert; the fields are those of `alerts.models.Alert`."""

    headline: str
    what_changed: str
    how_sure: str
    not_known: str
    can_be_done: str
    confidence: str


@dataclasses.dataclass(frozen=True, slots=True)
class Opening:
    """How an alert begins, by what its signal is about."""

    headline: str
    what_changed: str


@dataclasses.dataclass(frozen=True, slots=True)
class ReasonWords:
    """One reason; `evidence` is None for a series and for what is not public."""

    text: str
    grade: str
    evidence: Evidence | None


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """Everything that an alert says."""

    alert: AlertWords
    reasons: tuple[ReasonWords, ...]


def words_of(
    profile: CountryProfile,
    *,
    opening: Opening,
    can_be_done: str,
    phrases: Mapping[int, int] | None = None,
    about: Evidence | None = None,
) -> Words:
    """What a warning says of the country: no more than its page says to everybody.

    `opening` is said by `alerts.raising.saying`. `can_be_done` says what others can do about its `leading` factors.
    `phrases` holds, by the number of the evidence, where in its passage the words stand that a machine pointed at.
    `about` is the piece that the warning is about, where there is one that everybody may see: the first reason.
    """
    return Words(
        alert=AlertWords(
            headline=opening.headline,
            what_changed=opening.what_changed,
            how_sure=how_sure(profile),
            not_known=not_known(profile),
            can_be_done=can_be_done,
            confidence=_confidence(profile),
        ),
        reasons=_reasons(profile, phrases or {}, about),
    )


def _reasons(profile: CountryProfile, phrases: Mapping[int, int], about: Evidence | None) -> tuple[ReasonWords, ...]:
    if about is None:
        return tuple(_reason(reason, phrases) for reason in _chosen(profile))
    others = [reason for reason in _chosen(profile) if reason.indicator_code != about.indicator.code]
    first = _of_piece(about, about.family.name, about.indicator.label, phrases)
    return (first, *(_reason(reason, phrases) for reason in others))[:REASONS]


def _chosen(profile: CountryProfile) -> tuple[Reason, ...]:
    """What adds most, one an indicator: first what everybody may see."""
    up = [reason for reason in profile.reasons if reason.points > 0]
    first = {reason.indicator_code: reason for reason in reversed(up) if reason.kind != "withheld"}
    shown = sorted(first.values(), key=lambda reason: -reason.points)
    return tuple(shown or profile.reasons_up)[:REASONS]


def opening_of_rise(profile: CountryProfile, *, previous: Level, level: Level) -> Opening:
    """The weightiest reason that can be said in so few words, and from which level to which."""
    labels = [reason.indicator_label for reason in _chosen(profile)]
    fitting = [label for label in labels if len(label.split()) <= HEADLINE_WORDS]
    headline = phrase((fitting or labels or ["the level rose"])[0], HEADLINE_WORDS)
    return Opening(headline, _what_changed(profile, previous, level))


def cut(text: str, words: int) -> str:
    """At most so many words, with an ellipsis where some were left out."""
    found = text.split()
    return text if len(found) <= words else " ".join(found[:words]).rstrip(",;:–-(") + "…"


def phrase(text: str, words: int) -> str:
    """The longest beginning that is a whole phrase of at most so many words; cut where none of three or more is."""
    found = text.split()
    if len(found) <= words:
        return text
    for count in range(words, 2, -1):
        last, following = found[count - 1], found[count]
        is_end = last.endswith((",", ";", ":")) or following in _JOINTS
        if is_end and last.lower() not in _JOINTS | _ARTICLES and not last.endswith(_UNDONE):
            return " ".join(found[:count]).rstrip(",;:")
    return cut(text, words)


def _what_changed(profile: CountryProfile, previous: Level, level: Level) -> str:
    before, now = in_english(previous.label), in_english(level.label)
    held = f"; {now} was reached at an earlier month’s end and holds" if profile.is_held else ""
    return (
        f"{profile.country.name_en} went from {before} to {now} as of {profile.day:%Y-%m-%d}. "
        f"Its index is {profile.overall or 0:.1f} of 100{held}."
    )


def how_sure(profile: CountryProfile) -> str:
    risks = [row for row in profile.evidence if row.polarity == Evidence.Polarity.RISK]
    pieces, documents = len(risks), len({row.passage.report_id for row in risks})
    return (
        f"{_confidence(profile).capitalize()} confidence: {pieces} public {_plural(pieces, 'piece')} of evidence from "
        f"{profile.bodies_count} {_plural(profile.bodies_count, 'body', 'bodies')} in {documents} "
        f"{_plural(documents, 'document')}; coverage {100 * (profile.coverage or 0):.0f} of 100."
    )


def not_known(profile: CountryProfile) -> str:
    silent = sum(not factor.assessed for factor in profile.factors)
    if silent:
        text = f"Nothing is recorded on {silent} of the 14 risk factors: unknown, not safe."
    else:
        text = "Every factor has some evidence; much within them is still unknown."
    if profile.withheld:
        count = profile.withheld
        text += f" {count} more {_plural(count, 'piece')} of evidence {_plural(count, 'is', 'are')} not public."
    return text


def leading(profile: CountryProfile) -> list[int]:
    """The risk factors that add to the index, by number, the weightiest first."""
    ordered = sorted(profile.factors, key=lambda factor: -factor.points)
    return [factor.number for factor in ordered if factor.points > 0]


def _confidence(profile: CountryProfile) -> str:
    grades = [row.reliability for row in profile.evidence if row.polarity == Evidence.Polarity.RISK]
    return confidence(
        coverage=profile.coverage or 0, families=profile.bodies_count, best_reliability=min(grades, default="")
    )


def _reason(reason: Reason, phrases: Mapping[int, int]) -> ReasonWords:
    if reason.evidence is not None:
        return _of_piece(reason.evidence, reason.family, reason.indicator_label, phrases)
    if reason.series is not None:
        return ReasonWords(f"{reason.indicator_label}: {reason.series.definition.title}"[:REASON_MOST], "", None)
    return ReasonWords(f"{reason.indicator_label}: evidence that is not public", "", None)


def _of_piece(row: Evidence, body: str, label: str, phrases: Mapping[int, int]) -> ReasonWords:
    fact = (_fact(row, phrases) or label).rstrip(".")
    tail = f" ({row.event_on:%Y-%m-%d}, {body})"
    most = REASON_MOST - len(tail)
    return ReasonWords((fact if len(fact) <= most else f"{fact[: most - 1]}…") + tail, row.grade, row)


def _fact(row: Evidence, phrases: Mapping[int, int]) -> str:
    """A coder's own note, or the sentence that a machine pointed at: ours as it is, another's in quotation marks."""
    if row.coder_id is not None and row.note:
        return row.note
    said = sentence_at(row.passage.text, phrases.get(row.pk, 0))
    return said if row.passage.report.is_our_summary or not said else f"“{said}”"


def sentence_at(text: str, place: int) -> str:
    """The sentence of `text` that holds the character at `place`."""
    start = max(text.rfind(end, 0, place) for end in (". ", "! ", "? "))
    stop = next((match.end() for match in _END.finditer(text) if match.end() > place), len(text))
    return text[start + 2 if start >= 0 else 0 : stop].strip()


def _plural(count: int, one: str, many: str = "") -> str:
    return one if count == 1 else many or f"{one}s"
