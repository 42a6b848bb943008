"""Who belongs to which cluster: memberships opened, closed and carried over, each with the day and the decision."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence

from django.db import connection
from django.db.models import F, Q

from reports import duplicates
from reports.custody import Deed, Note, write
from reports.models import Cluster, ClusterDecision, ClusterMember, Passage, Report, TextPair

_LOCK = 904_2024  # an arbitrary number: PostgreSQL's advisory lock of those who change clusters

Changed = Callable[[Collection[int], dt.datetime], None]
"""Told, inside the transaction, which reports count otherwise now."""


@dataclasses.dataclass(frozen=True, slots=True)
class Writing:
    """What one transaction changes: when, by which decision (None: by the machine), and which reports it touched."""

    at: dt.datetime
    decision: ClusterDecision | None = None
    touched: set[int] = dataclasses.field(default_factory=set)
    notes: list[Note] = dataclasses.field(default_factory=list)  # of custody, for `end`


def end(writing: Writing, changed: Changed) -> None:
    """The end of a transaction that changes clusters: writes it into the reports' chains, and tells `changed`."""
    if writing.notes:
        write(writing.notes, at=writing.at, stage="cluster")
    if writing.touched:
        changed(writing.touched, writing.at)


def hold_clusters() -> None:
    """Until the end of the transaction nobody else changes a cluster."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def cluster_of(report_id: int) -> int | None:
    """The cluster to which the whole report belongs now."""
    rows = ClusterMember.objects.holding().whole().filter(report=report_id)
    return rows.values_list("cluster", flat=True).first()


def together_with(report_id: int) -> set[int]:
    """The reports that are one text with this one, itself included."""
    held = ClusterMember.objects.holding().whole()
    own = held.filter(report=report_id).values("cluster")
    return {report_id, *held.filter(cluster__in=own).values_list("report", flat=True)}


def between(some: Collection[int], others: Collection[int]) -> Q:
    """Pairs with one report among `some` and one among `others`."""
    return Q(first__in=some, second__in=others) | Q(first__in=others, second__in=some)


def kept_apart(first: int, second: int) -> bool:
    """Whether a person said of these, or of reports that are one text with them, that they are different."""
    pairs = TextPair.objects.filter(state=TextPair.State.DIFFERENT)
    return pairs.filter(between(together_with(first), together_with(second))).exists()


def join(first: int, second: int, *, kind: str, writing: Writing) -> int:
    """Makes two reports one voice, with all that belong to either; the number of their cluster."""
    one, other = cluster_of(first), cluster_of(second)
    if one is None and other is None:
        one = Cluster.objects.create(begun_at=writing.at).pk
        _open(one, first, ClusterMember.Kind.WHOLE, writing)
        _open(one, second, kind, writing)
    elif one is None or other is None:
        newcomer = first if one is None else second
        one = one or other or 0
        _open(one, newcomer, kind, writing)
    elif one != other:
        one, other = min(one, other), max(one, other)
        _carry_over(other, one, writing)
    writing.touched.update(_reports_of([one]))
    return one


def count_with(earlier: Report, later: Report, shingles: duplicates.Shingles, writing: Writing) -> bool:
    """The later report's passages that stand in the earlier one count with it; whether there are any."""
    rows = Passage.objects.filter(report=later.pk).order_by("pk").values_list("pk", "text")
    passages = [pk for pk, text in rows if duplicates.stands_in(text, shingles)]
    if not passages:
        return False
    cluster = cluster_of(earlier.pk)
    if cluster is None:
        cluster = Cluster.objects.create(begun_at=writing.at).pk
        _open(cluster, earlier.pk, ClusterMember.Kind.WHOLE, writing)
    _open_part(cluster, later.pk, passages, writing)
    writing.touched.update(_reports_of([cluster]))
    return True


def close(members: Iterable[ClusterMember], writing: Writing) -> None:
    """Ends memberships; everybody who belonged to their clusters is touched."""
    rows = list(members)
    writing.touched.update(_reports_of({row.cluster_id for row in rows}))
    for row in rows:
        row.until, row.closed_by = writing.at, writing.decision
        row.save(update_fields=["until", "closed_by"])
        writing.notes.append(_note(Deed.SPLIT, row, writing))


def reopen(member: ClusterMember, writing: Writing) -> None:
    """A membership that was closed holds again, as a new row."""
    if member.kind == ClusterMember.Kind.PART:
        _open_part(member.cluster_id, member.report_id, member.passages, writing)
    else:
        _open(member.cluster_id, member.report_id, member.kind, writing)
    writing.touched.update(_reports_of([member.cluster_id]))


def renew_closed(writing: Writing) -> None:
    """Memberships of reports that were closed since hold anew, as close: none gives its body's name to an open one."""
    held = ClusterMember.objects.holding().filter(sensitivity__lt=F("report__sensitivity"))
    rows = list(held.order_by("pk"))
    close(rows, writing)
    for row in rows:
        reopen(row, writing)


def _reports_of(clusters: Collection[int]) -> Sequence[int]:
    rows = ClusterMember.objects.holding().filter(cluster__in=clusters)
    return list(rows.values_list("report", flat=True))


def _open(cluster: int, report: int, kind: str, writing: Writing) -> None:
    row = ClusterMember.objects.create(
        cluster_id=cluster, report_id=report, kind=kind, sensitivity=_sensitivity_of(report), since=writing.at,
        opened_by=writing.decision,
    )  # fmt: skip
    writing.notes.append(_note(Deed.CLUSTERED, row, writing))


def _note(deed: str, row: ClusterMember, writing: Writing) -> Note:
    said = {"cluster": row.cluster_id, "membership": row.pk, "kind": str(row.kind)}
    if writing.decision is None:
        return Note(deed, row.report_id, None, said)
    return Note(deed, row.report_id, None, said | {"decision": writing.decision.pk}, writing.decision.by_id)


def _sensitivity_of(report: int) -> int:
    return Report.objects.values_list("sensitivity", flat=True).get(pk=report)


def _open_part(cluster: int, report: int, passages: Collection[int], writing: Writing) -> None:
    """One row for all passages of a report in a cluster: another set of them closes it and opens a new one."""
    standing = ClusterMember.objects.holding().filter(cluster=cluster, report=report, kind=ClusterMember.Kind.PART)
    before = standing.first()
    named = set(passages) | set(before.passages if before else ())
    if before is not None:
        if named == set(before.passages):
            return
        close([before], writing)
    row = ClusterMember.objects.create(
        cluster_id=cluster, report_id=report, kind=ClusterMember.Kind.PART, passages=sorted(named),
        sensitivity=_sensitivity_of(report), since=writing.at, opened_by=writing.decision,
    )  # fmt: skip
    writing.notes.append(_note(Deed.CLUSTERED, row, writing))


def _carry_over(source: int, target: int, writing: Writing) -> None:
    """Everybody of one cluster belongs to another one from now on."""
    rows = list(ClusterMember.objects.holding().filter(cluster=source).order_by("pk"))
    close(rows, writing)
    for row in rows:
        if row.kind == ClusterMember.Kind.PART:
            _open_part(target, row.report_id, row.passages, writing)
        else:
            _open(target, row.report_id, row.kind, writing)
