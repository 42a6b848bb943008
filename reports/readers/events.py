"""Recorded events as arrays: what a reader of an event dataset returns, a million rows without an object a row."""

import dataclasses
import datetime as dt

import numpy as np
from numpy.typing import NDArray

EVENT = np.dtype(
    [
        ("event_id", np.int64),
        ("place", np.int32),  # position in `Events.places`
        ("territory", np.int16),  # Gleditsch–Ward number of the dataset
        ("kind", np.int16),  # 1 state-based, 2 non-state, 3 one-sided
        ("starts_on", "datetime64[D]"),
        ("ends_on", "datetime64[D]"),
        ("day_precision", np.int16),  # 1 the day is known … 5 only the year is
        ("place_precision", np.int16),  # 1 exact … 7 international waters or airspace
        ("best", np.int32),  # deaths
        ("low", np.int32),
        ("high", np.int32),
        ("civilians", np.int32),
        ("latitude", np.float64),
        ("longitude", np.float64),
    ]
)


@dataclasses.dataclass(frozen=True, slots=True)
class Events:
    """The events of one file, (N,) of EVENT, and the months for which the file claims to have all of them."""

    rows: NDArray[np.void]
    places: tuple[tuple[int, str], ...]  # territory and first-level unit; an empty unit is not stated
    covers_from: dt.date
    covers_until: dt.date  # exclusive
    is_complete: bool  # an event of these months that it lacks stands no more
    contradictory: int  # rows whose best estimate lies outside its own bounds; kept as they are stated


def months_covered(starts: NDArray[np.datetime64]) -> tuple[dt.date, dt.date]:
    """From the first to the last month that holds its share of the events; the end is exclusive.

    A month with less than a tenth of the average is no evidence that the file was meant to cover it: a file of June
    holds a few events that began in May, and May's others are not gone because of that.
    """
    months = starts.astype("datetime64[M]").astype(np.int64)
    first = int(months.min())
    counts = np.bincount(months - first)
    full = np.flatnonzero(counts >= counts[counts > 0].mean() / 10) + first
    return _first_of(int(full[0])), _first_of(int(full[-1]) + 1)


def _first_of(month: int) -> dt.date:
    """The first day of a month counted from January 1970."""
    return dt.date(1970 + month // 12, month % 12 + 1, 1)
