"""The index taken apart with ageing in the open: what rows would add were they fresh, and what time took off.

The contributions of scoring.md §4 spread the ageing over their rows. Here each row adds what it would with δ = 1 and
φ = 1; per indicator, one row takes the ageing off and one the mitigation. Mitigation is taken as it stands: how far
it has itself faded is not a row.

With h* = λ·ΣA + h_z(φ = 1) and g* = 1 - exp(-h*): an event and family adds c_f·w·g*·(λ/h*)·¼ΣC·η/Ση, the series
c_f·w·g*·h_z(φ = 1)/h*; aged is -c_f·w·(g* - g), mitigation -c_f·w·(g - x). c_f is that of the contributions.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from indicators.scoring.arrays import F64
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.contributions import Contribution, event_rows, points_per_value
from indicators.scoring.days import Day
from indicators.scoring.events import Events, events_of
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.indicators import rates
from indicators.scoring.kernel import score
from indicators.scoring.parameters import Parameters
from indicators.scoring.series import hazard, readings
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.units import Units

BreakdownKind = Literal["event", "series", "aged", "mitigation"]
_KINDS: Final[tuple[BreakdownKind, ...]] = ("event", "series", "aged", "mitigation")


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """One row of the sum.

    Attributes
    ----------
    factor, indicator
        What it bears on.
    kind
        ``event`` (one family's share of one event), ``series``, ``aged`` or ``mitigation``; of the last two at most
        one per indicator, both below 0.
    ref, family
        Event and family of an event row; empty otherwise.
    points
        Points of the overall index.
    position
        Place of the indicator in the catalogue.
    """

    factor: int
    indicator: str
    kind: BreakdownKind
    ref: str
    family: str
    points: float
    position: int


def breakdown(
    evidence: EvidenceRows,
    series: SeriesRows,
    catalogue: Catalogue,
    parameters: Parameters,
    country: int,
    t: Day,
    k: Day,
) -> list[BreakdownRow]:
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
    list of BreakdownRow
        Without zero rows; by catalogue order of the indicator, then kind, then points descending, then event, then
        family.
    """
    units = Units.of(country, t, k)
    found = score(evidence, series, catalogue, parameters, units)
    per_presence = points_per_value(found, catalogue, parameters)[0]
    told = _fresh_series(series, units, catalogue.size, parameters)
    rows, presence = _fresh(events_of(evidence, parameters, country, t, k), told, per_presence, parameters)
    rows += _rows(catalogue, "aged", -per_presence * (presence - found.g[0]))
    rows += _rows(catalogue, "mitigation", -per_presence * (found.g[0] - found.x[0]))
    return sorted(rows, key=_order)


def _fresh(events: Events, told: F64, per_presence: F64, parameters: Parameters) -> tuple[list[BreakdownRow], F64]:
    """Event and series rows as they would add were nothing aged, and the presence that they would give, (I,)."""
    catalogue = events.rows.catalogue
    rate = rates(catalogue, parameters)
    fresh = replace(events, decay=np.ones_like(events.decay))
    total = rate * _strengths(fresh, catalogue.size) + told
    presence = -np.expm1(-total)
    per_hazard = np.divide(per_presence * presence, total, out=np.zeros_like(total), where=total > 0)
    rows = [_of_event(row) for row in event_rows(fresh, per_hazard * rate)]
    return rows + _rows(catalogue, "series", per_hazard * told), np.asarray(presence)


def _fresh_series(series: SeriesRows, units: Units, indicators: int, parameters: Parameters) -> F64:
    """h_z of the series rows that count, were they fresh, (I,)."""
    row = readings(series, units, indicators, parameters).row[0]
    told = np.zeros(indicators)
    told[row >= 0] = hazard(series.z[row[row >= 0]], np.ones(1), parameters)
    return told


def _strengths(events: Events, indicators: int) -> F64:
    """ΣA of the events that point to risk, (I,)."""
    strands, rows = events.strands, events.rows
    risk = rows.polarity[strands.first] > 0
    summed = np.bincount(rows.indicator[strands.first[risk]], strands.strength[risk], minlength=indicators)
    return summed.astype(np.float64, copy=False)


def _of_event(row: Contribution) -> BreakdownRow:
    return BreakdownRow(row.factor, row.indicator, "event", row.ref, row.family, row.points, row.position)


def _rows(catalogue: Catalogue, kind: BreakdownKind, points: F64) -> list[BreakdownRow]:
    return [
        BreakdownRow(
            factor=int(catalogue.factor[number]),
            indicator=catalogue.codes[number],
            kind=kind,
            ref="",
            family="",
            points=float(points[number]),
            position=int(number),
        )
        for number in np.flatnonzero(points)
    ]


def _order(row: BreakdownRow) -> tuple[int, int, float, str, str]:
    return row.position, _KINDS.index(row.kind), -row.points, row.ref, row.family
