"""Calendars (RFC 5545): days on which a situation can be influenced, and a person's own deadlines.

Every entry is a whole day that blocks nobody's time. Its UID never changes. What was removed or is done stays as
CANCELLED for a while, so that calendars which have it take it away.
"""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.utils import translation
from icalendar import Calendar, Event

from alerts import links
from alerts.channels.names import cleaned, host
from alerts.models import Duty, Lever, Subscription
from countries.models import Country
from indicators.models.score import Level
from people.english import WRITTEN_IN, in_english
from people.models import User
from people.permissions import clearance_of

MEDIA_TYPE = "text/calendar; charset=utf-8"
KEPT = dt.timedelta(days=90)  # so long what was removed, or is over, is still told
REFRESH = dt.timedelta(hours=6)


def levers(*, day: dt.date) -> QuerySet[Lever]:
    """Those that lie ahead or ended of late; of the removed ones those that were removed of late."""
    rows = Lever.objects.filter(last_day__gte=day - KEPT).exclude(removed_at__date__lt=day - KEPT)
    return rows.select_related("country", "situation").order_by("first_day", "pk")


def levers_of(country: Country, *, day: dt.date) -> QuerySet[Lever]:
    """Those about the country, or about a situation that it is in."""
    here = Q(country=country) | Q(situation__places__country=country, situation__places__until=None)
    return levers(day=day).filter(pk__in=Lever.objects.filter(here).values("pk"))


def levers_for(person: User, *, day: dt.date) -> QuerySet[Lever]:
    """Those about what the person's rules ask for: nothing where none does."""
    wanted = Q(pk=None)
    for rule in Subscription.objects.active().filter(person=person).prefetch_related("countries"):
        if rule.is_everywhere:
            return levers(day=day)
        wanted |= Q(pk__in=[country.pk for country in rule.countries.all()])
        wanted |= Q(region_code__in=rule.regions) | Q(subregion_code__in=rule.regions)
    countries = Country.objects.filter(wanted).values("pk")
    here = Q(country__in=countries) | Q(situation__places__country__in=countries, situation__places__until=None)
    return levers(day=day).filter(pk__in=Lever.objects.filter(here).values("pk"))


def duties_of(person: User, *, day: dt.date) -> QuerySet[Duty]:
    """What the person's offices are to answer, and what was closed of late."""
    rows = Duty.objects.filter(office__members__person=person, office__members__until=None)
    rows = rows.filter(alert__sensitivity__lte=clearance_of(person)).exclude(closed_at__date__lt=day - KEPT)
    told = rows.annotate(told=Count("steps", distinct=True), told_at=Max("steps__at"))
    return told.select_related("alert__country", "office").order_by("due_at", "pk")


@translation.override(WRITTEN_IN)
def calendar_of(name: str, levers: Iterable[Lever], duties: Iterable[Duty] = ()) -> tuple[bytes, dt.datetime]:
    """The calendar as it is sent, and when anything in it last changed."""
    found = Calendar()
    found.add("prodid", f"-//{host()}//R2P dashboard//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    title = cleaned(f"{settings.INSTALLATION_NAME}: {name}")
    found.add("name", title)
    found.add("x-wr-calname", title)
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    changed = [dt.datetime(1970, 1, 1, tzinfo=dt.UTC)]
    for event, at in [*map(_of_lever, levers), *map(_of_duty, duties)]:
        found.add_component(event)
        changed.append(at)
    return found.to_ical(), max(changed)


def _of_lever(lever: Lever) -> tuple[Event, dt.datetime]:
    is_removed = lever.removed_at is not None
    where = lever.country.name_en if lever.country else lever.situation.name if lever.situation else ""
    lines = [
        f"Who decides or holds it: {lever.body}" if lever.body else "",
        "The day is an estimate." if lever.is_estimated else "",
        f"Removed: {lever.removal_reason}" if is_removed else "",
        f"Source: {lever.source_title}",
    ]
    at = lever.removed_at or lever.added_at
    event = _event(f"lever-{lever.pk}", f"{where}: {lever.title}", lines, lever.first_day, lever.last_day, at)
    event.add("categories", [in_english(lever.get_kind_display)])
    if lever.source_url:
        event.add("url", lever.source_url)
    return _with_state(event, number=int(is_removed), is_cancelled=is_removed, is_sure=not lever.is_estimated), at


def _of_duty(duty: Duty) -> tuple[Event, dt.datetime]:
    alert, told_at = duty.alert, getattr(duty, "told_at", None)
    at = max(one for one in (duty.opened_at, told_at, duty.closed_at) if one is not None)
    lines = [
        f"{duty.office.name} is to answer alert {alert.pk}, {duty.due_at.astimezone(dt.UTC):%H:%M} UTC on this day.",
        f"Closed: {in_english(duty.get_closing_display)}." if duty.closed_at else "",
    ]
    day = duty.due_at.astimezone(dt.UTC).date()
    title = f"Answer due: {in_english(Level(alert.level).label)}, {alert.country.name_en}"
    event = _event(f"duty-{duty.pk}", title, lines, day, day, at)
    event.add("url", links.absolute(alert.get_absolute_url()))
    is_over = duty.closed_at is not None
    return _with_state(event, number=getattr(duty, "told", 0) + is_over, is_cancelled=is_over, is_sure=True), at


def _event(name: str, title: str, lines: list[str], first: dt.date, last: dt.date, at: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}@{host()}")
    event.add("dtstamp", at.astimezone(dt.UTC))
    event.add("last-modified", at.astimezone(dt.UTC))
    event.add("dtstart", first)
    event.add("dtend", last + dt.timedelta(days=1))  # the first day that is not in it any more
    event.add("summary", cleaned(title))
    event.add("description", cleaned("\n".join(line for line in lines if line)))
    event.add("transp", "TRANSPARENT")
    return event


def _with_state(event: Event, *, number: int, is_cancelled: bool, is_sure: bool) -> Event:
    event.add("sequence", number)
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED" if is_sure else "TENTATIVE")
    return event
