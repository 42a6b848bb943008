"""What the world page says: one row a country, whatever is known of it. Reads, never writes."""

import dataclasses
import datetime as dt

from countries.models import Country
from indicators.models.score import Level, ScoreRun


@dataclasses.dataclass(frozen=True, slots=True)
class WorldRow:
    """One country's line. Where nothing is known the numbers are None, never 0."""

    country: Country
    assessed: bool
    level: Level | None  # None: not assessed; Level.UNDETERMINED: too little known to say low
    overall: float | None
    coverage: float | None
    change_90: float | None
    interval: tuple[float, float] | None
    evidence_count: int
    last_event_on: dt.date | None
    top_factor: int | None  # number of the factor that contributes most
    top_factor_title: str


@dataclasses.dataclass(frozen=True, slots=True)
class World:
    """All countries at one (day, known_on), in alphabetical order."""

    day: dt.date
    known_on: dt.date
    rows: tuple[WorldRow, ...]
    run: ScoreRun | None  # the run behind the current view; None for any other date
    is_stale: bool  # the latest run failed, or inputs wait longer than the limit
    counts: dict[str, int]  # "not assessed" and every level word -> number of countries
