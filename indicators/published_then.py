"""What was published at the time: the stored scores that stood for a country, day by day."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby

from django.db.models import QuerySet

from countries.models import Country
from indicators.models import MethodVersion, Snapshot
from indicators.models.score import ARRAYS


@dataclasses.dataclass(frozen=True, slots=True)
class PublishedPoint:
    """What stood at the end of a day; the snapshot has its run and method loaded, and no arrays."""

    day: dt.date
    snapshot: Snapshot


def stood_on(country: Country, *, day: dt.date, method: MethodVersion | None = None) -> Snapshot | None:
    """The stored score that stood for a country at the end of `day` (UTC), or None where none did: one query.

    Under the method that was in use then, or under another.
    """
    rows = _published(country, until=day, method=method)
    latest = rows.order_by("method", "-run__published_at", "-pk").distinct("method")
    return _shown(latest, day)


def as_published(country: Country, *, until: dt.date, method: MethodVersion | None = None) -> list[PublishedPoint]:
    """What stood at the end of each day up to `until` on which something was published, oldest first: one query."""
    latest: dict[int, Snapshot] = {}
    points = []
    rows = _published(country, until=until, method=method).order_by("run__published_at", "pk")
    for day, published in groupby(rows, key=_day_of):
        latest |= {row.method_id: row for row in published}
        snapshot = _shown(latest.values(), day)
        if snapshot is not None:
            points.append(PublishedPoint(day, snapshot))
    return points


def method_on(day: dt.date) -> MethodVersion | None:
    """The method that was in use at the end of `day` (UTC), with its framework; None where none was: one query."""
    end = _end_of(day)
    begun = MethodVersion.objects.filter(stands_from__lt=end).select_related("framework")
    return next((one for one in begun.order_by("-published_at", "-pk") if _stood(one, end)), None)


def _published(country: Country, *, until: dt.date, method: MethodVersion | None) -> QuerySet[Snapshot]:
    rows = Snapshot.objects.filter(country=country, run__published_at__lt=_end_of(until))
    if method is not None:
        rows = rows.filter(method=method)
    return rows.select_related("run", "method").defer(*ARRAYS)


def _shown(latest: Iterable[Snapshot], day: dt.date) -> Snapshot | None:
    """Of the latest score under each method the one whose method was in use at the end of `day`."""
    standing: Sequence[Snapshot] = [row for row in latest if _stood(row.method, _end_of(day))]
    return max(standing, key=lambda row: (row.method.published_at, row.method_id), default=None)


def _stood(method: MethodVersion, end: dt.datetime) -> bool:
    has_begun = method.stands_from is not None and method.stands_from < end
    has_ended = method.retired_at is not None and method.retired_at < end
    return has_begun and not has_ended and not any(_spans(gap, end) for gap in method.gaps)


def _spans(gap: tuple[str, str | None], end: dt.datetime) -> bool:
    began, ended = gap
    return dt.datetime.fromisoformat(began) < end and (ended is None or dt.datetime.fromisoformat(ended) >= end)


def _day_of(snapshot: Snapshot) -> dt.date:
    published_at = snapshot.run.published_at
    if published_at is None:  # snapshots of a run that was not published are rolled back with it
        raise ValueError(f"snapshot {snapshot.pk}: found no day of publication; wanted that of its run")
    return published_at.astimezone(dt.UTC).date()


def _end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
