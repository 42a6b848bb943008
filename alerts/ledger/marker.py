"""What a country's ledger rests on, as one small value: while it is the same, so is what the ledger tells."""

from django.db import connection

# Rows change in place here (an alert is released, a situation is closed), which moves `xmin`, the transaction that
# wrote the row. An MD5 over numbers: a key of a cache, no seal.
_SQL = """
    WITH told AS (SELECT situation_id FROM alerts_situationplace WHERE country_id = %(country)s),
        warned AS (SELECT id, xmin AS wrote FROM alerts_alert WHERE country_id = %(country)s),
        found AS (SELECT id, xmin AS wrote FROM alerts_signal WHERE country_id = %(country)s),
        answered AS (SELECT r.id, r.xmin AS wrote FROM alerts_response r
            WHERE r.situation_id IN (SELECT situation_id FROM told) OR r.alert_id IN (SELECT id FROM warned)),
        parts AS (
            SELECT 'alert' AS of, id, wrote FROM warned
            UNION ALL SELECT 'signal', id, wrote FROM found
            UNION ALL SELECT 'verdict', v.signal_id, v.xmin FROM alerts_verdict v
                WHERE v.signal_id IN (SELECT id FROM found)
            UNION ALL SELECT 'postponed', p.signal_id, p.xmin FROM alerts_postponed p
                WHERE p.signal_id IN (SELECT id FROM found)
            UNION ALL SELECT 'place', s.id, s.xmin FROM alerts_situationplace s
                WHERE s.situation_id IN (SELECT situation_id FROM told)
            UNION ALL SELECT 'situation', s.id, s.xmin FROM alerts_situation s
                WHERE s.id IN (SELECT situation_id FROM told)
            UNION ALL SELECT 'acknowledgement', k.id, k.xmin FROM alerts_acknowledgement k
                WHERE k.alert_id IN (SELECT id FROM warned)
            UNION ALL SELECT 'published', w.id, w.xmin FROM alerts_publishedwarning w
                WHERE w.situation_id IN (SELECT situation_id FROM told)
            UNION ALL SELECT 'response', id, wrote FROM answered
            UNION ALL SELECT 'step', t.id, t.xmin FROM alerts_responsestep t
                WHERE t.response_id IN (SELECT id FROM answered))
    SELECT md5(string_agg(concat_ws(':', of, id, wrote), ',' ORDER BY of, id)) FROM parts
"""


def marked_ledger(country_id: int) -> str:
    """A digest over every row that the country's ledger tells, in one query; it tells nothing of the reader."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"country": country_id})
        return str(cursor.fetchone()[0] or "")
