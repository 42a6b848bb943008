"""Compares reports that came in with all that are here: the stage that pulls those whose text has no signature yet."""

import dataclasses
import datetime as dt
import io
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from reports import duplicates, joining
from reports.duplicates import Relation, Shared, Shingles
from reports.groups import Groups
from reports.models import ClusterMember, Passage, Report, Signature, SignatureKey, TextPair

log = logging.getLogger(__name__)

KINDS = (Report.Kind.DOCUMENT, Report.Kind.ENTRY)  # a coding note is our own words, a dataset no text
BATCH = 100  # reports of one transaction
KEY_HITS_MAX = 50  # earlier reports looked at under one key: what more have in common is a footer, or an old cluster
CANDIDATES_MAX = 40  # of one report, those that share most keys
OF_CLUSTER_MAX = 5  # of these that are one text already: what joins one of them joins all
ROWS_MAX = 3  # rows that say of a report once more what it is one text with, or that ask about it
LEAST_HITS = 0.25  # of the keys that a contained text would share; below POSSIBLE, since samples are drawn by chance

_CANDIDATES = """
    SELECT n.report, o.report_id, count(*) FILTER (WHERE n.key < 0), count(*) FILTER (WHERE n.key >= 0), s.shingles,
        m.cluster_id
    FROM unnest(%s::bigint[], %s::bigint[]) AS n (report, key)
    CROSS JOIN LATERAL (
        SELECT k.report_id FROM reports_signaturekey k WHERE k.key = n.key AND k.report_id <> n.report
        ORDER BY k.report_id LIMIT %s
    ) o
    JOIN reports_signature s ON s.report_id = o.report_id
    LEFT JOIN reports_clustermember m ON m.report_id = o.report_id AND m.until IS NULL AND m.kind <> 'part'
    GROUP BY n.report, o.report_id, s.shingles, m.cluster_id
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A pair that is worth a row, the first with the lower number."""

    first: int
    second: int
    shared: Shared
    relation: Relation

    @property
    def order(self) -> tuple[int, float, int, int]:
        """The surest first: whole texts, then parts, then what a person has to tell apart."""
        rank = {Relation.SAME: 0, Relation.POSSIBLE_UPDATE: 2}.get(self.relation, 1)
        return rank, -max(self.shared.of_first, self.shared.of_second), self.first, self.second


def waiting() -> QuerySet[Report]:
    """Texts that were not compared with the others yet, oldest first."""
    signed = Signature.objects.filter(report=OuterRef("pk"), version=duplicates.VERSION)
    return Report.objects.filter(~Exists(signed), kind__in=KINDS).exclude(text="").order_by("pk")


@transaction.atomic
def cluster_some(*, at: dt.datetime, changed: joining.Changed) -> int:
    """Signs and compares some waiting reports, all of them or none; how many. Safe to run twice and by two at once.

    `changed` is told which reports count otherwise now: those too that were closed since the last time.
    """
    joining.hold_clusters()  # two reprints at once would not see each other
    writing = joining.Writing(at)
    joining.renew_closed(writing)
    fields = ("title", "published_on", "source", "external_id", "duplicate_of", "text")
    batch = {report.pk: report for report in waiting().only(*fields)[:BATCH]}
    if not batch:
        joining.end(writing, changed)
        return 0
    texts = {pk: _shingles(report) for pk, report in batch.items()}
    keys = _sign(batch, texts, at=at)
    found = [*_exact(batch, texts), *_alike(batch, keys, texts)]
    _link(_new(found), texts, writing)
    joining.end(writing, changed)
    return len(batch)


def _shingles(report: Report) -> Shingles:
    """A text that breaks the arithmetic is compared by its digest alone: it must not hold up the others."""
    try:
        return duplicates.shingles(report.text)
    except Exception as error:  # noqa: BLE001  said by number, and the report goes on
        log.error("report %s: its text could not be compared: %s", report.pk, type(error).__name__)
        return duplicates.shingles("")


# --- signatures --------------------------------------------------------------------------------------------
def _sign(batch: Mapping[int, Report], texts: Mapping[int, Shingles], *, at: dt.datetime) -> dict[int, Sequence[int]]:
    """Stores the signatures; of each report its keys. An exact repetition has none: it is found by its digest."""
    keys: dict[int, Sequence[int]] = {}
    rows = []
    for pk, report in batch.items():
        made = duplicates.signature(texts[pk])
        keys[pk] = made.keys if report.duplicate_of_id is None else ()
        rows.append(
            Signature(
                report_id=pk, version=duplicates.VERSION, shingles=made.shingles, minhash=made.minhash, signed_at=at
            )
        )
    again = list(Signature.objects.filter(report__in=batch).values_list("report", flat=True))
    if again:
        SignatureKey.objects.filter(report__in=again).delete()
    Signature.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["report"],
        update_fields=["version", "shingles", "minhash", "signed_at"],
    )  # fmt: skip
    _copy_keys(keys)
    return keys


def _copy_keys(keys: Mapping[int, Sequence[int]]) -> None:
    lines = io.StringIO("".join(f"{key}\t{pk}\n" for pk, of_report in keys.items() for key in of_report))
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY reports_signaturekey (key, report_id) FROM STDIN", lines)


# --- pairs -------------------------------------------------------------------------------------------------
def _exact(batch: Mapping[int, Report], texts: Mapping[int, Shingles]) -> Iterator[Found]:
    """Repetitions that were recognised by their digest when they came, short ones too."""
    for pk, report in batch.items():
        if report.duplicate_of_id is not None:
            size = max(1, int(texts[pk].size))
            yield Found(report.duplicate_of_id, pk, Shared(size, size, size), Relation.SAME)


def _alike(
    batch: Mapping[int, Report], keys: Mapping[int, Sequence[int]], texts: dict[int, Shingles]
) -> Iterator[Found]:
    """Pairs whose exact shares say more than nothing; adds to `texts` what it had to read."""
    pairs = _candidates(keys, {pk: int(text.size) for pk, text in texts.items()})
    titles = {pk: report.title for pk, report in batch.items()}
    missing = {pk for pair in pairs for pk in pair} - texts.keys()
    for report in Report.objects.filter(pk__in=missing).only("title", "text"):
        texts[report.pk], titles[report.pk] = duplicates.shingles(report.text), report.title
    for first, second in sorted(pairs):
        shared = duplicates.shared(texts[first], texts[second])
        if shared.relation is not Relation.NONE and duplicates.is_offered(shared, titles[first], titles[second]):
            yield Found(first, second, shared, shared.relation)


def _candidates(keys: Mapping[int, Sequence[int]], sizes: Mapping[int, int]) -> set[tuple[int, int]]:
    pairs = [(pk, key) for pk, of_report in keys.items() for key in of_report]
    if not pairs:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [[pk for pk, _ in pairs], [key for _, key in pairs], KEY_HITS_MAX])
        rows = cursor.fetchall()
    of_report: dict[int, list[tuple[int, int, int | None]]] = {}
    for report, other, bands, samples, shingles, cluster in rows:
        if bands or samples >= LEAST_HITS * min(sizes[report], shingles) / duplicates.SAMPLE:
            of_report.setdefault(report, []).append((-bands - samples, other, cluster))
    best = ((report, other) for report, found in of_report.items() for other in _best(found))
    return {(min(pair), max(pair)) for pair in best}


def _best(found: Iterable[tuple[int, int, int | None]]) -> Iterator[int]:
    """Those that share most keys, a few of each cluster: one that is large leaves room for others."""
    of_cluster = Counter[int]()
    left = CANDIDATES_MAX
    for _, other, cluster in sorted(found, key=lambda one: one[:2]):
        if cluster is not None:
            of_cluster[cluster] += 1
            if of_cluster[cluster] > OF_CLUSTER_MAX:
                continue
        if left == 0:
            return
        left -= 1
        yield other


def _new(found: Iterable[Found]) -> list[Found]:
    """Those that were not compared before, the surest first."""
    by_pair = {(one.first, one.second): one for one in found}
    firsts, seconds = {first for first, _ in by_pair}, {second for _, second in by_pair}
    rows = TextPair.objects.filter(first__in=firsts, second__in=seconds)
    known = set(rows.values_list("first", "second")) if by_pair else set()
    return sorted((one for pair, one in by_pair.items() if pair not in known), key=lambda one: one.order)


# --- links -------------------------------------------------------------------------------------------------
def _link(found: Sequence[Found], texts: Mapping[int, Shingles], writing: joining.Writing) -> None:
    """Decides pair after pair in memory; what became of them is written once."""
    if not found:
        return
    numbers = {pk for one in found for pk in (one.first, one.second)}
    reports = Report.objects.only("published_on", "source", "external_id").in_bulk(numbers)
    batch = _Batch(reports, texts, joining.groups_of(numbers), _passages_of(found, reports))
    rows = [
        TextPair(
            first_id=one.first, second_id=one.second, of_first=one.shared.of_first, of_second=one.shared.of_second,
            state=state, found_at=writing.at,
        )
        for one in found if (state := _settled(one, batch)) is not None
    ]  # fmt: skip
    TextPair.objects.bulk_create(rows)
    joining.write_groups(batch.groups, writing)


@dataclasses.dataclass(frozen=True, slots=True)
class _Batch:
    """What pairs are decided by, read once."""

    reports: Mapping[int, Report]
    texts: Mapping[int, Shingles]
    groups: Groups
    passages: Mapping[int, Sequence[tuple[int, Shingles]]]  # of reports that may hold another's text
    rows: Counter[tuple[int, str]] = dataclasses.field(default_factory=Counter)  # of a report, by what is held of them

    def is_enough(self, one: Found, state: str) -> bool:
        """Whether the later report has its rows of this kind; counts this one."""
        self.rows[one.second, state] += 1
        return self.rows[one.second, state] > ROWS_MAX


def _settled(one: Found, batch: _Batch) -> TextPair.State | None:
    """What the machine makes of a pair; None where it needs no row: it is asked already, or adds nothing."""
    if batch.groups.are_one(one.first, one.second):
        return None if batch.is_enough(one, "linked") else TextPair.State.LINKED
    first, second = batch.reports[one.first], batch.reports[one.second]
    asked = batch.groups.asked(one.first, one.second)
    is_update = one.relation is Relation.POSSIBLE_UPDATE
    if is_update and not _is_version(first, second):
        return None if asked else _ask(one, batch)
    if TextPair.State.DIFFERENT in asked:  # what a person said goes before what the machine finds: it asks, once
        return None if TextPair.State.WAITING in asked else _ask(one, batch)
    if is_update or one.relation is Relation.SAME:
        kind = ClusterMember.Kind.UPDATE if is_update else ClusterMember.Kind.WHOLE
        batch.groups.join(first.pk, second.pk, founder=ClusterMember.Kind.WHOLE, newcomer=kind)
        batch.rows[one.second, "linked"] += 1
    else:
        earlier, later = sorted((first, second), key=lambda report: (report.published_on, report.pk))
        _count_with(earlier, later, batch)
    return TextPair.State.LINKED


def _ask(one: Found, batch: _Batch) -> TextPair.State | None:
    if batch.is_enough(one, "waiting"):
        return None
    batch.groups.ask(one.first, one.second, TextPair.State.WAITING)
    return TextPair.State.WAITING


def _count_with(earlier: Report, later: Report, batch: _Batch) -> None:
    """The later report's passages that stand in the earlier one count with it."""
    text = batch.texts[earlier.pk]
    passages = {pk for pk, own in batch.passages[later.pk] if duplicates.is_in(own, text)}
    if passages:
        batch.groups.count_with(earlier.pk, later.pk, passages, founder=ClusterMember.Kind.WHOLE)


def _passages_of(found: Iterable[Found], reports: Mapping[int, Report]) -> Mapping[int, Sequence[tuple[int, Shingles]]]:
    """The passages of reports of which one is a part of another."""
    parts = (Relation.FIRST_IN_SECOND, Relation.SECOND_IN_FIRST)
    wanted = {pk for one in found if one.relation in parts for pk in (one.first, one.second)}
    passages: dict[int, list[tuple[int, Shingles]]] = {pk: [] for pk in wanted}
    if wanted:
        rows = Passage.objects.filter(report__in=wanted).order_by("pk").values_list("report", "pk", "text")
        for report, pk, text in rows:
            passages[report].append((pk, duplicates.shingles(text)))
    return passages


def _is_version(first: Report, second: Report) -> bool:
    """Whether their publisher says that they are one document."""
    return bool(first.external_id) and (first.source_id, first.external_id) == (second.source_id, second.external_id)
