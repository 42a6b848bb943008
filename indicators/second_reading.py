"""Two people read what weighs most; where they disagree both readings stay, and a third person settles.

An agreement is an acceptance (`coding.accept`). This is the rest: to read it otherwise, and to settle.
"""

import dataclasses
import datetime as dt

from django.db import transaction

from indicators import coding
from indicators.coding import CodingError, EvidenceDraft
from indicators.events import held_event
from indicators.models import Evidence, Indicator, SecondReading, Settlement
from people.models import User
from people.permissions import Action

Verdict = SecondReading.Verdict
Stands = Settlement.Stands


@transaction.atomic
def disagree(
    *, evidence_id: int, by: User, severity: int, indicator: Indicator, counts: bool, reason: str, at: dt.datetime
) -> SecondReading:
    """Keeps another reading of a proposed row that needs two readers: it waits for a third. Raises CodingError."""
    evidence = coding.to_decide(evidence_id, by)
    if not evidence.needs_two_readers:
        raise CodingError(f"evidence {evidence.pk}: one more reader is enough; wanted it accepted or rejected")
    if counts and (severity, indicator.pk) == (evidence.severity, evidence.indicator_id):
        raise CodingError(f"evidence {evidence.pk}: found the same severity and indicator; wanted another of them")
    if severity not in Evidence.Severity.values:
        raise CodingError(f"severity: found {severity}; wanted 0 to 4")
    return SecondReading.objects.create(
        evidence=evidence, by=by, at=at, verdict=Verdict.DIFFERS if counts else Verdict.REJECTS,
        severity=severity, indicator=indicator, reason=coding.tidy_reason(reason),
    )  # fmt: skip


@transaction.atomic
def settle(
    *, evidence_id: int, by: User, stands: str, reason: str, at: dt.datetime, installation_day: dt.date
) -> Settlement:
    """Ends a disagreement: the first reading counts, or the second, or neither. Raises CodingError.

    Evidence is never rewritten: where the second reading stands, the first is rejected and a row of the second
    reader's is accepted in its place.
    """
    evidence = coding.locked(evidence_id, by, Action.SETTLE_READINGS, wanted=Evidence.Status.PROPOSED)
    reading = SecondReading.objects.select_related("by", "indicator__factor").filter(evidence=evidence).first()
    if reading is None:
        raise CodingError(f"evidence {evidence.pk}: found no second reading; wanted two that disagree")
    if by.pk in {evidence.coder_id, reading.by_id}:
        raise CodingError(f"evidence {evidence.pk}: you are one of its two readers; wanted a third person to settle it")
    if stands not in Stands.values:
        raise CodingError(f"settlement: found {stands!r}; wanted {', '.join(Stands.values)}")
    reason = coding.tidy_reason(reason)
    became = None
    if stands == Stands.FIRST:
        coding.let_count(evidence, by=by, at=at)
    else:
        coding.set_aside(evidence, by=by, reason=reason, at=at)
    if stands == Stands.SECOND and reading.verdict == Verdict.DIFFERS:
        became = _as_read_second(evidence, reading, by=by, at=at, installation_day=installation_day)
    return Settlement.objects.create(reading=reading, by=by, at=at, stands=stands, reason=reason, became=became)


def _as_read_second(
    evidence: Evidence, reading: SecondReading, *, by: User, at: dt.datetime, installation_day: dt.date
) -> Evidence:
    """The same fact as the second reader reads it, accepted."""
    names = {field.name for field in dataclasses.fields(EvidenceDraft)}
    names -= {"known_on", "severity", "indicator", "event_key"}
    draft = EvidenceDraft(
        known_on=evidence.known_at.date(),
        severity=reading.severity,
        indicator=reading.indicator,
        event_key=held_event(evidence.pk),
        **{name: getattr(evidence, name) for name in names},
    )
    twin = coding.twin_of(evidence.passage, draft, beside=evidence.corrects)
    if twin is not None:
        raise CodingError(
            f"found the second reading already as evidence {twin.pk}, {twin.status}; wanted “neither stands”"
        )
    row = coding.row(evidence.passage, draft, reading.by, at=at, installation_day=installation_day)
    row.corrects, row.correction_reason = evidence.corrects, evidence.correction_reason
    row.save()
    return coding.let_count(row, by=by, at=at)
