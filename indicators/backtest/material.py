"""What a back-test is computed from, on its grid."""

from collections.abc import Sequence
from dataclasses import dataclass

from indicators.backtest.grid import Episodes, Grid, Yearly
from indicators.scoring.arrays import F64, I64, Bool
from indicators.scoring.parameters import Parameters


@dataclass(frozen=True, eq=False, slots=True)
class Scored:
    """The index on the grid.

    Attributes
    ----------
    overall, coverage : (C, T) float64
        R, 0 to 100; K, 0 to 1.
    level : (C, T) int64
        1 to 5, before the silence rule.
    assessed : (C, T) bool
        Whether anything is visible.
    factors : (C, T, 14) float64
    half, double : (C, T) float64
        R with every half-life halved and doubled.
    """

    overall: F64
    coverage: F64
    level: I64
    assessed: Bool
    factors: F64
    half: F64
    double: F64


@dataclass(frozen=True, eq=False, slots=True)
class Material:
    """Everything that the figures are made from.

    Attributes
    ----------
    countries, regions : sequences of str
        C codes and region names.
    grid, episodes, scored, parameters
        On the same countries and months.
    deaths : Yearly or None
        One-sided deaths for the yardsticks; None where none is loaded.
    events : Yearly
        Every event series, for what counts as quiet.
    k : int or None
        Day of knowledge, None for k = t.
    """

    countries: Sequence[str]
    regions: Sequence[str]
    grid: Grid
    episodes: Episodes
    scored: Scored
    parameters: Parameters
    deaths: Yearly | None
    events: Yearly
    k: int | None
