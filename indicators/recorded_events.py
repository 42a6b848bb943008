"""Recorded events of a country by month, as its page and the API show them: beside the scores, in none of them."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Q

from countries.attachment import event_territories_of
from countries.models import Country
from countries.reference import EventTerritory
from indicators.models import EventLoad, EventMonth, Violence
from indicators.models.event_record import EventMonthQuerySet
from people.permissions import clearance_of
from reports.models import Report

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User

MONTHS = 12  # that the page shows


@dataclasses.dataclass(frozen=True, slots=True)
class Deaths:
    """Events of one kind in one month and the deaths in them."""

    events: int
    best: int
    low: int
    high: int


@dataclasses.dataclass(frozen=True, slots=True)
class Month:
    """One month; a kind without an event is None. Not covered: no release claims to have all of its events."""

    first: dt.date
    kinds: tuple[Deaths | None, ...]  # in the order of Violence
    civilians: int
    is_covered: bool

    @property
    def has_events(self) -> bool:
        """Whether there is any, of whichever kind."""
        return any(self.kinds)

    @property
    def titled(self) -> tuple[tuple[str, Deaths | None], ...]:
        """Each kind with its name."""
        return tuple(zip(map(str, Violence.labels), self.kinds, strict=True))


@dataclasses.dataclass(frozen=True, slots=True)
class Recorded:
    """The latest months that releases cover, newest first, and the releases that they rest on."""

    months: tuple[Month, ...]
    reports: tuple[Report, ...]
    notes: tuple[str, ...]  # why a territory of the dataset is not just this country


def months_of(country: Country, user: "User | AnonymousUser") -> EventMonthQuerySet:
    """Every sum ever written down for the territories of a country that `user` may see."""
    shown = Q(pk=None)
    for row in event_territories_of(country.iso3):
        shown |= Q(territory=row.country_id) & _years(row)
    return EventMonth.objects.visible_to(user).filter(shown)


def recorded(country: Country, *, day: dt.date, known_on: dt.date, user: "User | AnonymousUser") -> Recorded | None:
    """What stood at that moment; None where no release was known, or none speaks of the country."""
    ended = (day + dt.timedelta(days=1)).replace(day=1)
    loads = list(
        EventLoad.objects.filter(
            failure="", known_at__date__lte=known_on, report__sensitivity__lte=clearance_of(user)
        ).select_related("report__source")
    )
    spans = [(one.covers_from, min(one.covers_until, ended)) for one in loads if one.covers_from and one.covers_until]
    if not spans or not event_territories_of(country.iso3):
        return None
    until = max(end for _, end in spans)
    first = _earlier(until, MONTHS)
    standing = months_of(country, user).standing(day=day, known_on=known_on).filter(month__gte=first, month__lt=until)
    rows = list(standing)
    complete = [
        (one.covers_from, one.covers_until) for one in loads if one.is_complete and one.covers_from and one.covers_until
    ]
    used = {pk for row in rows for pk in (row.load_id, *row.rests_on)}
    newest = sorted((one for one in loads if one.pk in used), key=lambda one: (one.known_at, one.pk), reverse=True)
    return Recorded(
        months=tuple(_month(_earlier(until, back), rows, complete) for back in range(1, MONTHS + 1)),
        reports=tuple(one.report for one in newest),
        notes=tuple(dict.fromkeys(_notes(country, first, until))),
    )


def _month(first: dt.date, rows: Iterable[EventMonth], complete: Sequence[tuple[dt.date, dt.date]]) -> Month:
    own = [row for row in rows if row.month == first and row.events]
    return Month(
        first=first,
        kinds=tuple(_deaths([row for row in own if row.kind == kind]) for kind in Violence),
        civilians=sum(row.civilians for row in own),
        is_covered=any(begin <= first < end for begin, end in complete),
    )


def _deaths(rows: Sequence[EventMonth]) -> Deaths | None:
    """Over the territories of one country."""
    if not rows:
        return None
    return Deaths(
        events=sum(row.events for row in rows),
        best=sum(row.best for row in rows),
        low=sum(row.low for row in rows),
        high=sum(row.high for row in rows),
    )


def _notes(country: Country, first: dt.date, until: dt.date) -> Iterable[str]:
    for row in event_territories_of(country.iso3):
        if row.treatment != "attach" and any(row.covers(year) for year in range(first.year, until.year + 1)):
            yield row.note


def _years(row: EventTerritory) -> Q:
    """The months of the years for which the territory is decided so."""
    years = Q()
    if row.from_year is not None:
        years &= Q(month__gte=dt.date(row.from_year, 1, 1))
    if row.until_year is not None:
        years &= Q(month__lt=dt.date(row.until_year, 1, 1))
    return years


def _earlier(first: dt.date, months: int) -> dt.date:
    """The first day of the month so many months earlier."""
    number = first.year * 12 + first.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)
