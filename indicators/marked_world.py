"""What the world's page rests on, as one small value: while it is the same, so is the page."""

from django.db import connection

# As indicators.profile.marker, over all countries at once. An MD5 over what may change: a key of a cache, no seal.
_SQL = """
    SELECT EXISTS (SELECT 1 FROM indicators_rescorerequest),
        (SELECT md5(string_agg(concat_ws(':', s.method_id, s.country_id, s.snapshot_id), ',' ORDER BY s.id))
            FROM indicators_standing s),
        (SELECT md5(string_agg(concat_ws(':', m.id, m.provisional, m.stands_from, m.retired_at), ',' ORDER BY m.id))
            FROM indicators_methodversion m),
        (SELECT md5(string_agg(concat_ws(':', r.id, r.state), ',' ORDER BY r.id))
            FROM (SELECT id, state FROM indicators_scorerun WHERE state <> 'running' ORDER BY id DESC LIMIT 20) r),
        (SELECT max(r.id) FROM reports_report r)
"""

WorldMarker = tuple[object, ...]


def marked_world(*, is_current: bool) -> WorldMarker | None:
    """Digests over what stands of all countries, or over what another date is computed from; nothing of the reader.

    None: inputs have changed and no run has seen it, so another date is computed each time. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL)
        is_asked_for, *digests, last_report = cursor.fetchone()
    if is_current:
        return tuple(digests)  # how much is reported is stored beside each score
    return None if is_asked_for else (*digests, last_report)
