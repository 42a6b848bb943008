"""Back-tests: what was asked for, and runs that are never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from indicators.models.method import MethodVersion
from indicators.models.outcome import OutcomeList


class Knowledge(models.TextChoices):
    """Whose knowledge the tested index rests on. Both are hindsight: the rows were entered later."""

    HINDSIGHT = "hindsight", _("all that is known now")
    THEN = "then", _("what was public on each day")


class BacktestRun(models.Model):
    """One method version against one outcome list, with everything it says: never changed."""

    method = models.ForeignKey(MethodVersion, models.PROTECT, related_name="backtests")
    outcomes = models.ForeignKey(OutcomeList, models.PROTECT, related_name="backtests")
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    horizon = models.PositiveSmallIntegerField("months")
    knowledge = models.CharField(max_length=10, choices=Knowledge.choices)
    known_on = models.DateField("day of knowledge, k; with `then`, the last day that could be seen")
    input_digest = models.CharField("SHA-256 over method, outcomes, question and rows", max_length=64)
    code_version = models.CharField(max_length=40)
    result = models.JSONField()
    ran_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["input_digest", "code_version"], name="one_backtest_per_inputs_and_code"),
            models.CheckConstraint(condition=Q(horizon__in=[12, 24]), name="backtest_horizon_is_12_or_24_months"),
            models.CheckConstraint(
                condition=Q(last_year__gte=models.F("first_year")), name="backtest_years_are_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"back-test {self.pk}"


class BacktestRequest(models.Model):
    """That somebody asked for a back-test; finished with a run, or with the reason why there is none."""

    outcomes = models.ForeignKey(OutcomeList, models.PROTECT, related_name="+")
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    horizon = models.PositiveSmallIntegerField("months")
    knowledge = models.CharField(max_length=10, choices=Knowledge.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    run = models.ForeignKey(BacktestRun, models.PROTECT, null=True, blank=True, related_name="requests")
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None, run=None, failure="")
                | Q(finished_at__isnull=False, run__isnull=False, failure="")
                | Q(finished_at__isnull=False, run=None) & ~Q(failure=""),
                name="backtest_request_waits_has_a_run_or_failed",
            )
        ]

    def __str__(self) -> str:
        return f"back-test request {self.pk}"
