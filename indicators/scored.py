"""One country's score with its monthly lines: from inputs to the rows that are stored."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

import numpy as np

from indicators import frames, scoring
from indicators.beside import Beside, beside
from indicators.models import History, ScoreRun, Snapshot
from indicators.models.score import Profile
from indicators.reported import reported
from indicators.scoring.arrays import I64
from indicators.scoring.blackout import Reporting, ReportingState, reporting
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.given import Given, compared
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
    beside: Beside | None  # None where nothing is assessed, or where it was not asked for
    reporting: ReportingState | None  # the same

    @property
    def interval(self) -> tuple[float, float] | None:
        """The band around the index, where one was computed."""
        return self.beside.interval if self.beside else None

    @property
    def flags(self) -> dict[str, Any]:
        """Interval, flags and reporting under the names of a snapshot's columns; no key for what was not computed."""
        values: dict[str, Any] = {}
        if self.beside:
            values["interval_low"], values["interval_high"] = self.beside.interval
            if rapid := self.beside.rapid:
                values |= {"is_rapid": rapid.is_raised, "rapid_margin": rapid.margin}
            if leaning := self.beside.concentration:
                values |= {"is_concentrated": leaning.is_raised, "concentration": leaning.share}
        if found := self.reporting:
            values |= {"reporting": found.state.value, "reports_recent": found.recent}
            values["reports_expected"] = found.expected
        return values

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
            **self.flags,
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
    method: frames.Method,
    countries: Sequence[str],
    *,
    day: dt.date,
    known_on: dt.date,
    without: Collection[int],
    without_values: Collection[int] = (),
) -> dict[str, int]:
    """The levels that would be shown at (t = `day`, k = `known_on`) without some evidence and values of series."""
    left_out: dict[str, Collection[int]] = {"without": without, "without_values": without_values}
    inputs = frames.inputs(method, countries, known_by=max(day, known_on), **left_out)
    scored = score_inputs(method, inputs, day=day, known_on=known_on, with_lines=False, with_beside=False)
    return {one.iso3: one.shown_level for one in scored}


def score_inputs(
    method: frames.Method,
    inputs: frames.Inputs,
    *,
    day: dt.date,
    known_on: dt.date,
    with_lines: bool = True,
    with_beside: bool = True,
    with_days: bool = True,
    as_at: dt.datetime | None = None,
) -> list[ScoredCountry]:
    """As `score_countries`, from inputs already read.

    `with_beside`: with intervals, flags and the state of reporting, the last from the reports that were here `as_at`.
    `with_days`: with the last days of public evidence, which cost a query.
    """
    given = given_of(method, inputs, known_on=known_on)
    tables = (given.evidence, given.series, given.catalogue, given.parameters)
    count, days = len(inputs.countries), (day, known_on)
    now = score(*tables, Units.of(np.arange(count), *days))
    both = scoring.history(*tables, *days) if with_lines else None
    levels = (both.hindsight if both else scoring.current(*tables, *days)).level[:, -1]
    assessed = np.flatnonzero(now.assessed).tolist() if with_beside else []
    context = _Context(
        method=method,
        inputs=inputs,
        now=now,
        levels=levels.tolist(),
        changes=_changes(compared(given, *days), day),
        counts=_counts(given, day),
        latest=frames.last_days(method, inputs.countries, day=day, known_on=known_on) if with_days else {},
        beside=beside(given, assessed, day=day, known_on=known_on),
        reporting=_reporting(given, now, levels, assessed, days=days, as_at=as_at),
        both=both,
    )
    return [_scored(place, context) for place in range(count)]


def given_of(method: frames.Method, inputs: frames.Inputs, *, known_on: dt.date) -> Given:
    """Inputs as they were known at k: where k lies before t, "as known on each day" must not look beyond it either."""
    k = known_on.toordinal()
    return Given(_known_by(inputs.evidence, k), _known_by(inputs.series, k), method.catalogue, method.parameters)


def _known_by(rows: Rows, k: int) -> Rows:
    kept = rows.where(rows.known_on <= k)
    return dataclasses.replace(kept, retracted_on=np.where(kept.retracted_on <= k, kept.retracted_on, scoring.NEVER))


def _changes(given: Given, day: dt.date) -> list[float | None]:
    """R(t, t) - R(t - 90, t - 90) of each country; None where nothing was known on one of the two days."""
    count, past = len(given.evidence.countries), day - dt.timedelta(days=CHANGE_DAYS)
    days = [day] * count + [past] * count
    units = Units.of(np.tile(np.arange(count), 2), days, days)
    then = score(given.evidence, given.series, given.catalogue, given.parameters, units)
    change = (then.overall[:count] - then.overall[count:]).tolist()
    comparable = (then.assessed[:count] & then.assessed[count:]).tolist()
    return [points if known else None for points, known in zip(change, comparable, strict=True)]


def _counts(given: Given, day: dt.date) -> list[int]:
    """How many pieces of evidence count for each country."""
    rows = given.evidence
    counted = (rows.event_on <= day.toordinal()) & (rows.retracted_on == scoring.NEVER)
    return np.bincount(rows.country[counted], minlength=len(rows.countries)).tolist()  # type: ignore[no-any-return]


def _reporting(
    given: Given,
    now: Scores,
    levels: I64,
    places: Sequence[int],
    *,
    days: tuple[dt.date, dt.date],
    as_at: dt.datetime | None,
) -> dict[int, ReportingState]:
    """Of the countries at these places; levels are compared as shown, both in hindsight.

    The level of before is a whole line of the past, and only takes the flag away: it is asked for where there is one.
    """
    if not places:
        return {}
    countries, last = given.evidence.countries, min(days)  # of days that nobody knew yet, silence says nothing
    window = dt.timedelta(days=given.parameters.blackout_days)
    since = last - window - dt.timedelta(days=given.parameters.blackout_past)
    counted = reported([countries[place] for place in places], since=since, until=last, as_at=as_at)
    shown = {place: _shown(int(levels[place]), float(now.coverage[place]), given.parameters) for place in places}

    def state(place: int, level_then: int) -> ReportingState:
        on = {"level_now": shown[place], "level_then": level_then}
        return reporting(
            counted.days_of(countries[place]), counted.everywhere, t=last, **on, parameters=given.parameters
        )

    found = {place: state(place, shown[place]) for place in places}
    silent = [place for place, one in found.items() if one.state is Reporting.BLACKOUT]
    if silent:
        tables = (given.evidence, given.series, given.catalogue, given.parameters)
        past = scoring.current(*tables, last - window, days[1])
        then = _shown_all(past, given.parameters)
        found |= {place: state(place, then[place]) for place in silent}
    return found


def _shown_all(line: scoring.Line, parameters: Parameters) -> list[int]:
    pairs = zip(line.level[:, 0].tolist(), line.coverage[:, 0].tolist(), strict=True)
    return [_shown(level, coverage, parameters) for level, coverage in pairs]


@dataclasses.dataclass(frozen=True, slots=True)
class _Context:
    """Everything computed for all countries, by their places."""

    method: frames.Method
    inputs: frames.Inputs
    now: Scores
    levels: list[int]
    changes: list[float | None]
    counts: list[int]
    latest: dict[str, tuple[dt.date | None, dt.date | None]]
    beside: dict[int, Beside]
    reporting: dict[int, ReportingState]
    both: scoring.History | None


def _scored(place: int, context: _Context) -> ScoredCountry:
    iso3, now, parameters = context.inputs.countries[place], context.now, context.method.parameters
    assessed, coverage = bool(now.assessed[place]), float(now.coverage[place])
    points = profile_weights(parameters)[now.profile[place]] * now.F[place]
    genocide, cah, war = now.R[place].tolist()
    last_event_on, last_known_on = context.latest.get(iso3, (None, None))
    return ScoredCountry(
        iso3=iso3,
        input_digest=context.inputs.digests.get(iso3, frames.EMPTY_DIGEST),
        assessed=assessed,
        overall=float(now.overall[place]),
        by_profile=(genocide, cah, war),
        profile=PROFILES[int(now.profile[place])],
        level=context.levels[place],
        shown_level=_shown(context.levels[place], coverage, parameters),
        coverage=coverage,
        change_90=context.changes[place],
        cannot_exclude=float(now.cannot_exclude[place]),
        factors=tuple(now.F[place].tolist()),
        factor_coverage=tuple(now.K[place].tolist()),
        indicators=tuple(now.x[place].tolist()),
        top_factor=int(points.argmax()) + 1 if points.max() > 0 else None,
        evidence_count=context.counts[place],
        last_event_on=last_event_on,
        last_known_on=last_known_on,
        lines=_lines(context.both, place, parameters) if assessed and context.both else (),
        beside=context.beside.get(place),
        reporting=context.reporting.get(place),
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
