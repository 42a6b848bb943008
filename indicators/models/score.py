"""Runs, immutable snapshots, and the pointer to what stands."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from countries.models import Country
from indicators.models.evidence import Evidence
from indicators.models.method import MethodVersion

LEAST_FOR_LOW = 0.5  # coverage below which no method may show MINIMAL or LOW


class Level(models.IntegerChoices):
    """What the index is called; 0 where too little is known to say low."""

    UNDETERMINED = 0, _("UNDETERMINED")
    MINIMAL = 1, _("MINIMAL")
    LOW = 2, _("LOW")
    ELEVATED = 3, _("ELEVATED")
    HIGH = 4, _("HIGH")
    SEVERE = 5, _("SEVERE")


class Profile(models.TextChoices):
    """Which pair of specific factors attains the index."""

    GENOCIDE = "genocide", _("genocide")
    CRIMES_AGAINST_HUMANITY = "cah", _("crimes against humanity")
    WAR_CRIMES = "war", _("war crimes")


class Reporting(models.TextChoices):
    """Whether reports about a country come as they used to; `scoring.blackout` says how that is told."""

    USUAL = "usual", _("as usual")
    BLACKOUT = "blackout", _("fallen well below its own past")
    UNKNOWN = "unknown", _("too few to say")


class ScoreRun(models.Model):
    """One computation of some or all countries; readers see its snapshots all at once or not at all."""

    class State(models.TextChoices):
        """How far it got."""

        RUNNING = "running", _("running")
        PUBLISHED = "published", _("published")
        FAILED = "failed", _("failed")

    method = models.ForeignKey(MethodVersion, models.PROTECT, related_name="runs")
    as_of = models.DateField("valid day, t")
    known_on = models.DateField("knowledge day, k")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    is_full = models.BooleanField("every country")
    countries_count = models.PositiveIntegerField(default=0)
    code_version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField("kind of error", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", published_at=None, failed_at=None)
                | Q(state="published", published_at__isnull=False, failed_at=None)
                | Q(state="failed", published_at=None, failed_at__isnull=False),
                name="run_is_running_published_or_failed",
            )
        ]
        indexes = [
            models.Index(fields=["-published_at"], name="run_published", condition=Q(state="published")),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"


ARRAYS = ("factors", "factor_coverage", "indicators")
"""Fields of a snapshot that only a page about its one country needs: left out where many are read."""


class Snapshot(models.Model):
    """The score of one country at (as_of, known_on) under one method from one set of inputs: never changed."""

    run = models.ForeignKey(ScoreRun, models.PROTECT, related_name="snapshots")
    country = models.ForeignKey(Country, models.PROTECT, related_name="snapshots")
    method = models.ForeignKey(MethodVersion, models.PROTECT, related_name="snapshots")
    as_of = models.DateField()
    known_on = models.DateField()
    input_digest = models.CharField(max_length=64)
    assessed = models.BooleanField("any evidence or series is visible")
    overall = models.FloatField("index, 0 to 100")
    genocide = models.FloatField()
    cah = models.FloatField("crimes against humanity")
    war = models.FloatField("war crimes")
    profile = models.CharField(max_length=10, choices=Profile.choices)
    level = models.PositiveSmallIntegerField("level before the silence rule", choices=Level.choices)
    shown_level = models.PositiveSmallIntegerField(choices=Level.choices)
    coverage = models.FloatField("0 to 1")
    change_90 = models.FloatField(
        "change over 90 days, as known on each of the two days; none where nothing was known then", null=True
    )
    cannot_exclude = models.FloatField()
    interval_low = models.FloatField(null=True)  # none where nothing is assessed, or where an older release stored it
    interval_high = models.FloatField(null=True)
    is_rapid = models.BooleanField("rapid change within 90 days", null=True)
    rapid_margin = models.FloatField("how far the change stands above what the band explains", null=True)
    is_concentrated = models.BooleanField("one source family gives more than half", null=True)
    concentration = models.FloatField("that family's share, 0 to 1", null=True)
    reporting = models.CharField("how much is reported", max_length=8, choices=Reporting.choices, blank=True)
    reports_recent = models.PositiveIntegerField("public reports lately", null=True)
    reports_expected = models.FloatField("public reports by its own past", null=True)
    factors = ArrayField(models.FloatField(), size=14)
    factor_coverage = ArrayField(models.FloatField(), size=14)
    indicators = ArrayField(models.FloatField())
    top_factor = models.PositiveSmallIntegerField(null=True)
    last_event_on = models.DateField(null=True)
    last_known_on = models.DateField(null=True)
    evidence_count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country", "as_of", "known_on", "method", "input_digest"],
                name="one_snapshot_per_country_days_method_and_inputs",
            ),
            models.CheckConstraint(condition=Q(overall__range=(0, 100)), name="index_is_from_0_to_100"),
            models.CheckConstraint(condition=Q(coverage__range=(0, 1)), name="coverage_is_from_0_to_1"),
            models.CheckConstraint(
                condition=~Q(shown_level__in=[1, 2]) | Q(coverage__gte=LEAST_FOR_LOW),
                name="silence_is_never_shown_as_low",
            ),
        ]

    def __str__(self) -> str:
        return f"snapshot {self.pk}"


class History(models.Model):
    """The monthly line that belongs to a snapshot; arrays of equal length, oldest first, the last is `as_of`."""

    class Line(models.TextChoices):
        """Whose knowledge the line shows."""

        HINDSIGHT = "hindsight", _("hindsight: with all that is known now")
        KNOWN_THEN = "known_then", _("known then: with what was public on each day")

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="histories")
    line = models.CharField(max_length=12, choices=Line.choices)
    days = ArrayField(models.DateField())
    overall = ArrayField(models.FloatField())
    genocide = ArrayField(models.FloatField())
    cah = ArrayField(models.FloatField())
    war = ArrayField(models.FloatField())
    coverage = ArrayField(models.FloatField())
    levels = ArrayField(models.PositiveSmallIntegerField())
    shown_levels = ArrayField(models.PositiveSmallIntegerField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "line"], name="one_history_per_snapshot_and_line")]

    def __str__(self) -> str:
        return f"history {self.pk}"


class Band(models.Model):
    """The interval along a snapshot's hindsight line; arrays of equal length, oldest first.

    Two rows to a snapshot: the ends of its years, stored with it, and the ends of its months, filled in afterwards.
    """

    class Part(models.TextChoices):
        """Which days of the line."""

        YEARS = "years", _("year ends and the day of the snapshot")
        MONTHS = "months", _("other month ends of the last ten years")

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="bands")
    part = models.CharField(max_length=6, choices=Part.choices)
    days = ArrayField(models.DateField())
    low = ArrayField(models.FloatField())
    high = ArrayField(models.FloatField())
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "part"], name="one_band_per_snapshot_and_part")]

    def __str__(self) -> str:
        return f"band {self.pk}"


class StandingQuerySet(models.QuerySet["Standing"]):
    """What stands under which method."""

    def in_use(self) -> Self:
        """Under the method that pages and alerts speak of."""
        return self.filter(method__in=MethodVersion.objects.by_use().values("pk")[:1])


class Standing(models.Model):
    """Which snapshot of a country is current under a method: the pointer, switched for a whole run at once."""

    country = models.ForeignKey(Country, models.PROTECT, related_name="standings")
    method = models.ForeignKey(MethodVersion, models.PROTECT, related_name="standings")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+")

    objects = StandingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "method"], name="one_standing_score_per_country_and_method")
        ]

    def __str__(self) -> str:
        return f"standing of country {self.country_id} under method {self.method_id}"


class RescoreRequest(models.Model):
    """That a country's inputs changed; written with the change, removed by the run that saw it."""

    country = models.ForeignKey(Country, models.PROTECT, related_name="rescore_requests")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"rescore request {self.pk}"
