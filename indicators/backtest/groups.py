"""The same figures for parts of the grid: regions, coverage bands, and the countries where it was quiet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from indicators.backtest.grid import Episodes, Grid, onsets_tested
from indicators.backtest.ordering import ap_of, auc_of, ratio
from indicators.scoring.arrays import F64, Bool
from indicators.scoring.levels import Coverage
from indicators.scoring.parameters import Parameters

PART_ONSETS_MIN: Final = 5
"""Fewer outcomes than this, or than this many quiet negatives, say nothing about a part of the grid."""


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """Cells under one name; (C, T) bool."""

    name: str
    cells: Bool


def by_region(regions: Sequence[str], months: int) -> list[Part]:
    """One part for each region of the countries."""
    names = np.array(regions)
    return [Part(name, np.repeat((names == name)[:, None], months, axis=1)) for name in sorted(set(regions))]


def by_coverage(coverage: F64, parameters: Parameters) -> list[Part]:
    """One part for each coverage band, poorest first."""
    band = np.searchsorted(np.array(parameters.coverage_cuts), coverage, "right")
    return [Part(word.name.replace("_", "-"), band == word.value) for word in Coverage]


def figures(part: Part, grid: Grid, episodes: Episodes, scores: F64, rows: Bool, top: F64) -> dict[str, Any]:
    """Counts of a part and, where it has enough outcomes, its figures.

    `top` is the share in the top 30 of the whole grid: a region does not get thirty places of its own.
    """
    cells, positive = rows & part.cells, grid.label == 1
    onsets = int(onsets_tested(grid, episodes, cells).sum())
    counts = {
        "name": part.name,
        "onsets": onsets,
        "rows": int(cells.sum()),
        "positive": int((cells & positive).sum()),
    }
    if onsets < PART_ONSETS_MIN or (positive[cells]).all():
        return counts | {"cannot": f"{onsets} outcomes; wanted {PART_ONSETS_MIN}"}
    return counts | {
        "base_rate": float(positive[cells].mean()),
        "auc": auc_of(scores, positive, cells),
        "ap": ap_of(scores, positive, cells),
        "recall_30": ratio((top * (positive & cells)).sum(), (positive & cells).sum()),
    }
