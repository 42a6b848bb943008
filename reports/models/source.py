"""Who publishes: sources, and the bodies whose findings they carry."""

from __future__ import annotations

import datetime as dt
import re

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

KEY_NAME = re.compile(r"SOURCE_[A-Z0-9_]{1,50}")  # or a source could be told to send any secret of the server's


class Reliability(models.TextChoices):
    """Admiralty grade of a source."""

    A = "A", _("A: completely reliable")
    B = "B", _("B: usually reliable")
    C = "C", _("C: fairly reliable")
    D = "D", _("D: not usually reliable")
    E = "E", _("E: unreliable")
    F = "F", _("F: cannot be judged")


class Family(models.Model):
    """The body that makes findings: the unit of independence, whoever carries what it found."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)

    class Meta:
        verbose_name_plural = "families"

    def __str__(self) -> str:
        return self.name


class Told(models.TextChoices):
    """What staff were last told of a source that brings nothing."""

    STALE = "stale", _("nothing for too long")
    DEAD = "dead", _("taken for dead")


class SourceQuerySet(models.QuerySet["Source"]):
    """Sources, by whether anything is fetched from them."""

    def fetched(self) -> SourceQuerySet:
        """Those with an address and a reader, whether they are on or off."""
        return self.exclude(reader="")

    def review_due(self, *, day: dt.date) -> SourceQuerySet:
        """Those whose grade should have been looked at again by `day`."""
        return self.filter(review_on__lte=day)


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
    on_since = models.DateTimeField("when it was last switched on", null=True, blank=True, editable=False)
    leads_on_to = models.CharField("other hosts that its address leads on to", max_length=200, blank=True)
    robots_exempt = models.CharField("why its robots.txt is not asked", max_length=300, blank=True)

    reliability_reason = models.CharField("why this grade", max_length=500, blank=True)
    review_on = models.DateField("day on which the grade is to be reviewed", null=True, blank=True)
    contact = models.CharField("whom to ask there", max_length=200, blank=True)
    known_bias = models.CharField("known bias", max_length=500, blank=True)
    terms_note = models.CharField("note on the terms", max_length=500, blank=True)

    told_of = models.CharField(
        "what staff were last told of its fetching", max_length=6, blank=True, choices=Told.choices, editable=False
    )

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
            models.CheckConstraint(
                condition=Q(credential="") | Q(credential__regex=r"^SOURCE_[A-Z0-9_]{1,50}$"),
                name="source_key_is_named_as_a_source_key",
            ),
            models.CheckConstraint(
                condition=Q(told_of__in=["", *Told.values]), name="source_trouble_told_is_a_known_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name
