"""What a country's page rests on, as one small value: while it is the same, so is the page."""

import dataclasses
from collections.abc import Sequence

from countries.models import Country

# Plain SQL, because Django takes ten times as long to write it as PostgreSQL to answer it. Each digest is an MD5 over
# the rows' numbers and over the fields that may change: a key of a cache, no seal.
_SQL = """
    SELECT c.*,
        (SELECT md5(string_agg(concat_ws(':', s.method_id, s.snapshot_id), ',' ORDER BY s.id))
            FROM indicators_standing s WHERE s.country_id = c.id) AS standing,
        (SELECT md5(string_agg(b.id::text, ',' ORDER BY b.id)) FROM indicators_band b
            JOIN indicators_standing s ON s.snapshot_id = b.snapshot_id WHERE s.country_id = c.id) AS bands,
        (SELECT md5(string_agg(concat_ws(':', m.id, m.provisional, m.stands_from), ',' ORDER BY m.id))
            FROM indicators_methodversion m WHERE m.retired_at IS NULL) AS methods,
        (SELECT r.id || ' ' || r.state FROM indicators_scorerun r
            WHERE r.state <> 'running' ORDER BY r.id DESC LIMIT 1) AS last_run,
        EXISTS (SELECT 1 FROM indicators_rescorerequest q WHERE q.country_id = c.id) AS is_asked_for,
        (SELECT md5(string_agg(concat_ws(':', e.id, e.status, e.sensitivity, r.sensitivity), ',' ORDER BY e.id))
            FROM indicators_evidence e JOIN reports_passage p ON p.id = e.passage_id
            JOIN reports_report r ON r.id = p.report_id
            WHERE e.country_id = c.id AND e.status IN ('accepted', 'retracted')) AS evidence_digest,
        (SELECT md5(string_agg(m.id::text, ',' ORDER BY m.id)) FROM reports_clustermember m
            WHERE m.until IS NULL AND m.cluster_id IN (SELECT n.cluster_id FROM reports_clustermember n
                JOIN reports_passage p ON p.report_id = n.report_id JOIN indicators_evidence e ON e.passage_id = p.id
                WHERE n.until IS NULL AND e.country_id = c.id)) AS clusters,
        (SELECT md5(string_agg(l.id::text, ',' ORDER BY l.id)) FROM indicators_eventlink l
            JOIN indicators_evidence e ON e.id = l.evidence_id
            WHERE l.until IS NULL AND e.country_id = c.id) AS links,
        (SELECT md5(string_agg(concat_ws(':', v.id, r.sensitivity, v.retracted_at), ',' ORDER BY v.id))
            FROM indicators_seriesvalue v JOIN reports_report r ON r.id = v.report_id
            WHERE v.country_id = c.id) AS series_digest,
        (SELECT md5(string_agg(concat_ws(':', l.id, r.sensitivity), ',' ORDER BY l.id))
            FROM (SELECT id, report_id FROM indicators_eventload UNION ALL
                SELECT -id, report_id FROM indicators_figureload) l
            JOIN reports_report r ON r.id = l.report_id) AS beside_digest,
        (SELECT max(r.id) FROM reports_report r) AS last_report
    FROM countries_country c WHERE c.iso3 = ANY(%s)
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Marker:
    """The states of everything behind a country's scores; what lies behind them never changes in place.

    It tells nothing of the reader: whoever keeps something under it adds the reader's clearance.
    """

    standing: str  # the snapshots that stand, and what was filled in beside them since
    methods: str  # those that are published and their states
    last_run: str  # with its state
    is_asked_for: bool  # inputs changed and no run has seen it yet
    evidence: str  # digest over the accepted rows, their states and who may see them, over their clusters and links
    series: str
    beside: str  # recorded events and figures of others, which stand beside the scores
    last_report: int | None  # how much is reported is computed anew for another date; a snapshot holds its own

    def of(self, *, is_current: bool) -> "Marker":
        """Without what only the pages of other dates rest on."""
        return dataclasses.replace(self, last_report=None) if is_current else self


def marked_country(iso3: str) -> tuple[Country, Marker] | None:
    """The country with its marker, in one query; None where there is no such country."""
    return next(iter(marked_countries([iso3])), None)


def marked_countries(codes: Sequence[str]) -> list[tuple[Country, Marker]]:
    """Those of the countries that there are, by code, each with its marker, in one query."""
    rows = Country.objects.raw(_SQL, [list(codes)])
    return sorted(((country, _marker(country)) for country in rows), key=lambda one: one[0].iso3)


def _marker(country: Country) -> Marker:
    found = vars(country)
    return Marker(
        standing=f"{found['standing']} {found['bands']}",
        methods=found["methods"] or "",
        last_run=found["last_run"] or "",
        is_asked_for=found["is_asked_for"],
        evidence=f"{found['evidence_digest']} {found['clusters']} {found['links']}",
        series=found["series_digest"] or "",
        beside=found["beside_digest"] or "",
        last_report=found["last_report"],
    )
