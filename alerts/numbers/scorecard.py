"""The system's own alerts, with what followed them by an outcome list."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from alerts import family
from alerts.models import Alert
from alerts.numbers.following import HORIZONS, Following, Spell, following
from indicators.models import Outcome, OutcomeList
from indicators.models.score import Level


@dataclass(frozen=True, slots=True)
class Followed:
    """One alert with what followed within each horizon; nothing without a list."""

    alert: Alert
    by_horizon: tuple[Following, ...]

    @property
    def level(self) -> Level:
        """That it warned of."""
        return Level(self.alert.level)

    @property
    def is_withdrawn(self) -> bool:
        """Unless a correction let it stand again."""
        return self.alert.withdrawn_at is not None and not vars(self.alert)["stands_again"]


@dataclass(frozen=True, slots=True)
class LevelLine:
    """The alerts of one level: how many, and per horizon how many ended in which way."""

    level: Level
    count: int
    by_horizon: tuple[tuple[int, ...], ...]  # in the order of `Following`


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Warnings by level, highest first. Those for practice, corrections and withdrawals of others are none."""

    levels: tuple[LevelLine, ...]
    alerts: tuple[Followed, ...]

    @property
    def withdrawn(self) -> int:
        """How many were taken back after their release."""
        return sum(row.is_withdrawn for row in self.alerts)


def scorecard(*, outcomes: OutcomeList | None, day: dt.date) -> Scorecard:
    """Every warning that was released, latest first, and what followed by `day`: the withdrawn ones too."""
    warnings = Alert.objects.warnings().annotate(stands_again=family.stands_again())
    released = list(warnings.order_by("-released_at", "-pk").select_related("country"))
    spells = _spells(outcomes, {alert.country_id for alert in released})
    rows = tuple(_followed(alert, outcomes, spells.get(alert.country_id, []), day) for alert in released)
    levels = sorted({row.alert.level for row in rows}, reverse=True)
    return Scorecard(tuple(_line(Level(level), rows) for level in levels), rows)


def _spells(outcomes: OutcomeList | None, countries: set[int]) -> dict[int, list[Spell]]:
    found: dict[int, list[Spell]] = {}
    if outcomes is None:
        return found
    rows = Outcome.objects.filter(outcomes=outcomes, country__in=countries)
    for country, start, end, begins in rows.values_list("country_id", "start_on", "end_on", "begins"):
        found.setdefault(country, []).append(Spell(start, end, begins))
    return found


def _followed(alert: Alert, outcomes: OutcomeList | None, spells: list[Spell], day: dt.date) -> Followed:
    assert alert.released_at is not None  # a constraint of the database
    if outcomes is None:
        return Followed(alert, ())
    on, covers = alert.released_at.date(), (outcomes.covers_from, outcomes.covers_until)
    return Followed(alert, tuple(following(on, spells, months=one, covers=covers, day=day) for one in HORIZONS))


def _line(level: Level, rows: tuple[Followed, ...]) -> LevelLine:
    mine = [row for row in rows if row.alert.level == level]
    counts = []
    for place in range(len(HORIZONS) if mine[0].by_horizon else 0):
        ended = Counter(row.by_horizon[place] for row in mine)
        counts.append(tuple(ended[kind] for kind in Following))
    return LevelLine(level, len(mine), tuple(counts))
