"""What the world page says: one row a country, whatever is known of it. Reads, never writes."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from django.core.cache import cache
from django.db.models import Max, QuerySet, Subquery

from countries.models import Country
from indicators import frames
from indicators.models import Factor, MethodVersion, RescoreRequest, ScoreRun, Snapshot, Standing
from indicators.models.score import ARRAYS, Level, Reporting
from indicators.scored import ScoredCountry, score_countries
from indicators.scoring.apportion import printed_change
from indicators.scoring.cannot_exclude import nothing_known

DAY_LAG = dt.timedelta(days=1)  # the daily run comes at 03:15: until then yesterday's scores are in order


@dataclasses.dataclass(frozen=True, slots=True)
class Flags:
    """What stands beside an index. None: not computed, or nothing to compare with; never "no" for "not known".

    Which family a score leans on is not said here: it is derived from the rows that a reader may see.
    """

    is_rapid: bool | None = None
    rapid_margin: float | None = None
    is_concentrated: bool | None = None
    concentration: float | None = None  # the largest family's share of the points, 0 to 1
    reporting: Reporting | None = None
    reports_recent: int | None = None
    reports_expected: float | None = None


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
    cannot_exclude: float | None  # the index if the unknown hid a little of everything, 0 to 100
    evidence_count: int
    last_event_on: dt.date | None
    top_factor: int | None  # number of the factor that contributes most
    top_factor_title: str
    flags: Flags

    @property
    def change_printed(self) -> float | None:
        """The change over 90 days as every page prints it."""
        return printed_change(self.overall, self.change_90)


@dataclasses.dataclass(frozen=True, slots=True)
class World:
    """All countries at one (day, known_on), in alphabetical order."""

    day: dt.date
    known_on: dt.date
    rows: tuple[WorldRow, ...]
    method: MethodVersion | None  # None: none is published yet
    run: ScoreRun | None  # the run behind the current view; None for any other date
    is_stale: bool  # what stands is older than it should be: the latest run failed, or none came
    counts: dict[str, int]  # "not assessed" and every level word -> number of countries


def world(*, day: dt.date, known_on: dt.date, is_current: bool, method: MethodVersion | None = None) -> World:
    """The current scores as they stand, or those of another date computed now by the same arithmetic.

    Under the method in use, or under another published one.
    """
    last = latest_run(method)
    run = _published_run(last) if is_current else None
    if is_current:
        version = method or (run.method if run else MethodVersion.objects.by_use().first())
        rows, oldest = _standing_rows(method)
    else:
        version = method or frames.version_in_use()
        rows, oldest = _computed_rows(day, known_on, version), None
    return World(
        day=day,
        known_on=known_on,
        rows=rows,
        method=version,
        run=run,
        is_stale=is_current and is_stale(last, stands_of=oldest, day=day),
        counts=_counts(rows),
    )


def latest_run(method: MethodVersion | None = None) -> ScoreRun | None:
    """The last run of the method in use, or of another, that was finished, published or failed."""
    return runs_of(method).exclude(state=ScoreRun.State.RUNNING).select_related("method").order_by("-pk").first()


def runs_of(method: MethodVersion | None) -> QuerySet[ScoreRun]:
    """Runs of the method in use, or of another."""
    in_use = MethodVersion.objects.by_use().values("pk")[:1]
    return ScoreRun.objects.filter(method__in=in_use) if method is None else ScoreRun.objects.filter(method=method)


def _published_run(last: ScoreRun | None) -> ScoreRun | None:
    """The run behind what stands: the last one, or the one before it where the last one failed."""
    if last is None or last.state == ScoreRun.State.PUBLISHED:
        return last
    published = ScoreRun.objects.filter(state=ScoreRun.State.PUBLISHED, method=last.method_id).select_related("method")
    return published.order_by("-pk").first()


def is_stale(last: ScoreRun | None, *, stands_of: dt.date | None, day: dt.date) -> bool:
    """Whether what stands is older than it should be: the last run failed, or no run came for more than a day."""
    has_failed = last is not None and last.state == ScoreRun.State.FAILED
    return has_failed or (stands_of is not None and stands_of < day - DAY_LAG)


def _counts(rows: Sequence[WorldRow]) -> dict[str, int]:
    counts = {"not assessed": sum(not row.assessed for row in rows)}
    return counts | {level.name: sum(row.level == level for row in rows) for level in Level}


def _titles() -> dict[int, str]:
    return dict(Factor.objects.order_by("framework__version").values_list("number", "title"))


def _standing_rows(method: MethodVersion | None) -> tuple[tuple[WorldRow, ...], dt.date | None]:
    """The rows, and the day of the oldest score among them."""
    titles = _titles()
    standing = Standing.objects.in_use() if method is None else Standing.objects.filter(method=method)
    rows = standing.filter(snapshot__assessed=True).select_related("snapshot")
    found = {row.country_id: row.snapshot for row in rows.defer(*(f"snapshot__{name}" for name in ARRAYS))}
    first = standing.order_by("snapshot__as_of").values("snapshot__as_of")[:1]
    countries = list(Country.objects.alphabetical().annotate(oldest=Subquery(first)))  # the same beside each
    oldest: dt.date | None = countries[0].__dict__["oldest"] if countries else None
    return tuple(row_of(country, found.get(country.pk), titles) for country in countries), oldest


def _computed_rows(day: dt.date, known_on: dt.date, version: MethodVersion) -> tuple[WorldRow, ...]:
    titles = _titles()
    scored = {country.iso3: country for country in _computed(day, known_on, version)}
    return tuple(row_of(country, scored.get(country.iso3), titles) for country in Country.objects.alphabetical())


def _computed(day: dt.date, known_on: dt.date, version: MethodVersion) -> list[ScoredCountry]:
    """Scores of all countries at another date; kept until the inputs change."""

    def compute() -> list[ScoredCountry]:
        return score_countries(frames.method_of(version), None, day=day, known_on=known_on, with_lines=False)

    if RescoreRequest.objects.exists():  # inputs have changed and no run has seen it: nothing is kept of this moment
        return compute()
    last = ScoreRun.objects.filter(state=ScoreRun.State.PUBLISHED).aggregate(last=Max("pk"))["last"]
    key = f"world:{version.pk}:{day}:{known_on}:{last}"
    kept: list[ScoredCountry] | None = cache.get(key)
    if kept is None:
        kept = compute()
        cache.set(key, kept, timeout=3600)
    return kept


def row_of(country: Country, score: Snapshot | ScoredCountry | None, titles: Mapping[int, str]) -> WorldRow:
    """What is known of a country; `titles` are those of the factors by number."""
    if score is None or not score.assessed:
        return WorldRow(country, False, None, None, None, None, None, None, 0, None, None, "", Flags())
    return WorldRow(
        country=country,
        assessed=True,
        level=Level(score.shown_level),
        overall=score.overall,
        coverage=score.coverage,
        change_90=score.change_90,
        interval=interval_of(score),
        cannot_exclude=score.cannot_exclude,
        evidence_count=score.evidence_count,
        last_event_on=score.last_event_on,
        top_factor=score.top_factor,
        top_factor_title=titles.get(score.top_factor or 0, ""),
        flags=flags_of(score),
    )


def cannot_exclude_of_nothing(version: MethodVersion) -> float:
    """What cannot be excluded of a country on which nothing is known, 0 to 100; kept, since no method ever changes."""
    key = f"nothing-known:{version.sha256}"
    found: float | None = cache.get(key)
    if found is None:
        method = frames.method_of(version)
        found = nothing_known(method.catalogue, method.parameters)
        cache.set(key, found, timeout=None)
    return found


def interval_of(score: Snapshot | ScoredCountry) -> tuple[float, float] | None:
    """The band around the index, where one was computed."""
    if isinstance(score, ScoredCountry):
        return score.interval
    if score.interval_low is None or score.interval_high is None:
        return None
    return score.interval_low, score.interval_high


def flags_of(score: Snapshot | ScoredCountry) -> Flags:
    """The flags of a stored score, or of one that was computed now."""
    values = score.flags if isinstance(score, ScoredCountry) else {name: getattr(score, name) for name in _FLAGS}
    reporting = values.get("reporting")
    return Flags(
        **{name: values.get(name) for name in _FLAGS if name != "reporting"},
        reporting=Reporting(reporting) if reporting else None,
    )


_FLAGS = tuple(field.name for field in dataclasses.fields(Flags))
