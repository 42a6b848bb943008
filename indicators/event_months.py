"""Events summed by month: what stood once each load was known, written down where it differs from what stood before."""

from collections.abc import Sequence

from django.db import connection

from indicators.models import EventLoad, EventMonth

# The newest version of each event stands, unless a later complete load has its days and lacks it. A load that a later
# complete one covers from its first day to its last needs not be looked at.
_SQL = """
    WITH known AS (SELECT id, place FROM unnest(%(looked_at)s::bigint[]) WITH ORDINALITY AS k(id, place)),
    earlier AS (SELECT id, place FROM unnest(%(earlier)s::bigint[]) WITH ORDINALITY AS k(id, place)),
    complete AS (
        SELECT place, covers_from, covers_until FROM known JOIN indicators_eventload l USING (id) WHERE l.is_complete
    ),
    newest AS ({newest}),
    sums AS (
        SELECT territory, date_trunc('month', starts_on)::date AS month, kind, count(*) AS events, sum(best) AS best,
            sum(low) AS low, sum(high) AS high, sum(civilians) AS civilians,
            array_agg(DISTINCT load_id ORDER BY load_id) AS rests_on
        FROM newest n
        WHERE NOT EXISTS (
            SELECT 1 FROM complete c
            WHERE c.place > n.place AND n.starts_on >= c.covers_from AND n.ends_on < c.covers_until
        )
        GROUP BY 1, 2, 3
    ),
    before AS (
        SELECT DISTINCT ON (territory, month, kind) m.*
        FROM indicators_eventmonth m JOIN earlier e ON e.id = m.load_id
        ORDER BY territory, month, kind, e.place DESC
    )
    INSERT INTO indicators_eventmonth
        (load_id, territory, month, kind, events, best, low, high, civilians, rests_on)
    SELECT %(load)s, territory, month, kind, COALESCE(s.events, 0), COALESCE(s.best, 0), COALESCE(s.low, 0),
        COALESCE(s.high, 0), COALESCE(s.civilians, 0), COALESCE(s.rests_on, '{{}}')
    FROM sums s FULL JOIN before b USING (territory, month, kind)
    WHERE (s.events IS NOT NULL OR b.events > 0)
        AND (s.events, s.best, s.low, s.high, s.civilians, s.rests_on)
            IS DISTINCT FROM (b.events, b.best, b.low, b.high, b.civilians, b.rests_on)
"""
_OF_ONE = """
    SELECT r.*, k.place FROM indicators_eventrecord r JOIN known k ON k.id = r.load_id
"""
_OF_SEVERAL = """
    SELECT DISTINCT ON (r.event_id) r.*, k.place FROM indicators_eventrecord r JOIN known k ON k.id = r.load_id
    ORDER BY r.event_id, k.place DESC
"""


def sum_up(load: EventLoad) -> None:
    """The months of `load` and of every load that became known after it: a release may come in late."""
    loads = list(EventLoad.objects.filter(failure="").order_by("known_at", "pk"))
    place = next(place for place, one in enumerate(loads) if one.pk == load.pk)
    EventMonth.objects.filter(load__in=loads[place:]).delete()
    for upto in range(place, len(loads)):
        _sum_up(loads[: upto + 1])


def _sum_up(loads: Sequence[EventLoad]) -> None:
    """The months of the last of `loads`, which stand in the order in which they became known."""
    looked_at = [one.pk for place, one in enumerate(loads) if not _is_replaced(one, loads[place + 1 :])]
    earlier = [one.pk for one in loads[:-1]]
    given: dict[str, list[int] | int] = {"looked_at": looked_at, "earlier": earlier, "load": loads[-1].pk}
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(newest=_OF_ONE if len(looked_at) == 1 else _OF_SEVERAL), given)


def _is_replaced(load: EventLoad, later: Sequence[EventLoad]) -> bool:
    """Whether one complete load has all the days of its events."""
    first, last = load.first_on, load.last_on
    covered = [(one.covers_from, one.covers_until) for one in later if one.is_complete]
    return any(first and last and start and until and start <= first and last < until for start, until in covered)
