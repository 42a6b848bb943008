"""What others publish about a country, one figure a series: beside ours, never as ours and never mixed in."""

import datetime as dt
from typing import TYPE_CHECKING

from countries.models import Country
from indicators.models import PublishedFigure

LATEST = dt.timedelta(days=3 * 365)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


def published_elsewhere(
    country: Country, *, day: dt.date, known_on: dt.date, user: "User | AnonymousUser"
) -> tuple[PublishedFigure, ...]:
    """Of each series what its newest file said of the latest period that had begun by `day`; by publisher.

    A period that ended more than LATEST earlier is history: the API has it.
    """
    known = PublishedFigure.objects.visible_to(user).known(known_on=known_on)
    rows = (
        known.filter(country=country, period_start__lte=day, period_until__gt=day - LATEST)
        .order_by("series", "-known_at", "-report", "-period_start")
        .distinct("series")
        .select_related("series", "report__source")
    )
    return tuple(sorted(rows, key=lambda row: (row.report.source.name, row.series.title)))
