"""Contributions: the overall index taken apart, exactly (scoring.md §4).

With mitigation present a positive row is not "what the score would be without it": the mitigation row of its
indicator belongs beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, Literal

import numpy as np

from indicators.scoring.apportion import apportioned, tenths_of
from indicators.scoring.arrays import F64, I64
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.days import Day
from indicators.scoring.events import Events, events_of
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.factors import FactorRule
from indicators.scoring.indicators import rates
from indicators.scoring.kernel import Scores, score
from indicators.scoring.parameters import Parameters
from indicators.scoring.profiles import profile_weights
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.strength import LAYERS
from indicators.scoring.units import Units

Kind = Literal["event", "series", "mitigation"]
TIE: Final = 1e-9  # points; rows this close rank equal
_KINDS: tuple[Kind, ...] = ("event", "series", "mitigation")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One row of the sum.

    Attributes
    ----------
    factor, indicator
        What it bears on.
    kind
        ``event`` (one family's share of one event), ``series`` or ``mitigation`` (one per indicator).
    ref, family
        Event and family of an event row; empty otherwise.
    points
        Points of the overall index; below 0 for mitigation only.
    position
        Place of the indicator in the catalogue.
    """

    factor: int
    indicator: str
    kind: Kind
    ref: str
    family: str
    points: float
    position: int = field(repr=False, default=0)


def contributions(
    evidence: EvidenceRows,
    series: SeriesRows,
    catalogue: Catalogue,
    parameters: Parameters,
    country: int,
    t: Day,
    k: Day,
) -> list[Contribution]:
    """Rows that sum to the overall R of the country at (t, k), to 1e-9.

    Parameters
    ----------
    evidence, series, catalogue, parameters
        As for `score`.
    country : int
        Position of the country.
    t, k : date or ordinal
        Day of validity and day of knowledge.

    Returns
    -------
    list of Contribution
        Without zero rows; by catalogue order of the indicator, then events, series, mitigation, then points
        descending; rows whose points differ by less than 1e-9 from the next by event, then family.
    """
    result = score(evidence, series, catalogue, parameters, Units.of(country, t, k))
    per_presence = points_per_value(result, catalogue, parameters)[0]
    hazard = result.h[0]
    per_hazard = np.divide(per_presence * result.g[0], hazard, out=np.zeros_like(hazard), where=hazard > 0)
    events = events_of(evidence, parameters, country, t, k)
    found = event_rows(events, per_hazard * rates(catalogue, parameters))
    found += _rows(catalogue, "series", per_hazard * result.h_z[0])
    found += _rows(catalogue, "mitigation", -per_presence * (result.g[0] - result.x[0]))
    return ordered(found)


def points_per_value(result: Scores, catalogue: Catalogue, parameters: Parameters) -> F64:
    """c_f·w_i per unit and indicator, (U, I): points of the overall R per unit of x."""
    rule = FactorRule.of(catalogue, parameters)
    sums = rule.sums(result.x)
    mean_rate = np.divide(result.F, sums, out=np.tile(rule.rate, (sums.shape[0], 1)), where=sums > 0)
    per_sum = 100.0 * profile_weights(parameters)[result.profile] * mean_rate
    return np.asarray(per_sum[:, catalogue.factor - 1] * catalogue.weight)


def event_rows(events: Events, per_mass: F64) -> list[Contribution]:
    """Share out each event among its families; `per_mass` is the points per unit of m⁺, (I,)."""
    rows, voices, strands = events.rows, events.voices, events.strands
    total = np.zeros((LAYERS, strands.first.size))
    for level in range(LAYERS):
        total[level] = np.bincount(voices.strand, voices.hazard[level], minlength=strands.first.size)
    mine = total[:, voices.strand]
    share = np.divide(voices.hazard, mine, out=np.zeros_like(mine), where=mine > 0)
    strength = (strands.certainty[:, voices.strand] * share).mean(axis=0)
    indicator = rows.indicator[voices.first]
    points = per_mass[indicator] * events.decay[voices.strand] * strength
    wanted = np.flatnonzero((rows.polarity[voices.first] > 0) & (points != 0))
    return [_event_row(rows, int(voices.first[number]), float(points[number])) for number in wanted]


def _event_row(rows: EvidenceRows, row: int, points: float) -> Contribution:
    number, family = int(rows.indicator[row]), rows.families[rows.family[row]]
    factor, code = int(rows.catalogue.factor[number]), rows.catalogue.codes[number]
    return Contribution(factor, code, "event", rows.event_name(row), family, points, number)


def _rows(catalogue: Catalogue, kind: Kind, points: F64) -> list[Contribution]:
    numbers: I64 = np.flatnonzero(points)
    return [
        Contribution(
            int(catalogue.factor[number]),
            catalogue.codes[number],
            kind,
            "",
            "",
            float(points[number]),
            int(number),
        )
        for number in numbers
    ]


def ordered(rows: Sequence[Contribution]) -> list[Contribution]:
    """In the order that `contributions` promises: what rounding alone tells apart is not told apart."""
    ranked: list[list[Contribution]] = []
    for row in sorted(rows, key=lambda row: (_place(row), -row.points)):
        last = ranked[-1][-1] if ranked else None
        if last and _place(last) == _place(row) and last.points - row.points < TIE:
            ranked[-1].append(row)
        else:
            ranked.append([row])
    return [row for equal in ranked for row in sorted(equal, key=lambda row: (row.ref, row.family))]


def _place(row: Contribution) -> tuple[int, int]:
    return row.position, _KINDS.index(row.kind)


def printed(points: Sequence[float]) -> list[float]:
    """Points to one decimal, so that the column adds up to the printed total (largest remainder).

    Parameters
    ----------
    points : sequence of float
        Exact points.

    Returns
    -------
    list of float
        Each within .1 of its exact value; their sum is the exact sum, rounded half up to one decimal. Of
        equal remainders the earlier row is rounded up.
    """
    return [tenths / 10 for tenths in apportioned(tenths_of(math.fsum(points)), points)]


def total(rows: Sequence[Contribution]) -> float:
    """Exact sum of the rows' points."""
    return math.fsum(map(attrgetter("points"), rows))
