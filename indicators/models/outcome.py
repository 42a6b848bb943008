"""Outcomes that a method is tested on: lists are data, each with its definition, source and licence."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from countries.models import Country


class OutcomeList(models.Model):
    """One list as it was read or derived; another version of it is another row."""

    class Kind(models.TextChoices):
        """What a line of the list is."""

        ONSET = "onset", _("onset: months in which one goes on are left out")
        INCIDENCE = "incidence", _("incidence: every outcome counts for itself")

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    definition = models.TextField()
    source = models.CharField(max_length=400)
    licence = models.CharField(max_length=400)
    made_from = models.JSONField("slugs of the series that it was made from: they never enter its test", default=list)
    covers_from = models.DateField("first day on which an outcome would be listed")
    covers_until = models.DateField("last day on which an outcome would be listed")
    sha256 = models.CharField(max_length=64, unique=True)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(covers_until__gte=F("covers_from")), name="outcome_list_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Outcome(models.Model):
    """Something that began in a country; without an end it is not known to have ended."""

    outcomes = models.ForeignKey(OutcomeList, models.PROTECT, related_name="rows")
    country = models.ForeignKey(Country, models.PROTECT, related_name="outcomes")
    start_on = models.DateField()
    end_on = models.DateField(null=True, blank=True)
    begins = models.BooleanField("an onset; else it was going on when the figures start", default=True)
    kind = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    licence = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["outcomes", "country", "start_on"], name="one_outcome_per_country_and_start"
            ),
            models.CheckConstraint(
                condition=Q(end_on=None) | Q(end_on__gte=F("start_on")), name="outcome_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"outcome {self.pk}"
