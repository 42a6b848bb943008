"""How alike texts are found without reading all of them again: a signature a report, and the keys that lead to it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reports.models.report import Report


class Signature(models.Model):
    """That a report's text was compared with all that were here, and how it is found by those that come."""

    report = models.OneToOneField(Report, models.PROTECT, primary_key=True, related_name="signature")
    version = models.PositiveSmallIntegerField("of the way in which it was made")
    shingles = models.PositiveIntegerField("different sequences of five words")
    minhash = models.BinaryField("128 numbers of four bytes; none for a short text", blank=True)
    signed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-signed_at"], name="signature_last_made")]
        constraints = [
            models.CheckConstraint(
                condition=Q(minhash=b"") | Q(shingles__gt=0), name="signature_of_a_text_has_shingles"
            )
        ]

    def __str__(self) -> str:
        return f"signature of report {self.report_id}"


class SignatureKey(models.Model):
    """One key of a report's signature: negative for a band of its MinHash, else a sample of its shingles."""

    pk = models.CompositePrimaryKey("key", "report")
    key = models.BigIntegerField()
    report = models.ForeignKey(Report, models.PROTECT, related_name="+", db_index=False)  # found by key alone

    def __str__(self) -> str:
        return f"key of report {self.report_id}"
