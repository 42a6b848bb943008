"""Who stands among the first k of a month, and what that found."""

import numpy as np

from indicators.scoring.arrays import F64, Bool
from indicators.scoring.sensitivity import places_of


def share_in_top(scores: F64, rows: Bool, k: int) -> F64:
    """How surely each cell is among the k highest of its month, (C, T) float64, 0 to 1.

    Parameters
    ----------
    scores : (C, T) float64
        Any ordering, higher is worse.
    rows : (C, T) bool
        The cells that are compared; all others get 0.
    k : int
        Places.

    Notes
    -----
    Countries that tie for the last places share them: each gets (places left)/(countries that tie), the mean over
    every way to break the tie.
    """
    share = np.zeros(scores.shape)
    for month in range(scores.shape[1]):
        here = np.flatnonzero(rows[:, month])
        if not here.size:
            continue
        values = scores[here, month]
        ordered = np.sort(values)
        above = here.size - np.searchsorted(ordered, values, "right")
        ties = np.searchsorted(ordered, values, "right") - np.searchsorted(ordered, values, "left")
        share[here, month] = np.clip((k - above) / ties, 0.0, 1.0)
    return share


def places(scores: F64, rows: Bool) -> F64:
    """Place of each cell in its month, 1 for the highest, (C, T); NaN outside `rows`."""
    return np.stack([places_of(scores[:, month], rows[:, month]) for month in range(scores.shape[1])], axis=1)


def by_country(share: F64, positive: Bool, rows: Bool) -> tuple[F64, F64, F64]:
    """Per country, (C,) each: positive months found, positive months, negative months that were shown too."""
    found = (share * (positive & rows)).sum(axis=1)
    return found, (positive & rows).sum(axis=1).astype(np.float64), (share * (~positive & rows)).sum(axis=1)
