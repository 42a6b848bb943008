"""The one place where the clock is read; everything below takes a day or an instant."""

import dataclasses
import datetime as dt

from django.conf import settings
from django.http import HttpRequest


class AsOfError(ValueError):
    """An `as_of` or `known_at` that is no day, or lies out of bounds."""


def now() -> dt.datetime:
    """The present instant, in UTC."""
    return dt.datetime.now(dt.UTC)


def installation_day() -> dt.date:
    """The day that counts as today: INSTALLATION_DAY for a demonstration, else the UTC day."""
    return settings.INSTALLATION_DAY or now().date()


@dataclasses.dataclass(frozen=True, slots=True)
class AsOf:
    """Valid time `day` (t) and knowledge time `known_on` (k), as UTC days."""

    day: dt.date
    known_on: dt.date
    is_current: bool = False

    @property
    def query(self) -> str:
        """The query string that leads back to this view; empty for the current one."""
        return "" if self.is_current else f"?as_of={self.day}&known_at={self.known_on}"


EARLIEST = dt.date(1945, 1, 1)


def day_asked(name: str, value: str) -> dt.date:
    """The day that a parameter names, from the first that is asked about to today. Raises AsOfError."""
    try:
        day = dt.date.fromisoformat(value)
    except ValueError as error:
        raise AsOfError(f"{name} is {value[:20]!r}; wanted a day such as 2024-06-30") from error
    if not EARLIEST <= day <= now().date():
        raise AsOfError(f"{name} is {day}; wanted a day from {EARLIEST} to today, {now().date()}")
    return day


def as_of(request: HttpRequest) -> AsOf:
    """The moment a request asks for: `?as_of=` sets t and, unless `?known_at=` is given, k = t.

    Raises AsOfError.
    """
    asked, known = request.GET.get("as_of", ""), request.GET.get("known_at", "")
    if not asked and not known:
        return AsOf(installation_day(), now().date(), is_current=True)
    day = day_asked("as_of", asked) if asked else installation_day()
    known_on = day_asked("known_at", known) if known else day
    return AsOf(day, known_on, is_current=day == installation_day() and known_on == now().date())
