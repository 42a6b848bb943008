"""How people share the reading: who has a passage in front of them, what a second and a third reader say."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.models.evidence import Evidence
from indicators.models.framework import Indicator
from reports.models import Passage, Report, Source

CLAIM_MINUTES = 10  # as long as a person may think about one passage without a key or a click

_CLAIM = """
WITH left_behind AS (DELETE FROM indicators_passageclaim WHERE by_id = %s AND passage_id <> %s)
INSERT INTO indicators_passageclaim (passage_id, by_id, claimed_at, expires_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (passage_id) DO UPDATE SET
    claimed_at = CASE WHEN indicators_passageclaim.by_id = EXCLUDED.by_id
        THEN indicators_passageclaim.claimed_at ELSE EXCLUDED.claimed_at END,
    by_id = EXCLUDED.by_id, expires_at = EXCLUDED.expires_at
WHERE indicators_passageclaim.by_id = EXCLUDED.by_id OR indicators_passageclaim.expires_at <= %s OR %s
"""


class PassageClaimQuerySet(models.QuerySet["PassageClaim"]):
    """Claims by whether they still hold."""

    def holding(self, *, at: dt.datetime) -> PassageClaimQuerySet:
        """Only those that have not run out."""
        return self.filter(expires_at__gt=at)

    def claim(self, *, passage_id: int, by_id: int, at: dt.datetime, take_over: bool = False) -> bool:
        """Whether the passage is this person's now: it was free, had run out, was theirs already, or is taken over.

        Whoever turns to a passage leaves the one before: a person holds one at a time.
        """
        expires_at = at + dt.timedelta(minutes=CLAIM_MINUTES)
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [by_id, passage_id, passage_id, by_id, at, expires_at, at, take_over])
            return bool(cursor.rowcount)


class PassageClaim(models.Model):
    """That somebody has a passage in front of them: others are led past it until it runs out. It forbids nothing."""

    passage = models.OneToOneField(Passage, models.PROTECT, primary_key=True, related_name="claim")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    claimed_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = PassageClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("claimed_at")), name="claim_ends_after_it_was_made"),
        ]

    def __str__(self) -> str:
        return f"claim on passage {self.passage_id}"


class SecondReading(models.Model):
    """What a second person reads in a passage whose evidence needs two readers; the first reading is the evidence."""

    class Verdict(models.TextChoices):
        """Whether the two readings are the same."""

        AGREES = "agrees", _("agrees")
        DIFFERS = "differs", _("reads it otherwise")
        REJECTS = "rejects", _("would not count it")

    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="second_reading")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="second_readings")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    severity = models.PositiveSmallIntegerField(choices=Evidence.Severity.choices)
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="agrees") | ~Q(reason=""), name="second_reading_that_disagrees_says_why"
            ),
            models.CheckConstraint(condition=Q(severity__range=(0, 4)), name="second_severity_is_from_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"second reading {self.pk} of evidence {self.evidence_id}"

    @property
    def is_disagreement(self) -> bool:
        """Whether a third person has to settle it."""
        return self.verdict != self.Verdict.AGREES


class Settlement(models.Model):
    """How a third person settled what two readers could not agree on."""

    class Stands(models.TextChoices):
        """Which of the two readings counts."""

        FIRST = "first", _("the first reading stands")
        SECOND = "second", _("the second reading stands")
        NEITHER = "neither", _("neither stands")

    reading = models.OneToOneField(SecondReading, models.PROTECT, related_name="settlement")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="settlements")
    at = models.DateTimeField()
    stands = models.CharField(max_length=8, choices=Stands.choices)
    reason = models.CharField(max_length=500)
    became = models.OneToOneField(
        Evidence, models.PROTECT, null=True, blank=True, related_name="settled_from",
        help_text="the evidence that says what the second reader read",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="settlement_says_why"),
            models.CheckConstraint(
                condition=Q(became=None) | Q(stands="second"), name="only_a_second_reading_makes_new_evidence"
            ),
        ]

    def __str__(self) -> str:
        return f"settlement {self.pk}"


class BulkRejection(models.Model):
    """That all which waited of one source, or of one report, was rejected at once; it can be taken back for a day."""

    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bulk_rejections")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    suggestions_count = models.PositiveIntegerField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_count = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source=None, report__isnull=False) | Q(source__isnull=False, report=None),
                name="bulk_rejection_is_of_a_source_or_of_a_report",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="bulk_rejection_says_why"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None, undone_count=None)
                | Q(undone_at__gte=F("at"), undone_by__isnull=False, undone_count__isnull=False),
                name="undone_bulk_rejection_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"bulk rejection {self.pk}"
