"""One country's score with its monthly lines: from inputs to the rows that are stored."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Sequence
from typing import TypeVar

import numpy as np

from indicators import frames, scoring
from indicators.models import History, ScoreRun, Snapshot
from indicators.models.score import Profile
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.kernel import Scores, score
from indicators.scoring.levels import displayed_level
from indicators.scoring.parameters import Parameters
from indicators.scoring.profiles import profile_weights
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.units import Units

CHANGE_DAYS = 90  # scoring.md §4, rapid change
Rows = TypeVar("Rows", EvidenceRows, SeriesRows)
PROFILES = (Profile.GENOCIDE, Profile.CRIMES_AGAINST_HUMANITY, Profile.WAR_CRIMES)


@dataclasses.dataclass(frozen=True, slots=True)
class ScoredLine:
    """One monthly line; tuples of equal length, oldest first, the last point is the day of the score."""

    line: str
    days: tuple[dt.date, ...]
    overall: tuple[float, ...]
    by_profile: tuple[tuple[float, float, float], ...]
    coverage: tuple[float, ...]
    levels: tuple[int, ...]
    shown_levels: tuple[int, ...]

    def as_history(self, snapshot: Snapshot) -> History:
        """The row to store."""
        return History(
            snapshot=snapshot,
            line=self.line,
            days=list(self.days),
            overall=list(self.overall),
            genocide=[values[0] for values in self.by_profile],
            cah=[values[1] for values in self.by_profile],
            war=[values[2] for values in self.by_profile],
            coverage=list(self.coverage),
            levels=list(self.levels),
            shown_levels=list(self.shown_levels),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class ScoredCountry:
    """The score of one country at (day, known_on), not yet stored."""

    iso3: str
    input_digest: str
    assessed: bool
    overall: float
    by_profile: tuple[float, float, float]
    profile: Profile
    level: int
    shown_level: int
    coverage: float
    change_90: float | None
    cannot_exclude: float
    factors: tuple[float, ...]
    factor_coverage: tuple[float, ...]
    indicators: tuple[float, ...]
    top_factor: int | None
    evidence_count: int
    last_event_on: dt.date | None
    last_known_on: dt.date | None
    lines: tuple[ScoredLine, ...]

    def as_snapshot(self, run: ScoreRun, country_id: int) -> Snapshot:
        """The row to store."""
        return Snapshot(
            run=run,
            country_id=country_id,
            method=run.method,
            as_of=run.as_of,
            known_on=run.known_on,
            input_digest=self.input_digest,
            assessed=self.assessed,
            overall=self.overall,
            genocide=self.by_profile[0],
            cah=self.by_profile[1],
            war=self.by_profile[2],
            profile=self.profile,
            level=self.level,
            shown_level=self.shown_level,
            coverage=self.coverage,
            change_90=self.change_90,
            cannot_exclude=self.cannot_exclude,
            factors=list(self.factors),
            factor_coverage=list(self.factor_coverage),
            indicators=list(self.indicators),
            top_factor=self.top_factor,
            last_event_on=self.last_event_on,
            last_known_on=self.last_known_on,
            evidence_count=self.evidence_count,
        )


def score_countries(
    method: frames.Method,
    countries: Sequence[str] | None,
    *,
    day: dt.date,
    known_on: dt.date,
    with_lines: bool = True,
) -> list[ScoredCountry]:
    """Scores with their lines at (t = `day`, k = `known_on`), of some countries in their order, or of all with inputs.

    One country alone gives the same as the batch.
    """
    inputs = frames.inputs(method, countries, known_by=None if with_lines else max(day, known_on))
    return score_inputs(method, inputs, day=day, known_on=known_on, with_lines=with_lines)


def shown_levels(
    method: frames.Method, countries: Sequence[str], *, day: dt.date, known_on: dt.date, without: Collection[int]
) -> dict[str, int]:
    """The levels that would be shown at (t = `day`, k = `known_on`) without the evidence of these numbers."""
    inputs = frames.inputs(method, countries, known_by=max(day, known_on), without=without)
    scored = score_inputs(method, inputs, day=day, known_on=known_on, with_lines=False)
    return {one.iso3: one.shown_level for one in scored}


def score_inputs(
    method: frames.Method, inputs: frames.Inputs, *, day: dt.date, known_on: dt.date, with_lines: bool = True
) -> list[ScoredCountry]:
    """As `score_countries`, from inputs already read."""
    k = known_on.toordinal()
    tables = (_known_by(inputs.evidence, k), _known_by(inputs.series, k), method.catalogue, method.parameters)
    count = len(inputs.countries)
    number, past = np.arange(count), day - dt.timedelta(days=CHANGE_DAYS)
    now = score(*tables, Units.of(number, day, known_on))
    then = score(*tables, Units.of(np.tile(number, 2), [day] * count + [past] * count, [day] * count + [past] * count))
    change = then.overall[:count] - then.overall[count:]
    lines: list[tuple[ScoredLine, ...]] = [()] * count
    if with_lines:
        both = scoring.history(*tables, day, known_on)
        lines = [_lines(both, place, method.parameters) for place in range(count)]
        levels = both.hindsight.level[:, -1]
    else:
        levels = scoring.current(*tables, day, known_on).level[:, -1]
    latest = frames.last_days(method, inputs.countries, day=day, known_on=known_on)
    return [
        _scored(
            place,
            inputs,
            now,
            method,
            level=int(levels[place]),
            change=float(change[place]) if then.assessed[place] else None,
            latest=latest.get(inputs.countries[place], (0, None, None)),
            lines=lines[place],
        )
        for place in range(count)
    ]


def _known_by(rows: Rows, k: int) -> Rows:
    """`rows` as they were known at k: where k lies before t, "as known on each day" must not look beyond it either."""
    kept = rows.where(rows.known_on <= k)
    return dataclasses.replace(kept, retracted_on=np.where(kept.retracted_on <= k, kept.retracted_on, scoring.NEVER))


def _scored(
    place: int,
    inputs: frames.Inputs,
    now: Scores,
    method: frames.Method,
    *,
    level: int,
    change: float | None,
    latest: tuple[int, dt.date | None, dt.date | None],
    lines: tuple[ScoredLine, ...],
) -> ScoredCountry:
    iso3 = inputs.countries[place]
    assessed, coverage = bool(now.assessed[place]), float(now.coverage[place])
    points = profile_weights(method.parameters)[now.profile[place]] * now.F[place]
    genocide, cah, war = now.R[place].tolist()
    return ScoredCountry(
        iso3=iso3,
        input_digest=inputs.digests.get(iso3, frames.EMPTY_DIGEST),
        assessed=assessed,
        overall=float(now.overall[place]),
        by_profile=(genocide, cah, war),
        profile=PROFILES[int(now.profile[place])],
        level=level,
        shown_level=_shown(level, coverage, method.parameters),
        coverage=coverage,
        change_90=change,
        cannot_exclude=float(now.cannot_exclude[place]),
        factors=tuple(now.F[place].tolist()),
        factor_coverage=tuple(now.K[place].tolist()),
        indicators=tuple(now.x[place].tolist()),
        top_factor=int(points.argmax()) + 1 if points.max() > 0 else None,
        evidence_count=latest[0],
        last_event_on=latest[1],
        last_known_on=latest[2],
        lines=lines if assessed else (),
    )


def _lines(both: scoring.History, place: int, parameters: Parameters) -> tuple[ScoredLine, ...]:
    first = int(both.first[place])
    days = tuple(dt.date.fromordinal(day) for day in both.days[first:].tolist())
    return (
        _line(History.Line.HINDSIGHT, days, both.hindsight, place, first, parameters),
        _line(History.Line.KNOWN_THEN, days, both.known_then, place, first, parameters),
    )


def _line(
    name: History.Line,
    days: tuple[dt.date, ...],
    line: scoring.Line,
    place: int,
    first: int,
    parameters: Parameters,
) -> ScoredLine:
    coverage, levels = line.coverage[place, first:].tolist(), line.level[place, first:].tolist()
    return ScoredLine(
        line=name,
        days=days,
        overall=tuple(line.overall[place, first:].tolist()),
        by_profile=tuple((genocide, cah, war) for genocide, cah, war in line.R[place, first:].tolist()),
        coverage=tuple(coverage),
        levels=tuple(levels),
        shown_levels=tuple(_shown(level, known, parameters) for level, known in zip(levels, coverage, strict=True)),
    )


def _shown(level: int, coverage: float, parameters: Parameters) -> int:
    return int(displayed_level(level, coverage, parameters=parameters))
