"""Figures that others publish, shown beside ours and never inside a score."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from countries.models import Country
from people.permissions import clearance_of
from reports.models import Report

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class FigureSeries(models.Model):
    """One index or count of another publisher, in the publisher's own unit."""

    slug = models.SlugField(max_length=60, unique=True)
    reader = models.CharField(max_length=40)
    title = models.CharField(max_length=160)
    unit = models.CharField(max_length=120)

    class Meta:
        verbose_name_plural = "figure series"

    def __str__(self) -> str:
        return self.title


class FigureLoad(models.Model):
    """That a file of another publisher has been turned into figures, and what of it was attached to nobody."""

    report = models.OneToOneField(Report, models.PROTECT, related_name="figure_load")
    loaded_at = models.DateTimeField()
    figures_count = models.PositiveIntegerField(default=0)
    not_covered = models.JSONField("territories that belong to no country here", default=list)
    failure = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"figure load {self.pk}"

    @property
    def loaded(self) -> str:
        """What came of the file."""
        return f"{self.figures_count:,} figure{'' if self.figures_count == 1 else 's'}"

    @property
    def moves_scores(self) -> bool:
        """Whether scores rest on it."""
        return False


class PublishedFigureQuerySet(models.QuerySet["PublishedFigure"]):
    """Figures, by who may see them and by what was known."""

    def visible_to(self, user: User | AnonymousUser) -> PublishedFigureQuerySet:
        """Only those whose report `user` is cleared for."""
        return self.filter(report__sensitivity__lte=clearance_of(user))

    def known(self, *, known_on: dt.date) -> PublishedFigureQuerySet:
        """Only what was public at the end of `known_on`, in UTC."""
        return self.filter(known_at__date__lte=known_on)


class PublishedFigure(models.Model):
    """One figure for one country and period, as its publisher's file gave it."""

    series = models.ForeignKey(FigureSeries, models.PROTECT, related_name="figures")
    country = models.ForeignKey(Country, models.PROTECT, related_name="published_figures")
    report = models.ForeignKey(Report, models.PROTECT, related_name="published_figures")
    territory = models.CharField("id or name of the territory in the file", max_length=60)
    period_start = models.DateField()
    period_until = models.DateField("exclusive")
    value = models.FloatField(null=True, blank=True)
    words = models.CharField("what it says in words", max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)
    known_at = models.DateTimeField()

    objects = PublishedFigureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "series", "country", "territory", "period_start", "period_until"],
                name="one_published_figure_per_file_territory_and_period",
            ),
            models.CheckConstraint(
                condition=Q(period_until__gt=F("period_start")), name="published_figure_has_a_period"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(words=""), name="published_figure_says_something"
            ),
        ]
        indexes = [models.Index(fields=["country", "series", "-known_at"], name="figures_of_a_country")]

    def __str__(self) -> str:
        return f"published figure {self.pk}"

    @property
    def last_day(self) -> dt.date:
        """The last day of the period."""
        return self.period_until - dt.timedelta(days=1)

    @property
    def is_one_day(self) -> bool:
        """Whether the period is a day."""
        return self.last_day == self.period_start

    @property
    def is_one_month(self) -> bool:
        """Whether the period lies in one month."""
        return (self.last_day.year, self.last_day.month) == (self.period_start.year, self.period_start.month)
