"""Evidence: proposed by a coder or a note, decided by another person, retracted with a reason.

Where two people must read it (`Evidence.needs_two_readers`), the coder is the first and whoever decides the second.
"""

import dataclasses
import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from countries.models import Country
from indicators.models import Evidence, EvidenceQuerySet, Indicator, RescoreRequest, SecondReading
from people.models import User
from people.permissions import Action, may
from reports.models import Family, Passage

IN_HAND = {"passage", "indicator", "country", "family", "coder"}  # rows that were read a moment ago: they are there
BACKLOAD_DAYS = 90  # scoring.md §3: known longer than this before the installation's day at entry


class CodingError(ValueError):
    """Evidence that cannot be proposed, decided or retracted; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Correction:
    """Whose place a row is to take, and why."""

    of: Evidence
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class EvidenceDraft:
    """What a coder says of a passage."""

    indicator: Indicator
    country: Country
    family: Family
    severity: int
    polarity: int
    reliability: str
    credibility: int
    event_on: dt.date
    known_on: dt.date
    event_key: str = ""
    admin1: str = ""
    dating: str = ""
    actor: str = Evidence.Actor.UNKNOWN
    claim: str = Evidence.Claim.ALLEGED
    group: str = ""
    note: str = ""
    sensitivity: int = 0


def propose(
    *,
    passage: Passage,
    draft: EvidenceDraft,
    coder: User,
    at: dt.datetime,
    installation_day: dt.date,
    correction: Correction | None = None,
) -> Evidence:
    """A proposed row: it moves nothing until another person accepts it. Raises CodingError."""
    if not may(coder, Action.ENTER_EVIDENCE):
        raise CodingError(f"role {coder.role}: may not {Action.ENTER_EVIDENCE.value}")
    evidence = row(passage, draft, coder, at=at, installation_day=installation_day)
    if correction is not None:
        evidence.corrects, evidence.correction_reason = correction.of, tidy_reason(correction.reason)
    _save_new(evidence)
    return evidence


def _save_new(evidence: Evidence) -> None:
    """The database asks for the constraints itself, once; what it refuses is put into words. Raises CodingError."""
    try:
        evidence.full_clean(exclude=IN_HAND, validate_constraints=False)
        try:
            with transaction.atomic():
                evidence.save()
        except IntegrityError:
            evidence.validate_constraints()
            raise
    except ValidationError as error:
        raise CodingError("; ".join(error.messages)) from error


def twin_of(passage: Passage, draft: EvidenceDraft, *, beside: Evidence | None = None) -> Evidence | None:
    """The live row that this one would say again: a sentence can name it first. `beside` is what it corrects.

    A proposed correction of a row that was retracted meanwhile is none: nothing stands in whose place it would come.
    """
    rows = Evidence.objects.exclude(pk=beside.pk) if beside is not None else Evidence.objects.all()
    rows = rows.exclude(status=Evidence.Status.PROPOSED, corrects__status=Evidence.Status.RETRACTED)
    return rows.filter(
        passage=passage,
        indicator=draft.indicator,
        country=draft.country,
        polarity=draft.polarity,
        event_key=draft.event_key,
        event_on=draft.event_on,
        family=draft.family,
        status__in=[Evidence.Status.PROPOSED, Evidence.Status.ACCEPTED],
    ).first()


def row(passage: Passage, draft: EvidenceDraft, coder: User, *, at: dt.datetime, installation_day: dt.date) -> Evidence:
    """The unsaved row that `propose` saves. Raises CodingError."""
    if draft.event_on > draft.known_on:
        raise CodingError(f"event day: found {draft.event_on}; wanted a day not after it was known, {draft.known_on}")
    fields = {field.name: getattr(draft, field.name) for field in dataclasses.fields(draft) if field.name != "known_on"}
    return Evidence(
        passage=passage,
        coder=coder,
        known_at=dt.datetime.combine(draft.known_on, dt.time(), dt.UTC),
        recorded_at=at,
        backloaded=draft.known_on < installation_day - dt.timedelta(days=BACKLOAD_DAYS),
        **fields,
    )


@transaction.atomic
def accept(*, evidence_id: int, by: User, at: dt.datetime) -> Evidence:
    """Makes a proposed row count, and asks for its country's score. Raises CodingError."""
    evidence = to_decide(evidence_id, by)
    if evidence.needs_two_readers:
        SecondReading.objects.create(
            evidence=evidence, by=by, at=at, verdict=SecondReading.Verdict.AGREES,
            severity=evidence.severity, indicator=evidence.indicator,
        )  # fmt: skip
    return let_count(evidence, by=by, at=at)


def let_count(evidence: Evidence, *, by: User, at: dt.datetime) -> Evidence:
    """A proposed row, locked by the caller, accepted; its country's score is asked for. Raises CodingError.

    A correction retracts what it corrects in the same moment, and is known from that day on: each day of knowledge
    sees one of the two.
    """
    if evidence.corrects_id is not None:
        _retract_corrected(evidence.corrects_id, evidence.correction_reason, by=by, at=at)
        _refuse_second(evidence)
        evidence.known_at = max(evidence.known_at, dt.datetime.combine(at.date(), dt.time(), dt.UTC))
    evidence.status = Evidence.Status.ACCEPTED
    evidence.decided_by, evidence.decided_at = by, at
    evidence.save(update_fields=["status", "decided_by", "decided_at", "known_at"])
    ask_for_score(evidence, at=at)
    return evidence


def _refuse_second(evidence: Evidence) -> None:
    """What a correction says may have been accepted anew since what it corrects was retracted."""
    same = ("passage", "indicator", "country", "polarity", "event_key", "event_on", "family")
    rows = Evidence.objects.filter(status=Evidence.Status.ACCEPTED, **{name: getattr(evidence, name) for name in same})
    twin = rows.exclude(pk=evidence.pk).first()
    if twin is not None:
        raise CodingError(
            f"found the same passage, indicator, event and day accepted already as evidence {twin.pk}; "
            "wanted it once: reject this correction, and correct that row"
        )


def _retract_corrected(evidence_id: int, reason: str, *, by: User, at: dt.datetime) -> None:
    corrected = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence_id)
    if corrected.status == Evidence.Status.ACCEPTED:
        retract(evidence_id=corrected.pk, by=by, reason=reason, at=at)


@transaction.atomic
def accept_all(*, evidence: EvidenceQuerySet, by: User, at: dt.datetime) -> int:
    """Accepts every proposed row of `evidence` that `by` may decide; how many. Raises CodingError."""
    if not may(by, Action.DECIDE_EVIDENCE):
        raise CodingError(f"role {by.role}: may not {Action.DECIDE_EVIDENCE.value}")
    rows = evidence.visible_to(by).filter(status=Evidence.Status.PROPOSED).exclude(coder=by)
    rows = rows.exclude(pk__in=SecondReading.objects.values("evidence"))  # two disagree on it: a third settles
    rows = rows.filter(corrects=None)  # a correction retracts another row: one decision each
    decided = dict(rows.select_for_update(of=("self",)).values_list("pk", "country_id"))
    Evidence.objects.filter(pk__in=decided).update(status=Evidence.Status.ACCEPTED, decided_by=by, decided_at=at)
    RescoreRequest.objects.bulk_create(
        RescoreRequest(country_id=country_id, asked_at=at) for country_id in sorted(set(decided.values()))
    )
    return len(decided)


@transaction.atomic
def reject(*, evidence_id: int, by: User, reason: str, at: dt.datetime) -> Evidence:
    """Sets a proposed row aside, with the reason. Raises CodingError."""
    return set_aside(to_decide(evidence_id, by), by=by, reason=reason, at=at)


@transaction.atomic
def withdraw(*, evidence_id: int, by: User, reason: str, at: dt.datetime) -> Evidence:
    """Takes back what one has proposed oneself, before it counts. Raises CodingError."""
    evidence = locked(evidence_id, by, Action.ENTER_EVIDENCE, wanted=Evidence.Status.PROPOSED)
    if evidence.coder_id != by.pk:
        raise CodingError(f"evidence {evidence.pk}: another person proposed it; wanted its own coder to withdraw it")
    return set_aside(evidence, by=by, reason=reason, at=at)


def set_aside(evidence: Evidence, *, by: User, reason: str, at: dt.datetime) -> Evidence:
    """A proposed row, locked by the caller, rejected. Raises CodingError."""
    evidence.status = Evidence.Status.REJECTED
    evidence.decided_by, evidence.decided_at = by, at
    evidence.decision_reason = tidy_reason(reason)
    evidence.save(update_fields=["status", "decided_by", "decided_at", "decision_reason"])
    return evidence


@transaction.atomic
def retract(*, evidence_id: int, by: User, reason: str, at: dt.datetime) -> Evidence:
    """Takes an accepted row out of every score from now on; earlier scores keep it. Raises CodingError."""
    evidence = locked(evidence_id, by, Action.RETRACT_EVIDENCE, wanted=Evidence.Status.ACCEPTED)
    evidence.status = Evidence.Status.RETRACTED
    evidence.retracted_by, evidence.retracted_at = by, at
    evidence.retraction_reason = tidy_reason(reason)
    evidence.save(update_fields=["status", "retracted_by", "retracted_at", "retraction_reason"])
    ask_for_score(evidence, at=at)
    return evidence


def to_decide(evidence_id: int, by: User) -> Evidence:
    """A proposed row of another person that nobody has read a second time yet, locked. Raises CodingError."""
    evidence = locked(evidence_id, by, Action.DECIDE_EVIDENCE, wanted=Evidence.Status.PROPOSED)
    if evidence.coder_id == by.pk:
        raise CodingError(f"evidence {evidence.pk}: you coded it; wanted another person to decide")
    if SecondReading.objects.filter(evidence=evidence).exists():
        raise CodingError(f"evidence {evidence.pk}: found two readers who disagree; wanted a third to settle it")
    return evidence


def locked(evidence_id: int, by: User, action: Action, *, wanted: Evidence.Status) -> Evidence:
    """The row, held until the transaction ends. Raises CodingError where it is not as wanted."""
    if not may(by, action):
        raise CodingError(f"role {by.role}: may not {action.value}")
    rows = Evidence.objects.visible_to(by).select_for_update(of=("self",)).select_related("indicator__factor")
    evidence = rows.filter(pk=evidence_id).first()
    if evidence is None:
        raise CodingError(f"evidence {evidence_id}: found none that you may see")
    if evidence.status != wanted:
        raise CodingError(f"evidence {evidence_id}: found it {evidence.status}; wanted it {wanted.value}")
    return evidence


def tidy_reason(reason: str) -> str:
    """The reason in one line. Raises CodingError where it is too short or too long."""
    reason = " ".join(reason.split())
    if not 3 <= len(reason) <= 500:
        raise CodingError(f"reason: found {len(reason)} characters; wanted 3 to 500")
    return reason


def ask_for_score(evidence: Evidence, *, at: dt.datetime) -> None:
    """That its country's score rests on something else from now on."""
    RescoreRequest.objects.create(country_id=evidence.country_id, evidence=evidence, asked_at=at)
