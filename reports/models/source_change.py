"""What was changed of a source, by whom, when and why: rows are added, never rewritten."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reports.models.source import Source


class SourceChange(models.Model):
    """One change of a source. `fields`: name, words for it, value before and after, each as a reader sees it."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="changes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField("why", max_length=300)
    fields = models.JSONField("what was changed: field, before, after", default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="source_change_says_why"),
            models.CheckConstraint(condition=~Q(fields=[]), name="source_change_has_changed_fields"),
        ]
        indexes = [models.Index(fields=["source", "-id"], name="change_of_a_source")]

    def __str__(self) -> str:
        return f"change {self.pk} of source {self.source_id}"
