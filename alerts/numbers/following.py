"""What followed an alert: whether an outcome of a list began in the country within a horizon. Pure."""

import calendar
import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_noop

HORIZONS = (12, 24)  # months


class Following(enum.StrEnum):
    """What can be said of one alert and one horizon: keys in English, said in the reader's language by the page."""

    BEGAN = gettext_noop("an outcome began")
    NONE = gettext_noop("none began")
    GOING_ON = gettext_noop("one was going on already")
    TOO_EARLY = gettext_noop("too early to say")
    NOT_COVERED = gettext_noop("the list does not reach so far")


@dataclass(frozen=True, slots=True)
class Spell:
    """First and last day of an outcome; None where it had not ended on the last day that its list covers."""

    start: dt.date
    end: dt.date | None = None
    begins: bool = True


def following(
    released_on: dt.date, spells: Sequence[Spell], *, months: int, covers: tuple[dt.date, dt.date], day: dt.date
) -> Following:
    """What followed within `months` of an alert, as a list that `covers` two days inclusive tells it on `day`.

    An outcome that began is said as soon as it is listed; that none began only when the horizon is over.
    """
    until = later(released_on, months)
    if any(one.start <= released_on <= (one.end or covers[1]) for one in spells):
        return Following.GOING_ON
    if any(one.begins and released_on < one.start <= min(until, day) for one in spells):
        return Following.BEGAN
    if until > day:
        return Following.TOO_EARLY
    if released_on < covers[0] or until > covers[1]:
        return Following.NOT_COVERED
    return Following.NONE


def later(day: dt.date, months: int) -> dt.date:
    """The same day of the month some months later, or the month's last."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
