"""Reads one country's rows once, for its page: everything that `profile` then only arranges."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Exists

from countries.models import Country
from indicators import frames, reproducing
from indicators.events import ever_linked
from indicators.models import (
    Band,
    Evidence,
    History,
    Indicator,
    MethodVersion,
    RescoreRequest,
    ScoreRun,
    SeriesValue,
    Snapshot,
    Standing,
)
from indicators.scored import ScoredCountry, score_inputs
from indicators.voices import Voice, ever_clustered
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
    bands: Sequence[Band]  # of the hindsight line, where the score stands
    method: frames.Method
    inputs: frames.Inputs
    indicators: Sequence[Indicator]
    evidence: Sequence[Evidence]  # visible at (day, known_on), each with `is_visible` for the reader
    voices: Mapping[int, Voice]  # of the evidence that counts as another body's in the shown score, by number
    links: Mapping[int, str]  # events that people had given evidence for the shown score, by its number
    counted: Sequence[Evidence]  # what the shown score rests on; differs while a new one is on its way
    corrections: Sequence[Evidence]  # retracted by known_on, latest first
    series: Sequence[SeriesValue]  # visible at (day, known_on), unscored ones included
    run: ScoreRun | None
    standing: Snapshot | None  # what stands, assessed or not
    is_stale: bool
    is_recomputing: bool

    def family_of(self, row: Evidence) -> str:
        """Slug of the body as which a piece of evidence counts."""
        voice = self.voices.get(row.pk)
        return voice.family if voice else row.family.slug

    def event_of(self, row: Evidence) -> str:
        """Name of the event that a piece of evidence counts as part of; empty where the week is its event."""
        return self.links.get(row.pk, row.event_key)

    def counted_with(self, row: Evidence) -> str:
        """Name of the body with which a piece counts as one source; empty where it is its own, or may not be told."""
        voice = self.voices.get(row.pk)
        return voice.family_name if voice and voice.sensitivity <= self.clearance else ""

    def may_see(self, value: SeriesValue) -> bool:
        """Whether the reader is cleared for the release that the value comes from."""
        return value.report.sensitivity <= self.clearance


def read(
    country: Country,
    *,
    day: dt.date,
    known_on: dt.date,
    is_current: bool,
    user: "User | AnonymousUser",
    method: MethodVersion | None = None,
    with_history: bool = True,
) -> Reading:
    """Nine queries at the most, under the method in use or another. Raises frames.NoMethodError."""
    standing = _standing(country, method) if is_current else None
    version = standing.method if standing else (method or frames.version_in_use())
    indicators = list(version.framework.indicators.select_related("factor").order_by("order"))
    by, evidence, series = frames.method_with(version, indicators), _evidence(country, user), _series(country)
    rows = reproducing.CountryRows(country, evidence, [row for row in series if row.is_scored])
    inputs, cut = _inputs(rows, by, standing)
    score: Snapshot | ScoredCountry | None = standing
    if not is_current:
        (score,) = score_inputs(by, inputs, day=day, known_on=known_on, with_lines=with_history, with_days=False)
    scored_on = (standing.as_of, standing.known_on) if standing else (day, known_on)
    return Reading(
        day=scored_on[0],
        known_on=scored_on[1],
        clearance=clearance_of(user),
        score=score if score is not None and score.assessed else None,
        **_lines(standing if with_history else None),
        method=by,
        inputs=inputs,
        indicators=indicators,
        evidence=[row for row in evidence if _is_known(row, day, known_on)],
        voices=rows.voices(cut),
        links=rows.links(cut),
        counted=[row for row in reproducing.decided_by(evidence, cut) if _is_known(row, *scored_on, as_at=cut)],
        corrections=[row for row in evidence if _is_corrected(row, known_on)],
        series=[row for row in series if is_measured(row, day, known_on)],
        run=standing.run if standing else None,
        standing=standing,
        **_freshness(country, version, standing, day=day, is_current=is_current),
    )


def _lines(standing: Snapshot | None) -> dict[str, Any]:
    """What is stored along the lines of a standing score."""
    if standing is None:
        return {"histories": [], "bands": []}
    return {"histories": list(standing.histories.all()), "bands": list(standing.bands.all())}


def _freshness(
    country: Country, version: MethodVersion, standing: Snapshot | None, *, day: dt.date, is_current: bool
) -> dict[str, Any]:
    """Whether what stands is older than it should be, and whether a new score is on its way: one query."""
    requests = RescoreRequest.objects.filter(country=country)
    runs = ScoreRun.objects.filter(method=version).exclude(state=ScoreRun.State.RUNNING)
    last = runs.annotate(asked=Exists(requests)).order_by("-pk").first()
    stale = is_stale(last, stands_of=standing.as_of if standing else None, day=day)
    asked = last.asked if last else requests.exists()
    return {"is_stale": is_current and stale, "is_recomputing": is_current and asked}


def _standing(country: Country, method: MethodVersion | None) -> Snapshot | None:
    rows = Standing.objects.in_use() if method is None else Standing.objects.filter(method=method)
    row = rows.filter(country=country).select_related("snapshot__run", "snapshot__method__framework").first()
    return row.snapshot if row else None


def _inputs(
    rows: reproducing.CountryRows, method: frames.Method, standing: Snapshot | None
) -> tuple[frames.Inputs, dt.datetime | None]:
    """What the score rests on, and the instant before which it was all decided; None where that is everything."""
    if standing is None:
        return reproducing.inputs_now(rows, method), None
    found = reproducing.inputs_then(rows, method, standing)
    return found.inputs, found.cut


def _evidence(country: Country, user: "User | AnonymousUser") -> list[Evidence]:
    related = ("passage__report__source", "family", "indicator__factor", "country", "decided_by")
    rows = Evidence.objects.ever_accepted().filter(country=country).marked_for(user).select_related(*related)
    rows = rows.annotate(was_clustered=ever_clustered(), was_linked=ever_linked())
    return list(rows.defer("passage__report__bytes", "passage__report__text").order_by("-event_on", "pk"))


def _series(country: Country) -> list[SeriesValue]:
    related = ("definition", "country", "report__source", "report__series_load")
    rows = SeriesValue.objects.filter(country=country).select_related(*related)
    return list(rows.defer("report__bytes", "report__text", "report__headers"))


def _is_known(row: Evidence, day: dt.date, known_on: dt.date, *, as_at: dt.datetime | None = None) -> bool:
    retracted_at = frames.retracted_as_at(row, as_at)
    return row.event_on <= day and frames.stands(row.known_at, retracted_at, known_on)


def _is_corrected(row: Evidence, known_on: dt.date) -> bool:
    retracted = frames.day_of(row.retracted_at)
    return retracted is not None and retracted <= known_on


def is_measured(row: SeriesValue, day: dt.date, known_on: dt.date) -> bool:
    """Whether a score at (t = `day`, k = `known_on`) sees the value."""
    return row.period_end <= day and frames.stands(row.known_at, row.retracted_at, known_on)
