"""What a person makes of the machine's suggestions: accepted, changed and accepted, rejected, taken back."""

import dataclasses
import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import IntegerField, Model, QuerySet, Subquery

from indicators import coding
from indicators.coding import CodingError, EvidenceDraft
from indicators.models import Evidence, Suggestion, SuggestionDecision
from people.models import User
from people.permissions import Action, clearance_of, may
from reports.models import Passage, Report, Retrieval, TextPair

Did = SuggestionDecision.Action
State = Suggestion.State

TAKEN_BACK = "Taken back by the person who accepted the suggestion."
ONE_OF_A_KIND = "one_live_evidence_per_passage_indicator_and_event"  # a constraint of Evidence
NOTE_MAX = 500  # Evidence.note
RELATED = {"passage", "indicator", "country", "family", "coder", "decided_by"}  # rows in hand: they are there
COUNTED_MAX = 1000  # of what waits: beyond it a page says "1,000+"


class AlreadyDecided(CodingError):
    """Another was quicker: `decision` says who, when and what."""

    def __init__(self, decision: SuggestionDecision) -> None:
        super().__init__(
            f"suggestion {decision.suggestion_id}: found it decided ({decision.action}); wanted it waiting"
        )
        self.decision = decision


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """How much waits for one person's decision: suggested, proposed by people, reports that look alike.

    Nobody counts beyond COUNTED_MAX: a page must cost the same however much waits.
    """

    suggested: int
    proposed: int
    alike: int = 0

    @property
    def total(self) -> int:
        """Suggested and proposed together."""
        return self.suggested + self.proposed

    @property
    def said(self) -> dict[str, str]:
        """The counts as a page says them: `1,000+` where there may be more."""
        return {name: in_words(getattr(self, name)) for name in ("suggested", "proposed", "alike", "total")}


def in_words(count: int) -> str:
    """A count up to COUNTED_MAX as it is, whatever lies beyond as `1,000+`."""
    return f"{COUNTED_MAX:,}+" if count > COUNTED_MAX else f"{count:,}"


def desk_of(person: User) -> Desk:
    """What waits, in one query: every page asks for it on behalf of those who decide."""
    row = User.objects.filter(pk=person.pk).values_list(*map(how_many, waits_for(person))).first()
    return Desk(*row) if row else Desk(0, 0)


def waits_for(person: User) -> tuple[QuerySet[Any], ...]:
    """What waits that one person may see, in the order of a Desk's fields."""
    return tuple(model.objects.visible_to(person).waiting() for model in (Suggestion, Evidence, TextPair))


class _CountOf(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def how_many(rows: QuerySet[Any]) -> Subquery:
    """How many rows, as part of another query; beyond COUNTED_MAX nobody counts."""
    return _CountOf(rows.order_by().values("pk")[: COUNTED_MAX + 1])


def sent_in_by(report: Report, person: User) -> bool:
    """Whether this person brought the text here: then nobody else has read it yet. What was fetched is nobody's."""
    return Retrieval.objects.filter(report=report, source=None, asked_by=person).exists()


def draft_of(suggestion: Suggestion) -> EvidenceDraft:
    """The evidence that an acceptance without changes makes."""
    report = suggestion.passage.report
    return EvidenceDraft(
        indicator=suggestion.indicator,
        country=suggestion.country,
        family=suggestion.family,
        severity=suggestion.severity,
        polarity=suggestion.polarity,
        reliability=suggestion.reliability,
        credibility=suggestion.credibility,
        event_on=suggestion.event_on,
        known_on=report.published_on,
        dating=suggestion.dating,
        note=machine_note(suggestion),
        sensitivity=report.sensitivity,
    )


def needs_two_readers(suggestion: Suggestion) -> bool:
    """Whether what an acceptance without changes makes would need a second reader."""
    return Evidence(severity=suggestion.severity, indicator=suggestion.indicator).needs_two_readers


def machine_note(suggestion: Suggestion) -> str:
    """What evidence says of itself where nobody wrote a note."""
    return f"Suggested for the words “{' '.join(suggestion.phrase.split())}”."[:NOTE_MAX]


def differences(was: EvidenceDraft, became: EvidenceDraft) -> dict[str, dict[str, Any]]:
    """Field by field what was suggested and what a person made of it, in words that JSON can keep."""
    pairs = {
        field.name: (_plain(getattr(was, field.name)), _plain(getattr(became, field.name)))
        for field in dataclasses.fields(EvidenceDraft)
    }
    return {name: {"was": old, "became": new} for name, (old, new) in pairs.items() if old != new}


def _plain(value: Any) -> str | int:
    if isinstance(value, Model):
        name = next(key for key in ("iso3", "code", "slug") if hasattr(value, key))
        return str(getattr(value, name))
    return int(value) if isinstance(value, int) else str(value)


def accept(
    *, suggestion_id: int, by: User, changes: EvidenceDraft | None, at: dt.datetime, installation_day: dt.date
) -> Evidence:
    """Evidence of a waiting suggestion, as it was or with `changes`; its country's score is asked for.

    Where two people must read it, it is proposed by this one and waits for the second. When it was known is the
    report's day, whatever `changes` says. Raises CodingError, AlreadyDecided.
    """
    try:
        return _accept(suggestion_id, by, changes, at=at, installation_day=installation_day)
    except IntegrityError as error:  # two people made the same of two suggestions at once: the constraint let one by
        if ONE_OF_A_KIND not in str(error):
            raise
        raise CodingError("found the same evidence, accepted a moment ago; wanted it once") from error


@transaction.atomic
def _accept(
    suggestion_id: int, by: User, changes: EvidenceDraft | None, *, at: dt.datetime, installation_day: dt.date
) -> Evidence:
    suggestion = _waiting(suggestion_id, by)
    if sent_in_by(suggestion.passage.report, by):
        raise CodingError(
            f"report {suggestion.passage.report_id}: you sent it in; wanted another person to accept what it says"
        )
    suggested = draft_of(suggestion)
    draft = _settled(changes, suggested, by) if changes else suggested
    evidence = _row(suggestion, draft, by, at=at, installation_day=installation_day)
    evidence.save()
    if evidence.status == Evidence.Status.ACCEPTED:
        coding.ask_for_score(evidence, at=at)
    changed = differences(suggested, draft)
    _decide(
        suggestion, State.CHANGED if changed else State.ACCEPTED, Did.CHANGE if changed else Did.ACCEPT,
        by=by, at=at, changes=changed, evidence=evidence,
    )  # fmt: skip
    return evidence


def _settled(changes: EvidenceDraft, suggested: EvidenceDraft, by: User) -> EvidenceDraft:
    """What a person may not settle: when the world could know, and less secrecy than the report's."""
    if changes.sensitivity > clearance_of(by):
        raise CodingError("sensitivity: found a step above what you may see; wanted one that you are cleared for")
    sensitivity = max(changes.sensitivity, suggested.sensitivity)
    return dataclasses.replace(changes, known_on=suggested.known_on, sensitivity=sensitivity)


def _row(
    suggestion: Suggestion, draft: EvidenceDraft, by: User, *, at: dt.datetime, installation_day: dt.date
) -> Evidence:
    if draft.known_on > at.date():
        raise CodingError(f"report: found it dated {draft.known_on}, in the future; wanted a day up to {at.date()}")
    evidence = coding.row(suggestion.passage, draft, by, at=at, installation_day=installation_day)
    if evidence.needs_two_readers:  # this person is the first of them, and `coder`; what is proposed moves nothing
        evidence.note = "" if draft.note == machine_note(suggestion) else draft.note
    else:  # the machine proposed it: this person reads and decides
        evidence.coder = None
        evidence.status, evidence.decided_by, evidence.decided_at = Evidence.Status.ACCEPTED, by, at
    _refuse_twin(suggestion.passage, draft)
    try:
        evidence.full_clean(exclude=RELATED, validate_constraints=False)  # the database asks for these itself, once
    except ValidationError as error:
        raise CodingError("; ".join(error.messages)) from error
    return evidence


def _refuse_twin(passage: Passage, draft: EvidenceDraft) -> None:
    """The constraint ONE_OF_A_KIND, in a sentence."""
    twin = coding.twin_of(passage, draft)
    if twin is not None:
        raise CodingError(
            f"found the same passage, indicator, event and day already as evidence {twin.pk}, {twin.status}; "
            "wanted something new: change it, or reject it as a duplicate"
        )


@transaction.atomic
def reject(*, suggestion_id: int, by: User, reason: str, at: dt.datetime) -> SuggestionDecision:
    """Sets a waiting suggestion aside, with the reason. Raises CodingError, AlreadyDecided."""
    reason = coding.tidy_reason(reason)
    return _decide(_waiting(suggestion_id, by), State.REJECTED, Did.REJECT, by=by, at=at, reason=reason)


@transaction.atomic
def undo(*, decision_id: int, by: User, at: dt.datetime) -> Suggestion:
    """Takes back one's own decision: its evidence is retracted, or withdrawn, and the suggestion waits again.

    Only the latest decision on a suggestion, only by its author. Raises CodingError.
    """
    decision = SuggestionDecision.objects.filter(pk=decision_id).first()
    suggestion = _locked(decision.suggestion_id, by) if decision is not None else None
    if decision is None or suggestion is None:
        raise CodingError(f"decision {decision_id}: found none that you may see")
    if decision.by_id != by.pk:
        raise CodingError(f"decision {decision.pk}: another person made it; only that person can take it back")
    if decision.action == Did.UNDO or decision != suggestion.decisions.latest("pk"):
        raise CodingError(f"decision {decision.pk}: found a later one; only the latest can be taken back")
    if decision.evidence is not None:
        _withdraw(decision.evidence, by, at=at)
    _decide(suggestion, State.WAITING, Did.UNDO, by=by, at=at, evidence=decision.evidence)
    return suggestion


def _withdraw(evidence: Evidence, by: User, *, at: dt.datetime) -> None:
    if evidence.status == Evidence.Status.PROPOSED:
        coding.withdraw(evidence_id=evidence.pk, by=by, reason=TAKEN_BACK, at=at)
        return
    if evidence.status != Evidence.Status.ACCEPTED:
        raise CodingError(f"evidence {evidence.pk}: found it {evidence.status} meanwhile; nothing is left to take back")
    coding.retract(evidence_id=evidence.pk, by=by, reason=TAKEN_BACK, at=at)


def _locked(suggestion_id: int, by: User) -> Suggestion | None:
    """The suggestion, held until the transaction ends; None where this person may not know of it."""
    if not may(by, Action.DECIDE_EVIDENCE):
        raise CodingError(f"role {by.role}: may not {Action.DECIDE_EVIDENCE.value}")
    rows = Suggestion.objects.visible_to(by).select_for_update(of=("self",))
    related = rows.select_related("passage__report", "indicator", "country", "family")
    return related.defer("passage__report__bytes", "passage__report__text").filter(pk=suggestion_id).first()


def _waiting(suggestion_id: int, by: User) -> Suggestion:
    suggestion = _locked(suggestion_id, by)
    if suggestion is None:
        raise CodingError(f"suggestion {suggestion_id}: found none that you may see")
    if suggestion.state == State.SUPERSEDED:
        raise CodingError(f"suggestion {suggestion_id}: found it withdrawn when its report was searched again; go on")
    if suggestion.state != State.WAITING:
        raise AlreadyDecided(suggestion.decisions.select_related("by").latest("pk"))
    return suggestion


def _decide(
    suggestion: Suggestion, state: str, action: str, *, by: User, at: dt.datetime, **said: Any
) -> SuggestionDecision:
    suggestion.state = state
    suggestion.save(update_fields=["state"])
    return SuggestionDecision.objects.create(suggestion=suggestion, action=action, by=by, at=at, **said)
