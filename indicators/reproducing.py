"""Finds again what a stored score was computed from: the rows as they were decided when its run read them."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from countries.models import Country
from indicators import frames
from indicators.events import ever_linked, linked, links_changed_around
from indicators.models import Evidence, SeriesValue, Snapshot
from indicators.voices import Voice, changed_around, ever_clustered, voices

MARGIN = dt.timedelta(minutes=10)  # a decision's time is read before it is committed; longer than a transaction takes
LONGEST = dt.timedelta(hours=1)  # a run that waits for its turn reads later than it says; longer than any waits


@dataclasses.dataclass(frozen=True, slots=True)
class CountryRows:
    """Every row that a score of the country can rest on, loaded with what `frames` needs of it."""

    country: Country
    evidence: Sequence[Evidence]
    series: Sequence[SeriesValue]  # scored ones
    said: dict[dt.datetime | None, dict[int, Voice]] = dataclasses.field(default_factory=dict)
    given: dict[dt.datetime | None, dict[int, str]] = dataclasses.field(default_factory=dict)

    def voices(self, cut: dt.datetime | None) -> dict[int, Voice]:
        """Which evidence counted as another body's at an instant; asked once for each, and only where any can."""
        if not self.is_clustered:
            return {}
        if cut not in self.said:
            self.said[cut] = voices([self.country.iso3], at=cut)
        return self.said[cut]

    def links(self, cut: dt.datetime | None) -> dict[int, str]:
        """The events that people had given evidence at an instant; asked once for each, and only where they did any."""
        if not self.is_linked:
            return {}
        if cut not in self.given:
            self.given[cut] = linked([self.country.iso3], at=cut)
        return self.given[cut]

    @property
    def is_linked(self) -> bool:
        """Whether people ever gave any of the evidence another event."""
        return any(row.__dict__.get("was_linked", True) for row in self.evidence)

    @property
    def is_clustered(self) -> bool:
        """Whether any of the evidence is in a report that was ever in a cluster."""
        return any(row.__dict__.get("was_clustered", True) for row in self.evidence)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Inputs of a stored score; `cut` is the instant before which they were decided, None where that is everything."""

    inputs: frames.Inputs
    cut: dt.datetime | None
    is_exact: bool  # whether their digest is the stored one


def rows_of(country: Country) -> CountryRows:
    """Reads the country's rows, without texts: two queries."""
    rows = Evidence.objects.ever_accepted().filter(country=country)
    evidence = rows.annotate(was_clustered=ever_clustered(), was_linked=ever_linked())
    series = SeriesValue.objects.filter(country=country, is_scored=True)
    return CountryRows(
        country,
        list(evidence.select_related("family", "indicator", "country").order_by("pk")),
        list(
            series.select_related("definition", "country", "report__series_load")
            .defer("report__bytes", "report__text", "report__headers")
            .order_by("pk")
        ),
    )


def inputs_now(rows: CountryRows, method: frames.Method) -> frames.Inputs:
    """The inputs of a score that is computed now."""
    return _assembled(rows, method, None)


def inputs_then(rows: CountryRows, method: frames.Method, snapshot: Snapshot) -> Found:
    """The inputs of `snapshot`, which needs its run loaded.

    The digest says which instant is right: a decision can fall between the start of a run and its reading. Where none
    is, the inputs are those at the start of the run.
    """
    for cut in _cuts(rows, snapshot):
        inputs = _assembled(rows, method, cut)
        if inputs.digests.get(rows.country.iso3, frames.EMPTY_DIGEST) == snapshot.input_digest:
            return Found(inputs, cut, is_exact=True)
    began = snapshot.run.started_at
    return Found(_assembled(rows, method, began), began, is_exact=False)


def _cuts(rows: CountryRows, snapshot: Snapshot) -> Iterator[dt.datetime | None]:
    """Instants to try, the likeliest first: now, the start of the run, and every change around it."""
    yield None
    began = snapshot.run.started_at
    changes = {loaded_at(row) for row in rows.series} | {row.decided_at for row in rows.evidence}
    changes |= {row.retracted_at for row in rows.evidence} | {row.retracted_at for row in rows.series}
    yield began
    if rows.is_clustered:
        changes |= changed_around(began - MARGIN, began + LONGEST)
    if rows.is_linked:
        changes |= links_changed_around(began - MARGIN, began + LONGEST)
    yield from sorted(at for at in changes if at and began < at <= began + LONGEST)
    yield from sorted((at for at in changes if at and began - MARGIN <= at < began), reverse=True)


def _assembled(rows: CountryRows, method: frames.Method, cut: dt.datetime | None) -> frames.Inputs:
    evidence = [frames.evidence_tuple(row, as_at=cut) for row in decided_by(rows.evidence, cut)]
    loaded = [row for row in rows.series if cut is None or (loaded_at(row) or cut) <= cut]
    series = [frames.series_tuple(row, as_at=cut) for row in loaded]
    return frames.assembled(evidence, series, method, (rows.country.iso3,), rows.voices(cut), rows.links(cut))


def decided_by(evidence: Sequence[Evidence], cut: dt.datetime | None) -> list[Evidence]:
    """The rows that were decided by `cut`; None stands for all."""
    return [row for row in evidence if cut is None or (row.decided_at is not None and row.decided_at <= cut)]


def loaded_at(value: SeriesValue) -> dt.datetime | None:
    """When the value's release was loaded."""
    load = getattr(value.report, "series_load", None)
    return load.loaded_at if load else None
