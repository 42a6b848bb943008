"""Changes that the machine found: shown, not sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from countries.models import Country
from indicators.models import Evidence, Snapshot
from indicators.models.score import Level


class Compared(models.Model):
    """Up to which snapshot a country was searched for changes: a gap of any length loses nothing."""

    country = models.OneToOneField(Country, models.PROTECT, related_name="compared", primary_key=True)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+")
    compared_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"compared country {self.country_id}"


class SignalQuerySet(models.QuerySet["Signal"]):
    """Signals by what became of them."""

    def unjudged(self) -> SignalQuerySet:
        """Those that no rule has looked at yet, oldest first; those that wait for an alert are `Postponed`."""
        return self.filter(verdict=None, postponed=None).order_by("pk")

    def in_region(self, code: int) -> SignalQuerySet:
        """Those of the countries of a region or sub-region, by its UN M49 code."""
        return self.filter(Q(country__region_code=code) | Q(country__subregion_code=code))


class Signal(models.Model):
    """A change that was found in a country between two snapshots: of its level, or of what is known of it."""

    class Kind(models.TextChoices):
        """What changed."""

        LEVEL_UP = "level_up", _("level up")
        LEVEL_DOWN = "level_down", _("level down")
        GONE_STALE = "gone_stale", _("evidence has gone stale")
        METHOD = "method", _("changed with the method")
        RAPID = "rapid", _("rapid change")
        TRIGGER = "trigger", _("new trigger evidence")
        BLACKOUT = "blackout", _("reporting blackout")
        BLACKOUT_OVER = "blackout_over", _("end of a reporting blackout")
        CORRECTION = "correction", _("correction")

    country = models.ForeignKey(Country, models.PROTECT, related_name="signals")
    kind = models.CharField(max_length=13, choices=Kind.choices)
    from_level = models.PositiveSmallIntegerField(choices=Level.choices)
    to_level = models.PositiveSmallIntegerField(choices=Level.choices)
    before = models.ForeignKey(Snapshot, models.PROTECT, null=True, blank=True, related_name="+")
    after = models.ForeignKey(Snapshot, models.PROTECT, related_name="+")
    is_historic = models.BooleanField("rests on evidence entered long after it was known")
    evidence = models.ForeignKey(
        Evidence, models.PROTECT, null=True, blank=True, related_name="signals",
        help_text="the piece that it is about, where it is about one",
    )  # fmt: skip
    figures = models.JSONField("numbers that it rests on, for its words", default=dict, blank=True)
    found_at = models.DateTimeField()

    objects = SignalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["country", "-found_at"], name="signal_of_a_country")]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "kind", "before", "after", "evidence"],
                nulls_distinct=False,
                name="one_signal_per_kind_and_pair_of_snapshots",
            ),
            models.CheckConstraint(
                condition=~Q(from_level=models.F("to_level"))
                | ~Q(kind__in=["level_up", "level_down", "gone_stale", "method"]),
                name="signal_of_a_level_is_a_change_of_level",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["trigger", "correction"]) | Q(evidence__isnull=False),
                name="signal_of_evidence_has_its_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"signal {self.pk}"


class Verdict(models.Model):
    """What the rule made of a signal: an alert, or the reason why not. Kept for ever."""

    signal = models.OneToOneField(Signal, models.PROTECT, related_name="verdict")
    rule = models.CharField("version of the rule", max_length=40)
    reason = models.CharField(max_length=200)
    judged_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"verdict on signal {self.signal_id}"
