"""Attempts to take something in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.batch import Batch
from reports.models.report import Report
from reports.models.source import Source


class Retrieval(models.Model):
    """One attempt to take something in, whatever came of it."""

    class State(models.TextChoices):
        """How far it got."""

        ASKED = "asked", _("waiting to be fetched")
        WAITING = "waiting", _("waiting for a worker")
        DONE = "done", _("read")
        SAME = "same", _("the same as a report that is here already")
        FAILED = "failed", _("failed")

    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="retrievals")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="retrievals")
    came_with = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="brought", verbose_name="the file that it was in"
    )
    reader = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200, blank=True)
    about = models.JSONField("what the sender said of it: source, title, address, day", default=dict, blank=True)
    payload = models.BinaryField("bytes to read; kept until they are read, or some days after they failed", null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("how often a worker began to read it", default=0)
    reason = models.CharField("why it failed", max_length=500, blank=True)
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="retrievals")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField("when it was asked for or sent")
    begun_at = models.DateTimeField("when a worker last began to fetch it", null=True, blank=True)
    next_try_at = models.DateTimeField("not tried again before", null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    headers = models.JSONField("what the server said of its answer", default=dict, blank=True)
    cursor = models.CharField("where the next request goes on", max_length=80, blank=True)
    is_full = models.BooleanField("there is more: ask again at once", default=False)
    items_new = models.PositiveIntegerField(default=0)
    items_same = models.PositiveIntegerField(default=0)
    items_changed = models.PositiveIntegerField(default=0)
    items_failed = models.PositiveIntegerField(default=0)
    items_left_out = models.PositiveIntegerField(default=0)
    items_over_cap = models.PositiveIntegerField("of those left out, the ones above the hour's cap", default=0)
    problems = models.JSONField("items that could not be taken in: place and reason", default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked", payload=None, finished_at=None, source__isnull=False)
                | Q(state="waiting", payload__isnull=False, finished_at=None)
                | Q(state__in=["done", "same"], payload=None, finished_at__isnull=False)
                | Q(state="failed", finished_at__isnull=False) & (Q(payload=None) | Q(source=None)),
                name="retrieval_keeps_its_bytes_until_it_was_read",
            ),
            models.CheckConstraint(
                condition=Q(came_with=None) | Q(source=None), name="retrieval_from_a_file_has_no_source_to_fetch"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "same"], report__isnull=False)
                | Q(state__in=["asked", "waiting", "failed"], report=None),
                name="retrieval_has_a_report_when_it_was_read",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(reason=""), name="failed_retrieval_says_why"),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state__in=["asked", "waiting"]), name="source_is_fetched_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="retrieval_waiting", condition=Q(state="waiting")),
            models.Index(
                fields=["finished_at"],
                name="retrieval_failed_and_kept",
                condition=Q(state="failed", payload__isnull=False),
            ),
            models.Index(fields=["id"], name="retrieval_asked", condition=Q(state="asked")),
            models.Index(fields=["source", "-id"], name="retrieval_of_a_source", condition=Q(source__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"retrieval {self.pk}"

    @property
    def items_seen(self) -> int:
        """How many reports the answer carried, whatever became of them."""
        kept = self.items_new + self.items_same + self.items_changed
        return kept + self.items_failed + self.items_left_out
