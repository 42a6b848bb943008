"""Takes reports in: bytes first, then their reading; each step is safe to run twice."""

import contextlib
import dataclasses
import datetime as dt
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F

from people.models import User
from people.permissions import Action, may
from reports import custody, extract, flood, nesting
from reports.about import About
from reports.closing import keep_as_close
from reports.holding import next_begun
from reports.models import Batch, Passage, Report, Retrieval, Source
from reports.readers import EVENTS, READERS
from reports.readers.draft import CarriedFile, FeedDraft, ItemProblem, PassageDraft, ReaderError, ReportDraft
from reports.readers.endings import mismatch
from reports.storing import (
    URL_CHARACTERS_MAX,
    IngestError,
    Taken,
    digest,
    same_words,
    store_feed,
    store_passages,
    store_report,
)
from reports.subjects import noticed

__all__ = [
    "URL_CHARACTERS_MAX", "About", "IngestError", "bytes_max", "read_waiting", "receive", "store_entry", "too_large",
    "typed_bytes",
]  # fmt: skip

log = logging.getLogger(__name__)
Deed = custody.Deed

PROBLEMS_MAX = 50  # kept of one answer; how many there were is counted
LARGE = extract.Limits(memory_bytes=2 * 2**30, cpu_seconds=120, wall_seconds=240)  # a million events take 1.4 GB
ATTEMPTS_MAX = 3  # a file that stopped so many workers is not given to another
GIVEN_UP = (
    f"file: {ATTEMPTS_MAX} workers stopped while reading it, so it is not tried again; wanted one that can be read: "
    "send it in another format or in parts, and please report it"
)
FAILED_KEPT = dt.timedelta(days=7)  # a file that failed, for whoever sent it to put right
ROUND_SECONDS = 360  # then the sweep goes on: below the task's own limit, whatever the files cost
CARRIERS = frozenset({"application/zip", "message/rfc822"})  # what brings files of its own


def receive(
    *,
    reader: str,
    payload: bytes,
    about: About,
    file_name: str,
    at: dt.datetime,
    asked_by: User | None = None,
    batch: Batch | None = None,
    came_with: Retrieval | None = None,
) -> Retrieval:
    """Keeps the bytes for a worker to read. A file over the cap becomes a failed retrieval at once.

    Raises IngestError where no such reader exists, or where what the sender says of the file cannot stand.
    """
    check_sendable(reader, about, asked_by)
    retrieval = Retrieval(
        reader=reader, file_name=file_name[:200], about=about.as_json(), received_at=at, asked_by=asked_by,
        batch=batch, came_with=came_with,
    )  # fmt: skip
    if len(payload) > bytes_max(reader):
        retrieval.state = Retrieval.State.FAILED
        retrieval.reason = too_large(len(payload), reader)
        retrieval.finished_at = at
    else:
        retrieval.payload = payload
    retrieval.save()
    _note_receipt(retrieval, payload, at=at)
    return retrieval


def _note_receipt(retrieval: Retrieval, payload: bytes, *, at: dt.datetime) -> None:
    said: dict[str, Any] = {"sha256": digest(payload), "size": len(payload), "reader": retrieval.reader}
    if retrieval.came_with_id:
        said["came_with"] = retrieval.came_with_id
    stage = "read" if retrieval.came_with_id else "send"
    custody.note(
        Deed.RECEIVED, at=at, retrieval_id=retrieval.pk, by_id=retrieval.asked_by_id, stage=stage, is_new=True, **said
    )


def check_sendable(reader: str, about: About, asked_by: User | None) -> None:
    """Refuses what cannot be taken in at all. Raises IngestError."""
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


def bytes_max(reader: str) -> int:
    """How large a file for the reader called `reader` may be."""
    return settings.DATASET_BYTES_MAX if reader in EVENTS else settings.REPORT_BYTES_MAX


def too_large(size: int, reader: str) -> str:
    """Why a file of `size` bytes is refused."""
    packed = " (a ZIP of it is read too)" if reader in EVENTS else ""
    return f"file: found {size / 1e6:.0f} MB; wanted at most {bytes_max(reader) / 1e6:.0f} MB{packed}"


def read_waiting(*, at: dt.datetime) -> int:
    """Reads every waiting retrieval, one transaction each; how many were read. Two workers never read the same.

    What a file brings with it waits in turn, and is read in the same round. After ROUND_SECONDS the sweep goes on.
    """
    forget_failed(at=at)
    count, start = 0, time.monotonic()
    while time.monotonic() - start < ROUND_SECONDS:
        with next_begun() as begun:
            if begun is None:
                break
            count += _try(*begun, at=at)
    return count


def _try(retrieval_id: int, attempt: int, *, at: dt.datetime) -> bool:
    try:
        return _read(retrieval_id, attempt, at=at)
    except OperationalError:  # the database's trouble, not the file's: it stays waiting, and this does not count
        with contextlib.suppress(OperationalError):
            Retrieval.objects.filter(pk=retrieval_id).update(attempts=F("attempts") - 1)
        raise


@transaction.atomic
def forget_failed(*, at: dt.datetime) -> int:
    """Lets go of the bytes of files that failed and that nobody put right in time; the reason stays."""
    kept = Retrieval.objects.filter(state=Retrieval.State.FAILED, payload__isnull=False)
    late = kept.filter(finished_at__lte=at - FAILED_KEPT).order_by("pk").select_for_update(skip_locked=True)
    numbers = list(late.values_list("pk", flat=True))
    if numbers:
        custody.write([custody.Note(Deed.LET_GO, None, pk) for pk in numbers], at=at, stage="read", is_held=True)
        Retrieval.objects.filter(pk__in=numbers).update(payload=None)
    return len(numbers)


@transaction.atomic
def _read(retrieval_id: int, attempt: int, *, at: dt.datetime) -> bool:
    """Whether it was read here, and not held by whoever else changes it."""
    waiting = Retrieval.objects.filter(pk=retrieval_id, state=Retrieval.State.WAITING).select_related("came_with")
    retrieval = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if retrieval is None:
        return False
    payload = bytes(retrieval.payload or b"")
    try:
        if attempt > ATTEMPTS_MAX:
            raise IngestError(GIVEN_UP)
        with transaction.atomic():
            taken = _take_in(retrieval, payload, at=at)
        _finish(retrieval, taken)
    except (ReaderError, IngestError) as error:
        _fail(retrieval, str(error))
    except IntegrityError as error:
        standing = _standing(payload)  # another worker stored the same bytes in between
        if standing is None:
            _break(retrieval, type(error).__name__)
        else:
            _finish(retrieval, Taken(standing, created=False))
    except OperationalError:
        raise
    except extract.Broke as error:
        _break(retrieval, error.kind)
    except Exception as error:  # noqa: BLE001  one broken file must not stop the others, nor be read for ever
        _break(retrieval, type(error).__name__)
    if retrieval.state != Retrieval.State.FAILED or retrieval.source_id is not None:
        retrieval.payload = None
    retrieval.finished_at = at
    retrieval.save()
    _note_end(retrieval, at=at)
    return True


def _note_end(retrieval: Retrieval, *, at: dt.datetime) -> None:
    if retrieval.report_id is None:
        custody.note(Deed.FAILED, at=at, retrieval_id=retrieval.pk, stage="read", is_held=True)
        return
    who = retrieval.asked_by_id
    said: dict[str, Any] = {"report": retrieval.report_id, "state": str(retrieval.state)}
    custody.note(Deed.FINISHED, at=at, retrieval_id=retrieval.pk, by_id=who, stage="read", is_held=True, **said)
    if retrieval.state == Retrieval.State.SAME:
        custody.note(
            Deed.CAME_AGAIN, at=at, report_id=retrieval.report_id, by_id=who, stage="read", retrieval=retrieval.pk
        )


def _finish(retrieval: Retrieval, taken: Taken) -> None:
    retrieval.report = taken.report
    retrieval.state = Retrieval.State.DONE if taken.created else Retrieval.State.SAME
    retrieval.items_new, retrieval.items_changed = taken.items_new, taken.items_changed
    retrieval.items_same, retrieval.items_failed = taken.items_same, len(taken.problems)
    retrieval.items_left_out, retrieval.is_full = taken.left_out + taken.over_cap, taken.is_full
    retrieval.items_over_cap = taken.over_cap
    retrieval.problems += [dataclasses.asdict(problem) for problem in taken.problems[:PROBLEMS_MAX]]
    retrieval.cursor = taken.cursor or _cursor_before(retrieval)


def _cursor_before(retrieval: Retrieval) -> str:
    """An answer that says nothing of where to go on leaves the place where it was, if the question was the same."""
    if retrieval.source_id is None:
        return ""
    good = Retrieval.objects.filter(source=retrieval.source_id, state__in=[Retrieval.State.DONE, Retrieval.State.SAME])
    before = good.exclude(pk=retrieval.pk).defer("payload").order_by("-pk").first()
    if before is None or (before.reader, before.about.get("url")) != (retrieval.reader, retrieval.about.get("url")):
        return ""
    return before.cursor


def _fail(retrieval: Retrieval, reason: str) -> None:
    retrieval.report = None
    retrieval.state = Retrieval.State.FAILED
    retrieval.reason = reason[:500]


def _break(retrieval: Retrieval, kind: str) -> None:
    log.error("retrieval %s: reader %s broke: %s", retrieval.pk, retrieval.reader, kind)
    _fail(retrieval, f"the reader {retrieval.reader} broke on this file ({kind}); please report it")


def _standing(payload: bytes) -> Report | None:
    return Report.objects.filter(sha256=digest(payload)).first()


def _take_in(retrieval: Retrieval, payload: bytes, *, at: dt.datetime) -> Taken:
    standing, about = _standing(payload), About.from_json(retrieval.about)
    cut = standing if standing is not None and _is_cut(standing, retrieval) else None
    if standing is not None:
        keep_as_close(standing, about.sensitivity, at=at)
    if standing is not None and cut is None:
        problems: tuple[ItemProblem, ...] = ()
        if standing.media_type in CARRIERS:  # a file in it may have failed before
            draft = extract.read(retrieval.reader, payload).draft
            problems = _bring(retrieval, draft.carried if isinstance(draft, ReportDraft) else (), about, at=at)
        return Taken(standing, created=False, problems=problems)
    if retrieval.source is not None and about.published_on is None:  # the day by which, at the latest, it was public
        about = dataclasses.replace(about, published_on=(retrieval.fetched_at or at).date())
    reading = extract.read(retrieval.reader, payload, limits=LARGE if retrieval.reader in EVENTS else None)
    draft = reading.draft
    read_by = {
        "reader": reading.reader, "extractor": reading.extractor, "extractor_version": reading.extractor_version,
    }  # fmt: skip
    if isinstance(draft, FeedDraft):
        taken = store_feed(draft, payload, about, retrieval=retrieval, read_by=read_by, at=at, again=cut)
        if retrieval.source is not None:
            flood.watch(retrieval.source, new=taken.items_new, over_cap=taken.over_cap, unread=_unread(taken), at=at)
        return taken
    report = store_report(draft, payload, about, retrieval=retrieval, read_by=read_by, at=at)
    brought = dataclasses.replace(about, published_on=about.published_on or draft.published_on)
    problems = draft.problems + _bring(retrieval, draft.carried, brought, at=at)
    said = mismatch(retrieval.file_name, reading.reader)
    return Taken(report, problems=problems + ((ItemProblem("name", said),) if said else ()))


def _is_cut(answer: Report, retrieval: Retrieval) -> bool:
    """Whether the answer came before, and not all that was new in it had room."""
    good = Retrieval.objects.filter(report=answer, state__in=[Retrieval.State.DONE, Retrieval.State.SAME])
    last = good.exclude(pk=retrieval.pk).order_by("-pk").values_list("items_over_cap", flat=True).first()
    return answer.kind == Report.Kind.FEED and bool(last)


def _unread(taken: Taken) -> int:
    """What a long answer carried beyond what is read of one; none where it reached back to what was here."""
    return 0 if taken.items_same else taken.left_out


def _bring(
    retrieval: Retrieval, carried: Sequence[CarriedFile], about: About, *, at: dt.datetime
) -> tuple[ItemProblem, ...]:
    """Has the files that came in this one read in turn, as deep and as many as `nesting` lets in."""
    taken, problems = nesting.followed(carried, of=retrieval)
    for file in taken:
        receive(
            reader="automatic", payload=file.payload, file_name=file.name, at=at, asked_by=retrieval.asked_by,
            about=dataclasses.replace(about, title="", url=""), batch=retrieval.batch, came_with=retrieval,
        )  # fmt: skip
    return problems


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
    by: User | None = None,
) -> Passage:
    """The report and passage of something typed by hand; the same words of the same source make one report."""
    text = " ".join(text.split())
    payload = typed_bytes(source=source.slug, text=text, locator=locator, url=url, published_on=published_on)
    title = f"Entry by hand: {source.name}, {published_on}"
    report, created = Report.objects.get_or_create(
        sha256=digest(payload),
        defaults={
            "source": source,
            "kind": Report.Kind.ENTRY,
            "reader": "entry",
            "title": title,
            "url": url,
            "published_on": published_on,
            "media_type": "application/json",
            "bytes": payload,
            "text": text,
            "received_at": at,
            "sensitivity": sensitivity,
            **noticed("", text, ""),
            **same_words(text, title),
        },
    )
    if created:
        store_passages([(report, (PassageDraft(0, len(text), text, locator),))])
        custody.note_stored([report], at=at, by_id=by.pk if by else None)
    keep_as_close(report, sensitivity, at=at)
    return report.passages.get()


def typed_bytes(*, source: str, text: str, locator: str, url: str, published_on: dt.date) -> bytes:
    """What stands as the bytes of something typed: the same for the same words of the same source, place and day."""
    said = {"source": source, "url": url, "locator": locator, "published_on": str(published_on)}
    return json.dumps({**said, "text": " ".join(text.split())}, ensure_ascii=False, sort_keys=True).encode()
