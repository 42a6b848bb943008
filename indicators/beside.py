"""What is said beside an index: its interval, and whether it rose fast or leans on one family of sources."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from indicators.scoring.contributions import contributions
from indicators.scoring.flags import Concentration, Rapid, concentration, rapid_changes
from indicators.scoring.given import Given, compared
from indicators.scoring.intervals import intervals
from indicators.scoring.units import Units

Bands = Mapping[dt.date, tuple[float, float]]  # (low, high) of days


@dataclasses.dataclass(frozen=True, slots=True)
class Beside:
    """Of one assessed country on one day; `rapid` is None where nothing was known 90 days before."""

    interval: tuple[float, float]
    rapid: Rapid | None
    concentration: Concentration | None


def beside(given: Given, places: Sequence[int], *, day: dt.date, known_on: dt.date) -> dict[int, Beside]:
    """Of the countries at these places of the tables, at (t = `day`, k = `known_on`)."""
    if not places:
        return {}
    number = np.array(places, np.int64)
    tables = (given.evidence, given.series, given.catalogue, given.parameters)
    now = bands_of(given, dict.fromkeys(places, (day,)), known_on=known_on)
    two = compared(given, day, known_on)
    rapid = rapid_changes(two.evidence, two.series, two.catalogue, two.parameters, number, day)
    return {
        place: Beside(
            interval=now[place][day],
            rapid=rapid[order],
            concentration=concentration(contributions(*tables, place, day, known_on), given.parameters),
        )
        for order, place in enumerate(places)
    }


def bands_of(given: Given, days: Mapping[int, Sequence[dt.date]], *, known_on: dt.date) -> dict[int, Bands]:
    """The interval of each country (by its place in the tables) on its days, all of one knowledge."""
    where = [place for place, own in days.items() for _ in own]
    when = [day for own in days.values() for day in own]
    if not when:
        return {place: {} for place in days}
    units = Units.of(where, when, known_on)
    found = intervals(given.evidence, given.series, given.catalogue, given.parameters, units)
    low, high = found.low.tolist(), found.high.tolist()
    bands: dict[int, dict[dt.date, tuple[float, float]]] = {place: {} for place in days}
    for order, (place, day) in enumerate(zip(where, when, strict=True)):
        bands[place][day] = (low[order], high[order])
    return dict(bands)
