"""Runs, immutable snapshots, and the pointer to what stands."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from countries.models import Country
from indicators.models.evidence import Evidence
from indicators.models.method import MethodVersion


class Level(models.IntegerChoices):
    """What the index is called; 0 where too little is known to say low."""

    UNDETERMINED = 0, "UNDETERMINED"
    MINIMAL = 1, "MINIMAL"
    LOW = 2, "LOW"
    ELEVATED = 3, "ELEVATED"
    HIGH = 4, "HIGH"
    SEVERE = 5, "SEVERE"


class Profile(models.TextChoices):
    """Which pair of specific factors attains the index."""

    GENOCIDE = "genocide", "genocide"
    CRIMES_AGAINST_HUMANITY = "cah", "crimes against humanity"
    WAR_CRIMES = "war", "war crimes"


class ScoreRun(models.Model):
    """One computation of some or all countries; readers see its snapshots all at once or not at all."""

    class State(models.TextChoices):
        """How far it got."""

        RUNNING = "running", "running"
        PUBLISHED = "published", "published"
        FAILED = "failed", "failed"

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
    interval_low = models.FloatField(null=True)  # filled when the issue on intervals lands
    interval_high = models.FloatField(null=True)
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
                condition=~Q(shown_level__in=[1, 2]) | Q(coverage__gte=0.5),
                name="silence_is_never_shown_as_low",
            ),
        ]

    def __str__(self) -> str:
        return f"snapshot {self.pk}"


class History(models.Model):
    """The monthly line that belongs to a snapshot; arrays of equal length, oldest first, the last is `as_of`."""

    class Line(models.TextChoices):
        """Whose knowledge the line shows."""

        HINDSIGHT = "hindsight", "hindsight: with all that is known now"
        KNOWN_THEN = "known_then", "known then: with what was public on each day"

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


class Standing(models.Model):
    """Which snapshot of a country is current: the one pointer, switched for a whole run in one transaction."""

    country = models.OneToOneField(Country, models.PROTECT, related_name="standing", primary_key=True)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"standing of country {self.country_id}"


class RescoreRequest(models.Model):
    """That a country's inputs changed; written with the change, removed by the run that saw it."""

    country = models.ForeignKey(Country, models.PROTECT, related_name="rescore_requests")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"rescore request {self.pk}"
