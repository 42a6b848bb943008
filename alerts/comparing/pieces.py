"""What single pieces of evidence brought or took away: new trigger evidence, and corrections.

A piece is told once, because it has no signal of its kind yet: no clock and no gap between two looks can lose it.
"""

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate

from alerts.comparing.levels import MARGIN, Pair, has_changed, level_of
from alerts.models import Alert, AlertReason, Signal
from alerts.policy import FRESH_DAYS
from indicators.models import Evidence, EvidenceQuerySet, Indicator

TRIGGERING_FACTOR = 8
_OUT = {"alert__state": Alert.State.RELEASED, "alert__is_dry_run": False}  # of practice nobody is told
TOLD_DAYS = 365  # an event longer ago is not told at all: a quarter of its weight would be left after half of that


def _untold(kind: Signal.Kind) -> EvidenceQuerySet:
    return Evidence.objects.filter(~Exists(Signal.objects.filter(evidence=OuterRef("pk"), kind=kind)))


def _is_trigger(prefix: str = "") -> Q:
    nature, factor = f"{prefix}indicator__nature", f"{prefix}indicator__factor__number"
    return Q(**{nature: Indicator.Nature.TRIGGER}) | Q(**{factor: TRIGGERING_FACTOR})


def new_triggers(countries: list[int], *, day: dt.date) -> EvidenceQuerySet:
    """Accepted trigger evidence of which nobody was told: known soon after its event, and entered soon after that.

    The correction of a piece that was trigger evidence already is no news.
    """
    rows = _untold(Signal.Kind.TRIGGER).filter(_is_trigger(), country__in=countries)
    return rows.filter(
        Q(corrects=None) | ~_is_trigger("corrects__"),
        status=Evidence.Status.ACCEPTED,
        polarity=Evidence.Polarity.RISK,
        severity__gt=0,
        backloaded=False,
        event_on__gt=day - dt.timedelta(days=TOLD_DAYS),
        event_on__gte=TruncDate(F("known_at") - dt.timedelta(days=FRESH_DAYS)),
    )


def lost_reasons(countries: list[int]) -> EvidenceQuerySet:
    """Retracted pieces that a released alert named as a reason, and that no signal of a correction tells of."""
    named = AlertReason.objects.filter(evidence=OuterRef("pk"), **_OUT)
    rows = _untold(Signal.Kind.CORRECTION).filter(Exists(named), country__in=countries)
    return rows.filter(status=Evidence.Status.RETRACTED)


def trigger_signals(pair: Pair) -> list[Signal]:
    """One a piece, not yet stored; historic where the event was long past when it was found."""
    new = pair[1]
    since = new.as_of - dt.timedelta(days=FRESH_DAYS)
    rows = new_triggers([new.country_id], day=new.as_of).order_by("event_on", "pk")
    return [
        Signal(kind=Signal.Kind.TRIGGER, evidence_id=pk, is_historic=event_on < since)
        for pk, event_on in rows.values_list("pk", "event_on")
    ]


def correction_signals(pair: Pair) -> list[Signal]:
    """One a piece that was retracted or corrected, where the level or the reasons of a released alert changed by it."""
    by_level, by_alert = _moved_the_level(pair), dict[int, list[int]]()
    named = AlertReason.objects.filter(evidence__in=lost_reasons([pair[1].country_id]), **_OUT)
    for piece, alert in named.order_by("alert").values_list("evidence", "alert").distinct():
        assert piece is not None  # of reasons that have a piece
        by_alert.setdefault(piece, []).append(alert)
    found = sorted({*by_level, *by_alert})
    return [_correction(piece, is_of_level=piece in by_level, alerts=by_alert.get(piece, [])) for piece in found]


def _correction(piece: int, *, is_of_level: bool, alerts: list[int]) -> Signal:
    figures: dict[str, Any] = {"level_changed": is_of_level, "alerts": alerts}
    return Signal(kind=Signal.Kind.CORRECTION, evidence_id=piece, is_historic=False, figures=figures)


def _moved_the_level(pair: Pair) -> set[int]:
    """Pieces taken away since the older score where the level went the way that this takes it.

    A piece with an accepted correction may have gone either way.
    """
    old, new = pair
    if old is None or not has_changed(pair) or old.input_digest == new.input_digest:
        return set()
    fell = new.shown_level < level_of(old)
    lost = Evidence.Polarity.RISK if fell else Evidence.Polarity.MITIGATION
    corrected = Exists(Evidence.objects.filter(corrects=OuterRef("pk"), status=Evidence.Status.ACCEPTED))
    rows = _untold(Signal.Kind.CORRECTION).filter(Q(polarity=lost) | corrected, country=new.country_id)
    rows = rows.filter(status=Evidence.Status.RETRACTED, retracted_at__gte=old.run.started_at - MARGIN)
    counted = {"event_on__lte": old.as_of, "known_at__date__lte": old.known_on}
    return set(rows.filter(decided_at__lte=old.run.started_at, **counted).values_list("pk", flat=True))
