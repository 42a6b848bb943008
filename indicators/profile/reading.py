"""Reads one country's rows once, for its page: everything that `profile` then only arranges."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists

from countries.models import Country
from indicators import frames
from indicators.models import (
    Evidence,
    History,
    Indicator,
    RescoreRequest,
    ScoreRun,
    SeriesValue,
    Snapshot,
    Standing,
)
from indicators.scored import ScoredCountry, score_inputs
from indicators.world import is_stale
from people.permissions import Sensitivity, clearance_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """The rows behind a country's page; `score` is None where nothing is known."""

    day: dt.date  # of the shown score: the standing one may be of an earlier day than was asked for
    known_on: dt.date
    clearance: Sensitivity
    score: Snapshot | ScoredCountry | None
    histories: Sequence[History]
    method: frames.Method
    inputs: frames.Inputs
    indicators: Sequence[Indicator]
    evidence: Sequence[Evidence]  # visible at (day, known_on), each with `is_visible` for the reader
    counted: Sequence[Evidence]  # what the shown score rests on; differs while a new one is on its way
    corrections: Sequence[Evidence]  # retracted by known_on, latest first
    series: Sequence[SeriesValue]  # visible at (day, known_on), unscored ones included
    run: ScoreRun | None
    is_stale: bool
    is_recomputing: bool

    def may_see(self, value: SeriesValue) -> bool:
        """Whether the reader is cleared for the release that the value comes from."""
        return value.report.sensitivity <= self.clearance


def read(
    country: Country, *, day: dt.date, known_on: dt.date, is_current: bool, user: "User | AnonymousUser"
) -> Reading:
    """Seven queries at the most. Raises frames.NoMethodError."""
    standing = _standing(country) if is_current else None
    version = standing.method if standing else frames.version_in_use()
    indicators = list(version.framework.indicators.select_related("factor").order_by("order"))
    method = frames.method_with(version, indicators)
    evidence = _evidence(country, user)
    series = _series(country)
    inputs, cut = _inputs(country, method, evidence, series, standing)
    score: Snapshot | ScoredCountry | None = standing
    if not is_current:
        score = score_inputs(method, inputs, day=day, known_on=known_on)[0]
    last = (
        ScoreRun.objects.annotate(asked=Exists(RescoreRequest.objects.filter(country=country)))
        .exclude(state="running")
        .order_by("-pk")
        .first()
    )
    scored_on = (standing.as_of, standing.known_on) if standing else (day, known_on)
    return Reading(
        day=scored_on[0],
        known_on=scored_on[1],
        clearance=clearance_of(user),
        score=score if score is not None and score.assessed else None,
        histories=list(standing.histories.all()) if standing else [],
        method=method,
        inputs=inputs,
        indicators=indicators,
        evidence=[row for row in evidence if _is_known(row, day, known_on)],
        counted=[row for row in _before(evidence, cut) if _is_known(row, *scored_on, as_at=cut)],
        corrections=[row for row in evidence if _is_corrected(row, known_on)],
        series=[row for row in series if _is_measured(row, day, known_on)],
        run=standing.run if standing else None,
        is_stale=is_current and is_stale(last, stands_of=standing.as_of if standing else None, day=day),
        is_recomputing=is_current and (last.asked if last else RescoreRequest.objects.filter(country=country).exists()),
    )


def _standing(country: Country) -> Snapshot | None:
    related = ("snapshot__run", "snapshot__method__framework")
    row = Standing.objects.filter(country=country).select_related(*related).first()
    return row.snapshot if row else None


def _evidence(country: Country, user: "User | AnonymousUser") -> list[Evidence]:
    related = ("passage__report__source", "family", "indicator__factor", "country", "decided_by")
    rows = Evidence.objects.ever_accepted().filter(country=country).marked_for(user).select_related(*related)
    return list(rows.defer("passage__report__bytes", "passage__report__text").order_by("-event_on", "pk"))


def _series(country: Country) -> list[SeriesValue]:
    related = ("definition", "country", "report__source", "report__series_load")
    rows = SeriesValue.objects.filter(country=country).select_related(*related)
    return list(rows.defer("report__bytes", "report__text", "report__headers"))


def _inputs(
    country: Country,
    method: frames.Method,
    evidence: list[Evidence],
    series: list[SeriesValue],
    standing: Snapshot | None,
) -> tuple[frames.Inputs, dt.datetime | None]:
    """What the score rests on, and the instant before which it was all decided; None where that is everything.

    The digest says which instant: a decision can fall between the start of a run and its reading.
    """
    scored = [row for row in series if row.is_scored]
    inputs = _assembled(country, method, evidence, scored, None)
    if standing is None or inputs.digests.get(country.iso3, frames.EMPTY_DIGEST) == standing.input_digest:
        return inputs, None
    began = standing.run.started_at
    changes = {_loaded_at(row) for row in scored} | {row.decided_at for row in evidence}
    changes |= {row.retracted_at for row in evidence}
    for cut in [*sorted((at for at in changes if at and at > began), reverse=True), began]:
        inputs = _assembled(country, method, evidence, scored, cut)
        if inputs.digests.get(country.iso3, frames.EMPTY_DIGEST) == standing.input_digest:
            break
    return inputs, cut


def _assembled(
    country: Country,
    method: frames.Method,
    evidence: list[Evidence],
    series: list[SeriesValue],
    cut: dt.datetime | None,
) -> frames.Inputs:
    rows = [frames.evidence_tuple(row, as_at=cut) for row in _before(evidence, cut)]
    values = [frames.series_tuple(row) for row in series if cut is None or (_loaded_at(row) or cut) <= cut]
    return frames.assembled(rows, values, method, (country.iso3,))


def _before(evidence: list[Evidence], cut: dt.datetime | None) -> list[Evidence]:
    return [row for row in evidence if cut is None or (row.decided_at is not None and row.decided_at <= cut)]


def _loaded_at(value: SeriesValue) -> dt.datetime | None:
    load = getattr(value.report, "series_load", None)
    return load.loaded_at if load else None


def _is_known(row: Evidence, day: dt.date, known_on: dt.date, *, as_at: dt.datetime | None = None) -> bool:
    known = frames.day_of(row.known_at)
    retracted = frames.day_of(frames.retracted_as_at(row, as_at))
    return row.event_on <= day and known is not None and known <= known_on and not (retracted and retracted <= known_on)


def _is_corrected(row: Evidence, known_on: dt.date) -> bool:
    retracted = frames.day_of(row.retracted_at)
    return retracted is not None and retracted <= known_on


def _is_measured(row: SeriesValue, day: dt.date, known_on: dt.date) -> bool:
    known = frames.day_of(row.known_at)
    retracted = frames.day_of(row.retracted_at)
    return (
        row.period_end <= day and known is not None and known <= known_on and not (retracted and retracted <= known_on)
    )
