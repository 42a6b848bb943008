"""Writes down what is done with reports and retrievals, in the transaction that does it."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.chain import Link, digest_of
from reports.models import TYPED, CustodyEntry, Report, Retrieval

BATCH = 1000  # rows of one INSERT
Deed = CustodyEntry.Deed
TYPED_BY_HAND = (TYPED, "entry")  # readers of what a person wrote here


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """What was done with one report, or with one retrieval: `details` are ids, digests, codes and counts."""

    deed: str
    report_id: int | None = None
    retrieval_id: int | None = None
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    by_id: int | None = None  # the person who did it; none where it was the stage

    @property
    def of(self) -> str:
        """Whose chain it goes to."""
        return f"report {self.report_id}" if self.report_id else f"retrieval {self.retrieval_id}"


def note(
    deed: str,
    *,
    at: dt.datetime,
    report_id: int | None = None,
    retrieval_id: int | None = None,
    by_id: int | None = None,
    stage: str = "",
    is_held: bool = False,
    is_new: bool = False,
    **details: Any,
) -> None:
    """One entry: see `write`."""
    one = Note(deed, report_id, retrieval_id, details, by_id)
    write([one], at=at, stage=stage, is_held=is_held, is_new=is_new)


def write(
    notes: Sequence[Note],
    *,
    at: dt.datetime,
    stage: str = "",
    is_held: bool = False,
    is_new: bool = False,
) -> None:
    """Adds an entry for each note to the chain of what it is about, in the order given; few queries for many.

    Inside the caller's transaction. What it is about is locked until that ends, so that no chain forks: `is_held` says
    that the caller has locked it, `is_new` that the caller has just made it and its chain is empty.
    """
    report_ids = {one.report_id for one in notes if one.report_id}
    retrieval_ids = {one.retrieval_id for one in notes if one.retrieval_id}
    if not (is_held or is_new):
        _lock(report_ids, retrieval_ids)
    ends = {} if is_new else _ends("report", report_ids) | _ends("retrieval", retrieval_ids)
    rows = []
    for one in notes:
        number, previous = ends.get(one.of, (0, ""))
        link = Link(one.of, number + 1, str(one.deed), at, one.by_id, stage, one.details, previous)
        ends[one.of] = link.number, digest_of(link)
        rows.append(_row(one, link, ends[one.of][1]))
    CustodyEntry.objects.bulk_create(rows, batch_size=BATCH)


def _row(one: Note, link: Link, digest: str) -> CustodyEntry:
    return CustodyEntry(
        report_id=one.report_id, retrieval_id=one.retrieval_id, number=link.number, deed=link.deed, at=link.at,
        by_id=link.by, stage=link.stage, details=dict(link.details), previous=link.previous, digest=digest,
    )  # fmt: skip


def _lock(report_ids: set[int], retrieval_ids: set[int]) -> None:
    for model, ids in ((Report, report_ids), (Retrieval, retrieval_ids)):
        if ids:
            rows = model._default_manager.filter(pk__in=ids).order_by("pk")
            list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _ends(of: str, ids: set[int]) -> dict[str, tuple[int, str]]:
    """Number and digest of the last entry of each chain."""
    if not ids:
        return {}
    last = CustodyEntry.objects.filter(**{f"{of}__in": ids}).order_by(of, "-number").distinct(of)
    return {f"{of} {pk}": (number, digest) for pk, number, digest in last.values_list(of, "number", "digest")}


def sha256_of(value: str | Mapping[str, Any]) -> str:
    """Digest of a text, or of a mapping such as headers, whatever the order of its keys."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def note_stored(
    reports: Iterable[Report], *, at: dt.datetime, retrieval: Retrieval | None = None, by_id: int | None = None
) -> None:
    """Of reports just made: that their bytes were stored, and what was made of them."""
    who = by_id or (retrieval.asked_by_id if retrieval else None)
    notes: list[Note] = []
    for report in reports:
        notes.append(Note(Deed.STORED, report.pk, None, _stored(report, retrieval), who))
        typed_by = who if report.reader in TYPED_BY_HAND else None
        notes.append(Note(Deed.EXTRACTED, report.pk, None, _extracted(report), typed_by))
    write(notes, at=at, stage="read", is_new=True)


def _stored(report: Report, retrieval: Retrieval | None) -> dict[str, Any]:
    said = {"sha256": report.sha256, "size": len(report.bytes), "media_type": report.media_type}
    came = {"retrieval": retrieval.pk if retrieval else None, "carrier": report.carrier_id}
    return said | {name: number for name, number in came.items() if number}


def _extracted(report: Report) -> dict[str, Any]:
    said = {
        "reader": report.reader, "extractor": report.extractor, "extractor_version": report.extractor_version,
        "text": sha256_of(report.text), "characters": len(report.text),
        "language": report.language, "language_by": report.language_by,
    }  # fmt: skip
    if report.is_unread:
        said["is_unread"] = True
    if report.duplicate_of_id:
        said["duplicate_of"] = report.duplicate_of_id
    return said | {"countries_said": list(report.countries_said), "countries_found": report.countries_found}
