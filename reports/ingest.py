"""Takes reports in: bytes first, then their reading; each step is safe to run twice."""

import contextlib
import dataclasses
import datetime as dt
import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F

from people.models import User
from people.permissions import Action, Sensitivity, may
from reports.models import Family, Passage, Report, Retrieval, Source
from reports.readers import READERS, reader_named
from reports.readers.draft import PassageDraft, ReaderError, ReportDraft, SourceDraft

log = logging.getLogger(__name__)

ATTEMPTS_MAX = 5  # a file that stopped so many workers is not given to another

URL_CHARACTERS_MAX = 500  # the column's own length


class IngestError(ValueError):
    """Something that cannot be taken in at all; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class About:
    """What the sender says of a file; it fills what the reader cannot know, and never overrides the reader."""

    source: str = ""
    title: str = ""
    url: str = ""
    published_on: dt.date | None = None
    language: str = "en"
    sensitivity: int = Sensitivity.PUBLIC

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            **dataclasses.asdict(self),
            "published_on": str(self.published_on) if self.published_on else "",
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "About":
        """The inverse of `as_json`."""
        day = data.get("published_on")
        return cls(**{**data, "published_on": dt.date.fromisoformat(day) if day else None})


def receive(
    *,
    reader: str,
    payload: bytes,
    about: About,
    file_name: str,
    at: dt.datetime,
    asked_by: User | None = None,
) -> Retrieval:
    """Keeps the bytes for a worker to read. A file over the cap becomes a failed retrieval at once.

    Raises IngestError where no such reader exists, or where what the sender says of the file cannot stand.
    """
    if reader not in READERS:
        raise IngestError(f"reader {reader!r} is unknown; wanted one of {', '.join(READERS)}")
    if about.url and (not about.url.startswith(("https://", "http://")) or len(about.url) > URL_CHARACTERS_MAX):
        raise IngestError(
            f"address: found something else; wanted https://… or http://…, at most {URL_CHARACTERS_MAX} characters"
        )
    if asked_by is not None and not may(asked_by, Action.INGEST_REPORT):
        raise IngestError(f"role {asked_by.role}: may not {Action.INGEST_REPORT.value}")
    if reader == "coding-note" and asked_by is None:
        raise IngestError("coder: found nobody; wanted somebody who answers for the note (`ingest coding-note --as`)")
    retrieval = Retrieval(
        reader=reader, file_name=file_name[:200], about=about.as_json(), received_at=at, asked_by=asked_by
    )
    if len(payload) > settings.REPORT_BYTES_MAX:
        retrieval.state = Retrieval.State.FAILED
        retrieval.reason = too_large(len(payload))
        retrieval.finished_at = at
    else:
        retrieval.payload = payload
    retrieval.save()
    return retrieval


def too_large(size: int) -> str:
    """Why a file of `size` bytes is refused."""
    return f"file: found {size / 1e6:.0f} MB; wanted at most {settings.REPORT_BYTES_MAX / 1e6:.0f} MB"


def read_waiting(*, at: dt.datetime) -> int:
    """Reads every waiting retrieval, one transaction each; how many were read. Two workers never read the same."""
    count = 0
    while (retrieval_id := _begin_next()) is not None:
        try:
            count += _read(retrieval_id, at=at)
        except OperationalError:  # the database's trouble, not the file's: it stays waiting, and this does not count
            with contextlib.suppress(OperationalError):
                Retrieval.objects.filter(pk=retrieval_id).update(attempts=F("attempts") - 1)
            raise
    return count


@transaction.atomic
def _begin_next() -> int | None:
    """The one that was begun least often: a file that kills its worker does not hold up the others.

    That it was begun is committed before it is read, so that a death is counted.
    """
    waiting = Retrieval.objects.filter(state=Retrieval.State.WAITING).order_by("attempts", "pk")
    retrieval = waiting.select_for_update(skip_locked=True).defer("payload").first()
    if retrieval is None:
        return None
    retrieval.attempts += 1
    retrieval.save(update_fields=["attempts"])
    return retrieval.pk


@transaction.atomic
def _read(retrieval_id: int, *, at: dt.datetime) -> bool:
    """Whether it was read here, and not by another worker in between."""
    waiting = Retrieval.objects.filter(pk=retrieval_id, state=Retrieval.State.WAITING)
    retrieval = waiting.select_for_update(skip_locked=True).first()
    if retrieval is None:
        return False
    payload = bytes(retrieval.payload or b"")
    try:
        if retrieval.attempts > ATTEMPTS_MAX:
            raise IngestError(f"file: {ATTEMPTS_MAX} workers stopped while reading it; wanted one that can be read")
        with transaction.atomic():
            _finish(retrieval, *_take_in(retrieval, payload, at=at))
    except (ReaderError, IngestError) as error:
        _fail(retrieval, str(error))
    except IntegrityError as error:
        standing = _standing(payload)  # another worker stored the same bytes in between
        if standing is None:
            _break(retrieval, error)
        else:
            _finish(retrieval, standing, False)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  one broken file must not stop the others, nor be read for ever
        _break(retrieval, error)
    retrieval.payload = None
    retrieval.finished_at = at
    retrieval.save()
    return True


def _finish(retrieval: Retrieval, report: Report, created: bool) -> None:
    retrieval.report = report
    retrieval.state = Retrieval.State.DONE if created else Retrieval.State.SAME


def _fail(retrieval: Retrieval, reason: str) -> None:
    retrieval.report = None
    retrieval.state = Retrieval.State.FAILED
    retrieval.reason = reason[:500]


def _break(retrieval: Retrieval, error: Exception) -> None:
    log.error("retrieval %s: reader %s broke: %s", retrieval.pk, retrieval.reader, type(error).__name__)
    _fail(retrieval, f"the reader {retrieval.reader} broke on this file ({type(error).__name__}); please report it")


def _standing(payload: bytes) -> Report | None:
    return Report.objects.filter(sha256=hashlib.sha256(payload).hexdigest()).first()


def _take_in(retrieval: Retrieval, payload: bytes, *, at: dt.datetime) -> tuple[Report, bool]:
    standing, about = _standing(payload), About.from_json(retrieval.about)
    if standing is not None:
        _keep_as_close(standing, about.sensitivity)
        return standing, False
    draft = reader_named(retrieval.reader)(payload)
    return _store(draft, payload, about, reader=retrieval.reader, at=at), True


def _keep_as_close(report: Report, sensitivity: int) -> None:
    """What somebody sends again as more sensitive is kept so; it is never opened by being sent again."""
    if sensitivity > report.sensitivity:
        report.sensitivity = sensitivity
        report.save(update_fields=["sensitivity"])


def _store(draft: ReportDraft, payload: bytes, about: About, *, reader: str, at: dt.datetime) -> Report:
    published_on = draft.published_on or about.published_on
    if published_on is None:
        raise IngestError(
            "day of publication: found none; wanted one (YYYY-MM-DD) from the sender, since the file does not say it"
        )
    if published_on > at.date():
        raise IngestError(f"day of publication: found {published_on}; wanted a day not in the future")
    title = draft.title or about.title
    if not title:
        raise IngestError("title: found none; wanted one from the sender, since the file does not say it")
    for slug, name in draft.families:
        Family.objects.get_or_create(slug=slug, defaults={"name": name})
    report = Report.objects.create(
        source=_source(draft.source) if draft.source else _known_source(about.source),
        kind=draft.kind,
        reader=reader,
        title=title[:300],
        url=draft.url or about.url,
        published_on=published_on,
        language=draft.language or about.language,
        media_type=draft.media_type,
        bytes=payload,
        sha256=hashlib.sha256(payload).hexdigest(),
        text=draft.text,
        received_at=at,
        sensitivity=about.sensitivity,
    )
    _store_passages(report, draft.passages)
    return report


def _store_passages(report: Report, passages: tuple[PassageDraft, ...]) -> None:
    Passage.objects.bulk_create(
        Passage(
            report=report,
            order=order,
            locator=draft.locator,
            start=draft.start,
            end=draft.end,
            text=draft.text,
        )
        for order, draft in enumerate(passages)
    )


def _source(draft: SourceDraft) -> Source:
    family, _ = Family.objects.get_or_create(slug=draft.family, defaults={"name": draft.family_name})
    source, _ = Source.objects.get_or_create(
        slug=draft.slug,
        defaults={
            "name": draft.name,
            "family": family,
            "reliability": draft.reliability,
            "licence": draft.licence,
            "url": draft.url,
        },
    )
    return source


def _known_source(slug: str) -> Source:
    source = Source.objects.filter(slug=slug).first()
    if source is None:
        known = ", ".join(Source.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise IngestError(f"source: found {slug or 'none'!r}; wanted one that exists ({known})")
    return source


@transaction.atomic
def store_entry(
    *,
    source: Source,
    text: str,
    locator: str,
    url: str,
    published_on: dt.date,
    sensitivity: int,
    at: dt.datetime,
) -> Passage:
    """The report and passage of something typed by hand; the same words of the same source make one report."""
    text = " ".join(text.split())
    typed = {
        "source": source.slug,
        "url": url,
        "locator": locator,
        "published_on": str(published_on),
        "text": text,
    }
    payload = json.dumps(typed, ensure_ascii=False, sort_keys=True).encode()
    report, created = Report.objects.get_or_create(
        sha256=hashlib.sha256(payload).hexdigest(),
        defaults={
            "source": source,
            "kind": Report.Kind.ENTRY,
            "reader": "entry",
            "title": f"Entry by hand: {source.name}, {published_on}",
            "url": url,
            "published_on": published_on,
            "media_type": "application/json",
            "bytes": payload,
            "text": text,
            "received_at": at,
            "sensitivity": sensitivity,
        },
    )
    if created:
        _store_passages(report, (PassageDraft(0, len(text), text, locator),))
    _keep_as_close(report, sensitivity)
    return report.passages.get()
