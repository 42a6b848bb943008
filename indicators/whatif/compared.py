"""Before and after: the same arithmetic twice, and what moved between."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indicators import frames, scoring
from indicators.models.score import Level
from indicators.scoring.apportion import apportioned, tenths_of
from indicators.scoring.arrays import F64, I64
from indicators.scoring.contributions import points_per_value
from indicators.scoring.events import EventDetail
from indicators.scoring.kernel import Scores
from indicators.whatif.applied import Applied, Rows
from indicators.whatif.reading import Known

MOVED = 5e-7  # what does not print as a difference in any table here is none
Event = tuple[str, int, str]  # indicator, polarity, name


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """The score of one set of rows; where nothing is known `level` is None and the numbers mean nothing."""

    scores: Scores  # of one unit
    level: Level | None  # as shown: the silence rule is applied
    points: F64  # (I,) points of the index that each indicator adds; they sum to it
    interval: tuple[float, float]  # what is shown as band of the index
    events: dict[Event, EventDetail]

    @property
    def assessed(self) -> bool:
        """Whether any evidence or series is there."""
        return bool(self.scores.assessed[0])

    @property
    def overall(self) -> float:
        """The index, 0 to 100."""
        return float(self.scores.overall[0])

    def by_factor(self, factors: I64) -> list[float]:
        """Points of the fourteen factors; `factors` are the numbers of the indicators' factors, (I,)."""
        return [math.fsum(self.points[factors == number]) for number in range(1, 15)]


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """The two sides, with what led from one to the other."""

    known: Known
    applied: Applied
    before: Side
    after: Side


def compare(known: Known, applied: Applied) -> Comparison:
    """Score the rows before and after."""
    before = side_of(known, applied.before)
    return Comparison(known, applied, before, side_of(known, applied.after) if applied.changes else before)


def side_of(known: Known, rows: Rows) -> Side:
    """The score of some rows at (day, known_on), by the method in use.

    The level is folded over the months before as these rows would have them: what the dashboard would show if they
    were what stands.
    """
    method, day, known_on = known.method, known.day, known.known_on
    inputs = frames.assembled(rows.evidence, rows.series, method, (known.country.iso3,))
    tables = (inputs.evidence, inputs.series, method.catalogue, method.parameters)
    unit = scoring.Units.of(0, day, known_on)
    scores, band = scoring.score(*tables, unit), scoring.intervals(*tables, unit)
    return Side(
        scores=scores,
        level=_level(scores, int(scoring.current(*tables, day, known_on).level[0, -1]), method),
        points=np.asarray(points_per_value(scores, method.catalogue, method.parameters)[0] * scores.x[0]),
        interval=(float(band.low[0]), float(band.high[0])),
        events={
            (event.indicator, event.polarity, event.ref): event
            for event in scoring.event_details(inputs.evidence, method.parameters, 0, day, known_on)
        },
    )


def _level(scores: Scores, level: int, method: frames.Method) -> Level | None:
    if not scores.assessed[0]:
        return None
    return Level(int(scoring.displayed_level(level, float(scores.coverage[0]), parameters=method.parameters)))


@dataclass(frozen=True, slots=True)
class Column:
    """Numbers in tenths of a point, before and after, that add up down the column and along the row."""

    before: tuple[float, ...]
    difference: tuple[float, ...]

    @property
    def after(self) -> tuple[float, ...]:
        """Before and difference together."""
        return tuple(round(one + other, 1) for one, other in zip(self.before, self.difference, strict=True))


def columns(before: Sequence[float], after: Sequence[float]) -> Column:
    """Both columns sum to their printed totals, and a row that did not move prints the same twice.

    Largest remainder twice: over the points before, and over the differences, whose total is the difference of the
    two printed totals.
    """
    total = tenths_of(math.fsum(before))
    moved = [later - earlier for earlier, later in zip(before, after, strict=True)]
    return Column(
        tuple(number / 10 for number in apportioned(total, before)),
        tuple(number / 10 for number in apportioned(tenths_of(math.fsum(after)) - total, moved)),
    )


def age_of(event: EventDetail, day: dt.date) -> int:
    """Days since the event's anchor."""
    return (day - event.anchor_on).days
