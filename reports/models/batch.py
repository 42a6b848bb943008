"""What somebody sent in at once."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Batch(models.Model):
    """Files sent together, with what was said of all of them."""

    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    about = models.JSONField("what the sender said of all of it: source, day, language", default=dict, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=["sent_by", "-id"], name="batch_of_a_person")]

    def __str__(self) -> str:
        return f"batch {self.pk}"
