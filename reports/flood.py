"""Feeds that bring too much: a cap on new items of each source and hour, and word to staff of a jump in volume."""

import datetime as dt
import statistics

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from people.models import StaffNotice
from people.notices import raise_notice
from reports.models import Report, Source

KIND = "feed-volume"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
USUAL_DAYS = 28  # the days that say what is usual
DAYS_MIN = 7  # fewer say nothing yet
JUMP = 5  # times the usual day
FLOOR = 50  # new items a day: below it no jump is worth a person's time


def room(source: Source, *, at: dt.datetime) -> int:
    """How many new items of a feed may be taken in now."""
    taken = _items(source).filter(received_at__gt=at - HOUR, received_at__lte=at).count()
    return max(0, settings.FEED_ITEMS_PER_HOUR - taken)


def watch(source: Source, *, new: int, over_cap: int, at: dt.datetime, unread: int = 0) -> None:
    """Raises a notice, once a day at most, where a cap was met or the day brings several times the usual.

    `over_cap` had no room within the hour, `unread` stood behind what is read of one answer.
    """
    if over_cap:
        found = f"found more than {settings.FEED_ITEMS_PER_HOUR} new items within an hour ({over_cap} left out)"
    elif unread:
        found = f"found an answer too long to be read whole (its {unread} oldest items were left out)"
    elif new >= 1 and (jump := _jump(source, at=at)):
        found = f"found {jump[0]} new items within a day, against {jump[1]:g} on a usual one"
    else:
        return
    if _is_told(source, at=at):
        return
    words = (
        f"source {source.slug}: {found}; wanted about what is usual. Nothing of it moves a score before a person has "
        f"accepted it. Look at what came; if the source has gone wrong, switch it off on its page."
    )
    raise_notice(kind=KIND, subject=f"source {source.slug}", words=words, at=at)


def _items(source: Source) -> QuerySet[Report]:
    """The reports that came with its answers, whoever published them."""
    return Report.objects.filter(carrier__source=source)


def _jump(source: Source, *, at: dt.datetime) -> tuple[int, float] | None:
    """New items of the last day and of a usual one, where the first are several times the second."""
    today = _items(source).filter(received_at__gt=at - DAY, received_at__lte=at).count()
    if today < FLOOR:
        return None
    before = _items(source).filter(received_at__gt=at - (USUAL_DAYS + 1) * DAY, received_at__lte=at - DAY)
    counts = dict(before.order_by().annotate(day=TruncDate("received_at")).values_list("day").annotate(Count("pk")))
    if not counts:
        return None
    days = min(USUAL_DAYS, ((at - DAY).date() - min(counts)).days + 1)
    if days < DAYS_MIN:
        return None
    usual = statistics.median([*counts.values(), *[0] * max(0, days - len(counts))])
    return (today, usual) if today >= JUMP * usual else None


def _is_told(source: Source, *, at: dt.datetime) -> bool:
    """Whether staff have an open notice of it, or had one within the last day: they know."""
    lately = Q(closed_at=None) | Q(last_raised_at__gt=at - DAY)
    return StaffNotice.objects.filter(lately, kind=KIND, subject=f"source {source.slug}").exists()
