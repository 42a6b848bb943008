"""What a person said against what a machine or a publisher said of a report: the report itself is never rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.permissions import clearance_of
from reports.models.report import Report

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class ReportCorrectionQuerySet(models.QuerySet["ReportCorrection"]):
    """Corrections by who may see the report that they correct."""

    def visible_to(self, user: User | AnonymousUser) -> ReportCorrectionQuerySet:
        """Only those of reports that `user` is cleared for."""
        return self.filter(report__sensitivity__lte=clearance_of(user))


class ReportCorrection(models.Model):
    """One fact of one report set right: the latest of a field holds. Taking it back is another row."""

    class Field(models.TextChoices):
        """What may be corrected."""

        LANGUAGE = "language", _("language")
        COUNTRIES = "countries", _("countries")

    report = models.ForeignKey(Report, models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=10, choices=Field.choices)
    was = ArrayField(models.CharField(max_length=8), blank=True, verbose_name="codes that held before")
    became = ArrayField(models.CharField(max_length=8), blank=True, verbose_name="codes that hold since")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by", verbose_name="correction taken back"
    )

    objects = ReportCorrectionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["report", "field", "-id"], name="correction_that_holds")]
        constraints = [
            models.CheckConstraint(
                condition=Q(field__in=["language", "countries"]), name="correction_is_of_a_known_field"
            ),
            models.CheckConstraint(condition=~Q(was=F("became")), name="correction_leaves_another_value"),
            models.CheckConstraint(
                condition=~Q(field="language") | Q(became__len=1), name="corrected_language_is_exactly_one"
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"
