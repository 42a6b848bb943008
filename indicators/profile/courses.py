"""How the fourteen factors of one country went, month by month, by what the view knows."""

import dataclasses
import datetime as dt

import numpy as np

from indicators.factor_charts import FactorNow
from indicators.profile.reading import Reading
from indicators.scoring.arrays import I64
from indicators.scoring.given import Given
from indicators.scoring.history import line_days
from indicators.scoring.intervals import factor_intervals
from indicators.scoring.line import line
from indicators.scoring.units import Units

Values = tuple[float | None, ...]  # 0 to 1; None where nothing was known, which is not 0


@dataclasses.dataclass(frozen=True, slots=True)
class Courses:
    """Month ends and the view's day as the last, rising; of each factor a value a day, factor 1 first."""

    days: tuple[dt.date, ...]
    factors: tuple[Values, ...]


def courses(reading: Reading, months: int) -> Courses:
    """The last so many months: month ends, and the day of the score."""
    first = _months_before(reading.day.replace(day=1), months - 1)
    days = line_days(first.toordinal(), reading.day.toordinal())
    return Courses(tuple(dt.date.fromordinal(day) for day in days.tolist()), _known_values(reading, days))


def _known_values(reading: Reading, days: I64) -> tuple[Values, ...]:
    method = reading.method
    tables = (reading.inputs.evidence, reading.inputs.series, method.catalogue, method.parameters)
    found = line(*tables, days, reading.known_on.toordinal())
    values, known = found.F[0].T.tolist(), (found.K[0].T > 0).tolist()
    return tuple(
        tuple(value if is_known else None for value, is_known in zip(*pair, strict=True))
        for pair in zip(values, known, strict=True)
    )


def compared(reading: Reading) -> tuple[FactorNow, ...]:
    """Every factor on the view's day and a year before, both by what the view knows, factor 1 first."""
    method, inputs = reading.method, reading.inputs
    days = np.array([year_before(reading.day).toordinal(), reading.day.toordinal()], np.int64)
    given = Given(inputs.evidence, inputs.series, method.catalogue, method.parameters)
    low, high = factor_intervals(given, Units.of(0, reading.day, reading.known_on))
    return tuple(
        FactorNow(
            number=number,
            title=method.titles[number],
            now=now,
            then=then,
            band=None if now is None else (float(low[0, number - 1]), float(high[0, number - 1])),
        )
        for number, (then, now) in enumerate(_known_values(reading, days), start=1)
    )


def year_before(day: dt.date) -> dt.date:
    """The same day a year earlier; the 28th for a 29 February."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _months_before(first: dt.date, months: int) -> dt.date:
    number = first.year * 12 + first.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)
