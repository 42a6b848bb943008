"""Printed figures of a tree that add up at every level (largest remainder, from the top)."""

import math
from collections.abc import Sequence


def tenths_of(points: float) -> int:
    """Points to one decimal as a whole number of tenths, half up, as they stand at the top of a page."""
    return math.floor(10 * points + 0.5)


def printed_change(index: float | None, change: float | None) -> float | None:
    """How far an index moved, in points, as pages print it: the difference of the two printed indices.

    `change` is the exact one, to `index`. Rounded on its own it could differ by .1 from the two figures beside it.
    """
    if index is None or change is None:
        return None
    return (tenths_of(index) - tenths_of(index - change)) / 10


def apportioned(total: int, points: Sequence[float]) -> list[int]:
    """A printed total shared out over its parts.

    Parameters
    ----------
    total : int
        Tenths of a point, as the total is printed.
    points : sequence of float
        Exact points of the parts; they may be negative.

    Returns
    -------
    list of int
        Tenths, one a part, that sum to `total`. Where `points` sum to what `total` is rounded from, each is less
        than .1 from its exact value. Of equal remainders the earlier part is rounded up.

    Notes
    -----
    Sharing out level by level keeps a factor within .1 of its exact value. Rounding the leaves and adding them up
    would not: of a hundred leaves of .04 points under one factor and a hundred of .03 under another, every tenth would
    go to the first.
    """
    floors = [math.floor(10 * value) for value in points]
    order = sorted(range(len(floors)), key=lambda part: (floors[part] - 10 * points[part], part))
    missing = total - sum(floors)
    while order and missing:
        step = 1 if missing > 0 else -1
        for part in (order if step > 0 else order[::-1])[: abs(missing)]:
            floors[part] += step
        missing = total - sum(floors)
    return floors
