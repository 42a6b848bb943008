"""A scoring method, with every parameter."""

from __future__ import annotations

from django.db import models

from indicators.models.framework import Framework


class MethodVersion(models.Model):
    """Canonical parameters, catalogue and goalposts under one SHA-256; the latest published one is in use."""

    formula = models.CharField(max_length=20)
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="methods")
    parameters = models.JSONField()
    goalposts = models.JSONField()
    sha256 = models.CharField(max_length=64, unique=True)
    provisional = models.BooleanField("levels not yet set by a back-test", default=True)
    published_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.formula} ({self.sha256[:8]})"
