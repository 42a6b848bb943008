"""Sources, what was received from them, and passages with offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from people.permissions import Sensitivity, clearance_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class Reliability(models.TextChoices):
    """Admiralty grade of a source."""

    A = "A", "A: completely reliable"
    B = "B", "B: usually reliable"
    C = "C", "C: fairly reliable"
    D = "D", "D: not usually reliable"
    E = "E", "E: unreliable"
    F = "F", "F: cannot be judged"


class Family(models.Model):
    """The body that makes findings: the unit of independence, whoever carries what it found."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)

    class Meta:
        verbose_name_plural = "families"

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """Who publishes: an organisation with its licence, its grade and its family."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    family = models.ForeignKey(Family, models.PROTECT, related_name="sources")
    reliability = models.CharField(max_length=1, choices=Reliability.choices)
    licence = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reliability__in=Reliability.values), name="source_has_a_grade_from_a_to_f"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, by who may see them."""

    def visible_to(self, user: User | AnonymousUser) -> ReportQuerySet:
        """Only what `user` is cleared for."""
        return self.filter(sensitivity__lte=clearance_of(user))


class Report(models.Model):
    """One document or dataset release as received: its bytes are never changed."""

    class Kind(models.TextChoices):
        """What sort of thing was received."""

        DOCUMENT = "document", "document"
        DATASET = "dataset", "dataset release"
        CODING_NOTE = "coding_note", "coding note"
        ENTRY = "entry", "entry by hand"

    source = models.ForeignKey(Source, models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reader = models.CharField("reader that understood it", max_length=40)
    title = models.CharField(max_length=300)
    url = models.URLField("address of the original", max_length=500, blank=True)
    published_on = models.DateField("day the original was public")
    language = models.CharField(max_length=8, default="en")
    media_type = models.CharField(max_length=80)
    bytes = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    headers = models.JSONField(default=dict, blank=True)
    text = models.TextField("text that the passages' offsets count in", blank=True)
    received_at = models.DateTimeField()
    sensitivity = models.PositiveSmallIntegerField(choices=Sensitivity.choices, default=Sensitivity.PUBLIC)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="report_digest_is_sha256"),
            models.CheckConstraint(
                condition=Q(sensitivity__in=Sensitivity.values), name="report_has_a_known_sensitivity"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_our_summary(self) -> bool:
        """Whether the text is our own paraphrase of a cited original."""
        return self.kind == self.Kind.CODING_NOTE


class Retrieval(models.Model):
    """One attempt to take something in, whatever came of it."""

    class State(models.TextChoices):
        """How far it got."""

        WAITING = "waiting", "waiting for a worker"
        DONE = "done", "read"
        SAME = "same", "the same as a report that is here already"
        FAILED = "failed", "failed"

    reader = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200, blank=True)
    about = models.JSONField("what the sender said of it: source, title, address, day", default=dict, blank=True)
    payload = models.BinaryField("bytes to read; kept only until they are read", null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("how often a worker began to read it", default=0)
    reason = models.CharField("why it failed", max_length=500, blank=True)
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="retrievals")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", payload__isnull=False, finished_at=None)
                | Q(state__in=["done", "same", "failed"], payload=None, finished_at__isnull=False),
                name="retrieval_keeps_its_bytes_until_it_is_finished",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "same"], report__isnull=False)
                | Q(state__in=["waiting", "failed"], report=None),
                name="retrieval_has_a_report_when_it_was_read",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(reason=""), name="failed_retrieval_says_why"),
        ]
        indexes = [models.Index(fields=["id"], name="retrieval_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"retrieval {self.pk}"


class Passage(models.Model):
    """A piece of a report's text, with character offsets into `Report.text` (the end is exclusive)."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="passages")
    order = models.PositiveIntegerField()
    locator = models.CharField("where in the original", max_length=200, blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "order"], name="passage_has_one_place_in_its_report"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="passage_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"passage {self.pk}"
