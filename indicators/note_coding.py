"""Coding notes into proposed evidence: the stage that pulls the notes which have none yet."""

import dataclasses
import datetime as dt
import logging

from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet

from countries.models import Country
from indicators.coding import CodingError, EvidenceDraft, row
from indicators.models import Evidence, Indicator, NoteCoding
from people.models import User
from reports import extract
from reports.models import Family, Report, Retrieval
from reports.readers.draft import ReaderError
from reports.readers.note import Claim, Note

log = logging.getLogger(__name__)


def waiting() -> QuerySet[Report]:
    """Coding notes that have been read and not yet coded, oldest first."""
    return Report.objects.filter(kind=Report.Kind.CODING_NOTE, note_coding=None).order_by("pk")


def code_waiting(*, at: dt.datetime, installation_day: dt.date) -> int:
    """Codes every waiting note, one transaction each; how many notes. Safe to run twice."""
    count = 0
    for report_id in waiting().values_list("pk", flat=True):
        count += _code(report_id, at=at, installation_day=installation_day)
    return count


@transaction.atomic
def _code(report_id: int, *, at: dt.datetime, installation_day: dt.date) -> int:
    report = (
        Report.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=report_id, note_coding=None).first()
    )
    if report is None or NoteCoding.objects.filter(report=report).exists():  # coded while this one waited for the lock
        return 0
    coding = NoteCoding(report=report, coded_at=at)
    try:
        with transaction.atomic():
            coding.rows_count = len(
                Evidence.objects.bulk_create(_rows(report, at=at, installation_day=installation_day))
            )
    except (CodingError, ReaderError) as error:
        coding.failure = str(error)[:500]
    except (
        DataError,
        IntegrityError,
        ValueError,
    ) as error:  # one broken note must not stop the others, nor be coded for ever
        log.error("note %s: coding broke: %s", report.pk, type(error).__name__)
        coding.failure = f"the note cannot be stored as evidence ({type(error).__name__}); please report it"
    coding.save()
    return 1


def _rows(report: Report, *, at: dt.datetime, installation_day: dt.date) -> list[Evidence]:
    coder = _coder_of(report)
    note = extract.parse_note(bytes(report.bytes))
    passages = list(report.passages.order_by("order"))
    names = _Names(note)
    return [
        row(
            passage,
            dataclasses.replace(names.draft(claim), event_on=day),
            coder,
            at=at,
            installation_day=installation_day,
        )
        for passage, noted in zip(passages, note.passages, strict=True)
        for claim in noted.claims
        for day in claim.event_on
    ]


def _coder_of(report: Report) -> User:
    retrieval = report.retrievals.filter(state=Retrieval.State.DONE).select_related("asked_by").first()
    if retrieval is None or retrieval.asked_by is None:
        raise CodingError("coder: found nobody behind this note; wanted it sent by a coder (`ingest coding-note --as`)")
    return retrieval.asked_by


class _Names:
    """Turns a note's codes and slugs into rows of ours."""

    def __init__(self, note: Note) -> None:
        self.published_on = note.published_on
        self.indicators = {indicator.code: indicator for indicator in Indicator.objects.in_use()}
        self.countries = {country.iso3: country for country in Country.objects.all()}
        self.families = {family.slug: family for family in Family.objects.filter(slug__in=note.families)}

    def draft(self, claim: Claim) -> EvidenceDraft:
        """The claim as a draft for its first day. Raises CodingError."""
        if claim.indicator not in self.indicators:
            raise CodingError(
                f"event {claim.event}: found the indicator {claim.indicator}; wanted one of the framework in use"
            )
        if claim.country not in self.countries:
            raise CodingError(
                f"event {claim.event}: found the country {claim.country}; wanted a Member or observer State"
            )
        if claim.actor not in Evidence.Actor.values:
            raise CodingError(
                f"event {claim.event}: found the actor {claim.actor}; wanted {', '.join(Evidence.Actor.values)}"
            )
        return EvidenceDraft(
            indicator=self.indicators[claim.indicator],
            country=self.countries[claim.country],
            family=self.families[claim.family],
            severity=claim.severity,
            polarity=claim.polarity,
            reliability=claim.reliability,
            credibility=claim.credibility,
            event_on=claim.event_on[0],
            known_on=self.published_on,
            event_key=claim.event,
            admin1=claim.admin1,
            dating=claim.dating,
            actor=claim.actor,
            claim=claim.claim,
            group=claim.group,
            note=claim.why,
        )
