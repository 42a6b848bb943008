"""On a line of dates: from when until when each row is seen.

A line is either "hindsight" (one day of knowledge for all dates) or "known then" (each date with
its own knowledge). In the first nothing that is seen ever vanishes; in the second a retraction
takes a row away.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from indicators.scoring.arrays import I64
from indicators.scoring.days import NEVER
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.series_rows import SeriesRows

Rows = TypeVar("Rows", EvidenceRows, SeriesRows)


@dataclass(frozen=True, eq=False, slots=True)
class Spans:
    """First day on which each row is seen, and first day on which it no longer is; both (N,) int64."""

    start: I64
    end: I64


def happened_on(rows: EvidenceRows | SeriesRows) -> I64:
    """Day of the act or end of the period, (N,)."""
    return rows.event_on if isinstance(rows, EvidenceRows) else rows.period_end


def seen_on_line(rows: Rows, last: int, k: int | None) -> tuple[Rows, Spans]:
    """The rows that a line up to the day `last` ever sees, and when.

    Parameters
    ----------
    rows : EvidenceRows or SeriesRows
        All rows.
    last : int
        Last date of the line.
    k : int or None
        Day of knowledge of the hindsight line; None for "known then".
    """
    happened = happened_on(rows)
    if k is None:
        start, end = np.maximum(rows.known_on, happened), rows.retracted_on
        keep = (start <= last) & (start < end)
    else:
        start, end = happened, np.full(rows.size, NEVER, np.int64)
        keep = (rows.known_on <= k) & (rows.retracted_on > k) & (start <= last)
    if keep.all():
        return rows, Spans(start, end)
    return rows.where(keep), Spans(start[keep], end[keep])
