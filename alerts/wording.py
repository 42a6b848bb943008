"""An alert in plain words, from a country's page as the public sees it: pure."""

import dataclasses

from alerts.measures import SOURCE, measures_for
from alerts.rules import confidence
from indicators.models import Evidence
from indicators.models.score import Level
from indicators.profile import CountryProfile, Reason

REASONS = 3
NOTE_WORDS = 14  # of our own words on a piece: three reasons, the rest and the frame of a mail stay within 250 words
HEADLINE_WORDS = 8


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


def words_of(profile: CountryProfile, *, previous: Level, level: Level) -> Words:
    """What a warning of `level` says of the country: no more than its page says to everybody."""
    reasons = profile.reasons_up[:REASONS]
    return Words(
        alert=AlertWords(
            headline=cut(reasons[0].indicator_label if reasons else "the level rose", HEADLINE_WORDS),
            what_changed=_what_changed(profile, previous, level),
            how_sure=_how_sure(profile),
            not_known=_not_known(profile),
            can_be_done=_can_be_done(profile),
            confidence=_confidence(profile),
        ),
        reasons=tuple(_reason(reason) for reason in reasons),
    )


def cut(text: str, words: int) -> str:
    """At most so many words, with an ellipsis where some were left out."""
    found = text.split()
    return text if len(found) <= words else " ".join(found[:words]).rstrip(",;:–-(") + "…"


def _what_changed(profile: CountryProfile, previous: Level, level: Level) -> str:
    before = "UNDETERMINED (too little was known to say low)" if previous == Level.UNDETERMINED else previous.label
    held = "; it was higher at an earlier month's end: a level falls only after two below" if profile.is_held else ""
    return (
        f"{profile.country.name_en} went from {before} to {level.label} as of {profile.day:%Y-%m-%d}. "
        f"The index of reported evidence stands at {profile.overall or 0:.1f} of 100{held}."
    )


def _how_sure(profile: CountryProfile) -> str:
    pieces, documents = profile.evidence_count, profile.documents_count
    return (
        f"{_confidence(profile).capitalize()} confidence: {pieces} {_plural(pieces, 'piece')} of evidence from "
        f"{_families(profile)} {_plural(_families(profile), 'body', 'bodies')} in {documents} public "
        f"{_plural(documents, 'document')}; coverage {100 * (profile.coverage or 0):.0f} of 100."
    )


def _not_known(profile: CountryProfile) -> str:
    silent = [str(factor.number) for factor in profile.factors if not factor.assessed]
    if not silent:
        text = "Every factor has some evidence; much within them is still unknown."
    else:
        text = f"Nothing is recorded on {_plural(len(silent), 'factor')} {_listed(silent)}: unknown, not safe."
    if profile.withheld:
        count = profile.withheld
        text += f" {count} {_plural(count, 'piece')} of the evidence {_plural(count, 'is', 'are')} not public."
    return text


def _can_be_done(profile: CountryProfile) -> str:
    ordered = sorted(profile.factors, key=lambda factor: -factor.points)
    return (
        f"{measures_for([factor.number for factor in ordered if factor.points > 0])} Kinds of response after {SOURCE}."
    )


def _confidence(profile: CountryProfile) -> str:
    grades = [row.reliability for row in profile.evidence if row.polarity == Evidence.Polarity.RISK]
    return confidence(
        coverage=profile.coverage or 0, families=_families(profile), best_reliability=min(grades, default="")
    )


def _families(profile: CountryProfile) -> int:
    return len({row.family_id for row in profile.evidence if row.polarity == Evidence.Polarity.RISK})


def _reason(reason: Reason) -> ReasonWords:
    if reason.evidence is not None:
        row = reason.evidence
        said = f": {cut(_said(row), NOTE_WORDS)}" if _said(row) else ""
        tail = f" ({row.event_on:%Y-%m-%d}, {cut(reason.family, NOTE_WORDS)})"
        return ReasonWords(f"{reason.indicator_label}{said}"[: 300 - len(tail)] + tail, row.grade, row)
    if reason.series is not None:
        return ReasonWords(f"{reason.indicator_label}: {cut(reason.series.definition.title, NOTE_WORDS)}", "", None)
    return ReasonWords(f"{reason.indicator_label}: evidence that is not public", "", None)


def _said(row: Evidence) -> str:
    """Our own words on it: a coder's note, or our summary of what a machine pointed at; never a third party's text."""
    if row.coder_id is not None:
        return row.note
    return row.passage.text if row.passage.report.is_our_summary else ""


def _plural(count: int, one: str, many: str = "") -> str:
    return one if count == 1 else many or f"{one}s"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
