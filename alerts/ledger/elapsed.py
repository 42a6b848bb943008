"""How long something took, in words: pure. What is only known by its day is told in days, and nothing is ever 0."""

import datetime as dt

Moment = dt.datetime | dt.date

HOURS_UP_TO = dt.timedelta(hours=48)  # from then on days say enough


def day_of(moment: Moment) -> dt.date:
    """The UTC day of an instant or a day."""
    return moment.astimezone(dt.UTC).date() if isinstance(moment, dt.datetime) else moment


def days_between(start: Moment, end: Moment) -> int:
    """Whole days by the calendar; negative where the end came first."""
    return (day_of(end) - day_of(start)).days


def hours_between(start: Moment, end: Moment) -> float | None:
    """None where one of the two is only known by its day."""
    if not (isinstance(start, dt.datetime) and isinstance(end, dt.datetime)):
        return None
    return (end - start).total_seconds() / 3600


def elapsed(start: Moment, end: Moment) -> str:
    """Such as `5 hours later`, `the same day`, `23 days later`; `2 days before` where it came first."""
    hours = hours_between(start, end)
    if hours is not None and 0 <= hours < HOURS_UP_TO.total_seconds() / 3600:
        return f"{_counted(int(hours), 'hour')} later" if hours >= 1 else "within the hour"
    days = days_between(start, end)
    if days == 0:
        return "the same day"
    return f"{_counted(abs(days), 'day')} {'later' if days > 0 else 'before'}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
