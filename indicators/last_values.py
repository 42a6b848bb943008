"""What is known already of one indicator in one country, for who is about to enter more. Reads, never writes."""

import dataclasses
import datetime as dt
from typing import Any

from django.db.models import Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from countries.models import Country
from indicators import frames
from indicators.models import Evidence, Indicator, SeriesValue, Standing, Suggestion
from indicators.models.score import Level
from people.models import User
from reports.models import Report

LISTED = 4  # pieces told; the others are counted
NEAR_DAYS = 7  # an event of the same indicator as near as this may be the same one
SHOWN_WITH = ("family", "coder", "passage", "country", "indicator")


@dataclasses.dataclass(frozen=True, slots=True)
class LastValues:
    """As far as one person may see it; `value` is None where nothing is assessed, never 0."""

    country: Country
    indicator: Indicator
    level: Level | None  # of the country; None: not assessed
    value: float | None  # of the indicator, 0 to 1
    latest: list[Evidence]  # accepted, latest event first
    accepted: int
    proposed: int
    suggested: int
    series: SeriesValue | None  # the latest period

    @property
    def more(self) -> int:
        """How many accepted pieces are not told."""
        return self.accepted - len(self.latest)


def last_values(*, iso3: str, indicator: Indicator, user: User, known_on: dt.date) -> LastValues | None:
    """Of the indicator in the country, with what stands now; None where there is no such country."""
    # by code: evidence of an older version of the catalogue is on the same sign
    seen = Evidence.objects.visible_to(user).filter(country__iso3=iso3, indicator__code=indicator.code)
    accepted, proposed = (seen.filter(status=one) for one in (Evidence.Status.ACCEPTED, Evidence.Status.PROPOSED))
    suggested = Suggestion.objects.visible_to(user).waiting()
    suggested = suggested.filter(country__iso3=iso3, indicator__code=indicator.code)
    counted = {"accepted": accepted, "proposed": proposed, "suggested": suggested}
    states = Country.objects.annotate(**{f"{name}_count": _count(rows) for name, rows in counted.items()})
    country = states.filter(iso3=iso3).first()
    if country is None:
        return None
    counts = {name: country.__dict__[f"{name}_count"] for name in counted}
    series = _series(country, indicator, user, known_on=known_on)
    level, value = _stands(country, indicator)
    is_assessed = value != 0 or counts["accepted"] or series is not None
    return LastValues(
        country=country,
        indicator=indicator,
        level=level,
        value=value if is_assessed else None,
        latest=list(accepted.select_related(*SHOWN_WITH).order_by("-event_on", "-pk")[:LISTED]),
        series=series,
        **counts,
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many rows, as part of another query."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def near_twins(
    *, country: Country, indicator: Indicator, event_on: dt.date, user: User, beside: Evidence | None = None
) -> list[Evidence]:
    """Live pieces on the same indicator whose event is within NEAR_DAYS: perhaps the same one. At most five.

    `beside` is the row that is being corrected: it is no twin.
    """
    if event_on < dt.date.min + dt.timedelta(days=366):  # no day of an event: the form says so
        return []
    near = dt.timedelta(days=NEAR_DAYS)
    rows = Evidence.objects.visible_to(user).filter(
        country=country,
        indicator__code=indicator.code,
        event_on__range=(event_on - near, event_on + near),
        status__in=[Evidence.Status.PROPOSED, Evidence.Status.ACCEPTED],
    )
    if beside is not None:
        rows = rows.exclude(pk=beside.pk).exclude(corrects=beside)
    return list(rows.select_related(*SHOWN_WITH).order_by("event_on", "pk")[:5])


def _stands(country: Country, indicator: Indicator) -> tuple[Level | None, float | None]:
    """The country's level and the indicator's value, as the score says them now."""
    rows = Standing.objects.in_use().filter(country=country).select_related("snapshot__method__framework")
    standing = rows.first()
    if standing is None or not standing.snapshot.assessed:
        return None, None
    snapshot = standing.snapshot
    position = frames.method_of(snapshot.method).catalogue.position.get(indicator.code)
    is_scored = position is not None and position < len(snapshot.indicators)
    return Level(snapshot.shown_level), snapshot.indicators[position or 0] if is_scored else None


def _series(country: Country, indicator: Indicator, user: User, *, known_on: dt.date) -> SeriesValue | None:
    rows = SeriesValue.objects.filter(
        country=country, definition__indicator_code=indicator.code, is_scored=True, retracted_at=None,
        known_at__date__lte=known_on, report__in=Report.objects.visible_to(user),
    )  # fmt: skip
    rows = rows.select_related("definition", "report__source").defer("report__bytes", "report__text")
    return rows.order_by("-period_end", "-known_at", "-pk").first()
