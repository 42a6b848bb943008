"""Tables that people send in: what was understood, the fate of each row for ever, and how it was undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from indicators.models.evidence import Evidence
from indicators.models.series import SeriesValue
from people.permissions import Sensitivity, clearance_of
from reports.models import Report

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class TableImportQuerySet(models.QuerySet["TableImport"]):
    """Imports, by who may see them and by what a worker has to do."""

    def visible_to(self, user: User | AnonymousUser) -> TableImportQuerySet:
        """One's own as long as nobody knows how sensitive it is; then whoever is cleared for all of it."""
        checked = Q(checked_at__isnull=False, sensitivity__lte=clearance_of(user))
        return self.filter(checked | Q(sent_by=user.pk, checked_at=None))

    def waiting(self) -> TableImportQuerySet:
        """What a worker has to check or to write."""
        return self.filter(state__in=[TableImport.State.CHECKING, TableImport.State.CONFIRMED])


class TableImport(models.Model):
    """One file of rows: sent, mapped, checked, confirmed, written, perhaps undone. Its bytes are never changed."""

    class Kind(models.TextChoices):
        """What its rows become."""

        EVIDENCE = "evidence", _("evidence")
        SERIES = "series", _("figures of a series")

    class State(models.TextChoices):
        """How far it got."""

        MAPPING = "mapping", _("waiting for its columns to be named")
        CHECKING = "checking", _("waiting to be checked")
        READY = "ready", _("checked: waiting for a decision")
        CONFIRMED = "confirmed", _("waiting to be written")
        DONE = "done", _("written")
        UNDONE = "undone", _("written, then undone")
        DROPPED = "dropped", _("set aside: nothing was written")
        FAILED = "failed", _("failed: nothing was written")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    file_name = models.CharField(max_length=200, blank=True)
    payload = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(max_length=120, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    columns = models.JSONField("column of each field", default=dict, blank=True)
    choices = models.JSONField("what was chosen for the whole file", default=dict, blank=True)
    answers = models.JSONField("what was settled, by question", default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAPPING)
    moved_at = models.DateTimeField("when it came into this state")
    counts = models.JSONField("rows by fate", default=dict, blank=True)
    notes = models.JSONField("what a person should know of the file", default=list, blank=True)
    common_faults = models.JSONField("what is wrong with most rows: words and number", default=list, blank=True)
    sensitivity = models.PositiveSmallIntegerField(
        choices=Sensitivity.choices, default=Sensitivity.STRICTLY_CONFIDENTIAL
    )
    failure = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField("how often a worker began with it and came to no end", default=0)
    all_or_nothing = models.BooleanField(default=False)
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="table_imports")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_because = models.CharField(max_length=500, blank=True)

    objects = TableImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["mapping", "checking", "ready", "dropped", "failed"])
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="import_is_written_only_when_somebody_confirmed_it",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone")
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_because=""),
                name="undone_import_says_who_when_and_why",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(failure=""), name="failed_import_says_why"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="import_digest_is_sha256"),
        ]
        indexes = [
            models.Index(fields=["moved_at"], name="import_waiting", condition=Q(state__in=["checking", "confirmed"]))
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportRow(models.Model):
    """One row of a file: what it said, and what became of it."""

    class Fate(models.TextChoices):
        """What the row is to the record."""

        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        SAME = "same", _("the same")
        ASKED = "asked", _("asked about")
        REFUSED = "refused", _("refused")

    table = models.ForeignKey(TableImport, models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField("line of the file")
    cells = models.JSONField("the row as it was sent", default=list)
    values = models.JSONField("what was understood", default=dict)
    faults = models.JSONField("what is wrong with it", default=list)
    fate = models.CharField(max_length=8, choices=Fate.choices)
    said = models.CharField("why it is the same or changed, by number", max_length=300, blank=True)
    is_written = models.BooleanField(default=False)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="import_rows")
    series_value = models.ForeignKey(SeriesValue, models.PROTECT, null=True, blank=True, related_name="import_rows")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "line"], name="one_fate_per_line_of_an_import"),
            models.CheckConstraint(
                condition=Q(is_written=False, evidence=None, series_value=None)
                | Q(is_written=True, fate__in=["new", "changed"]),
                name="import_row_that_was_written_is_new_or_changed",
            ),
            models.CheckConstraint(
                condition=~Q(fate__in=["refused", "asked"]) | ~Q(faults=[]), name="refused_import_row_says_why"
            ),
        ]
        indexes = [models.Index(fields=["table", "fate", "line"], name="import_rows_by_fate")]

    def __str__(self) -> str:
        return f"row {self.pk}"


class ColumnMapping(models.Model):
    """How the columns of files with these headings were last named, by whomever."""

    signature = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=TableImport.Kind.choices)
    columns = models.JSONField()
    by_gleditsch_ward = models.BooleanField(default=False)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"mapping {self.pk}"
