"""Evidence entered by hand: source, report, passage and proposed row in one transaction, or nothing."""

import dataclasses
import datetime as dt
import hashlib
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from countries.models import Country
from indicators import coding
from indicators.coding import CodingError, Correction, EvidenceDraft
from indicators.events import event_now
from indicators.models import Evidence, Indicator
from people.models import User
from people.permissions import Action, clearance_of, may
from reports import ingest
from reports.models import Family, Passage, Source

EARLIEST_EVENT = dt.date(1945, 1, 1)  # the first day that a view can be asked for: an older event would never be seen


class EntryError(ValueError):
    """Something typed that cannot stand; `field` names the form's field, the text what was found and wanted."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclasses.dataclass(frozen=True, slots=True)
class NewSource:
    """A publisher that is not in the list yet; its own family unless another body is named."""

    name: str
    reliability: str
    licence: str
    url: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """What a coder typed, field by field.

    Where `reliability` is empty it is the source's own; without `published_on` it is the installation's day;
    without `family` and `new_family` the source itself made the finding. With `passage` the evidence hangs on it,
    and nothing is stored beside it: `of_passage` fills what the passage says.
    """

    country: Country
    indicator: Indicator
    source: Source | NewSource
    text: str
    severity: int
    polarity: int
    credibility: int
    event_on: dt.date
    published_on: dt.date | None = None
    family: Family | None = None
    new_family: str = ""
    reliability: str = ""
    url: str = ""
    locator: str = ""
    event_key: str = ""
    admin1: str = ""
    actor: str = Evidence.Actor.UNKNOWN
    claim: str = Evidence.Claim.ALLEGED
    group: str = ""
    note: str = ""
    sensitivity: int = 0
    passage: Passage | None = None
    correction: Correction | None = None  # of a row on the same passage


def of_passage(passage: Passage) -> dict[str, Any]:
    """The fields of an Entry that a passage of a report taken in already says."""
    report = passage.report
    said = {"source": report.source, "text": passage.text, "url": report.url, "locator": passage.locator}
    return {**said, "published_on": report.published_on, "passage": passage}


def on_record(entry: Entry, *, user: User) -> Evidence | None:
    """The live piece, as far as the person may see it, that says what was typed already, in the same words."""
    typed = entry.source
    source = typed if isinstance(typed, Source) else Source.objects.filter(slug=_slug(typed.name)).first()
    if source is None or entry.new_family:
        return None
    rows = Evidence.objects.visible_to(user).filter(
        indicator=entry.indicator, country=entry.country, polarity=entry.polarity, event_key=entry.event_key,
        event_on=entry.event_on, family=entry.family or source.family, passage__report__source=source,
        status__in=[Evidence.Status.PROPOSED, Evidence.Status.ACCEPTED],
    )  # fmt: skip
    if entry.passage is not None:
        return rows.filter(passage=entry.passage).first()
    return rows.filter(passage__text=" ".join(entry.text.split())).first()


def enter(*, entry: Entry, coder: User, at: dt.datetime, installation_day: dt.date) -> Evidence:
    """The proposed row, which moves nothing until another person accepts it. Raises EntryError."""
    _check(entry, coder, at=at, installation_day=installation_day)
    try:
        return _enter(entry, coder, at=at, installation_day=installation_day)
    except CodingError as error:
        raise EntryError("", str(error)) from error
    except IntegrityError as error:  # two windows sent the same at once: the constraint let one through
        raise EntryError("", "found the same evidence, just entered; wanted it once") from error


def correct(
    *, evidence_id: int, entry: Entry, reason: str, coder: User, at: dt.datetime, installation_day: dt.date
) -> Evidence:
    """A proposed row that takes the place of an accepted one when another person accepts it. Raises EntryError.

    Until then the old one counts; then it is retracted for `reason` in the same moment.
    """
    of = Evidence.objects.visible_to(coder).annotate(event=event_now()).filter(pk=evidence_id).first()
    if of is None:
        raise EntryError("", f"evidence {evidence_id}: found none that you may see")
    if of.status != Evidence.Status.ACCEPTED:
        raise EntryError("", f"evidence {of.pk}: found it {of.status}; wanted it accepted. Enter it anew instead")
    waiting = Evidence.objects.filter(corrects=of, status=Evidence.Status.PROPOSED).first()
    if waiting is not None:
        raise EntryError("", f"found a correction waiting already, evidence {waiting.pk}; wanted it decided first")
    if not changes_anything(of, entry):
        raise EntryError("", "found nothing changed; wanted at least one thing that is other than before")
    entry = dataclasses.replace(entry, correction=Correction(of, reason))
    return enter(entry=entry, coder=coder, at=at, installation_day=installation_day)


CORRECTED = (  # what a correction may set otherwise
    "country", "indicator", "family", "severity", "polarity", "reliability", "credibility", "event_on", "event_key",
    "admin1", "actor", "claim", "group", "note", "sensitivity",
)  # fmt: skip


def changes_anything(of: Evidence, entry: Entry) -> bool:
    """Whether what was typed differs from the row that it is to correct, annotated with its `event` as held now."""
    defaults = {"family": of.passage.report.source.family, "reliability": of.passage.report.source.reliability}
    if entry.new_family:
        return True
    stands = {name: getattr(of, name) or "" for name in CORRECTED} | {"event_key": of.__dict__["event"]}
    return any((getattr(entry, name) or defaults.get(name, "")) != stands[name] for name in CORRECTED)


def _check(entry: Entry, coder: User, *, at: dt.datetime, installation_day: dt.date) -> None:
    known_on = entry.published_on or installation_day
    if not may(coder, Action.ENTER_EVIDENCE):
        raise EntryError("", f"role {coder.role}: may not {Action.ENTER_EVIDENCE.value}")
    if entry.passage is not None and entry.passage.report.sensitivity > clearance_of(coder):
        raise EntryError("", f"passage {entry.passage.pk}: found none that you may see")
    if entry.sensitivity > clearance_of(coder):
        raise EntryError("sensitivity", "found a step above what you may see; wanted one that you are cleared for")
    if known_on > at.date():
        raise EntryError("published_on", f"found {known_on}, which is in the future; wanted a day up to {at.date()}")
    if entry.event_on < EARLIEST_EVENT:
        raise EntryError("event_on", f"found {entry.event_on}; wanted a day from {EARLIEST_EVENT} on")
    if entry.event_on > known_on:
        said = "the day it was public" if entry.published_on else "the installation's day, since no day was given"
        raise EntryError(
            "event_on", f"found {entry.event_on}, which is after {known_on}, {said}; wanted that day or an earlier one"
        )
    if entry.event_key.startswith("~"):
        raise EntryError("event_key", "found a name that starts with ~; wanted a letter first: ~ marks weeks")


@transaction.atomic
def _enter(entry: Entry, coder: User, *, at: dt.datetime, installation_day: dt.date) -> Evidence:
    source = entry.source if isinstance(entry.source, Source) else _add_source(entry.source)
    family = entry.family or (_family(entry.new_family) if entry.new_family else source.family)
    known_on = entry.published_on or installation_day
    passage = entry.passage or ingest.store_entry(
        source=source,
        text=entry.text,
        locator=entry.locator,
        url=entry.url,
        published_on=known_on,
        sensitivity=entry.sensitivity,
        at=at,
        by=coder,
    )
    draft = EvidenceDraft(
        indicator=entry.indicator,
        country=entry.country,
        family=family,
        severity=entry.severity,
        polarity=entry.polarity,
        reliability=entry.reliability or source.reliability,
        credibility=entry.credibility,
        event_on=entry.event_on,
        known_on=known_on,
        event_key=entry.event_key,
        admin1=entry.admin1,
        dating=_dating(entry),
        actor=entry.actor,
        claim=entry.claim,
        group=entry.group,
        note=entry.note,
        sensitivity=max(entry.sensitivity, passage.report.sensitivity),
    )
    _refuse_twin(passage, draft, entry.correction)
    days: dict[str, Any] = {"at": at, "installation_day": installation_day}
    return coding.propose(passage=passage, draft=draft, coder=coder, correction=entry.correction, **days)


def _dating(entry: Entry) -> str:
    """How the day was set: a correction that keeps the day keeps that too."""
    corrected = entry.correction.of if entry.correction else None
    return corrected.dating if corrected is not None and corrected.event_on == entry.event_on else ""


def _refuse_twin(passage: Passage, draft: EvidenceDraft, correction: Correction | None) -> None:
    twin = coding.twin_of(passage, draft, beside=correction.of if correction else None)
    if twin is not None:
        raise EntryError(
            "",
            f"found the same words, indicator, event and day already as evidence {twin.pk}, {twin.status}; "
            "wanted something new. Nothing was saved",
        )


def _add_source(new: NewSource) -> Source:
    slug = _slug(new.name)
    standing = Source.objects.filter(slug=slug).first()
    if standing is not None:
        raise EntryError("new_source", f"found a source of this name already, {standing.name}; wanted it chosen above")
    return Source.objects.create(
        slug=slug,
        name=new.name,
        family=_family(new.name),
        reliability=new.reliability,
        licence=new.licence,
        url=new.url,
    )


def _family(name: str) -> Family:
    family, _ = Family.objects.get_or_create(slug=_slug(name), defaults={"name": name})
    return family


def _slug(name: str) -> str:
    """Letters and digits of the name; a digest where it has none of the Latin ones."""
    return slugify(name)[:60].strip("-") or f"name-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
