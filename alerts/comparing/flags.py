"""Rapid change and silence: flags that the score computed, told when they go up, and of silence when it ends.

The arithmetic is that of the country's page (docs/methodology.md): nothing is computed here.
"""

from alerts.comparing.levels import Pair, is_method_alone, rests_on_the_past
from alerts.models import Signal
from indicators.models.score import Reporting
from indicators.scoring.parameters import Parameters

SILENCE = (Signal.Kind.BLACKOUT, Signal.Kind.BLACKOUT_OVER)


def silent_countries(countries: list[int]) -> set[int]:
    """Countries whose blackout was told and whose end was not: by the last signal, whatever was seen between."""
    rows = Signal.objects.filter(country__in=countries, kind__in=SILENCE).order_by("country", "-pk")
    last = rows.distinct("country").values_list("country", "kind")
    return {country for country, kind in last if kind == Signal.Kind.BLACKOUT}


def has_risen(pair: Pair) -> bool:
    """Whether the flag of a rapid change went up."""
    old, new = pair
    return bool(new.is_rapid) and not (old is not None and old.is_rapid)


def silence_changed(new_state: str, *, was_told: bool) -> bool:
    """Whether a blackout began or ended; nothing where nobody looked."""
    return bool(new_state) and (new_state == Reporting.BLACKOUT) != was_told


def rapid_signal(pair: Pair) -> Signal | None:
    """The rapid change, not yet stored; None where the flag stood before, or came with another method alone."""
    if not has_risen(pair) or is_method_alone(pair):
        return None
    new, parameters = pair[1], Parameters.from_mapping(pair[1].method.parameters)
    figures = {"change": new.change_90, "margin": new.rapid_margin, "days": parameters.alarm_days}
    return Signal(kind=Signal.Kind.RAPID, is_historic=rests_on_the_past(pair), figures=figures)


def silence_signal(pair: Pair, *, was_told: bool) -> Signal | None:
    """The beginning or the end of a blackout, not yet stored.

    Where nobody saw it begin it is historic: no score before, one that was not looked at, or one that had it already.
    """
    old, new = pair
    if not silence_changed(new.reporting, was_told=was_told):
        return None
    parameters = Parameters.from_mapping(new.method.parameters)
    usual, recent = new.reports_expected, new.reports_recent or 0
    figures = {"recent": recent, "expected": usual, "days": parameters.blackout_days}
    if was_told:  # the flag also goes where the level falls, or where the silence has become the country's own past
        enough = usual is not None and recent >= parameters.blackout_share * usual
        came_back = enough and new.reporting == Reporting.USUAL
        figures |= {"came_back": came_back}
        return Signal(kind=Signal.Kind.BLACKOUT_OVER, is_historic=False, figures=figures)
    is_old = old is None or old.reporting in {"", Reporting.BLACKOUT}
    return Signal(kind=Signal.Kind.BLACKOUT, is_historic=is_old, figures=figures)
