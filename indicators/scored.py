"""One country's score with its monthly lines: from inputs to the rows that are stored."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

import numpy as np

from indicators import frames
from indicators.models import History, ScoreRun, Snapshot
from indicators.models.score import Profile
from indicators.scoring.days import month_ends
from indicators.scoring.kernel import Scores, score
from indicators.scoring.levels import displayed_level, fold, raised
from indicators.scoring.profiles import profile_weights
from indicators.scoring.units import Units

CHANGE_DAYS = 90  # scoring.md §4, rapid change
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
    indicator_coverage: tuple[float, ...]
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
    with_known_then: bool = True,
) -> list[ScoredCountry]:
    """Scores with their lines of some countries, or of all, at (t = `day`, k = `known_on`), in the order given.

    One country alone gives the same as the batch.
    """
    inputs = frames.inputs(method, countries)
    return score_inputs(method, inputs, day=day, known_on=known_on, with_known_then=with_known_then)


def score_inputs(
    method: frames.Method, inputs: frames.Inputs, *, day: dt.date, known_on: dt.date, with_known_then: bool = True
) -> list[ScoredCountry]:
    """As `score_countries`, from inputs already read."""
    plan = _Plan(inputs, day=day, known_on=known_on, with_known_then=with_known_then)
    scores = score(inputs.evidence, inputs.series, method.catalogue, method.parameters, plan.units)
    latest = frames.last_days(inputs.countries, day=day, known_on=known_on)
    return [_scored(number, iso3, inputs, plan, scores, method, latest) for number, iso3 in enumerate(inputs.countries)]


class _Plan:
    """Which (country, t, k) to score, and where each line's points lie in the result."""

    def __init__(self, inputs: frames.Inputs, *, day: dt.date, known_on: dt.date, with_known_then: bool) -> None:
        self.with_known_then = with_known_then
        self.days: list[tuple[dt.date, ...]] = []
        self.offsets: list[int] = []
        country: list[int] = []
        valid: list[int] = []
        known: list[int] = []
        for number, iso3 in enumerate(inputs.countries):
            first = min(inputs.first_days.get(iso3, day), day)
            ends = [end for end in month_ends(first, day).tolist() if end < day.toordinal()] + [day.toordinal()]
            self.days.append(tuple(dt.date.fromordinal(end) for end in ends))
            self.offsets.append(len(country))
            now, past = day.toordinal(), day.toordinal() - CHANGE_DAYS
            then = ends if with_known_then else []
            country += [number] * (len(ends) + len(then) + 2)
            valid += [*ends, *then, now, past]
            known += [known_on.toordinal()] * len(ends) + then + [now, past]
        self.units = Units(np.array(country, np.int64), np.array(valid, np.int64), np.array(known, np.int64))


def _scored(
    number: int,
    iso3: str,
    inputs: frames.Inputs,
    plan: _Plan,
    scores: Scores,
    method: frames.Method,
    latest: dict[str, tuple[int, dt.date, dt.date]],
) -> ScoredCountry:
    days, offset = plan.days[number], plan.offsets[number]
    current = offset + len(days) - 1
    lines = [_line(History.Line.HINDSIGHT, days, slice(offset, offset + len(days)), scores, method)]
    today = offset + len(days) * (2 if plan.with_known_then else 1)
    if plan.with_known_then:
        lines.append(_line(History.Line.KNOWN_THEN, days, slice(offset + len(days), today), scores, method))
    hindsight, past = lines[0], today + 1
    assessed = bool(scores.assessed[current])
    weights = profile_weights(method.parameters)[scores.profile[current]]
    points = weights * scores.F[current]
    count, last_event, last_known = latest.get(iso3, (0, None, None))
    return ScoredCountry(
        iso3=iso3,
        input_digest=inputs.digests.get(iso3, frames.EMPTY_DIGEST),
        assessed=assessed,
        overall=float(scores.overall[current]),
        by_profile=_three(scores, current),
        profile=PROFILES[int(scores.profile[current])],
        level=hindsight.levels[-1],
        shown_level=hindsight.shown_levels[-1],
        coverage=float(scores.coverage[current]),
        change_90=float(scores.overall[today] - scores.overall[past]) if assessed else None,
        cannot_exclude=float(scores.cannot_exclude[current]),
        factors=tuple(scores.F[current].tolist()),
        factor_coverage=tuple(scores.K[current].tolist()),
        indicators=tuple(scores.x[current].tolist()),
        indicator_coverage=tuple(scores.kappa[current].tolist()),
        top_factor=int(points.argmax()) + 1 if points.max() > 0 else None,
        evidence_count=count,
        last_event_on=last_event,
        last_known_on=last_known,
        lines=tuple(lines) if assessed else (),
    )


def _line(
    line: History.Line, days: tuple[dt.date, ...], place: slice, scores: Scores, method: frames.Method
) -> ScoredLine:
    overall, coverage = scores.overall[place], scores.coverage[place]
    levels = fold(overall.tolist(), method.parameters)
    if days[-1] != _month_end(days[-1]):
        before = levels[-2] if len(levels) > 1 else 0
        levels[-1] = raised(before, float(overall[-1]), method.parameters)
    shown = [
        max(0, displayed_level(level, float(known), assessed=True, parameters=method.parameters))
        for level, known in zip(levels, coverage, strict=True)
    ]
    return ScoredLine(
        line=line,
        days=days,
        overall=tuple(overall.tolist()),
        by_profile=tuple(_three(scores, point) for point in range(place.start, place.stop)),
        coverage=tuple(coverage.tolist()),
        levels=tuple(levels),
        shown_levels=tuple(int(level) for level in shown),
    )


def _three(scores: Scores, point: int) -> tuple[float, float, float]:
    genocide, cah, war = scores.R[point].tolist()
    return genocide, cah, war


def _month_end(day: dt.date) -> dt.date:
    return dt.date.fromordinal(int(month_ends(day.replace(day=1), day.replace(day=28) + dt.timedelta(days=4))[0]))
