"""The stage that finds changes: what stands now against what stood when a country was last looked at."""

import datetime as dt
import logging

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from alerts.models import Compared, Signal
from alerts.rules import is_signal
from indicators import frames
from indicators.coding import BACKLOAD_DAYS
from indicators.models import Evidence, SeriesLoad, SeriesValue, Snapshot, Standing
from indicators.scored import shown_levels

log = logging.getLogger(__name__)

Rise = tuple[Snapshot | None, Snapshot]  # what stood before (nothing: None), what stands now

MARGIN = dt.timedelta(minutes=10)  # longer than any transaction here takes
_LOCK = 901_2025  # an arbitrary number: PostgreSQL's advisory lock of this stage


def waiting() -> QuerySet[Standing]:
    """Countries whose standing score nobody has compared yet; of the method in use only."""
    same = Compared.objects.filter(country=OuterRef("country"), snapshot=OuterRef("snapshot"))
    return Standing.objects.in_use().filter(~Exists(same))


class ComparingError(RuntimeError):
    """Some countries could not be compared; the others were, and these stay to be compared again."""


def compare_waiting(*, at: dt.datetime) -> int:
    """Writes a signal for every change of level; how many. Safe to run twice, and after a gap of any length.

    A country that breaks holds up no other. Raises ComparingError after all the others.
    """
    broken, changed = 0, _pass_over_the_unchanged(at=at)
    for country_id in changed:
        try:
            _compare(country_id, at=at)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  other countries' signals must not wait for it
            log.error("country %s could not be compared: %s", country_id, type(error).__name__)
            broken += 1
    if broken:
        raise ComparingError(f"{broken} countries could not be compared; the log names them")
    return len(changed)


@transaction.atomic
def _pass_over_the_unchanged(*, at: dt.datetime) -> list[int]:
    """Notes the countries whose change says nothing; the numbers of the others."""
    _take_turns()
    standing = list(waiting().select_related("snapshot"))
    before = _before([row.country_id for row in standing])
    changed = [row.country_id for row in standing if _says(before.get(row.country_id), row.snapshot)]
    same = [row for row in standing if row.country_id not in set(changed)]
    _note(same, at=at)
    return changed


@transaction.atomic
def _compare(country_id: int, *, at: dt.datetime) -> None:
    _take_turns()
    row = (
        waiting().filter(country=country_id).select_related("snapshot__method__framework", "snapshot__country").first()
    )
    if row is None:  # another worker was here
        return
    old, new = _before([country_id]).get(country_id), row.snapshot
    if _says(old, new):
        Signal.objects.create(
            country_id=country_id,
            kind=_kind((old, new)),
            from_level=_level(old),
            to_level=new.shown_level,
            before=old,
            after=new,
            is_historic=new.shown_level > _level(old) and _is_historic((old, new)),
            found_at=at,
        )
    _note([row], at=at)


def _take_turns() -> None:
    """One worker at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _before(countries: list[int]) -> dict[int, Snapshot]:
    rows = Compared.objects.filter(country__in=countries).select_related("snapshot__run")
    return {row.country_id: row.snapshot for row in rows}


def _note(rows: list[Standing], *, at: dt.datetime) -> None:
    Compared.objects.bulk_create(
        (Compared(country_id=row.country_id, snapshot_id=row.snapshot_id, compared_at=at) for row in rows),
        update_conflicts=True,
        unique_fields=["country"],
        update_fields=["snapshot", "compared_at"],
    )


def _says(old: Snapshot | None, new: Snapshot) -> bool:
    return is_signal(from_level=_level(old), to_level=new.shown_level)


def _level(snapshot: Snapshot | None) -> int:
    """What stood before anything was known is UNDETERMINED."""
    return snapshot.shown_level if snapshot is not None else 0


def _kind(rise: Rise) -> Signal.Kind:
    old, new = rise
    is_up = new.shown_level > _level(old)
    if old is not None and old.method_id != new.method_id:
        fresh = _since(rise, backloaded=False) if is_up else frozenset()
        # an upgrade must not swallow what came in with it
        is_news = bool(fresh) and _level_without(new, fresh) <= _level(old)
        return Signal.Kind.LEVEL_UP if is_news else Signal.Kind.METHOD
    if is_up:
        return Signal.Kind.LEVEL_UP
    return Signal.Kind.LEVEL_DOWN if old is not None and _something_lowered(old, new) else Signal.Kind.GONE_STALE


def _something_lowered(old: Snapshot, new: Snapshot) -> bool:
    """Whether anything came in that can lower a score; else it fell by age alone.

    Looks from the start of the older run on, with a margin: what came just before it may count for both.
    """
    if old.input_digest == new.input_digest:
        return False
    since = old.run.started_at - MARGIN
    rows = Evidence.objects.filter(country=new.country_id)
    mitigating = Q(polarity=Evidence.Polarity.MITIGATION, decided_at__gte=since)
    return (
        rows.filter(Q(retracted_at__gte=since) | mitigating).exists()
        or SeriesLoad.objects.filter(loaded_at__gte=since).exists()
    )


def _is_historic(rise: Rise) -> bool:
    """Whether the level rose by what was entered or loaded long after it was known, and by nothing else.

    What came late is necessary for the rise, and what is fresh is not: where both took part, somebody must be warned.
    """
    old, new = rise
    late, values = _since(rise, backloaded=True), _values_since(rise, backloaded=True)
    return (
        bool(late or values)
        and _level_without(new, late, values) <= _level(old)
        and _level_without_what_is_fresh(rise) >= new.shown_level
    )


def _level_without_what_is_fresh(rise: Rise) -> int:
    """Asked again where something fresh was accepted meanwhile: counted as old, it would silence a warning."""
    while True:
        fresh, values = _since(rise, backloaded=False), _values_since(rise, backloaded=False)
        level = _level_without(rise[1], fresh, values)
        if (fresh, values) == (_since(rise, backloaded=False), _values_since(rise, backloaded=False)):
            return level


def _since(rise: Rise, *, backloaded: bool) -> frozenset[int]:
    """Evidence decided since the older run, with a margin: a decision's time is read before it is committed."""
    old, new = rise
    rows = Evidence.objects.ever_accepted().filter(country=new.country_id, backloaded=backloaded)
    if old is not None:
        rows = rows.filter(decided_at__gte=old.run.started_at - MARGIN)
    return frozenset(rows.values_list("pk", flat=True))


def _values_since(rise: Rise, *, backloaded: bool) -> frozenset[int]:
    """Values of series loaded since the older run, likewise.

    With a fixed installation day an edition can be of a later day: such a one is held against the day of its loading.
    """
    old, new = rise
    long = dt.timedelta(days=BACKLOAD_DAYS)
    after_it_all = Q(known_at__date__gt=new.as_of, known_at__lt=F("report__series_load__loaded_at") - long)
    late = Q(known_at__date__lt=new.as_of - long) | after_it_all
    rows = SeriesValue.objects.filter(country=new.country_id, is_scored=True).filter(late if backloaded else ~late)
    if old is not None:
        rows = rows.filter(report__series_load__loaded_at__gte=old.run.started_at - MARGIN)
    return frozenset(rows.values_list("pk", flat=True))


def _level_without(new: Snapshot, evidence: frozenset[int], values: frozenset[int] = frozenset()) -> int:
    if not evidence and not values:
        return new.shown_level
    iso3 = new.country.iso3
    method = frames.method_of(new.method)
    days = {"day": new.as_of, "known_on": new.known_on}
    return shown_levels(method, [iso3], **days, without=evidence, without_values=values)[iso3]
