"""The stage that finds changes: what stands now against what stood when a country was last looked at."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from alerts.models import Compared, Signal
from alerts.rules import is_signal
from indicators import frames
from indicators.models import Evidence, SeriesLoad, Snapshot, Standing
from indicators.scored import shown_levels

Rise = tuple[Snapshot | None, Snapshot]  # what stood before (nothing: None), what stands now

_LOCK = 901_2025  # an arbitrary number: PostgreSQL's advisory lock of this stage


def waiting() -> QuerySet[Standing]:
    """Countries whose standing score nobody has compared yet."""
    same = Compared.objects.filter(country=OuterRef("country"), snapshot=OuterRef("snapshot"))
    return Standing.objects.filter(~Exists(same))


@transaction.atomic
def compare_waiting(*, at: dt.datetime) -> int:
    """Writes a signal for every change of level; how many. Safe to run twice, and after a gap of any length."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    standing = list(waiting().select_related("snapshot__method__framework", "snapshot__country"))
    before = {
        row.country_id: row.snapshot
        for row in Compared.objects.filter(country__in=[row.country_id for row in standing]).select_related(
            "snapshot__run"
        )
    }
    changed = [(before.get(row.country_id), row.snapshot) for row in standing]
    changed = [(old, new) for old, new in changed if is_signal(from_level=_level(old), to_level=new.shown_level)]
    historic = _historic([(old, new) for old, new in changed if new.shown_level > _level(old)])
    Signal.objects.bulk_create(
        Signal(
            country_id=new.country_id,
            kind=_kind(old, new),
            from_level=_level(old),
            to_level=new.shown_level,
            before=old,
            after=new,
            is_historic=new.country_id in historic,
            found_at=at,
        )
        for old, new in changed
    )
    Compared.objects.bulk_create(
        (Compared(country_id=row.country_id, snapshot=row.snapshot, compared_at=at) for row in standing),
        update_conflicts=True,
        unique_fields=["country"],
        update_fields=["snapshot", "compared_at"],
    )
    return len(changed)


def _level(snapshot: Snapshot | None) -> int:
    """What stood before anything was known is UNDETERMINED."""
    return snapshot.shown_level if snapshot is not None else 0


def _kind(old: Snapshot | None, new: Snapshot) -> Signal.Kind:
    if old is not None and old.method_id != new.method_id:
        return Signal.Kind.METHOD
    if new.shown_level > _level(old):
        return Signal.Kind.LEVEL_UP
    return Signal.Kind.LEVEL_DOWN if old is not None and _something_lowered(old, new) else Signal.Kind.GONE_STALE


def _something_lowered(old: Snapshot, new: Snapshot) -> bool:
    """Whether anything came in that can lower a score; else it fell by age alone.

    Looks from the start of the older run on: what came while that run was computing may count for both.
    """
    if old.input_digest == new.input_digest:
        return False
    since = old.run.started_at
    rows = Evidence.objects.filter(country=new.country_id)
    mitigating = Q(polarity=Evidence.Polarity.MITIGATION, decided_at__gte=since)
    return (
        rows.filter(Q(retracted_at__gte=since) | mitigating).exists()
        or SeriesLoad.objects.filter(loaded_at__gte=since).exists()
    )


def _historic(rises: list[Rise]) -> set[int]:
    """Countries whose level rose by evidence that was entered long after it was known, and by nothing else.

    Late evidence is necessary for the rise, and what is fresh is not: where both took part, somebody must be warned.
    """
    found: set[int] = set()
    for rise in rises:
        old, new = rise
        late, fresh = _since(rise, backloaded=True), _since(rise, backloaded=False)
        if late and _level_without(new, late) <= _level(old) and _level_without(new, fresh) >= new.shown_level:
            found.add(new.country_id)
    return found


def _since(rise: Rise, *, backloaded: bool) -> frozenset[int]:
    """Evidence decided since the older run began: what came while it was computing may be in both."""
    old, new = rise
    rows = Evidence.objects.ever_accepted().filter(country=new.country_id, backloaded=backloaded)
    if old is not None:
        rows = rows.filter(decided_at__gte=old.run.started_at)
    return frozenset(rows.values_list("pk", flat=True))


def _level_without(new: Snapshot, evidence: frozenset[int]) -> int:
    if not evidence:
        return new.shown_level
    iso3 = new.country.iso3
    method = frames.method_of(new.method)
    return shown_levels(method, [iso3], day=new.as_of, known_on=new.known_on, without=evidence)[iso3]
