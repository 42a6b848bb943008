"""The arithmetic of the indicators that were changed, step by step, as a sceptic would follow it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext

from indicators import scoring
from indicators.models import Indicator
from indicators.scoring.indicators import rates
from indicators.whatif.applied import MADE_UP, NAMED, TURNED, Rows
from indicators.whatif.changes import LeftOut, MadeUp, Regraded
from indicators.whatif.compared import Comparison, Event, Side
from indicators.whatif.shown import Line, line

AGREE = 1e-12  # strengths this close are the same strength


@dataclass(frozen=True, slots=True)
class EventNumbers:
    """An event on one side. What would tell of evidence that the reader may not see is None."""

    strength: str | None  # A
    age: int | None  # days since the anchor
    decay: str | None  # δ
    mass: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event before and after; None: it is not there."""

    name: str
    mitigates: bool
    before: EventNumbers | None
    after: EventNumbers | None


@dataclass(frozen=True, slots=True)
class Working:
    """One indicator's way from its events to its points."""

    indicator: Indicator
    half_life_days: int
    rate: str  # λ
    moved: tuple[EventLine, ...]
    same_count: int  # events that did not move and that the reader may see in full
    same_mass: str
    withheld_mass: str | None  # m⁺ of events of which the reader may see nothing; None: there is none
    steps: tuple[Line, ...]


def workings(comparison: Comparison) -> tuple[Working, ...]:
    """Of every indicator that a change touches, in catalogue order."""
    touched = _touched(comparison)
    return tuple(
        _working(comparison, place, indicator)
        for place, indicator in enumerate(comparison.known.indicators)
        if indicator.code in touched
    )


def _touched(comparison: Comparison) -> set[str]:
    known = comparison.known
    codes = {piece.pk: piece.indicator.code for piece in known.evidence}
    series = {value.pk: known.method.version.goalposts[value.definition.slug]["indicator"] for value in known.series}
    found = set()
    for change in comparison.applied.changes:
        if isinstance(change, MadeUp):
            found.add(change.indicator)
        elif isinstance(change, Regraded | LeftOut):
            found.add(codes[change.evidence])
        else:
            found.add(series[change.series])
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """Of each event whether the reader may see all, some or none of its rows."""

    visible: frozenset[Event]
    hidden: frozenset[Event]

    @classmethod
    def of(cls, sides: Iterable[Rows]) -> "_Seen":
        visible: set[Event] = set()
        hidden: set[Event] = set()
        for rows in sides:
            for row in rows.evidence:
                (hidden if row.pk in rows.hidden else visible).add((row.indicator, row.polarity, row.event_ref))
        return cls(frozenset(visible), frozenset(hidden))


def _working(comparison: Comparison, place: int, indicator: Indicator) -> Working:
    method = comparison.known.method
    seen = _Seen.of((comparison.applied.before, comparison.applied.after))
    events = sorted(
        event for event in {*comparison.before.events, *comparison.after.events} if event[0] == indicator.code
    )
    nature = scoring.NATURES.index(indicator.nature)
    shown = [event for event in events if event in seen.visible]
    moved = [event for event in shown if _has_moved(comparison, event)]
    same = [event for event in shown if event not in moved and event[1] > 0]
    withheld = [event for event in events if event not in seen.visible and event[1] > 0]
    return Working(
        indicator=indicator,
        half_life_days=round(method.parameters.half_life_days[nature]),
        rate=f"{float(rates(method.catalogue, method.parameters)[place]):.4f}",
        moved=tuple(_event_line(comparison, event, seen) for event in moved),
        same_count=len(shown) - len(moved),
        same_mass=f"{_mass(comparison.after, same):.4f}",
        withheld_mass=f"{_mass(comparison.after, withheld):.4f}" if withheld else None,
        steps=tuple(_steps(comparison, place)),
    )


def _has_moved(comparison: Comparison, event: Event) -> bool:
    before, after = comparison.before.events.get(event), comparison.after.events.get(event)
    if before is None or after is None:
        return True
    return abs(before.strength - after.strength) > AGREE or before.anchor_on != after.anchor_on


def _mass(side: Side, events: Iterable[Event]) -> float:
    return sum(side.events[event].mass for event in events if event in side.events)


def _event_line(comparison: Comparison, event: Event, seen: _Seen) -> EventLine:
    sides = [
        _numbers(side, event, comparison.known.day, event in seen.hidden)
        for side in (comparison.before, comparison.after)
    ]
    return EventLine(event_name(event[2]), event[1] < 0, *sides)


def _numbers(side: Side, event: Event, day: dt.date, is_partly_hidden: bool) -> EventNumbers | None:
    found = side.events.get(event)
    if found is None:
        return None
    if is_partly_hidden:
        return EventNumbers(None, None, None, f"{found.mass:.4f}")
    return EventNumbers(
        f"{found.strength:.4f}", (day - found.anchor_on).days, f"{found.decay:.4f}", f"{found.mass:.4f}"
    )


def event_name(ref: str) -> str:
    """An event's name for a reader."""
    if ref.startswith("~"):
        _, area, week = ref[1:].split("|", 1)[0], *ref[1:].split("|", 1)[1].rsplit("|", 1)
        return f"no name: the week {week}{f', {area}' if area else ''}"
    if ref.startswith(NAMED):
        return f"made up: {ref.removeprefix(NAMED)}"
    if ref.startswith(TURNED):
        return f"{ref.removeprefix(TURNED)}, turned the other way"
    if ref.startswith(MADE_UP):
        name = ref.removeprefix(MADE_UP)
        return f"made up: {name}" if not name.isdigit() else f"made up, number {name}"
    return ref


def _steps(comparison: Comparison, place: int) -> Iterator[Line]:
    """The numbers from the mass to the points."""
    before, after = comparison.before, comparison.after
    names = (
        ("m_pos", "m⁺", "mass: the sum of A·δ of the events that raise risk"),
        ("m_neg", "m⁻", "the same of those that mitigate"),
        ("h_z", "h_z", "hazard of the series"),
        ("h", "h", "hazard: λ·m⁺ + h_z"),
        ("g", "g", "presence: 1 − e^(−h)"),
        ("x", "x", "value: g·2^(−m⁻)"),
        ("kappa", "κ", "coverage"),
    )
    for name, sign, meaning in names:
        values = [float(getattr(side.scores, name)[0, place]) for side in (before, after)]
        yield line(sign, *values, places=4, help_text=meaning)
    points = [float(side.points[place]) for side in (before, after)]
    yield line(
        "points",
        *points,
        places=2,
        help_text=gettext("what it adds to the index with its factor as it is on that side"),
    )
