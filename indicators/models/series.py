"""Dated numbers per country from datasets, each tied to one indicator."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from countries.models import Country
from reports.models import Report


class SeriesDefinition(models.Model):
    """A reviewed definition from `indicators/series/*.json`; its goalposts are frozen in each method version."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=160)
    unit = models.CharField(max_length=80)
    indicator_code = models.CharField(max_length=6, unique=True)
    reader = models.CharField(max_length=40)
    column = models.CharField("name of the number in what the reader gives", max_length=40)
    lo = models.FloatField()
    hi = models.FloatField()
    is_log = models.BooleanField()
    direction = models.SmallIntegerField()
    why = models.TextField()
    author = models.CharField(max_length=120)
    checker = models.CharField(max_length=120, blank=True)
    next_review_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(lo=F("hi")), name="goalposts_differ"),
            models.CheckConstraint(condition=Q(direction__in=[-1, 1]), name="series_direction_is_up_or_down"),
        ]

    def __str__(self) -> str:
        return self.title


class SeriesLoad(models.Model):
    """That a dataset release has been turned into values, and what of it was attached to nobody."""

    report = models.OneToOneField(Report, models.PROTECT, related_name="series_load")
    loaded_at = models.DateTimeField()
    values_count = models.PositiveIntegerField()
    not_covered = models.JSONField("territories of the dataset that belong to no country here", default=list)
    failure = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"series load {self.pk}"

    @property
    def loaded(self) -> str:
        """What came of the release."""
        return f"{self.values_count:,} value{'' if self.values_count == 1 else 's'}"

    @property
    def moves_scores(self) -> bool:
        """Whether scores rest on it."""
        return True


class SeriesValue(models.Model):
    """One number for one country and period, as one release gave it."""

    definition = models.ForeignKey(SeriesDefinition, models.PROTECT, related_name="values")
    country = models.ForeignKey(Country, models.PROTECT, related_name="series_values")
    report = models.ForeignKey(Report, models.PROTECT, related_name="series_values")
    territory = models.CharField("id of the territory in the dataset", max_length=60)
    value = models.FloatField()
    period_end = models.DateField()
    known_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True, blank=True)
    is_scored = models.BooleanField("counts in the score", default=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "definition", "country", "period_end"],
                condition=Q(is_scored=True, retracted_at=None),
                name="one_scored_value_per_release_country_and_period",
            ),
            models.UniqueConstraint(
                fields=["report", "definition", "country", "territory", "period_end"],
                condition=Q(retracted_at=None),
                name="one_value_per_release_territory_and_period",
            ),
            models.CheckConstraint(
                condition=Q(retracted_at=None) | Q(retracted_at__gt=F("known_at")),
                name="series_value_is_retracted_after_it_was_known",
            ),
        ]
        indexes = [models.Index(fields=["country", "definition", "period_end"], name="series_of_a_country")]

    def __str__(self) -> str:
        return f"series value {self.pk}"
