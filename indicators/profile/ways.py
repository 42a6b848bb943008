"""One day of a country seen in three ways, and by another published method."""

import dataclasses
import datetime as dt
from typing import Literal

from countries.models import Country
from indicators import frames
from indicators.methods import differences_between
from indicators.models import MethodVersion, Snapshot, Standing
from indicators.models.score import Level
from indicators.profile.reading import Reading
from indicators.published_then import stood_on
from indicators.scored import ScoredCountry, score_inputs
from indicators.scoring.differences import Difference

Key = Literal["known_then", "hindsight"]


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """An index with its level; both None where nothing was known."""

    overall: float | None
    level: Level | None


@dataclasses.dataclass(frozen=True, slots=True)
class Ways:
    """A day as it was published, as it could have been known, and as it is known now."""

    day: dt.date
    published_on: dt.date  # the day at whose end `published` stood
    published: Snapshot | None  # with its run and method; None: nothing had been published yet
    known_then: Seen
    hindsight: Seen
    is_today: bool  # of today what was known then is what is known now: both are the same
    shown: Key | None  # which of the two the page shows; None: knowledge of another day

    @property
    def published_level(self) -> Level | None:
        """The level that was shown then; None: nothing was published, or it was not assessed."""
        return Level(self.published.shown_level) if self.published and self.published.assessed else None


@dataclasses.dataclass(frozen=True, slots=True)
class OtherMethod:
    """What another published method gives, and in what the two differ."""

    method: MethodVersion
    newer: MethodVersion  # of the two the one published later, whose note says what changed and why
    seen: Seen
    differences: list[Difference]  # from the older to the newer


def ways(country: Country, reading: Reading, *, day: dt.date, known_on: dt.date, today: dt.date) -> Ways:
    """The three ways to see `day`, when `today` is the day of present knowledge."""
    method, inputs = reading.method, reading.inputs
    published_on = min(day, known_on)
    shown: dict[dt.date, Key] = {day: "known_then", today: "hindsight"}

    def seen(on: dt.date) -> Seen:
        is_own = (day, on) == (reading.day, reading.known_on)
        return _as_seen(reading.score) if is_own else _seen(method, inputs, day, on)

    return Ways(
        day=day,
        published_on=published_on,
        published=stood_on(country, day=published_on),
        known_then=seen(day),
        hindsight=seen(today),
        is_today=day == today,
        shown=shown.get(known_on),
    )


def other_methods(country: Country, *, day: dt.date, known_on: dt.date, is_current: bool) -> list[OtherMethod]:
    """What the other published methods give at (t, k), latest published first. Raises frames.NoMethodError."""
    published = list(MethodVersion.objects.by_use().select_related("framework"))
    in_use, others = published[:1], sorted(published[1:], key=lambda one: (one.published_at, one.pk), reverse=True)
    found = []
    for version in others if in_use else []:
        old, new = sorted((in_use[0], version), key=lambda one: (one.published_at, one.pk))
        seen = _standing(country, version) if is_current else _computed(country, version, day, known_on)
        found.append(OtherMethod(version, new, seen, differences_between(old, new)))
    return found


def _seen(method: frames.Method, inputs: frames.Inputs, day: dt.date, known_on: dt.date) -> Seen:
    (score,) = score_inputs(
        method, inputs, day=day, known_on=known_on, with_lines=False, with_beside=False, with_days=False
    )
    return _as_seen(score)


def _as_seen(score: Snapshot | ScoredCountry | None) -> Seen:
    return Seen(score.overall, Level(score.shown_level)) if score and score.assessed else Seen(None, None)


def _standing(country: Country, version: MethodVersion) -> Seen:
    row = Standing.objects.filter(country=country, method=version).select_related("snapshot").first()
    return _as_seen(row.snapshot if row else None)


def _computed(country: Country, version: MethodVersion, day: dt.date, known_on: dt.date) -> Seen:
    method = frames.method_of(version)
    return _seen(method, frames.inputs(method, [country.iso3]), day, known_on)
