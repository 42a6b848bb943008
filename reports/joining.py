"""Who belongs to which cluster: memberships opened, closed and carried over, each with the day and the decision."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from django.db import connection
from django.db.models import Count, F

from reports.custody import Deed, Note, write
from reports.groups import Group, Groups
from reports.models import Cluster, ClusterDecision, ClusterMember, Report

_LOCK = 904_2024  # an arbitrary number: PostgreSQL's advisory lock of those who change clusters
_WHOLE, _PART = ClusterMember.Kind.WHOLE, ClusterMember.Kind.PART

_ASKED = """
    WITH here AS (
        SELECT m.report_id, -m.cluster_id AS text FROM reports_clustermember m
        WHERE m.until IS NULL AND m.kind <> 'part' AND m.cluster_id = ANY (%(clusters)s)
        UNION ALL SELECT lone, lone FROM unnest(%(lone)s::bigint[]) AS lone
    )
    SELECT DISTINCT a.text, b.text, p.state
    FROM here a JOIN reports_textpair p ON p.first_id = a.report_id JOIN here b ON b.report_id = p.second_id
    WHERE p.state IN ('waiting', 'different') AND a.text <> b.text
"""

Changed = Callable[[Collection[int], dt.datetime], None]
"""Told, inside the transaction, which reports count otherwise now."""


@dataclasses.dataclass(frozen=True, slots=True)
class Writing:
    """What one transaction changes: when, by which decision (None: by the machine), which reports and clusters."""

    at: dt.datetime
    decision: ClusterDecision | None = None
    touched: set[int] = dataclasses.field(default_factory=set)
    clusters: set[int] = dataclasses.field(default_factory=set)  # whose members at the end are touched too
    notes: list[Note] = dataclasses.field(default_factory=list)  # of custody, for `end`


def end(writing: Writing, changed: Changed) -> None:
    """The end of a transaction that changes clusters: writes it into the reports' chains, and tells `changed`."""
    if writing.notes:
        write(writing.notes, at=writing.at, stage="cluster")
    touched = writing.touched | (_reports_of(writing.clusters) if writing.clusters else set())
    if touched:
        changed(touched, writing.at)


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


def groups_of(reports: Collection[int]) -> Groups:
    """The texts of these reports, and what people were asked or said of any two of them: two queries."""
    held = ClusterMember.objects.holding().whole().filter(report__in=reports)
    clusters = dict(held.values_list("report", "cluster"))
    lone = [pk for pk in reports if pk not in clusters]
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"clusters": list(set(clusters.values())), "lone": lone})
        return Groups(clusters, cursor.fetchall())


def join(first: int, second: int, *, kind: str, writing: Writing) -> None:
    """Makes two reports one voice, with all that belong to either."""
    groups = groups_of([first, second])
    groups.join(first, second, founder=_WHOLE, newcomer=kind)
    write_groups(groups, writing)


def write_groups(groups: Groups, writing: Writing) -> None:
    """Writes what became of the groups: few queries, however many they are and however large."""
    changed = groups.changed()
    written = list(zip(changed, _targets(changed, writing), strict=True))
    writing.clusters.update(cluster for _, cluster in written)
    into = {gone: cluster for group, cluster in written for gone in group.clusters}
    newcomers = ((cluster, *one) for group, cluster in written for one in group.newcomers.items())
    opened = [_row(cluster, report, kind, writing) for cluster, report, kind in newcomers]
    parts = {(cluster, report): set(own) for group, cluster in written for report, own in group.parts.items()}
    carried = _carried({gone: cluster for gone, cluster in into.items() if gone != cluster})
    for row in carried:
        if row.kind == _PART:
            parts.setdefault((into[row.cluster_id], row.report_id), set()).update(row.passages)
        else:
            opened.append(_row(into[row.cluster_id], row.report_id, row.kind, writing))
    replaced, renewed = _parts(parts, writing)
    close([*carried, *replaced], writing)
    _open(opened + renewed, writing)


def close(members: Iterable[ClusterMember], writing: Writing) -> None:
    """Ends memberships; everybody who belonged to their clusters is touched."""
    rows = list(members)
    if not rows:
        return
    writing.touched.update(row.report_id for row in rows)
    writing.clusters.update(row.cluster_id for row in rows)
    ClusterMember.objects.filter(pk__in=[row.pk for row in rows]).update(until=writing.at, closed_by=writing.decision)
    writing.notes.extend(_note(Deed.SPLIT, row, writing) for row in rows)


def reopen(members: Iterable[ClusterMember], writing: Writing) -> None:
    """Memberships that were closed hold again, as new rows."""
    rows = list(members)
    writing.clusters.update(row.cluster_id for row in rows)
    opened = [_row(row.cluster_id, row.report_id, row.kind, writing) for row in rows if row.kind != _PART]
    parts = {(row.cluster_id, row.report_id): set(row.passages) for row in rows if row.kind == _PART}
    replaced, renewed = _parts(parts, writing)
    close(replaced, writing)
    _open(opened + renewed, writing)


def renew_closed(writing: Writing) -> None:
    """Memberships of reports that were closed since hold anew, as close: none gives its body's name to an open one."""
    held = ClusterMember.objects.holding().filter(sensitivity__lt=F("report__sensitivity"))
    rows = list(held.order_by("pk"))
    if rows:
        close(rows, writing)
        reopen(rows, writing)


def _reports_of(clusters: Collection[int]) -> set[int]:
    rows = ClusterMember.objects.holding().filter(cluster__in=clusters)
    return set(rows.values_list("report", flat=True))


def _targets(changed: Sequence[Group], writing: Writing) -> list[int]:
    """Of each group the cluster that stays: the largest, so that few move; a new one where there is none."""
    several = [cluster for group in changed if len(group.clusters) > 1 for cluster in group.clusters]
    sizes: dict[int, int] = {}
    if several:
        held = ClusterMember.objects.holding().filter(cluster__in=several).values_list("cluster")
        sizes = dict(held.annotate(count=Count("pk")))
    fresh = [Cluster(begun_at=writing.at) for group in changed if not group.clusters]
    begun = iter(Cluster.objects.bulk_create(fresh))
    return [
        min(group.clusters, key=lambda pk: (-sizes.get(pk, 0), pk)) if group.clusters else next(begun).pk
        for group in changed
    ]


def _carried(into: Mapping[int, int]) -> list[ClusterMember]:
    """Everybody of the clusters that go into another one."""
    return list(ClusterMember.objects.holding().filter(cluster__in=into).order_by("pk")) if into else []


def _parts(
    wanted: Mapping[tuple[int, int], set[int]], writing: Writing
) -> tuple[list[ClusterMember], list[ClusterMember]]:
    """One row for all passages of a report in a cluster: another set of them closes it and opens a new one."""
    if not wanted:
        return [], []
    clusters, reports = zip(*wanted, strict=True)
    standing = ClusterMember.objects.holding().filter(cluster__in=clusters, report__in=reports, kind=_PART)
    before = {(row.cluster_id, row.report_id): row for row in standing}
    replaced, opened = [], []
    for (cluster, report), passages in wanted.items():
        row = before.get((cluster, report))
        named = passages | set(row.passages if row else ())
        if row is None or named != set(row.passages):
            replaced += [row] if row else []
            opened.append(_row(cluster, report, _PART, writing, passages=sorted(named)))
    return replaced, opened


def _row(cluster: int, report: int, kind: str, writing: Writing, *, passages: Sequence[int] = ()) -> ClusterMember:
    """A membership that is not stored yet; how close its report is, is said when it is opened."""
    return ClusterMember(
        cluster_id=cluster, report_id=report, kind=kind, passages=list(passages), since=writing.at,
        opened_by=writing.decision,
    )  # fmt: skip


def _open(rows: Sequence[ClusterMember], writing: Writing) -> None:
    if not rows:
        return
    numbers = {row.report_id for row in rows}
    closeness = dict(Report.objects.filter(pk__in=numbers).values_list("pk", "sensitivity"))
    for row in rows:
        row.sensitivity = closeness[row.report_id]
    ClusterMember.objects.bulk_create(rows)
    writing.notes.extend(_note(Deed.CLUSTERED, row, writing) for row in rows)


def _note(deed: str, row: ClusterMember, writing: Writing) -> Note:
    said = {"cluster": row.cluster_id, "membership": row.pk, "kind": str(row.kind)}
    if writing.decision is None:
        return Note(deed, row.report_id, None, said)
    return Note(deed, row.report_id, None, said | {"decision": writing.decision.pk}, writing.decision.by_id)
