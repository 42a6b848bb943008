"""Series: the latest visible value of an indicator as a hazard (scoring.md §3, §4)."""

from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64, I64, Bool
from indicators.scoring.parameters import Parameters
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.units import Units, visible_pairs


@dataclass(frozen=True, eq=False, slots=True)
class Readings:
    """What the series say per unit and indicator; each (U, I).

    Attributes
    ----------
    row : int64
        Row that counts in `SeriesRows`; -1 where none is visible.
    freshness : float64
        φ, in [0, 1]; 0 where none is visible.
    hazard : float64
        h_z, 0 or more.
    """

    row: I64
    freshness: F64
    hazard: F64

    @property
    def any(self) -> Bool:
        """Whether a unit sees any series row, (U,)."""
        return np.asarray((self.row >= 0).any(axis=1))


def freshness(age_days: I64, parameters: Parameters) -> F64:
    """φ = 2^(-max(0, age - 730) / 1095), same shape."""
    stale = np.maximum(0.0, age_days - parameters.fresh_days)
    return np.asarray(np.exp2(-stale / parameters.fresh_half_life_days))


def hazard(z: F64, fresh: F64, parameters: Parameters) -> F64:
    """h_z = -ln(1 - .8·φ·z), same shape."""
    return np.asarray(-np.log1p(-parameters.series_full * fresh * z))


def readings(rows: SeriesRows, units: Units, indicators: int, parameters: Parameters) -> Readings:
    """The row that counts in each unit and indicator, with its freshness and hazard."""
    latest = np.full(units.size * indicators, -1, np.int64)
    seen = visible_pairs(units, rows)
    # Rows stand in the order in which one outranks the other: of repeated positions the last assignment
    # stays.
    latest[seen.unit * indicators + rows.indicator[seen.row]] = seen.row
    return read_rows(rows, latest.reshape(units.size, indicators), units.t[:, None], parameters)


def read_rows(rows: SeriesRows, latest: I64, t: I64, parameters: Parameters) -> Readings:
    """Freshness and hazard of the rows that count; `latest` (…, I) has -1 for none, `t` is broadcast."""
    found = latest >= 0
    fresh, value = np.zeros(latest.shape), np.zeros(latest.shape)
    row = latest[found]
    fresh[found] = freshness(np.broadcast_to(t, latest.shape)[found] - rows.period_end[row], parameters)
    value[found] = hazard(rows.z[row], fresh[found], parameters)
    return Readings(latest, fresh, value)
