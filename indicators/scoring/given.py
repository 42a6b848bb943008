"""Everything a score is computed from, as one value (scoring.md §3)."""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from indicators.scoring.catalogue import Catalogue
from indicators.scoring.days import Day, day_number
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.parameters import Parameters
from indicators.scoring.series_rows import SeriesRows

Rows = TypeVar("Rows", EvidenceRows, SeriesRows)


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """Two tables of inputs and the method version that reads them.

    Attributes
    ----------
    evidence, series : EvidenceRows, SeriesRows
        Made with the same catalogue and countries; goalposts are already in the series' z.
    catalogue, parameters : Catalogue, Parameters
        The method version.
    """

    evidence: EvidenceRows
    series: SeriesRows
    catalogue: Catalogue
    parameters: Parameters


def compared(given: Given, t: Day, k: Day) -> Given:
    """The rows by which a view at (t, k) compares two days, each as known on that day (docs/decisions/0041).

    What was retracted after t and by k counts as retracted on t: where k lies after t, a change up to t must not rest
    on rows that the view already knows to be wrong. R(t, k) is the same by either; where k ≤ t nothing differs at all.
    """
    last, known = day_number(t, "compared, t"), day_number(k, "compared, k")
    if known <= last:
        return given
    return replace(
        given, evidence=_taken_back(given.evidence, last, known), series=_taken_back(given.series, last, known)
    )


def _taken_back(rows: Rows, t: int, k: int) -> Rows:
    late = (rows.retracted_on > t) & (rows.retracted_on <= k)
    return replace(rows, retracted_on=np.where(late, t, rows.retracted_on)) if late.any() else rows
