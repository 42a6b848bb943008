"""What was received: its bytes are never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from people.permissions import Sensitivity, clearance_of
from reports.models.source import Source
from reports.readings import made_by

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


TYPED = "typed"  # the reader of words that a person typed from a report that no machine could read


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, by who may see them."""

    def visible_to(self, user: User | AnonymousUser) -> ReportQuerySet:
        """Only what `user` is cleared for."""
        return self.filter(sensitivity__lte=clearance_of(user))

    def unread(self) -> ReportQuerySet:
        """Those that no machine could read and whose words nobody has typed yet."""
        typed = Report.objects.filter(carrier=OuterRef("pk"), reader=TYPED)
        return self.filter(~Exists(typed), is_unread=True)


class Report(models.Model):
    """One document or dataset release as received: its bytes are never changed."""

    class Kind(models.TextChoices):
        """What sort of thing was received."""

        DOCUMENT = "document", _("document")
        DATASET = "dataset", _("dataset release")
        CODING_NOTE = "coding_note", _("coding note")
        ENTRY = "entry", _("entry by hand")
        FEED = "feed", _("answer of a feed")
        BUNDLE = "bundle", _("file of files")

    class LanguageBy(models.TextChoices):
        """How its language is known."""

        SAID = "said", _("as its publisher or sender says")
        FOUND = "found", _("found in its text")
        CORRECTED = "corrected", _("found in its text, against what its publisher or sender says")

    source = models.ForeignKey(Source, models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reader = models.CharField("reader that understood it", max_length=40)
    title = models.CharField(max_length=300)
    url = models.URLField("address of the original", max_length=500, blank=True)
    published_on = models.DateField("day the original was public")
    language = models.CharField(max_length=8, default="en")
    language_by = models.CharField(
        "how the language is known", max_length=9, choices=LanguageBy.choices, default=LanguageBy.SAID
    )
    media_type = models.CharField(max_length=80)
    bytes = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    headers = models.JSONField(default=dict, blank=True)
    text = models.TextField("text that the passages' offsets count in", blank=True)
    extractor = models.CharField("what turned its bytes into text", max_length=60, blank=True)
    extractor_version = models.CharField(max_length=60, blank=True)
    is_unread = models.BooleanField("pictures of pages: no machine could read it", default=False)
    received_at = models.DateTimeField()
    sensitivity = models.PositiveSmallIntegerField(choices=Sensitivity.choices, default=Sensitivity.PUBLIC)
    carrier = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="carried", verbose_name="what it came in"
    )
    external_id = models.CharField("the publisher's own id", max_length=300, blank=True)
    countries_said = ArrayField(
        models.CharField(max_length=3), default=list, blank=True, verbose_name="countries that its metadata name"
    )
    countries_found = ArrayField(
        models.CharField(max_length=3), null=True, blank=True,
        verbose_name="countries that its title and text are about, most named first; none where nobody looked",
    )  # fmt: skip
    text_sha256 = models.CharField("digest of the normalised text", max_length=64, blank=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name="earlier, same text"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["text_sha256"], name="report_by_text", condition=~Q(text_sha256="")),
            models.Index(fields=["source", "external_id"], name="report_by_its_own_id", condition=~Q(external_id="")),
            models.Index(fields=["id"], name="report_unread", condition=Q(is_unread=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(text_sha256="") | Q(text_sha256__regex=r"^[0-9a-f]{64}$"),
                name="report_text_digest_is_sha256",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="report_digest_is_sha256"),
            models.CheckConstraint(
                condition=Q(language_by__in=["said", "found", "corrected"]),
                name="report_says_how_its_language_is_known",
            ),
            models.CheckConstraint(
                condition=Q(sensitivity__in=Sensitivity.values), name="report_has_a_known_sensitivity"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def made_by(self) -> str:
        """What made its bytes into text, in words; empty where a person did."""
        return made_by(self.extractor, self.extractor_version)

    @property
    def is_our_summary(self) -> bool:
        """Whether the text is our own paraphrase of a cited original."""
        return self.kind == self.Kind.CODING_NOTE
