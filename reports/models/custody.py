"""What was done with a report, or with what was asked for: entries are added, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.permissions import clearance_of
from reports.chain import Link
from reports.models.report import Report
from reports.models.retrieval import Retrieval

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class CustodyEntryQuerySet(models.QuerySet["CustodyEntry"]):
    """Entries, by who may see what they are about."""

    def visible_to(self, user: User | AnonymousUser) -> CustodyEntryQuerySet:
        """Those of reports that `user` is cleared for; those of retrievals go with their retrieval."""
        return self.filter(Q(report=None) | Q(report__sensitivity__lte=clearance_of(user)))


class CustodyEntry(models.Model):
    """One thing that was done, by whom and when: ids, digests and codes, never words of the report."""

    class Deed(models.TextChoices):
        """What was done."""

        ASKED = "asked", _("asked for")
        RECEIVED = "received", _("received")
        FETCHED = "fetched", _("fetched")
        UNCHANGED = "unchanged", _("asked for, and not changed since")
        READ_AGAIN = "read_again", _("sent to be read again")
        FAILED = "failed", _("could not be taken in")
        FINISHED = "finished", _("taken in")
        LET_GO = "let_go", _("bytes let go of")
        STORED = "stored", _("stored")
        EXTRACTED = "extracted", _("made into text")
        CAME_AGAIN = "came_again", _("came again, the same to the byte")
        CORRECTED = "corrected", _("corrected")
        CLUSTERED = "clustered", _("held to be the same text as another")
        SPLIT = "split", _("held to be another text again")
        SEARCHED = "searched", _("searched for suggestions")
        CLOSED = "closed", _("shown to fewer people")
        HANDED_OUT = "handed_out", _("original bytes handed out")
        CHECK_FAILED = "check_failed", _("checked, and not as it was stored")
        CHECK_PASSED = "check_passed", _("checked, and as it was stored again")

    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="custody")
    retrieval = models.ForeignKey(Retrieval, models.PROTECT, null=True, blank=True, related_name="custody")
    number = models.PositiveIntegerField("place in its chain, from 1")
    deed = models.CharField(max_length=12, choices=Deed.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    stage = models.CharField("stage or command that did it", max_length=20, blank=True)
    details = models.JSONField("ids, digests, codes and counts", default=dict, blank=True)
    previous = models.CharField("digest of the entry before it", max_length=64, blank=True)
    digest = models.CharField("SHA-256 of all that it says", max_length=64)

    objects = CustodyEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "custody entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(report=None, retrieval__isnull=False) | Q(report__isnull=False, retrieval=None),
                name="custody_entry_is_of_one_report_or_one_retrieval",
            ),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | ~Q(stage=""), name="custody_entry_says_who_or_which_stage"
            ),
            models.CheckConstraint(
                condition=Q(number=1, previous="") | Q(number__gt=1) & ~Q(previous=""),
                name="custody_entry_but_the_first_has_one_before_it",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="custody_digest_is_sha256"),
            models.UniqueConstraint(
                fields=["report", "number"],
                condition=Q(report__isnull=False),
                name="one_custody_entry_per_report_and_number",
            ),
            models.UniqueConstraint(
                fields=["retrieval", "number"],
                condition=Q(retrieval__isnull=False),
                name="one_custody_entry_per_retrieval_and_number",
            ),
        ]

    def __str__(self) -> str:
        return f"custody entry {self.pk}"

    @property
    def link(self) -> Link:
        """What it says, as a link of its chain."""
        of = f"report {self.report_id}" if self.report_id else f"retrieval {self.retrieval_id}"
        return Link(of, self.number, self.deed, self.at, self.by_id, self.stage, self.details, self.previous)


class CustodyCheck(models.Model):
    """One run that compared reports with what was stored: how far it got and what it found."""

    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    sample = models.PositiveIntegerField("so many drawn by chance; none where all are checked", null=True, blank=True)
    last = models.PositiveBigIntegerField("highest number of a report as it began")
    last_entry = models.PositiveBigIntegerField("highest number of an entry as it began")
    entries_count = models.PositiveBigIntegerField("entries up to that one, as it began")
    reached = models.PositiveBigIntegerField("number of the report that it checked last", default=0)
    checked = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(failed__lte=models.F("checked")), name="failed_reports_are_among_those_checked"
            ),
            models.UniqueConstraint(
                fields=["sample"],
                condition=Q(sample=None, finished_at=None),
                nulls_distinct=False,
                name="one_full_custody_check_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"custody check {self.pk}"
