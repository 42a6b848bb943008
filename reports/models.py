"""Sources, what was received from them, and passages with offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
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


class SourceQuerySet(models.QuerySet["Source"]):
    """Sources, by whether anything is fetched from them."""

    def fetched(self) -> SourceQuerySet:
        """Those with an address and a reader, whether they are on or off."""
        return self.exclude(reader="")


class Source(models.Model):
    """Who publishes: an organisation with its licence, its grade and its family."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    family = models.ForeignKey(Family, models.PROTECT, related_name="sources")
    reliability = models.CharField(max_length=1, choices=Reliability.choices)
    licence = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True)

    reader = models.CharField("reader of what is fetched; none where nothing is", max_length=40, blank=True)
    address = models.URLField("address that is fetched", max_length=500, blank=True)
    language = models.CharField("language, where the answer does not say it", max_length=8, default="en")
    is_on = models.BooleanField("fetched by the schedule", default=False)
    off_because = models.CharField("why it is off, and what would switch it on", max_length=300, blank=True)
    fetch_every = models.DurationField("fetched this often", null=True, blank=True)
    credential = models.CharField("environment variable that holds its key", max_length=60, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reliability__in=Reliability.values), name="source_has_a_grade_from_a_to_f"
            ),
            models.CheckConstraint(
                condition=Q(reader="", address="", fetch_every=None, is_on=False)
                | ~Q(reader="") & ~Q(address="") & Q(fetch_every__isnull=False),
                name="fetched_source_has_reader_address_and_cadence",
            ),
            models.CheckConstraint(
                condition=Q(reader="") | Q(is_on=True) | ~Q(off_because=""), name="source_that_is_off_says_why"
            ),
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
        FEED = "feed", "answer of a feed"

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
    carrier = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="carried", verbose_name="answer that carried it"
    )
    external_id = models.CharField("the publisher's own id", max_length=300, blank=True)
    countries_said = ArrayField(
        models.CharField(max_length=3), default=list, blank=True, verbose_name="countries that its metadata name"
    )
    text_sha256 = models.CharField("digest of the normalised text", max_length=64, blank=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name="earlier, same text"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["text_sha256"], name="report_by_text", condition=~Q(text_sha256="")),
            models.Index(fields=["source", "external_id"], name="report_by_its_own_id", condition=~Q(external_id="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(text_sha256="") | Q(text_sha256__regex=r"^[0-9a-f]{64}$"),
                name="report_text_digest_is_sha256",
            ),
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

        ASKED = "asked", "waiting to be fetched"
        WAITING = "waiting", "waiting for a worker"
        DONE = "done", "read"
        SAME = "same", "the same as a report that is here already"
        FAILED = "failed", "failed"

    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="retrievals")
    reader = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200, blank=True)
    about = models.JSONField("what the sender said of it: source, title, address, day", default=dict, blank=True)
    payload = models.BinaryField("bytes to read; kept only until they are read", null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("how often a worker began to read it", default=0)
    reason = models.CharField("why it failed", max_length=500, blank=True)
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="retrievals")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField("when it was asked for or sent")
    begun_at = models.DateTimeField("when a worker last began to fetch it", null=True, blank=True)
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
    problems = models.JSONField("items that could not be taken in: place and reason", default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked", payload=None, finished_at=None, source__isnull=False)
                | Q(state="waiting", payload__isnull=False, finished_at=None)
                | Q(state__in=["done", "same", "failed"], payload=None, finished_at__isnull=False),
                name="retrieval_keeps_its_bytes_until_it_is_finished",
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
            models.Index(fields=["id"], name="retrieval_asked", condition=Q(state="asked")),
            models.Index(fields=["source", "-id"], name="retrieval_of_a_source", condition=Q(source__isnull=False)),
        ]

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
    family = models.ForeignKey(
        Family, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="whose finding, where it says so"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "order"], name="passage_has_one_place_in_its_report"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="passage_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"passage {self.pk}"
