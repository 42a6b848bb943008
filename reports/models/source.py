"""Who publishes: sources, and the bodies whose findings they carry."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Reliability(models.TextChoices):
    """Admiralty grade of a source."""

    A = "A", "A: completely reliable"
    B = "B", "B: usually reliable"
    C = "C", "C: fairly reliable"
    D = "D", "D: not usually reliable"
    E = "E", "E: unreliable"
    F = "F", "F: cannot be judged"


class Family(models.Model):
    """The body that makes findings: the unit of independence, whoever carries what it found."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)

    class Meta:
        verbose_name_plural = "families"

    def __str__(self) -> str:
        return self.name


class SourceQuerySet(models.QuerySet["Source"]):
    """Sources, by whether anything is fetched from them."""

    def fetched(self) -> SourceQuerySet:
        """Those with an address and a reader, whether they are on or off."""
        return self.exclude(reader="")


class Source(models.Model):
    """Who publishes: an organisation with its licence, its grade and its family."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    family = models.ForeignKey(Family, models.PROTECT, related_name="sources")
    reliability = models.CharField(max_length=1, choices=Reliability.choices)
    licence = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True)

    reader = models.CharField("reader of what is fetched; none where nothing is", max_length=40, blank=True)
    address = models.URLField("address that is fetched", max_length=500, blank=True)
    language = models.CharField("language, where the answer does not say it", max_length=8, default="en")
    is_on = models.BooleanField("fetched by the schedule", default=False)
    off_because = models.CharField("why it is off, and what would switch it on", max_length=300, blank=True)
    fetch_every = models.DurationField("fetched this often", null=True, blank=True)
    credential = models.CharField("environment variable that holds its key", max_length=60, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reliability__in=Reliability.values), name="source_has_a_grade_from_a_to_f"
            ),
            models.CheckConstraint(
                condition=Q(reader="", address="", fetch_every=None, is_on=False)
                | ~Q(reader="") & ~Q(address="") & Q(fetch_every__isnull=False),
                name="fetched_source_has_reader_address_and_cadence",
            ),
            models.CheckConstraint(
                condition=Q(reader="") | Q(is_on=True) | ~Q(off_because=""), name="source_that_is_off_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.name
