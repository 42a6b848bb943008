"""Drafts to rows: what a reader understood, stored inside the caller's transaction."""

import dataclasses
import datetime as dt
import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import OperationalError, connection, transaction

from reports.about import About
from reports.closing import closeness, standing
from reports.custody import note_stored
from reports.flood import room
from reports.models import Family, Passage, Report, Retrieval, Source
from reports.readers.draft import FeedDraft, ItemDraft, ItemProblem, PassageDraft, ReportDraft, SourceDraft
from reports.subjects import noticed
from reports.text import normal_form

log = logging.getLogger(__name__)

URL_CHARACTERS_MAX = 500  # the column's own length
SHORT_TEXT = 200  # characters: "Please see the attached map." is the same text only under the same title
BATCH = 200  # rows of one INSERT
NAMES_OTHERS = "reliefweb"  # the family whose feeds name each report's own publisher
_LOCK = 903_2024  # an arbitrary number: PostgreSQL's advisory lock of those who store texts


class IngestError(ValueError):
    """Something that cannot be taken in at all; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """What came of something taken in. Counts of items are those of a feed; of anything else they are 0."""

    report: Report
    created: bool = True
    at: dt.datetime | None = None  # of a feed's items: an answer may be gone through again, long after it came
    items_new: int = 0
    items_same: int = 0
    items_changed: int = 0
    left_out: int = 0
    over_cap: int = 0  # new ones above what one source may bring in an hour
    room: int = 0  # how many more it may bring
    problems: tuple[ItemProblem, ...] = ()
    cursor: str = ""
    is_full: bool = False


def digest(payload: bytes) -> str:
    """What tells bytes apart: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(payload).hexdigest()


# --- one report --------------------------------------------------------------------------------------------
def store_report(
    draft: ReportDraft,
    payload: bytes,
    about: About,
    *,
    retrieval: Retrieval,
    read_by: Mapping[str, str],
    at: dt.datetime,
) -> Report:
    """A report with its passages, its source and its families. Raises IngestError.

    `read_by` has the report's `reader`, `extractor` and `extractor_version`. A file of files is of the day it came.
    """
    title, published_on = _head(draft, about, retrieval, at=at)
    carrier = retrieval.came_with.report if retrieval.came_with else None
    for slug, name in draft.families:
        Family.objects.get_or_create(slug=slug, defaults={"name": name})
    report = Report.objects.create(
        source=_source(draft.source) if draft.source else _known_source(about.source),
        kind=draft.kind,
        **read_by,
        title=title,
        url=draft.url or about.url,
        published_on=published_on,
        media_type=draft.media_type,
        bytes=payload,
        sha256=digest(payload),
        text=draft.text,
        is_unread=draft.is_unread,
        carrier=carrier,
        received_at=at,
        sensitivity=closeness(about.sensitivity, is_letter=draft.is_internal, carrier=carrier),
        **noticed(title, draft.text, draft.language or about.language),
        **same_words(draft.text, title),
    )
    store_passages([(report, draft.passages)])
    note_stored([report], at=at, retrieval=retrieval)
    return report


def _head(draft: ReportDraft, about: About, retrieval: Retrieval, *, at: dt.datetime) -> tuple[str, dt.date]:
    """Title and day: the file's own, else the sender's; of any document the title else its name. Raises IngestError."""
    published_on = _day_of(draft, about, at)
    if published_on is None:
        raise IngestError(
            "day of publication: found none; wanted one (YYYY-MM-DD) from the sender, since the file does not say it"
        )
    if published_on > at.date():
        raise IngestError(f"day of publication: found {published_on}; wanted a day not in the future")
    is_named = draft.kind == "bundle" or retrieval.reader == "automatic"
    title = (draft.title or about.title or (retrieval.file_name if is_named else ""))[:300]
    if not title:
        raise IngestError("title: found none; wanted one from the sender, since the file does not say it")
    return title, published_on


def _day_of(draft: ReportDraft, about: About, at: dt.datetime) -> dt.date | None:
    """The file's own day; the sender's where it has none, or one that cannot be."""
    stated = draft.published_on
    if stated is None or (stated > at.date() and about.published_on):
        stated = about.published_on
    return at.date() if stated is None and draft.kind == "bundle" else stated


def store_passages(of_reports: Iterable[tuple[Report, Sequence[PassageDraft]]]) -> None:
    """The passages of reports that have none yet, in order; the families that they name are here already."""
    drafts = [
        (report, order, draft) for report, passages in of_reports for order, draft in enumerate(passages)
    ]  # fmt: skip
    named = {draft.family for _, _, draft in drafts if draft.family}
    families = {family.slug: family for family in Family.objects.filter(slug__in=named)} if named else {}
    rows = (
        Passage(
            report=report,
            order=order,
            locator=draft.locator,
            start=draft.start,
            end=draft.end,
            text=draft.text,
            family=families[draft.family] if draft.family else None,
        )
        for report, order, draft in drafts
    )
    Passage.objects.bulk_create(rows, batch_size=10 * BATCH)


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


# --- the same words ----------------------------------------------------------------------------------------
TextKey = tuple[str, str]  # digest of the normalised text; the normalised title where the text is short


def same_words(text: str, title: str) -> dict[str, Any]:
    """Values of `text_sha256` and `duplicate_of` for a report with this text."""
    key = text_key(text, title)
    return {"text_sha256": key[0], "duplicate_of_id": _originals([key]).get(key)}


def text_key(text: str, title: str) -> TextKey:
    """What two reports of the same words share, whoever carries them."""
    normal = normal_form(text)
    if not normal:
        return "", ""
    return digest(normal.encode()), "" if len(normal) > SHORT_TEXT else normal_form(title[:300])


def _originals(keys: Iterable[TextKey]) -> dict[TextKey, int]:
    """The earliest report of each text that is here already.

    Until the end of the transaction nobody else stores a text: two reprints at once would not see each other.
    """
    wanted = {key for key in keys if key[0]}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    digests = {key[0] for key in wanted}
    rows = Report.objects.filter(text_sha256__in=digests).order_by("-pk").values_list("pk", "text_sha256", "title")
    found: dict[TextKey, int] = {}
    for pk, text_sha256, title in rows:
        found[text_sha256, ""] = found[text_sha256, normal_form(title)] = pk
    return {key: pk for key, pk in found.items() if key in wanted}


# --- feeds -------------------------------------------------------------------------------------------------
def store_feed(
    draft: FeedDraft,
    payload: bytes,
    about: About,
    *,
    retrieval: Retrieval,
    read_by: Mapping[str, str],
    at: dt.datetime,
    again: Report | None = None,
) -> Taken:
    """The answer as a report of kind feed, and each of its items that is not here yet as a report that it carried.

    An item that cannot be stored becomes a problem; the others are stored. With `again`, the report of the same
    bytes, what had no room when they came is taken in.
    """
    source = retrieval.source or _known_source(about.source)
    carrier = again or _carrier(draft, payload, about, source, retrieval=retrieval, read_by=read_by, at=at)
    problems = list(draft.problems)
    items = [item for item in draft.items if not _is_future(item, problems, at)]
    most = room(source, at=at) if retrieval.source else len(items)  # what a person hands in is a person's to judge
    taken = Taken(carrier, at=at, left_out=draft.left_out, cursor=draft.cursor, is_full=draft.is_full, room=most)
    taken = _store_items(items, taken, problems, language=about.language)
    if taken.over_cap:  # where the source is asked from a place on, it is asked from the same again: nothing is lost
        taken = dataclasses.replace(taken, cursor="", is_full=False)
    is_news = again is None or taken.items_new or taken.items_changed
    return dataclasses.replace(taken, created=bool(is_news), problems=tuple(problems))


def _carrier(
    draft: FeedDraft,
    payload: bytes,
    about: About,
    source: Source,
    *,
    retrieval: Retrieval,
    read_by: Mapping[str, str],
    at: dt.datetime,
) -> Report:
    """The answer itself."""
    carrier = Report.objects.create(
        source=source,
        kind=Report.Kind.FEED,
        **read_by,
        title=(draft.title or about.title or "Feed")[:300],
        url=about.url,
        published_on=at.date(),
        language=about.language,
        media_type=draft.media_type,
        bytes=payload,
        sha256=digest(payload),
        headers=retrieval.headers,
        received_at=at,
        sensitivity=about.sensitivity,
    )
    note_stored([carrier], at=at, retrieval=retrieval)
    return carrier


def _is_future(item: ItemDraft, problems: list[ItemProblem], at: dt.datetime) -> bool:
    if item.published_on <= at.date():
        return False
    reason = f"day of publication: found {item.published_on}; wanted a day not in the future"
    problems.append(ItemProblem(_place(item), reason))
    return True


def _place(item: ItemDraft) -> str:
    """An item as a problem names it: an address may hold words, so a digest stands for anything but a number."""
    known = item.external_id
    return f"item {known}" if known.isdigit() and len(known) <= 20 else f"item {digest(item.payload)[:12]}"


def _store_items(items: Sequence[ItemDraft], taken: Taken, problems: list[ItemProblem], *, language: str) -> Taken:
    """All at once; where one breaks, one by one, so that it alone is lost. Where every one breaks, it is our fault."""
    try:
        with transaction.atomic():
            return _store_together(items, taken, language=language)
    except OperationalError:
        raise
    except Exception as error:
        log.error("report %s: storing its items broke: %s", taken.report.pk, type(error).__name__)
        broken: list[ItemProblem] = []
        for item in items:
            taken = _store_alone(item, taken, broken, language=language)
        if len(broken) == len(items):
            raise
        problems += broken
        return taken


def _store_alone(item: ItemDraft, taken: Taken, broken: list[ItemProblem], *, language: str) -> Taken:
    try:
        with transaction.atomic():
            return _store_together([item], taken, language=language)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  one broken item must not lose the others
        reason = f"item: found one that broke ({type(error).__name__}); wanted one that can be stored; please report it"
        broken.append(ItemProblem(_place(item), reason))
        return taken


def _store_together(items: Sequence[ItemDraft], taken: Taken, *, language: str) -> Taken:
    keys = [text_key(item.text, item.title) for item in items]
    originals = _originals(keys)
    digests = [digest(item.payload) for item in items]
    at = taken.at or taken.report.received_at
    seen = standing(digests, taken.report.sensitivity, at=at)
    sources = _sources(items, taken.report.source)
    known = set(
        Report.objects.filter(
            source__in=set(sources.values()), external_id__in={item.external_id for item in items}
        ).values_list("source_id", "external_id")
    )  # fmt: skip
    rows: list[tuple[Report, ItemDraft, TextKey]] = []
    changed = over_cap = 0
    for item, key, sha256 in zip(items, keys, digests, strict=True):
        if sha256 in seen:
            continue
        seen.add(sha256)
        source = sources[item.source]
        if len(rows) == taken.room:
            over_cap += 1
            continue
        changed += (source.pk, item.external_id) in known
        known.add((source.pk, item.external_id))
        rows.append((_row(item, key[0], sha256, source, carrier=taken.report, language=language, at=at), item, key))
    _insert(rows, originals)
    return dataclasses.replace(
        taken,
        items_new=taken.items_new + len(rows) - changed,
        items_changed=taken.items_changed + changed,
        items_same=taken.items_same + len(items) - len(rows) - over_cap,
        over_cap=taken.over_cap + over_cap,
        room=taken.room - len(rows),
    )


def _sources(items: Sequence[ItemDraft], own: Source) -> dict[SourceDraft | None, Source]:
    """The source of each draft: those that are here are read in one query, in an order that no two workers cross.

    Only ReliefWeb is believed when it names a publisher: any other feed could borrow a better source's name and grade.
    """
    if own.family.slug != NAMES_OTHERS:
        return dict.fromkeys((item.source for item in items), own)
    named = sorted({item.source for item in items if item.source}, key=lambda draft: draft.slug)
    here = {source.slug: source for source in Source.objects.filter(slug__in=[draft.slug for draft in named])}
    return {None: own, **{draft: here.get(draft.slug) or _source(draft) for draft in named}}


def _row(
    item: ItemDraft, text_sha256: str, sha256: str, source: Source, *, carrier: Report, language: str, at: dt.datetime
) -> Report:
    return Report(
        source=source,
        kind=Report.Kind.DOCUMENT,
        reader=carrier.reader,
        extractor=carrier.extractor,
        extractor_version=carrier.extractor_version,
        title=item.title[:300],
        url=item.url,
        published_on=item.published_on,
        media_type="application/json",
        bytes=item.payload,
        sha256=sha256,
        text=item.text,
        text_sha256=text_sha256,
        carrier=carrier,
        external_id=item.external_id,
        countries_said=list(item.countries),
        received_at=at,
        sensitivity=carrier.sensitivity,
        **noticed(item.title, item.text, item.language or language),
    )


def _insert(rows: Sequence[tuple[Report, ItemDraft, TextKey]], originals: dict[TextKey, int]) -> None:
    """Two rounds: what repeats an earlier text of the same answer needs that one's number."""
    first: dict[TextKey, Report] = {}
    again: list[tuple[Report, TextKey]] = []
    at_once: list[Report] = []
    for report, _, key in rows:
        if key[0] and key in first and key not in originals:
            again.append((report, key))
            continue
        report.duplicate_of_id = originals.get(key)
        first.setdefault(key, report)
        at_once.append(report)
    Report.objects.bulk_create(at_once, batch_size=BATCH)
    for report, key in again:
        report.duplicate_of_id = first[key].pk
    Report.objects.bulk_create((report for report, _ in again), batch_size=BATCH)
    store_passages((report, item.passages) for report, item, _ in rows)
    if rows:
        note_stored((report for report, _, _ in rows), at=rows[0][0].received_at)
