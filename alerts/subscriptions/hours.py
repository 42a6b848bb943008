"""A person's day: when it is quiet, when a pause ends, and which morning a digest waits for. Pure.

Hours are those of the person's wall clock. Where that is set forward over a time, the time comes when it is set;
where it is set back, a time comes twice: quiet hours count both times, a morning only the first.
"""

import dataclasses
import datetime as dt
import zoneinfo

MONDAY = 0
_SECOND = dt.timedelta(seconds=1)
_DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class Hours:
    """How one person wants to be written to; `quiet` is (from, until), over midnight where it ends before it starts."""

    zone: str = "UTC"
    quiet: tuple[dt.time, dt.time] | None = None
    paused_until: dt.datetime | None = None

    def held_until(self, at: dt.datetime) -> dt.datetime | None:
        """The first instant after `at` at which a mail may go; None: now."""
        end = max(at, self.paused_until) if self.paused_until else at
        end = self._quiet_until(end) or end
        return end if end > at else None

    def _quiet_until(self, at: dt.datetime) -> dt.datetime | None:
        if self.quiet is None or not is_within(wall(at, self.zone).time(), self.quiet):
            return None
        return next_time(at, self.zone, self.quiet[1])


def clock_of(zone: str) -> dt.tzinfo:
    """The time zone of a name in the IANA database; UTC where nobody knows the name any more."""
    try:
        return zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return dt.UTC


def wall(at: dt.datetime, zone: str) -> dt.datetime:
    """The instant on the clock of a time zone."""
    return at.astimezone(clock_of(zone))


def is_within(time: dt.time, span: tuple[dt.time, dt.time]) -> bool:
    """Whether a time of the day lies in [from, until), over midnight where `until` comes first."""
    begin, end = span
    return begin <= time < end if begin < end else time >= begin or time < end


def next_time(at: dt.datetime, zone: str, time: dt.time) -> dt.datetime:
    """The next instant after `at` at which the wall clock shows `time`."""
    today = wall(at, zone).date()
    found = (one for days in range(-1, 4) for one in _instants(today + days * _DAY, time, zone))
    return next(one for one in found if one > at)


def next_morning(at: dt.datetime, zone: str, time: dt.time, *, is_weekly: bool = False) -> dt.datetime:
    """The next morning after `at`, at `time` of the wall clock, or the next Monday morning."""
    today = wall(at, zone).date()
    days = (today + days * _DAY for days in range(-1, 10))
    wanted = (day for day in days if not is_weekly or day.weekday() == MONDAY)
    return next(first for day in wanted if (first := _instants(day, time, zone)[0]) > at)


def _instants(day: dt.date, time: dt.time, zone: str) -> list[dt.datetime]:
    """When the wall clock shows a time on a day: once, twice, or where it jumps over it, the instant of the jump."""
    shown = dt.datetime.combine(day, time)
    tz = clock_of(zone)
    both = [shown.replace(tzinfo=tz, fold=fold).astimezone(dt.UTC) for fold in (0, 1)]
    real = [one for one in both if one.astimezone(tz).replace(tzinfo=None) == shown]
    return sorted(set(real)) or [_jump(min(both), max(both), tz)]


def _jump(early: dt.datetime, late: dt.datetime, tz: dt.tzinfo) -> dt.datetime:
    """The first second at which the offset is that of `late`."""
    after = late.astimezone(tz).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) / 2
        if middle.astimezone(tz).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)
