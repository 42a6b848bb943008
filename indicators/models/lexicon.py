"""The lexicon as people keep it: versions that never change, which is in use since when, a draft, its tests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class LexiconVersion(models.Model):
    """All files of a lexicon, one a language: as shipped, or made by a person from another. Never changed."""

    number = models.PositiveIntegerField(unique=True)
    label = models.CharField("what its suggestions call it", max_length=40)
    files = models.JSONField("TOML by language")
    sha256 = models.CharField("digest of all files but for their label", max_length=64, unique=True)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="nobody: it came with the code",
    )  # fmt: skip
    made_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_by=None) | Q(based_on__isnull=False) & ~Q(reason=""),
                name="lexicon_that_a_person_made_says_why_and_from_what",
            ),
        ]

    def __str__(self) -> str:
        return f"lexicon version {self.number}"


class LexiconPublication(models.Model):
    """That a version was put to use; the latest row says which is in use. Never changed."""

    version = models.ForeignKey(LexiconVersion, models.PROTECT, related_name="publications")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    test = models.ForeignKey(
        "LexiconTest", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="what was known of a new version when it was published",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="lexicon_publication_says_why"),
        ]

    def __str__(self) -> str:
        return f"publication {self.pk} of {self.version_id}"


class LexiconDraft(models.Model):
    """Changes on their way to a new version; one at a time, shared by all who may edit."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("open")
        PUBLISHED = "published", _("published")
        DROPPED = "dropped", _("set aside")

    based_on = models.ForeignKey(LexiconVersion, models.PROTECT, related_name="drafts")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    became = models.OneToOneField(LexiconVersion, models.PROTECT, null=True, blank=True, related_name="draft")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="open"), name="one_open_draft_of_the_lexicon"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, closed_by=None)
                | ~Q(state="open") & Q(closed_at__isnull=False, closed_by__isnull=False),
                name="closed_draft_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(state="published", became__isnull=False) | ~Q(state="published") & Q(became=None),
                name="only_a_published_draft_has_become_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class LexiconEdit(models.Model):
    """One entry of a draft as somebody set it; the latest that was not taken back holds."""

    draft = models.ForeignKey(LexiconDraft, models.PROTECT, related_name="edits")
    language = models.CharField(max_length=8)
    place = models.PositiveIntegerField("place of the entry in its file, from 0; behind the last: a new one")
    entry = models.JSONField("the entry as it shall be; none: it goes", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__gte=F("at"), undone_by__isnull=False),
                name="edit_taken_back_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"edit {self.pk} of draft {self.draft_id}"


class LabelledSet(models.Model):
    """Passages with the factors that a person says they speak of, sent in as JSON lines. Never changed."""

    name = models.CharField(max_length=100)
    payload = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    passages_count = models.PositiveIntegerField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256"], name="one_labelled_set_of_the_same_bytes"),
            models.CheckConstraint(condition=Q(passages_count__gt=0), name="labelled_set_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class LexiconTest(models.Model):
    """A draft against the version in use, on labelled passages: asked for, then done by a worker."""

    class Passages(models.TextChoices):
        """Which labelled passages."""

        SHIPPED = "shipped", _("the passages that come with the product")
        DECISIONS = "decisions", _("passages that reviewers decided on")
        SENT = "sent", _("passages that somebody sent in")

    draft = models.ForeignKey(LexiconDraft, models.PROTECT, related_name="tests")
    before = models.ForeignKey(LexiconVersion, models.PROTECT, related_name="+")
    sha256 = models.CharField("digest of the draft that is tested", max_length=64)
    passages = models.CharField(max_length=10, choices=Passages.choices)
    sent = models.ForeignKey(LabelledSet, models.PROTECT, null=True, blank=True, related_name="tests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    total_count = models.PositiveIntegerField("passages to look at", null=True, blank=True)
    done_count = models.PositiveIntegerField("passages looked at", default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=500, blank=True)
    result = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None, result=None, failure="")
                | Q(finished_at__isnull=False, result__isnull=False, failure="")
                | Q(finished_at__isnull=False, result=None) & ~Q(failure=""),
                name="lexicon_test_waits_has_a_result_or_failed",
            ),
            models.CheckConstraint(
                condition=Q(passages="sent", sent__isnull=False) | ~Q(passages="sent") & Q(sent=None),
                name="lexicon_test_says_which_set_was_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"lexicon test {self.pk}"


class SearchOrder(models.Model):
    """That reports of late shall be searched again with the lexicon in use: counted first, done when confirmed."""

    class State(models.TextChoices):
        """How far it got."""

        COUNTING = "counting", _("a worker counts what would change")
        READY = "ready", _("counted: waiting for a decision")
        CONFIRMED = "confirmed", _("a worker searches")
        DONE = "done", _("done")
        DROPPED = "dropped", _("set aside: nothing was changed")

    version = models.ForeignKey(LexiconVersion, models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    since = models.DateTimeField("reports received from here on")
    last_report_id = models.PositiveBigIntegerField("and up to this one")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTING)
    cursor = models.PositiveBigIntegerField("the last report that was gone through", default=0)
    reports_count = models.PositiveIntegerField("reports to go through")
    counted_count = models.PositiveIntegerField("reports counted", default=0)
    would_add = models.PositiveIntegerField(default=0)
    would_withdraw = models.PositiveIntegerField(default=0)
    searched_count = models.PositiveIntegerField("reports searched", default=0)
    added = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField("reports whose search broke", default=0)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(state__in=["counting", "ready", "confirmed"]),
                name="one_search_again_of_a_version_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["counting", "ready"], decided_by=None, decided_at=None)
                | Q(state__in=["confirmed", "done", "dropped"], decided_by__isnull=False, decided_at__isnull=False),
                name="search_again_that_is_confirmed_says_by_whom",
            ),
            models.CheckConstraint(condition=Q(days__range=(1, 365)), name="search_again_goes_back_1_to_365_days"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"search order {self.pk}"


class SuggesterModel(models.Model):
    """What was learned from the decisions so far: coefficients and a report. Never changed."""

    number = models.PositiveIntegerField(unique=True)
    lexicon = models.ForeignKey(LexiconVersion, models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField("coefficients, threshold and form of the features")
    report = models.JSONField("how well it does on decisions that it did not see")
    sha256 = models.CharField(max_length=64, unique=True)
    trained_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"model {self.number}"


class ModelSwitch(models.Model):
    """That a model was switched on, or (none) that the lexicon alone suggests; the latest row holds. Never changed."""

    model = models.ForeignKey(SuggesterModel, models.PROTECT, null=True, blank=True, related_name="switches")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="model_switch_says_why")]

    def __str__(self) -> str:
        return f"switch {self.pk}"
