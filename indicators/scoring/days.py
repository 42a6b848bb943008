"""Calendar days as whole numbers.

A day is its proleptic Gregorian ordinal (`datetime.date.toordinal`): ages are plain differences, and since
day 1 was a Monday, weeks are plain divisions. Days are UTC; comparison is inclusive (scoring.md §3).
"""

import calendar
import datetime as dt
from collections.abc import Iterable

import numpy as np

from indicators.scoring.arrays import I64
from indicators.scoring.errors import DayError

Day = dt.date | int

NEVER = dt.date.max.toordinal() + 1
"""Stands for "not retracted": later than any day."""


def day_number(value: object, place: str = "day") -> int:
    """Ordinal of a date, an ISO date or an ordinal.

    Raises
    ------
    DayError
        For anything else, a `datetime` included: its day depends on a time zone that is the caller's.
    """
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.toordinal()
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value).toordinal()
        except ValueError:
            raise DayError(place, value, "a calendar day, YYYY-MM-DD") from None
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and 0 < value < NEVER:
        return int(value)
    raise DayError(place, value, "a date, an ISO date or a day's ordinal")


def monday(days: I64) -> I64:
    """Monday of each day's ISO week, same shape."""
    return days - (days - 1) % 7


def week_name(day: int) -> str:
    """ISO year and week of a day, as in ``2025-W01``."""
    year, week, _ = dt.date.fromordinal(day).isocalendar()
    return f"{year}-W{week:02d}"


def last_of_month(day: int) -> int:
    """Ordinal of the last day of the month in which `day` lies."""
    date = dt.date.fromordinal(day)
    return day - date.day + calendar.monthrange(date.year, date.month)[1]


def month_ends(first_day: Day, t: Day) -> I64:
    """Last days of months, from the month of `first_day` up to and including `t`.

    Returns
    -------
    (T,) int64
        Ordinals, rising; empty where `t` lies before the end of the first month.
    """
    first, last = day_number(first_day), day_number(t)
    return np.array(list(_ends(first, last)), dtype=np.int64)


def _ends(first: int, last: int) -> Iterable[int]:
    end = last_of_month(first)
    while end < min(last, NEVER - 1):
        yield end
        end = last_of_month(end + 1)
    if end == last:
        yield end
