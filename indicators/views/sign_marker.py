"""What the page of an indicator or of a factor rests on, as one small value: while it is the same, so is the page."""

from django.db import connection

# As indicators.profile.marker, across countries. An MD5 over what may change: a key of a cache, no seal.
_SQL = """
    WITH signs AS (SELECT i.id, i.code FROM indicators_indicator i JOIN indicators_factor f ON f.id = i.factor_id
            WHERE i.code = %(code)s OR f.number = %(number)s)
    SELECT
        (SELECT md5(string_agg(concat_ws(':', e.id, e.status, e.sensitivity, r.sensitivity), ',' ORDER BY e.id))
            FROM indicators_evidence e JOIN reports_passage p ON p.id = e.passage_id
            JOIN reports_report r ON r.id = p.report_id
            WHERE e.indicator_id IN (SELECT id FROM signs) AND e.status IN ('accepted', 'retracted')),
        (SELECT md5(string_agg(concat_ws(':', v.id, v.is_scored, v.retracted_at, r.sensitivity), ',' ORDER BY v.id))
            FROM indicators_seriesvalue v JOIN indicators_seriesdefinition d ON d.id = v.definition_id
            JOIN reports_report r ON r.id = v.report_id WHERE d.indicator_code IN (SELECT code FROM signs)),
        (SELECT concat_ws(':', count(*), max(i.id)) FROM indicators_indicator i)
"""

SignMarker = tuple[str | None, ...]


def marked_indicator(code: str) -> SignMarker:
    """Digests over evidence and numbers of one indicator, and which catalogue there is; nothing of the reader.

    The rows of the catalogue never change.
    """
    return _marked(code=code)


def marked_factor(number: int) -> SignMarker:
    """The same over all indicators of a factor."""
    return _marked(number=number)


def _marked(*, code: str | None = None, number: int | None = None) -> SignMarker:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"code": code, "number": number})
        return tuple(cursor.fetchone())
