"""Pieces of a report, with offsets into its text."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from reports.models.report import Report
from reports.models.source import Family


class Passage(models.Model):
    """A piece of a report's text, with character offsets into `Report.text` (the end is exclusive)."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="passages")
    order = models.PositiveIntegerField()
    locator = models.CharField("where in the original", max_length=200, blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    family = models.ForeignKey(
        Family, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="whose finding, where it says so"
    )

    class Meta:
        indexes = [GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="passage_by_its_words")]
        constraints = [
            models.UniqueConstraint(fields=["report", "order"], name="passage_has_one_place_in_its_report"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="passage_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"passage {self.pk}"
