"""Compares reports that came in with all that are here: the stage that pulls those whose text has no signature yet."""

import dataclasses
import datetime as dt
import io
import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from reports import duplicates, joining
from reports.duplicates import Relation, Shared, Shingles
from reports.models import ClusterMember, Report, Signature, SignatureKey, TextPair

log = logging.getLogger(__name__)

KINDS = (Report.Kind.DOCUMENT, Report.Kind.ENTRY)  # a coding note is our own words, a dataset no text
BATCH = 100  # reports of one transaction
KEY_HITS_MAX = 50  # earlier reports looked at under one key: what more have in common is a footer, or an old cluster
CANDIDATES_MAX = 40  # of one report, those that share most keys
WHOLES_MAX = 3  # earlier whole texts a report is paired with: a cluster needs one, a flood of one text brings hundreds
LEAST_HITS = 0.25  # of the keys that a contained text would share; below POSSIBLE, since samples are drawn by chance

_CANDIDATES = """
    SELECT n.report, o.report_id, count(*) FILTER (WHERE n.key < 0), count(*) FILTER (WHERE n.key >= 0), s.shingles
    FROM unnest(%s::bigint[], %s::bigint[]) AS n (report, key)
    CROSS JOIN LATERAL (
        SELECT k.report_id FROM reports_signaturekey k WHERE k.key = n.key AND k.report_id <> n.report
        ORDER BY k.report_id LIMIT %s
    ) o
    JOIN reports_signature s ON s.report_id = o.report_id
    GROUP BY n.report, o.report_id, s.shingles
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
    found = [*_exact(batch, texts), *_alike(keys, texts)]
    _link(_new(found), texts, writing)
    joining.end(writing, changed)
    return len(batch)


def shared_by(first: Report, second: Report) -> Shared:
    """What two reports have in common, of texts that were not compared before."""
    return duplicates.shared(duplicates.shingles(first.text), duplicates.shingles(second.text))


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


def _alike(keys: Mapping[int, Sequence[int]], texts: dict[int, Shingles]) -> Iterator[Found]:
    """Pairs whose exact shares say more than nothing; adds to `texts` what it had to read."""
    pairs = _candidates(keys, {pk: int(text.size) for pk, text in texts.items()})
    missing = {pk for pair in pairs for pk in pair} - texts.keys()
    for report in Report.objects.filter(pk__in=missing).only("text"):
        texts[report.pk] = duplicates.shingles(report.text)
    for first, second in sorted(pairs):
        shared = duplicates.shared(texts[first], texts[second])
        if shared.relation is not Relation.NONE:
            yield Found(first, second, shared, shared.relation)


def _candidates(keys: Mapping[int, Sequence[int]], sizes: Mapping[int, int]) -> set[tuple[int, int]]:
    pairs = [(pk, key) for pk, of_report in keys.items() for key in of_report]
    if not pairs:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [[pk for pk, _ in pairs], [key for _, key in pairs], KEY_HITS_MAX])
        rows = cursor.fetchall()
    of_report: dict[int, list[tuple[int, int]]] = {}
    for report, other, bands, samples, shingles in rows:
        if bands or samples >= LEAST_HITS * min(sizes[report], shingles) / duplicates.SAMPLE:
            of_report.setdefault(report, []).append((-bands - samples, other))
    best = ((report, other) for report, found in of_report.items() for _, other in sorted(found)[:CANDIDATES_MAX])
    return {(min(pair), max(pair)) for pair in best}


def _new(found: Iterable[Found]) -> list[Found]:
    """Those that were not compared before, the surest first; of whole texts and possible updates a few a report."""
    by_pair = {(one.first, one.second): one for one in found}
    firsts = {first for first, _ in by_pair}
    known = set(TextPair.objects.filter(first__in=firsts).values_list("first", "second"))
    return [*_few(sorted((one for pair, one in by_pair.items() if pair not in known), key=lambda one: one.order))]


def _few(found: Iterable[Found]) -> Iterator[Found]:
    wholes = Counter[int]()
    for one in found:
        is_whole = one.relation in (Relation.SAME, Relation.POSSIBLE_UPDATE)
        wholes[one.second] += is_whole
        if not is_whole or wholes[one.second] <= WHOLES_MAX:
            yield one


# --- links -------------------------------------------------------------------------------------------------
def _link(found: Sequence[Found], texts: Mapping[int, Shingles], writing: joining.Writing) -> None:
    numbers = {pk for one in found for pk in (one.first, one.second)}
    reports = Report.objects.only("published_on", "source", "external_id").in_bulk(numbers)
    for one in found:
        state = _settled(one, reports, texts, writing)
        if state is not None:
            TextPair.objects.create(
                first_id=one.first, second_id=one.second, of_first=one.shared.of_first, of_second=one.shared.of_second,
                state=state, found_at=writing.at,
            )  # fmt: skip


def _settled(
    one: Found, reports: Mapping[int, Report], texts: Mapping[int, Shingles], writing: joining.Writing
) -> TextPair.State | None:
    """What the machine makes of a pair; None where somebody was asked about these texts already."""
    first, second = reports[one.first], reports[one.second]
    some = joining.together_with(first.pk)
    if second.pk in some:
        return TextPair.State.LINKED
    asked = _asked(some, joining.together_with(second.pk))
    if one.relation is Relation.POSSIBLE_UPDATE and not _is_version(first, second):
        return None if asked else TextPair.State.WAITING
    if asked == TextPair.State.DIFFERENT:  # what a person said goes before what the machine finds: it asks
        return TextPair.State.WAITING
    if one.relation in (Relation.SAME, Relation.POSSIBLE_UPDATE):
        same = one.relation is Relation.SAME
        kind = ClusterMember.Kind.WHOLE if same else ClusterMember.Kind.UPDATE
        joining.join(first.pk, second.pk, kind=kind, writing=writing)
    else:
        earlier, later = sorted((first, second), key=lambda report: (report.published_on, report.pk))
        joining.count_with(earlier, later, texts[earlier.pk], writing)
    return TextPair.State.LINKED


def _is_version(first: Report, second: Report) -> bool:
    """Whether their publisher says that they are one document."""
    return bool(first.external_id) and (first.source_id, first.external_id) == (second.source_id, second.external_id)


def _asked(some: Collection[int], others: Collection[int]) -> str | None:
    """What people were asked or said of two texts, each with its repetitions."""
    pairs = TextPair.objects.filter(joining.between(some, others))
    states = set(pairs.values_list("state", flat=True)) & {TextPair.State.DIFFERENT, TextPair.State.WAITING}
    return min(states, default=None)  # "different" comes before "waiting"
