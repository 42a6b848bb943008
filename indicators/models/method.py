"""A scoring method, with every parameter."""

from __future__ import annotations

from typing import Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from indicators.models.framework import Framework


class MethodVersionQuerySet(models.QuerySet["MethodVersion"]):
    """Which methods are computed, and which one pages open on."""

    def published(self) -> Self:
        """Those that every run computes: not retired."""
        return self.filter(retired_at=None)

    def by_use(self) -> Self:
        """Published ones, the one in use first: the latest under which scores stand, else the latest.

        A version that was just published, or brought back, comes into use with its first run from then on, not before:
        until then its pages would be empty, or old.
        """
        return self.published().order_by(_has_scores().desc(), "-published_at", "-pk")

    def with_scores(self) -> Self:
        """Those under which scores stand."""
        return self.filter(_has_scores())


def _has_scores() -> Exists:
    return Exists(apps.get_model("indicators", "Standing").objects.filter(method=OuterRef("pk")))


class MethodVersion(models.Model):
    """Canonical parameters, catalogue and goalposts under one SHA-256.

    Several can be published beside each other. Only `provisional`, `stands_from`, `retired_at` and `gaps` ever change.
    """

    formula = models.CharField(max_length=20)
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="methods")
    parameters = models.JSONField()
    goalposts = models.JSONField()
    sha256 = models.CharField(max_length=64, unique=True)
    provisional = models.BooleanField("levels not yet set by a back-test", default=True)
    note = models.TextField("what changed, and why", blank=True, default="")
    published_at = models.DateTimeField()
    stands_from = models.DateTimeField("first run published", null=True, blank=True)
    retired_at = models.DateTimeField("no longer computed since", null=True, blank=True)
    gaps = models.JSONField("spans from a retirement to the run after it was undone", default=list, blank=True)

    objects = MethodVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_at=None) | Q(retired_at__gte=F("published_at")),
                name="method_is_retired_after_it_was_published",
            )
        ]

    def __str__(self) -> str:
        return f"{self.formula} ({self.sha256[:8]})"
