"""The order of countries at one moment, with how far it hangs on choices of the method."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from django.core.cache import cache

from countries.models import Country
from indicators import frames
from indicators.models import MethodVersion, ScoreRun
from indicators.scoring.levels import Level, displayed_level
from indicators.scoring.sensitivity import Sensitivity, Variant, sensitivity
from indicators.sensitivity_charts import place_said, span_said

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Stand:
    """Index, level and place of one country under one variant of the method."""

    overall: float
    level: Level
    place: float

    @property
    def place_said(self) -> str:
        """The place as it is printed."""
        return place_said(self.place)


@dataclass(frozen=True, slots=True)
class OrderedCountry:
    """One assessed country. Spans are the 5th and 95th of the draws of the factor weights."""

    iso3: str
    name: str
    now: Stand
    half: Stand
    double: Stand
    index_low: float
    index_high: float
    place_low: float
    place_high: float

    @property
    def levels(self) -> frozenset[Level]:
        """The levels shown under the three sets of half-lives."""
        return frozenset({self.now.level, self.half.level, self.double.level})

    @property
    def places_said(self) -> str:
        """The span of the places as it is printed."""
        return span_said(self.place_low, self.place_high)

    @property
    def indices_said(self) -> str:
        """The span of the index as it is printed, to one decimal."""
        return span_said(self.index_low, self.index_high, digits=1)


@dataclass(frozen=True, slots=True)
class Order:
    """The assessed countries, highest index first, under a method."""

    method: MethodVersion
    run_id: int | None
    draws: int
    rows: tuple[OrderedCountry, ...]
    not_assessed: int


def order(*, day: dt.date, known_on: dt.date) -> Order:
    """The order at (t = `day`, k = `known_on`); kept until another run is published. Raises NoMethodError."""
    version = frames.version_in_use()
    run_id = (
        ScoreRun.objects.filter(state=ScoreRun.State.PUBLISHED)
        .order_by("-published_at", "-pk")
        .values_list("pk", flat=True)
        .first()
    )
    key = f"order-{version.sha256}-{run_id}-{day}-{known_on}"
    kept: Order | None = cache.get(key)
    if kept is None:
        kept = _computed(frames.method_of(version), run_id, day=day, known_on=known_on)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _computed(method: frames.Method, run_id: int | None, *, day: dt.date, known_on: dt.date) -> Order:
    inputs = frames.inputs(method, known_by=known_on)
    found = sensitivity(inputs.evidence, inputs.series, method.catalogue, method.parameters, day, known_on)
    names = dict(Country.objects.values_list("iso3", "name_en"))
    assessed = np.flatnonzero(found.assessed).tolist()
    rows = [_row(found, place, inputs.countries[place], names, method) for place in assessed]
    rows.sort(key=lambda row: (row.now.place, row.name))
    return Order(method.version, run_id, found.draws, tuple(rows), len(names) - len(rows))


def _row(found: Sensitivity, place: int, iso3: str, names: dict[str, str], method: frames.Method) -> OrderedCountry:
    return OrderedCountry(
        iso3=iso3,
        name=names[iso3],
        now=_stand(found.base, place, method),
        half=_stand(found.half, place, method),
        double=_stand(found.double, place, method),
        index_low=float(found.index_low[place]),
        index_high=float(found.index_high[place]),
        place_low=float(found.place_low[place]),
        place_high=float(found.place_high[place]),
    )


def _stand(variant: Variant, place: int, method: frames.Method) -> Stand:
    level = displayed_level(int(variant.level[place]), float(variant.coverage[place]), parameters=method.parameters)
    return Stand(float(variant.overall[place]), level, float(variant.place[place]))
