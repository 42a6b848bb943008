"""Levels: cuts with hysteresis, and what is shown for them (scoring.md §4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from indicators.scoring.arrays import F64, I64
from indicators.scoring.parameters import SHIPPED, Parameters


class Level(IntEnum):
    """What a page shows: five levels and two kinds of grey."""

    NOT_ASSESSED = -1  # no evidence, no series
    UNDETERMINED = 0  # too little is known to say MINIMAL or LOW
    MINIMAL = 1
    LOW = 2
    ELEVATED = 3
    HIGH = 4
    SEVERE = 5


class Coverage(IntEnum):
    """How much is known, in words."""

    DATA_POOR = 0
    PARTIAL = 1
    ADEQUATE = 2


@dataclass(frozen=True, slots=True)
class Stand:
    """State of the fold after a point."""

    level: int = 0  # 1 to 5; 0 before the first point
    below: int = 0  # consecutive points below the level's lower cut less the band


def plain_level(overall: float, parameters: Parameters = SHIPPED) -> int:
    """1 + the number of cuts that R reaches."""
    return 1 + sum(overall >= cut for cut in parameters.cuts)


def step(stand: Stand, overall: float, parameters: Parameters = SHIPPED) -> Stand:
    """The fold's next state: up at once, down after `dwell` points below the lower cut less the band."""
    plain = plain_level(overall, parameters)
    if plain > stand.level:
        return Stand(plain)
    if stand.level == 1 or not overall < parameters.cuts[stand.level - 2] - parameters.band:
        return Stand(stand.level)
    if stand.below + 1 < parameters.dwell:
        return Stand(stand.level, stand.below + 1)
    return Stand(1 + sum(overall >= cut - parameters.band for cut in parameters.cuts))


def fold(points: Iterable[float], parameters: Parameters = SHIPPED) -> list[int]:
    """Level after each of the points, which are R at the last days of consecutive months."""
    stand, levels = Stand(), []
    for overall in points:
        stand = step(stand, overall, parameters)
        levels.append(stand.level)
    return levels


def raised(level: int, overall: float, parameters: Parameters = SHIPPED) -> int:
    """Level on a day that is no month end: R can raise it, but counts nothing downward."""
    return max(level, plain_level(overall, parameters))


def raised_many(levels: I64, overall: F64, parameters: Parameters) -> I64:
    """`raised` of parallel arrays."""
    return np.maximum(levels, 1 + np.searchsorted(np.array(parameters.cuts), overall, "right"))


def fold_many(points: F64, parameters: Parameters) -> I64:
    """`fold` along the last axis: (C, T) float64 to (C, T) int64."""
    lower = np.array([-np.inf, -np.inf, *parameters.cuts]) - parameters.band
    cuts = np.array(parameters.cuts)
    level = np.zeros(points.shape[0], np.int64)
    below = np.zeros(points.shape[0], np.int64)
    levels = np.zeros(points.shape, np.int64)
    for month in range(points.shape[1]):
        overall = points[:, month]
        plain = 1 + np.searchsorted(cuts, overall, "right")
        below = np.where((plain > level) | (overall >= lower[level]), 0, below + 1)
        falls = below >= parameters.dwell
        level = np.maximum(level, plain)
        level[falls] = 1 + np.searchsorted(cuts - parameters.band, overall[falls], "right")
        below[falls] = 0
        levels[:, month] = level
    return levels


def displayed_level(level: int, coverage: float, *, assessed: bool = True, parameters: Parameters = SHIPPED) -> Level:
    """What is shown: silence never reads as safety.

    Levels 1 and 2 are UNDETERMINED below coverage .5; levels 3 to 5 are always shown; a country about which
    nothing is known at all is NOT_ASSESSED.
    """
    if not assessed:
        return Level.NOT_ASSESSED
    if level <= Level.LOW and coverage < parameters.coverage_for_low:
        return Level.UNDETERMINED
    return Level(level)


def displayed_levels(
    levels: Sequence[int] | I64, coverage: F64, assessed: Sequence[bool], parameters: Parameters = SHIPPED
) -> list[Level]:
    """`displayed_level` of parallel sequences."""
    return [
        displayed_level(int(level), float(known), assessed=bool(seen), parameters=parameters)
        for level, known, seen in zip(levels, coverage, assessed, strict=True)
    ]


def coverage_word(coverage: float, parameters: Parameters = SHIPPED) -> Coverage:
    """DATA_POOR below .2, PARTIAL below .5, else ADEQUATE."""
    return Coverage(sum(coverage >= cut for cut in parameters.coverage_cuts))
