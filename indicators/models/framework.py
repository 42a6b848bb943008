"""The UN Framework of Analysis for Atrocity Crimes as versioned rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Framework(models.Model):
    """One loaded version of the catalogue; the latest loaded one is in use."""

    version = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    source = models.JSONField()
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class Factor(models.Model):
    """One of the 14 risk factors: 8 common, 2 for each of the three crimes."""

    class Scope(models.TextChoices):
        """Which crimes a factor speaks of."""

        COMMON = "common", _("any atrocity crime")
        GENOCIDE = "genocide", _("genocide")
        CRIMES_AGAINST_HUMANITY = "crimes_against_humanity", _("crimes against humanity")
        WAR_CRIMES = "war_crimes", _("war crimes")

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="factors")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    scope = models.CharField(max_length=30, choices=Scope.choices)
    summary = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["framework", "number"], name="factor_number_is_unique_in_its_framework"),
            models.CheckConstraint(condition=Q(number__range=(1, 14)), name="factor_number_is_from_1_to_14"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    """Indicators of one catalogue."""

    def in_use(self) -> IndicatorQuerySet:
        """Those of the latest framework version, in catalogue order."""
        latest = Framework.objects.order_by("-version").values("pk")[:1]
        return self.filter(framework=models.Subquery(latest)).order_by("order")


class Indicator(models.Model):
    """A numbered sign by which one judges whether a factor is present."""

    class Nature(models.TextChoices):
        """How fast evidence for it ages: our judgement, not the Framework's."""

        STRUCTURAL = "structural", _("structural")
        RECORD = "record", _("record")
        DYNAMIC = "dynamic", _("dynamic")
        TRIGGER = "trigger", _("trigger")

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="indicators")
    factor = models.ForeignKey(Factor, models.PROTECT, related_name="indicators")
    order = models.PositiveSmallIntegerField("place in the catalogue")
    code = models.CharField(max_length=6)
    label = models.CharField(max_length=200)
    description = models.TextField()
    nature = models.CharField(max_length=10, choices=Nature.choices)
    weight = models.FloatField(default=1.0)
    number_confirmed = models.BooleanField()
    number_confidence = models.CharField(max_length=30)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="indicator_code_is_unique_in_its_framework"),
            models.UniqueConstraint(fields=["framework", "order"], name="indicator_has_one_place_in_its_framework"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="indicator_weight_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("indicator", kwargs={"code": self.code})
