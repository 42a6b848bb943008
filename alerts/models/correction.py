"""Whom we owe a correction: they received an alert that rested on evidence which was retracted since."""

from __future__ import annotations

from django.db import models

from alerts.models.delivery import Delivery
from indicators.models import Evidence


class CorrectionDuty(models.Model):
    """One mail that went out, and one piece that it rested on and that counts no more: kept for ever."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="correction_duties")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="correction_duties")
    is_reason = models.BooleanField("named among the alert's reasons, not only counted in its score")
    found_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "correction duties"
        constraints = [
            models.UniqueConstraint(fields=["delivery", "evidence"], name="one_correction_duty_per_mail_and_evidence")
        ]

    def __str__(self) -> str:
        return f"correction duty {self.pk}"
