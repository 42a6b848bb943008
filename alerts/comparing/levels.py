"""A change of the shown level: which kind it is, and whether it rests on what was known long ago."""

import datetime as dt

from django.db.models import F, Q

from alerts.models import Signal
from alerts.policy.rules import is_signal
from indicators import frames
from indicators.coding import BACKLOAD_DAYS
from indicators.models import Evidence, SeriesLoad, SeriesValue, Snapshot
from indicators.scored import shown_levels

Pair = tuple[Snapshot | None, Snapshot]  # what stood before (nothing: None), what stands now

MARGIN = dt.timedelta(minutes=10)  # longer than any transaction here takes


def has_changed(pair: Pair) -> bool:
    """Whether the change of level says anything."""
    return is_signal(from_level=level_of(pair[0]), to_level=pair[1].shown_level)


def level_of(snapshot: Snapshot | None) -> int:
    """What stood before anything was known is UNDETERMINED."""
    return snapshot.shown_level if snapshot is not None else 0


def is_method_alone(pair: Pair) -> bool:
    """Whether another method scored it and nothing fresh came in with that."""
    old, new = pair
    return old is not None and old.method_id != new.method_id and not has_fresh(pair)


def has_fresh(pair: Pair) -> bool:
    """Whether anything came in since the older score that was not known long before."""
    return bool(_since(pair, backloaded=False) or _values_since(pair, backloaded=False))


def rests_on_the_past(pair: Pair) -> bool:
    """Whether something known long before came in since the older score, and nothing else."""
    late = _since(pair, backloaded=True) or _values_since(pair, backloaded=True)
    return bool(late) and not has_fresh(pair)


def signal_of(pair: Pair) -> Signal:
    """The signal of a change of level, not yet stored."""
    old, new = pair
    is_up = new.shown_level > level_of(old)
    return Signal(kind=_kind(pair), is_historic=is_up and _is_historic(pair))


def _kind(pair: Pair) -> Signal.Kind:
    old, new = pair
    is_up = new.shown_level > level_of(old)
    if old is not None and old.method_id != new.method_id:
        # an upgrade must not swallow what came in with it
        is_news = is_up and has_fresh(pair) and _level_without_what_is_fresh(pair) <= level_of(old)
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


def _is_historic(pair: Pair) -> bool:
    """Whether the level rose by what was entered or loaded long after it was known, and by nothing else.

    What came late is necessary for the rise, and what is fresh is not: where both took part, somebody must be warned.
    """
    old, new = pair
    late, values = _since(pair, backloaded=True), _values_since(pair, backloaded=True)
    return (
        bool(late or values)
        and _level_without(new, late, values) <= level_of(old)
        and _level_without_what_is_fresh(pair) >= new.shown_level
    )


def _level_without_what_is_fresh(pair: Pair) -> int:
    """Asked again where something fresh was accepted meanwhile: counted as old, it would silence a warning."""
    while True:
        fresh, values = _since(pair, backloaded=False), _values_since(pair, backloaded=False)
        level = _level_without(pair[1], fresh, values)
        if (fresh, values) == (_since(pair, backloaded=False), _values_since(pair, backloaded=False)):
            return level


def _since(pair: Pair, *, backloaded: bool) -> frozenset[int]:
    """Evidence decided since the older run, with a margin: a decision's time is read before it is committed."""
    old, new = pair
    rows = Evidence.objects.ever_accepted().filter(country=new.country_id, backloaded=backloaded)
    if old is not None:
        rows = rows.filter(decided_at__gte=old.run.started_at - MARGIN)
    return frozenset(rows.values_list("pk", flat=True))


def _values_since(pair: Pair, *, backloaded: bool) -> frozenset[int]:
    """Values of series loaded since the older run, likewise.

    With a fixed installation day an edition can be of a later day: such a one is held against the day of its loading.
    """
    old, new = pair
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
