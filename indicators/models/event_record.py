"""Recorded events of a dataset: every release keeps what it said; months are what stood when each became known."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.permissions import clearance_of
from reports.models import Report

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class Violence(models.IntegerChoices):
    """UCDP's three kinds of organised violence."""

    STATE_BASED = 1, _("state-based conflict")
    NON_STATE = 2, _("non-state conflict")
    ONE_SIDED = 3, _("one-sided violence")


class EventLoad(models.Model):
    """That a release has been turned into events: the months it covers, and whether it has all of theirs."""

    report = models.OneToOneField(Report, models.PROTECT, related_name="event_load")
    loaded_at = models.DateTimeField()
    known_at = models.DateTimeField()
    is_complete = models.BooleanField("an event of its months that it lacks stands no more", default=False)
    covers_from = models.DateField(null=True, blank=True)
    covers_until = models.DateField("exclusive", null=True, blank=True)
    first_on = models.DateField("first day of any of its events", null=True, blank=True)
    last_on = models.DateField("last day of any of its events", null=True, blank=True)
    events_count = models.PositiveIntegerField(default=0)
    contradictory = models.PositiveIntegerField("events whose best estimate lies outside its bounds", default=0)
    not_covered = models.JSONField("territories that belong to no country here", default=list)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(failure="") & Q(events_count=0)
                | Q(failure="", covers_from__isnull=False, covers_from__lt=F("covers_until"), events_count__gt=0),
                name="event_load_covers_months_or_says_why_not",
            )
        ]

    def __str__(self) -> str:
        return f"event load {self.pk}"

    @property
    def loaded(self) -> str:
        """What came of the release."""
        return f"{self.events_count:,} event{'' if self.events_count == 1 else 's'}"

    @property
    def moves_scores(self) -> bool:
        """Whether scores rest on it."""
        return False


class EventPlace(models.Model):
    """A first-level unit of a dataset's territory; an empty name: the dataset does not say which."""

    territory = models.PositiveSmallIntegerField("Gleditsch–Ward number")
    admin1 = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["territory", "admin1"], name="one_event_place_per_territory_and_name")
        ]

    def __str__(self) -> str:
        return f"event place {self.pk}"


class EventRecord(models.Model):
    """One event as one release gave it.

    A million rows come in one COPY: that `load` and `place` exist is checked once a statement by a trigger, since a
    foreign key would ask twice a row.
    """

    pk = models.CompositePrimaryKey("load_id", "event_id")
    load = models.ForeignKey(EventLoad, models.PROTECT, related_name="events", db_constraint=False, db_index=False)
    event_id = models.BigIntegerField("id in the dataset")
    place = models.ForeignKey(EventPlace, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    territory = models.PositiveSmallIntegerField("Gleditsch–Ward number")
    kind = models.PositiveSmallIntegerField(choices=Violence.choices)
    starts_on = models.DateField()
    ends_on = models.DateField()
    day_precision = models.PositiveSmallIntegerField("1 the day … 5 only the year")
    place_precision = models.PositiveSmallIntegerField("1 exact … 7 international waters or airspace")
    best = models.PositiveIntegerField("deaths, best estimate")
    low = models.PositiveIntegerField("deaths, low estimate")
    high = models.PositiveIntegerField("deaths, high estimate")
    civilians = models.PositiveIntegerField("of these civilians")
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Violence.values), name="event_has_a_known_kind"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="event_ends_after_it_started"),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)), name="event_is_on_earth"
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.load_id}.{self.event_id}"


class EventMonthQuerySet(models.QuerySet["EventMonth"]):
    """Months, by who may see what they rest on, and by what was known."""

    def visible_to(self, user: User | AnonymousUser) -> EventMonthQuerySet:
        """Those that rest on nothing for which `user` is not cleared."""
        hidden = list(EventLoad.objects.filter(report__sensitivity__gt=clearance_of(user)).values_list("pk", flat=True))
        return self.exclude(Q(load__in=hidden) | Q(rests_on__overlap=hidden)) if hidden else self

    def standing(self, *, day: dt.date, known_on: dt.date) -> EventMonthQuerySet:
        """Of each territory, month and kind what stood at the end of `known_on`; months that had ended by `day`."""
        ended = (day + dt.timedelta(days=1)).replace(day=1)
        known = self.filter(load__known_at__date__lte=known_on, month__lt=ended)
        keys = ("territory", "month", "kind")
        return known.order_by(*keys, "-load__known_at", "-load_id").distinct(*keys)


class EventMonth(models.Model):
    """What stood for a territory, the month in which its events began, and a kind, once `load` was known.

    Derived from events: computed anew where a release comes in late. Months that a load left as they were have no row.
    """

    load = models.ForeignKey(EventLoad, models.PROTECT, related_name="months")
    territory = models.PositiveSmallIntegerField("Gleditsch–Ward number")
    month = models.DateField("its first day")
    kind = models.PositiveSmallIntegerField(choices=Violence.choices)
    events = models.PositiveIntegerField()
    best = models.PositiveIntegerField("deaths, best estimate")
    low = models.PositiveIntegerField("deaths, low estimate")
    high = models.PositiveIntegerField("deaths, high estimate")
    civilians = models.PositiveIntegerField("of these civilians")
    rests_on = ArrayField(models.BigIntegerField(), verbose_name="loads whose events it counts")

    objects = EventMonthQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "month", "kind", "load"], name="one_sum_per_load_territory_month_and_kind"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="event_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"event month {self.pk}"
