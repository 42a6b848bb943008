"""Compares reports with what was stored: their bytes, their text, their passages and their chains of custody."""

import dataclasses
import datetime as dt
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from django.db import transaction
from django.db.models import Count, F, Max
from django.db.models.functions import Length

from people.notices import raise_notice
from reports.chain import is_whole
from reports.custody import Deed, Note, sha256_of, write
from reports.models import CustodyCheck, CustodyEntry, Passage, Report

BATCH = 200  # reports
BATCH_BYTES = 16 * 2**20  # of a batch, or one report that is larger: what stands in memory at once
PART_SECONDS = 60  # of a task: others wait behind it
NOTICE = "report-fails-its-check"
WORDS = {
    "missing": "no bytes",
    "bytes": "other bytes than were stored",
    "text": "another text than was made of it",
    "passages": "a passage that is not what stands at its place in the text",
    "no-entry": "no entry that says what was stored",
    "chain": "a broken chain of custody",
    "lost": "fewer than there were at an earlier check",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Failed:
    """A report, a retrieval or all entries together: not as it was: codes of WORDS say what was found."""

    of: str
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.of}: found {', '.join(WORDS[fault] for fault in self.faults)}"


@transaction.atomic
def begin(*, at: dt.datetime, sample: int | None = None) -> CustodyCheck:
    """A check to go on with: the full one that was not finished, or a new one."""
    if sample is None:
        open_one = CustodyCheck.objects.filter(sample=None, finished_at=None).select_for_update().first()
        if open_one is not None:
            return open_one
    last = Report.objects.aggregate(last=Max("pk"))["last"] or 0
    entries = CustodyEntry.objects.aggregate(last=Max("pk"), count=Count("pk"))
    return CustodyCheck.objects.create(
        begun_at=at, sample=sample, last=last, last_entry=entries["last"] or 0, entries_count=entries["count"]
    )


def is_unfinished() -> bool:
    """Whether a full check waits for somebody to go on with it."""
    return CustodyCheck.objects.filter(sample=None, finished_at=None).exists()


def check_all(check: CustodyCheck, *, at: dt.datetime) -> Iterator[Failed]:
    """What fails, of the reports that this check has not reached, and of all retrievals. A batch is one transaction.

    Whoever stops it loses at most a batch: `begin` goes on with it. Two at once share the work.
    """
    while (failed := _next_batch(check, at=at)) is not None:
        yield from failed
    yield from _end(check, at=at)


def check_part(check: CustodyCheck, *, at: dt.datetime) -> bool:
    """Checks for PART_SECONDS; whether all is done. What fails stands in its entry and its notice."""
    start = time.monotonic()
    while time.monotonic() - start < PART_SECONDS:
        if _next_batch(check, at=at) is None:
            _end(check, at=at)
            return True
    return False


def check_sample(check: CustodyCheck, *, at: dt.datetime) -> Iterator[Failed]:
    """What fails of some reports drawn by chance."""
    drawn = list(Report.objects.order_by("?").values_list("pk", flat=True)[: check.sample])
    while drawn:
        with transaction.atomic():
            ids = _fitting(sorted(drawn))
            drawn = [pk for pk in drawn if pk not in set(ids)]
            failed = _check(ids, at=at)
            _count(check, len(ids), len(failed))
        yield from failed
    CustodyCheck.objects.filter(pk=check.pk).update(finished_at=at)


@transaction.atomic
def _next_batch(check: CustodyCheck, *, at: dt.datetime) -> list[Failed] | None:
    """What fails in the next batch; None where there is no more."""
    standing = CustodyCheck.objects.select_for_update().get(pk=check.pk)
    ahead = Report.objects.filter(pk__gt=standing.reached, pk__lte=standing.last).order_by("pk")
    ids = _fitting(list(ahead.values_list("pk", flat=True)[:BATCH]))
    if not ids:
        return None
    failed = _check(ids, at=at)
    _count(check, len(ids), len(failed), reached=ids[-1])
    return failed


def _count(check: CustodyCheck, checked: int, failed: int, reached: int | None = None) -> None:
    counts = {"checked": F("checked") + checked, "failed": F("failed") + failed}
    CustodyCheck.objects.filter(pk=check.pk).update(
        **counts, **({} if reached is None else {"reached": reached})
    )  # fmt: skip


def _fitting(ids: Sequence[int]) -> list[int]:
    """As many of them, from the first on, as may stand in memory at once; one at least."""
    sizes = Report.objects.filter(pk__in=ids[:BATCH]).order_by("pk").values_list("pk", Length("bytes"))
    fitting: list[int] = []
    total = 0
    for pk, size in sizes:
        total += size
        if fitting and total > BATCH_BYTES:
            break
        fitting.append(pk)
    return fitting


def _check(ids: Sequence[int], *, at: dt.datetime) -> list[Failed]:
    """What fails, with an entry and a notice for each; an entry for each that failed before and does no more."""
    entries = _grouped(CustodyEntry.objects.filter(report__in=ids).order_by("report", "number"))
    texts: dict[int, str] = {}
    faults: dict[int, list[str]] = {pk: [] for pk in ids}
    rows = Report.objects.filter(pk__in=ids).values_list("pk", "bytes", "sha256", "text")
    for pk, payload, sha256, text in rows.iterator(chunk_size=10):
        faults[pk] += _of_bytes(bytes(payload), sha256) + _of_chain(entries.get(pk, []), sha256, text)
        texts[pk] = text
    for pk in _misplaced(texts):
        faults[pk].append("passages")
    _write(faults, entries, at=at)
    return [Failed(f"report {pk}", tuple(found)) for pk, found in faults.items() if found]


def _grouped(entries: Iterable[CustodyEntry]) -> dict[int | None, list[CustodyEntry]]:
    return {pk: list(rows) for pk, rows in groupby(entries, key=lambda one: one.report_id)}


def _of_bytes(payload: bytes, sha256: str) -> list[str]:
    if hashlib.sha256(payload).hexdigest() == sha256:
        return []
    return ["bytes" if payload else "missing"]


def _of_chain(entries: Sequence[CustodyEntry], sha256: str, text: str) -> list[str]:
    """What the entries say against the report: against its digest, against its text, against each other."""
    faults = []
    stored = [one.details.get("sha256") for one in entries if one.deed == Deed.STORED]
    made = [one.details.get("text") for one in entries if one.deed == Deed.EXTRACTED]
    if not stored or not made:
        faults.append("no-entry")
    if stored and set(stored) != {sha256}:
        faults.append("bytes")
    if made and made[-1] != sha256_of(text):
        faults.append("text")
    if not is_whole((one.link, one.digest) for one in entries):
        faults.append("chain")
    return faults


def _misplaced(texts: dict[int, str]) -> set[int]:
    """Reports with a passage that is not what stands at its place in their text."""
    rows = Passage.objects.filter(report__in=texts).values_list("report_id", "start", "end", "text")
    return {pk for pk, start, end, text in rows.iterator() if texts[pk][start:end] != text}


def _write(faults: dict[int, list[str]], entries: dict[int | None, list[CustodyEntry]], *, at: dt.datetime) -> None:
    notes = []
    for pk, found in faults.items():
        checks = [one.deed for one in entries.get(pk, []) if one.deed in {Deed.CHECK_FAILED, Deed.CHECK_PASSED}]
        if found:
            notes.append(Note(Deed.CHECK_FAILED, pk, None, {"faults": found}))
            _raise(Failed(f"report {pk}", tuple(found)), at)
        elif checks[-1:] == [Deed.CHECK_FAILED]:
            notes.append(Note(Deed.CHECK_PASSED, pk))
    if notes:
        write(notes, at=at, stage="verify_reports")


def _raise(failed: Failed, at: dt.datetime) -> None:
    words = f"{failed}; wanted it as it was stored. The runbook says what to do: “A report that fails its check”."
    raise_notice(kind=NOTICE, subject=failed.of, words=words[:1].upper() + words[1:], at=at)


@transaction.atomic
def _end(check: CustodyCheck, *, at: dt.datetime) -> list[Failed]:
    """What fails besides reports: the end of a full check, once."""
    if not CustodyCheck.objects.filter(pk=check.pk, finished_at=None).update(finished_at=at):
        return []
    failed = [*_retrievals(), *_lost(check)]
    for one in failed:
        _raise(one, at)
    return failed


def _retrievals() -> Iterator[Failed]:
    """Retrievals whose chain is broken."""
    entries = CustodyEntry.objects.filter(report=None).order_by("retrieval", "number").iterator(chunk_size=2000)
    for pk, rows in groupby(entries, key=lambda one: one.retrieval_id):
        if not is_whole((one.link, one.digest) for one in rows):
            yield Failed(f"retrieval {pk}", ("chain",))


def _lost(check: CustodyCheck) -> Iterator[Failed]:
    """Whether entries are gone that the check before counted: a chain cut off at its end is whole by itself.

    There may be more than it counted: what was being written as it began.
    """
    before = CustodyCheck.objects.filter(pk__lt=check.pk).order_by("-pk").first()
    if before is not None:
        count = CustodyEntry.objects.filter(pk__lte=before.last_entry).count()
        if count < before.entries_count:
            yield Failed("custody entries", ("lost",))
