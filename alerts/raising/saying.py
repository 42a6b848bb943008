"""What a signal says, in words: on pages, and as the first lines of the alert that it raises. Pure."""

from alerts.models import Signal
from alerts.raising.wording import HEADLINE_WORDS, Opening, opening_of_rise, phrase
from indicators.models import Evidence, Snapshot
from indicators.models.score import Level
from indicators.profile import CountryProfile
from indicators.scoring.apportion import printed_change
from people.english import in_english

NOT_PUBLIC = "New trigger evidence that is not public"


def said_of_signal(signal: Signal, *, is_open: bool = False) -> str:
    """One or two sentences. `is_open`: the reader may see the piece that it is about."""
    before, after = in_english(Level(signal.from_level).label), in_english(Level(signal.to_level).label)
    words = {
        Signal.Kind.LEVEL_UP: f"The level shown rose from {before} to {after}.",
        Signal.Kind.LEVEL_DOWN: f"The level shown fell from {before} to {after}, and something came in that lowers it.",
        Signal.Kind.GONE_STALE: f"The level shown went from {before} to {after} by age alone; nothing got safer by it.",
        Signal.Kind.METHOD: f"Another version of the method shows {after} where the one before showed {before}.",
    }
    if (kind := Signal.Kind(signal.kind)) in words:
        return words[kind]
    said = {
        Signal.Kind.RAPID: _rapid,
        Signal.Kind.BLACKOUT: _silence,
        Signal.Kind.BLACKOUT_OVER: _silence_over,
        Signal.Kind.CORRECTION: _correction,
    }
    return said[kind](signal.figures) if kind in said else _trigger(signal, is_open=is_open)


def _rapid(figures: dict[str, object]) -> str:
    return f"The index rose by {_points(figures)} within {figures['days']} days, more than its uncertainty explains."


def _points(figures: dict[str, object]) -> str:
    return f"{float(str(figures['change'])):.1f} points"


def _silence(figures: dict[str, object]) -> str:
    return f"Reports fell to {_few(figures)}, while the level did not fall. Silence is no sign of calm."


def _few(figures: dict[str, object]) -> str:
    usual = figures["expected"]
    where = f" where {float(str(usual)):.0f} were usual" if usual is not None else ""
    return f"{figures['recent']} in {figures['days']} days{where}"


def _silence_over(figures: dict[str, object]) -> str:
    if figures["came_back"]:
        return f"Reports come again: {_few(figures)}."
    return (
        f"Reports did not come back ({_few(figures)}), but can no longer be called missing: "
        "the level fell, or the silence has become the country’s own past."
    )


def _correction(figures: dict[str, object]) -> str:
    alerts = figures["alerts"]
    assert isinstance(alerts, list)  # as pieces.py writes it
    told = "the level changed with it" if figures["level_changed"] else ""
    if alerts:
        named = " and ".join([", ".join(map(str, alerts[:-1])), str(alerts[-1])]) if alerts[1:] else str(alerts[0])
        told += f"{'; ' if told else ''}alert{'s' if alerts[1:] else ''} {named} gave it as a reason"
    return f"Evidence was retracted or corrected: {told}."


def _trigger(signal: Signal, *, is_open: bool) -> str:
    if not is_open or signal.evidence is None:
        return f"{NOT_PUBLIC}."
    row = signal.evidence
    return f"New trigger evidence: {row.indicator.label} ({row.event_on:%Y-%m-%d})."


def opening(signal: Signal, *, profile: CountryProfile, standing: Snapshot, public: Evidence | None) -> Opening:
    """How an alert begins: with what its signal is about. One place chooses, for every kind.

    `public` is the piece that the signal is about, where everybody may see it.
    """
    level = Level(standing.shown_level)
    if signal.kind == Signal.Kind.LEVEL_UP:
        return opening_of_rise(profile, previous=Level(signal.from_level), level=level)
    headline, said = _begins(signal, profile.country.name_en, standing, public)
    word = in_english(level.label)
    now = f"The level is {word} as of {standing.as_of:%Y-%m-%d}, its index {standing.overall:.1f} of 100."
    return Opening(headline, f"{said} {now}")


def _begins(signal: Signal, country: str, standing: Snapshot, public: Evidence | None) -> tuple[str, str]:
    """The headline and the first sentence of what is no rise."""
    figures = signal.figures
    if signal.kind == Signal.Kind.RAPID:
        change = printed_change(standing.overall, standing.change_90)
        figures = figures | ({"change": change} if change is not None else {})
        return f"Index up {_points(figures)} in {figures['days']} days", f"{country}: {_lower(_rapid(figures))}"
    if signal.kind == Signal.Kind.BLACKOUT:
        return "Reports have fallen away", f"{country}: {_lower(_silence(figures))}"
    label = public.indicator.label if public is not None else NOT_PUBLIC
    when = f" ({public.event_on:%Y-%m-%d})" if public is not None else ""
    return phrase(label, HEADLINE_WORDS), f"Evidence of a trigger came in about {country}: {_lower(label)}{when}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
