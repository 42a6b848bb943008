"""What the world page says: one row a country, whatever is known of it. Reads, never writes."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.core.cache import cache
from django.db.models import Max

from countries.models import Country
from indicators import frames
from indicators.models import Factor, RescoreRequest, ScoreRun, Snapshot
from indicators.models.score import Level
from indicators.scored import ScoredCountry, score_countries

DAY_LAG = dt.timedelta(days=1)  # the daily run comes at 03:15: until then yesterday's scores are in order


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
    is_stale: bool  # what stands is older than it should be: the latest run failed, or none came
    counts: dict[str, int]  # "not assessed" and every level word -> number of countries


def world(*, day: dt.date, known_on: dt.date, is_current: bool) -> World:
    """The current scores as they stand, or those of another date computed now by the same arithmetic."""
    rows, oldest = _standing_rows() if is_current else (_computed_rows(day, known_on), None)
    last = latest_run()
    return World(
        day=day,
        known_on=known_on,
        rows=rows,
        run=_published_run(last) if is_current else None,
        is_stale=is_current and is_stale(last, stands_of=oldest, day=day),
        counts=_counts(rows),
    )


def latest_run() -> ScoreRun | None:
    """The last run that was finished, published or failed."""
    return ScoreRun.objects.exclude(state=ScoreRun.State.RUNNING).select_related("method").order_by("-pk").first()


def _published_run(last: ScoreRun | None) -> ScoreRun | None:
    """The run behind what stands: the last one, or the one before it where the last one failed."""
    if last is None or last.state == ScoreRun.State.PUBLISHED:
        return last
    published = ScoreRun.objects.filter(state=ScoreRun.State.PUBLISHED).select_related("method")
    return published.order_by("-pk").first()


def is_stale(last: ScoreRun | None, *, stands_of: dt.date | None, day: dt.date) -> bool:
    """Whether what stands is older than it should be: the last run failed, or no run came for more than a day."""
    has_failed = last is not None and last.state == ScoreRun.State.FAILED
    return has_failed or (stands_of is not None and stands_of < day - DAY_LAG)


def _counts(rows: Sequence[WorldRow]) -> dict[str, int]:
    counts = {"not assessed": sum(not row.assessed for row in rows)}
    return counts | {level.label: sum(row.level == level for row in rows) for level in Level}


def _titles() -> dict[int, str]:
    return dict(Factor.objects.order_by("framework__version").values_list("number", "title"))


def _standing_rows() -> tuple[tuple[WorldRow, ...], dt.date | None]:
    """The rows, and the day of the oldest score among them."""
    titles = _titles()
    found = [
        (country, _snapshot_of(country))
        for country in Country.objects.alphabetical().select_related("standing__snapshot")
    ]
    oldest = min((snapshot.as_of for _, snapshot in found if snapshot), default=None)
    return tuple(_row(country, snapshot, titles) for country, snapshot in found), oldest


def _snapshot_of(country: Country) -> Snapshot | None:
    try:
        return country.standing.snapshot
    except Country.standing.RelatedObjectDoesNotExist:
        return None


def _computed_rows(day: dt.date, known_on: dt.date) -> tuple[WorldRow, ...]:
    titles = _titles()
    scored = {country.iso3: country for country in _computed(day, known_on)}
    return tuple(_row(country, scored.get(country.iso3), titles) for country in Country.objects.alphabetical())


def _computed(day: dt.date, known_on: dt.date) -> list[ScoredCountry]:
    """Scores of all countries at another date; kept until the inputs change."""
    if RescoreRequest.objects.exists():  # inputs have changed and no run has seen it: nothing is kept of this moment
        return score_countries(frames.method_in_use(), None, day=day, known_on=known_on, with_lines=False)
    last = ScoreRun.objects.filter(state=ScoreRun.State.PUBLISHED).aggregate(last=Max("pk"))["last"]
    key = f"world:{day}:{known_on}:{last}"
    kept: list[ScoredCountry] | None = cache.get(key)
    if kept is None:
        kept = score_countries(frames.method_in_use(), None, day=day, known_on=known_on, with_lines=False)
        cache.set(key, kept, timeout=3600)
    return kept


def _row(country: Country, score: Snapshot | ScoredCountry | None, titles: dict[int, str]) -> WorldRow:
    if score is None or not score.assessed:
        return WorldRow(country, False, None, None, None, None, None, 0, None, None, "")
    return WorldRow(
        country=country,
        assessed=True,
        level=Level(score.shown_level),
        overall=score.overall,
        coverage=score.coverage,
        change_90=score.change_90,
        interval=interval_of(score),
        evidence_count=score.evidence_count,
        last_event_on=score.last_event_on,
        top_factor=score.top_factor,
        top_factor_title=titles.get(score.top_factor or 0, ""),
    )


def interval_of(score: Snapshot | ScoredCountry) -> tuple[float, float] | None:
    """The stored band, where one was computed."""
    if isinstance(score, ScoredCountry) or score.interval_low is None or score.interval_high is None:
        return None
    return score.interval_low, score.interval_high
