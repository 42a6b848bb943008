"""What can be done and what was done: measures, levers, warnings of others, responses and their outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from alerts.models.alert import Alert
from alerts.models.office import Office
from alerts.models.situation import Situation, SituationPlace
from countries.models import Country
from people.permissions import Sensitivity, clearance_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class Measure(models.Model):
    """One kind of response, from the catalogue: what it is, in our words, and which risk factors it addresses."""

    class Timing(models.TextChoices):
        """When it belongs."""

        LATENT = "latent", _("before a risk shows")
        EMERGING = "emerging", _("while a risk emerges")
        ONGOING = "ongoing", _("while crimes go on")
        AFTERMATH = "aftermath", _("afterwards")

    class Sphere(models.TextChoices):
        """Where a State acts, after the Framework for Action for the Responsibility to Protect."""

        DOMESTIC = "domestic", _("at home: law, policy, institutions")
        BILATERAL = "bilateral", _("between two States")
        REGIONAL = "regional", _("in a regional organisation")
        MULTILATERAL = "multilateral", _("in the United Nations")

    code = models.SlugField(max_length=60, unique=True)
    form = models.CharField("the form of protection it belongs to", max_length=120)
    title = models.CharField(max_length=160)
    text = models.TextField("what it is, in our words")
    pillars = ArrayField(models.PositiveSmallIntegerField(), default=list)
    spheres = ArrayField(models.CharField(max_length=12, choices=Sphere.choices), default=list)
    timings = ArrayField(models.CharField(max_length=9, choices=Timing.choices), default=list)
    factors = ArrayField(models.PositiveSmallIntegerField(), default=list, verbose_name="risk factors it addresses")
    paragraphs = models.CharField("where its source speaks of it", max_length=60)
    order = models.PositiveSmallIntegerField()
    is_offered = models.BooleanField("offered to who records a response", default=True)

    def __str__(self) -> str:
        return f"measure {self.code}"


class LeverQuerySet(models.QuerySet["Lever"]):
    """Levers by whether they stand, by what they are about and by their days."""

    def standing(self) -> LeverQuerySet:
        """Those that nobody removed."""
        return self.filter(removed_at=None)

    def about(self, *, countries: Collection[int], situations: Collection[int] = ()) -> LeverQuerySet:
        """Those of the countries, of the situations, and of the open situations that are about the countries."""
        shared = SituationPlace.objects.filter(country__in=countries, until=None).values("situation")
        return self.filter(Q(country__in=countries) | Q(situation__in=situations) | Q(situation__in=shared))

    def coming(self, day: dt.date) -> LeverQuerySet:
        """Those that are not over on `day`, the next first."""
        return self.filter(last_day__gte=day).order_by("first_day", "last_day", "pk")


class Lever(models.Model):
    """Something with a date on which a situation can be influenced, or may turn: a renewal, a review, an election."""

    class Kind(models.TextChoices):
        """What it is."""

        MANDATE = "mandate", _("end or renewal of a mandate")
        REVIEW = "review", _("review or dialogue")
        ELECTION = "election", _("election")
        SESSION = "session", _("session of a body")
        DEADLINE = "deadline", _("deadline")
        COMMEMORATION = "commemoration", _("commemoration")

    situation = models.ForeignKey(Situation, models.PROTECT, null=True, blank=True, related_name="levers")
    country = models.ForeignKey(Country, models.PROTECT, null=True, blank=True, related_name="levers")
    kind = models.CharField(max_length=13, choices=Kind.choices)
    title = models.CharField(max_length=200)
    body = models.CharField("who decides or holds it", max_length=200, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    is_estimated = models.BooleanField("the day is not certain", default=False)
    source_title = models.CharField(max_length=300)
    source_url = models.URLField(max_length=500, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="nobody where it came with the installation",
    )  # fmt: skip
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    removal_reason = models.CharField(max_length=300, blank=True)

    objects = LeverQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["first_day"], name="lever_by_day", condition=Q(removed_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(situation__isnull=False) | Q(country__isnull=False), name="lever_has_a_situation_or_country"
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="lever_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removal_reason="") | Q(removed_at__isnull=False) & ~Q(removal_reason=""),
                name="removed_lever_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"lever {self.pk}"

    @property
    def when(self) -> str:
        """Its days in words: a day, whole months by their names, or from when to when."""
        first, last = self.first_day, self.last_day
        if first.day == 1 and (last + dt.timedelta(days=1)).day == 1:  # an estimate of a month is sure enough of it
            months = [f"{day:%B %Y}" for day in (first, last)]
            return " to ".join(dict.fromkeys(months))
        words = " to ".join(dict.fromkeys(f"{day.day} {day:%B %Y}" for day in (first, last)))
        return f"about {words}" if self.is_estimated else words


class PublishedWarningQuerySet(models.QuerySet["PublishedWarning"]):
    """Warnings of others by whether they stand."""

    def standing(self) -> PublishedWarningQuerySet:
        """Those that nobody took back, in their present words."""
        return self.filter(withdrawn_at=None, replaced_by=None)

    def then(self, before: dt.datetime) -> PublishedWarningQuerySet:
        """Those that stood before an instant, but for what was taken back since because it may harm."""
        later = Q(withdrawn_at=None) | Q(withdrawn_at__gte=before)
        rows = self.filter(later, Q(replaced_by=None) | Q(replaced_by__added_at__gte=before), added_at__lt=before)
        harmful = PublishedWarning.objects.filter(is_harmful=True)
        return rows.exclude(Exists(harmful.of_one(OuterRef("original"), OuterRef("pk"))))

    def of_one(self, original: Any, number: Any) -> PublishedWarningQuerySet:
        """The rows that are corrected into each other, by the first of them; `original` is None for that one itself."""
        first = Coalesce(original, number)
        return self.filter(Q(original=first) | Q(pk=first))


class PublishedWarning(models.Model):
    """A warning that another body gave in public: the ledger begins with it where ours came later or never."""

    situation = models.ForeignKey(Situation, models.PROTECT, related_name="published_warnings")
    issued_on = models.DateField()
    body = models.CharField("who warned", max_length=200)
    text = models.TextField("what was said, in our words")
    source_title = models.CharField(max_length=300)
    source_url = models.URLField(max_length=500)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        help_text="the row that this corrects",
    )
    original = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="of a correction: the first row of all; responses are tied to that one",
    )  # fmt: skip
    withdrawn_at = models.DateTimeField("taken back: it was entered wrongly", null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawal_reason = models.CharField(max_length=300, blank=True)
    is_harmful = models.BooleanField("it may harm somebody: no page turned back tells of it", default=False)

    objects = PublishedWarningQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["situation", "issued_on"], name="warnings_of_a_situation")]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | Q(withdrawn_by=None, withdrawal_reason="", is_harmful=False),
                name="only_a_withdrawn_warning_says_who_withdrew_it",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None, original=None) | Q(replaces__isnull=False, original__isnull=False),
                name="corrected_warning_says_which_was_first",
            ),
        ]

    def __str__(self) -> str:
        return f"published warning {self.pk}"

    @property
    def first_id(self) -> int:
        """The row to which its responses are tied."""
        return self.original_id or self.pk

    def is_taken_back(self) -> bool:
        """Whether it, or what was corrected from it, stands no more. One query."""
        return not PublishedWarning.objects.standing().of_one(Value(self.original_id), Value(self.pk)).exists()


class ResponseQuerySet(models.QuerySet["Response"]):
    """Responses by who may see them."""

    def open_to(self, user: User | AnonymousUser) -> ResponseQuerySet:
        """Up to the reader's clearance and always those of one's own office, also what stands no more."""
        return self.filter(_open_to(user))

    def visible_to(self, user: User | AnonymousUser) -> ResponseQuerySet:
        """Up to the reader's clearance, always those of one's own office; not what was replaced or withdrawn."""
        return self.filter(_open_to(user), withdrawn_at=None, replaced_by=None)

    def visible_then(self, user: User | AnonymousUser, *, before: dt.datetime) -> ResponseQuerySet:
        """What stood before an instant, as far as the reader may see it and what became of it by now.

        What was made more confidential since is ruled by its last row; what may harm is not there at all.
        """
        seen = _open_to(user)
        last = Response.objects.filter(replaced_by=None, original=Coalesce(OuterRef("original"), OuterRef("pk")))
        later = Q(withdrawn_at=None) | Q(withdrawn_at__gte=before)
        rows = self.filter(seen, later, Q(replaced_by=None) | Q(replaced_by__entered_at__gte=before))
        return rows.filter(entered_at__lt=before, is_harmful=False).exclude(
            Exists(last.exclude(seen, is_harmful=False))
        )


def _open_to(user: User | AnonymousUser) -> Q:
    seen = Q(sensitivity__lte=clearance_of(user))
    if user.is_authenticated:
        holding = Q(office__members__person=user.pk, office__members__until=None)
        seen |= Q(pk__in=Response.objects.filter(holding).values("pk")) | Q(entered_by=user.pk)
    return seen


class Response(models.Model):
    """A measure that somebody decided on, or declined with a reason. Never rewritten: a correction takes its place."""

    class Status(models.TextChoices):
        """How far it is."""

        PLANNED = "planned", _("decided, not begun")
        UNDER_WAY = "under_way", _("under way")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")
        DECLINED = "declined", _("declined")

    situation = models.ForeignKey(Situation, models.PROTECT, related_name="responses")
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, blank=True, related_name="responses")
    warning = models.ForeignKey(PublishedWarning, models.PROTECT, null=True, blank=True, related_name="responses")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="responses")
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, blank=True, related_name="responses")
    actor = models.CharField("who acts", max_length=200)
    text = models.TextField("what was decided or why it was declined, in our words")
    decided_on = models.DateField()
    began_on = models.DateField(null=True, blank=True)
    status = models.CharField("when it was entered", max_length=9, choices=Status.choices)
    sensitivity = models.PositiveSmallIntegerField(choices=Sensitivity.choices, default=Sensitivity.INTERNAL)
    source_title = models.CharField(max_length=300, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )  # the one that this corrects
    original = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="of a correction: the first row of all",
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawal_reason = models.CharField(max_length=300, blank=True)
    is_harmful = models.BooleanField("it may harm somebody: no page turned back tells of it", default=False)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["situation", "decided_on"], name="responses_of_a_situation")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="declined", measure=None) | Q(measure__isnull=False),
                name="response_has_a_measure_unless_declined",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="response_says_what_or_why"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawal_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason=""),
                name="withdrawn_response_says_why",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | Q(withdrawn_by=None, is_harmful=False),
                name="only_a_withdrawn_response_says_who_withdrew_it",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None, original=None) | Q(replaces__isnull=False, original__isnull=False),
                name="corrected_response_says_which_was_first",
            ),
        ]

    def __str__(self) -> str:
        return f"response {self.pk}"


class ResponseStep(models.Model):
    """A later word on a response: its status, or what became of it. Kept for ever."""

    response = models.ForeignKey(Response, models.PROTECT, related_name="steps")
    status = models.CharField(max_length=9, choices=Response.Status.choices, blank=True)
    is_outcome = models.BooleanField("says what became of it", default=False)
    on = models.DateField()
    text = models.TextField(blank=True)
    source_title = models.CharField(max_length=300, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["response", "on"], name="steps_of_a_response")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="") | Q(is_outcome=True) & ~Q(text=""),
                name="response_step_has_a_status_or_says_the_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.pk} of response {self.response_id}"
