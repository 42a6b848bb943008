"""Whose voice a piece of evidence counts as: reports that carry one text count as the body that published it first."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q

from indicators.models import Evidence, EvidenceQuerySet, RescoreRequest
from people.permissions import clearance_of
from reports.models import ClusterMember, Report

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User

# Begins with the memberships, which are few beside the evidence. Of several clusters that a passage belongs to, the one
# whose first report was published first. The first report is sought among the most open ones, so that nobody who may
# read a repetition is told of a body that only a closed report names. A finding that the passage ascribes to another
# body stays that body's.
_SQL = """
    WITH held AS MATERIALIZED (
        SELECT m.* FROM reports_clustermember m WHERE {holds} {here}
    ), leads AS MATERIALIZED (
        SELECT DISTINCT ON (m.cluster_id) m.cluster_id, r.id AS report_id, r.published_on, r.sensitivity, s.family_id
        FROM held m JOIN reports_report r ON r.id = m.report_id JOIN reports_source s ON s.id = r.source_id
        WHERE m.kind <> 'part' ORDER BY m.cluster_id, m.sensitivity, r.published_on, r.id
    ), said AS (
        SELECT DISTINCT ON (e.id)
            e.id, e.family_id AS own, f.id AS family, f.slug, f.name, l.report_id, l.sensitivity
        FROM held m JOIN leads l ON l.cluster_id = m.cluster_id
        JOIN reports_report r ON r.id = m.report_id JOIN reports_source s ON s.id = r.source_id
        JOIN reports_passage p ON p.report_id = r.id AND (m.kind <> 'part' OR p.id = ANY (m.passages))
        JOIN indicators_evidence e ON e.passage_id = p.id AND e.family_id = s.family_id
        JOIN countries_country c ON c.id = e.country_id
        JOIN reports_family f ON f.id = l.family_id
        WHERE e.status IN ('accepted', 'retracted') AND (%(countries)s IS NULL OR c.iso3 = ANY (%(countries)s))
        ORDER BY e.id, l.published_on, l.report_id
    )
    SELECT id, family, slug, name, report_id, sensitivity FROM said WHERE family <> own
"""
_NOW = "m.until IS NULL"
_THEN = "m.since <= %(at)s AND (m.until IS NULL OR m.until > %(at)s)"
_HERE = """AND m.cluster_id IN (
    SELECT n.cluster_id FROM countries_country c JOIN indicators_evidence e ON e.country_id = c.id
    JOIN reports_passage p ON p.id = e.passage_id JOIN reports_clustermember n ON n.report_id = p.report_id
    WHERE c.iso3 = ANY (%(countries)s)
)"""


@dataclasses.dataclass(frozen=True, slots=True)
class Voice:
    """The body as which a piece of evidence counts, and the report that said it first."""

    family_id: int
    family: str  # slug
    family_name: str
    report_id: int
    sensitivity: int  # of that report

    def may_be_told(self, user: "User | AnonymousUser") -> bool:
        """Whether the reader may know of the report that said it first."""
        return self.sensitivity <= clearance_of(user)


@dataclasses.dataclass(frozen=True, slots=True)
class Mate:
    """A report that is one text with another, and how much of it was accepted already."""

    report_id: int
    title: str
    accepted: int


def voices(countries: Sequence[str] | None = None, *, at: dt.datetime | None = None) -> dict[int, Voice]:
    """Of the evidence that counts as another body's, by number: of some countries or all, as held at an instant.

    None stands for now. One query.
    """
    sql = _SQL.format(holds=_NOW if at is None else _THEN, here="" if countries is None else _HERE)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"at": at, "countries": None if countries is None else list(countries)})
        return {row[0]: Voice(*row[1:]) for row in cursor.fetchall()}


def changed_around(first: dt.datetime, last: dt.datetime) -> set[dt.datetime]:
    """Instants at which memberships changed, and those just before: one may be written later than it says."""
    spans = ClusterMember.objects.filter(Q(since__range=(first, last)) | Q(until__range=(first, last)))
    instants = {at for span in spans.values_list("since", "until") for at in span if at is not None}
    return instants | {at - dt.timedelta(microseconds=1) for at in instants}


def ever_clustered() -> Exists:
    """Whether the report of a row of evidence was ever in a cluster: where none was, nobody need ask for voices."""
    return Exists(ClusterMember.objects.filter(report=OuterRef("passage__report")))


def digest_line(evidence_id: int, family: str) -> str:
    """What the digest of a score's inputs says of evidence that counts as another body's."""
    return f"voice:{evidence_id}:{family}"


# --- what follows from a change ----------------------------------------------------------------------------
def ask_for_scores(reports: Collection[int], at: dt.datetime) -> None:
    """Asks for the scores of the countries that accepted evidence in these reports speaks of."""
    rows = Evidence.objects.ever_accepted().filter(passage__report__in=list(reports))
    countries = set(rows.values_list("country", flat=True))
    RescoreRequest.objects.bulk_create(RescoreRequest(country_id=pk, asked_at=at) for pk in sorted(countries))


# --- at the desk -------------------------------------------------------------------------------------------
def cluster_mates(reports: Iterable[int], *, user: "User | AnonymousUser") -> dict[int, list[Mate]]:
    """Of each report the others that are one text with it, earliest first, as far as `user` may see: two queries."""
    wanted = set(reports)
    of_cluster: dict[int, set[int]] = {}
    clusters = ClusterMember.objects.holding().filter(report__in=wanted).values("cluster")
    for cluster, report in (
        ClusterMember.objects.holding().filter(cluster__in=clusters).values_list("cluster", "report")
    ):
        of_cluster.setdefault(cluster, set()).add(report)
    if not of_cluster:
        return {}
    mates = _mates(set().union(*of_cluster.values()), user)
    found: dict[int, dict[int, Mate]] = {}
    for members in of_cluster.values():
        for report in members & wanted:
            found.setdefault(report, {}).update({pk: mates[pk] for pk in members - {report} if pk in mates})
    return {pk: [mate for number, mate in mates.items() if number in those] for pk, those in found.items() if those}


def _mates(reports: Collection[int], user: "User | AnonymousUser") -> Mapping[int, Mate]:
    seen = Q(passages__evidence__status=Evidence.Status.ACCEPTED)
    seen &= Q(passages__evidence__sensitivity__lte=clearance_of(user))
    rows = Report.objects.visible_to(user).filter(pk__in=reports).order_by("published_on", "pk")
    counted = rows.annotate(accepted=Count("passages__evidence", filter=seen)).values_list("pk", "title", "accepted")
    return {pk: Mate(pk, title, accepted) for pk, title, accepted in counted}


def accepted_in_cluster(*, report_id: int, user: "User | AnonymousUser") -> EvidenceQuerySet:
    """Accepted evidence from the other reports of the same text, earliest event first."""
    holding = ClusterMember.objects.holding()
    own = holding.filter(report=report_id).values("cluster")
    mates = holding.filter(cluster__in=own).exclude(report=report_id).values("report")
    rows = Evidence.objects.visible_to(user).filter(passage__report__in=mates, status=Evidence.Status.ACCEPTED)
    return rows.order_by("event_on", "pk")
