"""Warnings that go to people, with the reasons they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alerts.models.signal import Signal
from alerts.models.situation import Situation
from alerts.policy.warned import OPEN
from countries.models import Country
from indicators.models import Evidence, Snapshot
from indicators.models.score import Level
from people.permissions import Action, Sensitivity, may

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts by who may see them and by what was decided."""

    def released(self) -> AlertQuerySet:
        """Those that went out, latest first: for everybody."""
        return self.filter(state=Alert.State.RELEASED, is_dry_run=False).order_by("-released_at", "-pk")

    def practised(self) -> AlertQuerySet:
        """Those that were released for practice, latest first: for those who release."""
        return self.filter(state=Alert.State.RELEASED, is_dry_run=True).order_by("-released_at", "-pk")

    def unmatched(self) -> AlertQuerySet:
        """Those of which nobody looked up yet whom to write to."""
        return self.filter(state=Alert.State.RELEASED, is_dry_run=False, withdrawn_at=None, matched_at=None)

    def warnings(self) -> AlertQuerySet:
        """Those that warned of something: not for practice, and no correction or withdrawal of another."""
        return self.filter(state=Alert.State.RELEASED, is_dry_run=False).exclude(kind__in=Alert.LETTERS)

    def waiting(self) -> AlertQuerySet:
        """Drafts that wait for a publisher, highest level first, then oldest."""
        return self.filter(state=Alert.State.DRAFT).order_by("-level", "pk")

    def with_successor(self) -> AlertQuerySet:
        """Each with `superseded_by_number`: the alert that took its place; a correction goes with what it is about."""
        about = Coalesce(OuterRef("corrects"), OuterRef("pk"))
        later = Alert.objects.released().filter(supersedes=about, withdrawn_at=None).values("pk")[:1]
        return self.annotate(superseded_by_number=Subquery(later))

    def visible_to(self, user: User | AnonymousUser) -> AlertQuerySet:
        """Those that went out for everybody; drafts, refusals and practice for those who release."""
        if may(user, Action.RELEASE_ALERT):
            return self
        return self.filter(state=Alert.State.RELEASED, is_dry_run=False)


class Alert(models.Model):
    """One warning about one country: once it is released, its words are those that were sent, never rewritten."""

    class Kind(models.TextChoices):
        """What it warns of."""

        RISE = "rise", _("a level that rose")
        RAPID = "rapid", _("rapid change")
        TRIGGER = "trigger", _("new trigger evidence")
        BLACKOUT = "blackout", _("reporting blackout")
        CORRECTION = "correction", _("correction of an alert")
        WITHDRAWAL = "withdrawal", _("withdrawal of an alert")

    class State(models.TextChoices):
        """Whether it may go out."""

        DRAFT = "draft", _("waiting for release")
        RELEASED = "released", _("released")
        REFUSED = "refused", _("refused")
        LAPSED = "lapsed", _("lapsed before anybody decided")

    class Confidence(models.TextChoices):
        """How sure, from coverage and from the grades behind the reasons."""

        LOW = "low", _("low")
        MEDIUM = "medium", _("medium")
        HIGH = "high", _("high")

    LETTERS = (Kind.CORRECTION, Kind.WITHDRAWAL)  # what they say is about another alert

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.RISE)
    signal = models.ForeignKey(Signal, models.PROTECT, related_name="alerts")
    situation = models.ForeignKey(Situation, models.PROTECT, related_name="alerts")
    country = models.ForeignKey(Country, models.PROTECT, related_name="alerts")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="alerts")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    previous_level = models.PositiveSmallIntegerField(choices=Level.choices)
    confidence = models.CharField(max_length=6, choices=Confidence.choices)
    headline = models.CharField("the reason in at most eight words", max_length=120)
    what_changed = models.TextField()
    wrong = models.TextField("what was wrong, as who took it back or set it right said", blank=True)
    how_sure = models.TextField()
    not_known = models.TextField()
    can_be_done = models.TextField()
    who_is_at_risk = models.TextField("from a published assessment; empty: said to be missing", blank=True)
    factors = ArrayField(models.PositiveSmallIntegerField(), default=list, verbose_name="risk factors it is about")
    sensitivity = models.PositiveSmallIntegerField(choices=Sensitivity.choices, default=Sensitivity.PUBLIC)
    is_dry_run = models.BooleanField("released for practice: nobody is written to", default=False)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections",
        help_text="the alert that a correction or withdrawal is about",
    )  # fmt: skip
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by",
        help_text="the released alert of the same situation that this one takes the place of",
    )  # fmt: skip
    withheld = models.PositiveIntegerField("pieces of evidence behind the score that are not public", default=0)
    raised_at = models.DateTimeField()
    valid_until = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="nobody where the rule released it",
    )  # fmt: skip
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField("taken back after its release", null=True, blank=True)
    matched_at = models.DateTimeField("when its deliveries were written", null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-released_at", "-id"], name="alert_released", condition=Q(state="released")),
            models.Index(fields=["id"], name="alert_unmatched", condition=Q(state="released", matched_at=None)),
            models.Index(fields=["country", "-released_at"], name="alert_of_a_country"),
            models.Index(fields=["situation", "-released_at"], name="alert_of_a_situation"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", decided_at=None, decided_by=None, released_at=None, matched_at=None)
                | Q(state="released", decided_at__isnull=False, released_at__isnull=False)
                | Q(state="refused", decided_at__isnull=False, decided_by__isnull=False)
                & Q(released_at=None, matched_at=None)
                | Q(state="lapsed", decided_at__isnull=False, decided_by=None, released_at=None, matched_at=None),
                name="alert_is_draft_released_refused_or_lapsed",
            ),
            models.CheckConstraint(condition=Q(state="draft") | ~Q(decision_reason=""), name="decided_alert_says_why"),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(level__lt=Level.HIGH) | Q(decided_by__isnull=False),
                name="a_person_releases_high_and_severe",
            ),
            models.CheckConstraint(
                condition=~Q(kind="rise") | Q(level__gt=models.F("previous_level")), name="alert_of_a_rise_has_a_rise"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["correction", "withdrawal"], corrects__isnull=False)
                | ~Q(kind__in=["correction", "withdrawal"]) & Q(corrects=None),
                name="correction_says_which_alert_it_corrects",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(state="released"), name="withdrawn_alert_was_released"
            ),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("alert", args=[self.pk])


class AlertReason(models.Model):
    """One of the reasons of an alert: what moved the score, in words, with the evidence behind it."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="reasons")
    order = models.PositiveSmallIntegerField()
    text = models.CharField("in our words, uncut", max_length=1000)
    grade = models.CharField("of its source and statement; empty for a series", max_length=2, blank=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="alert_reasons")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "order"], name="reason_has_one_place_in_its_alert")]

    def __str__(self) -> str:
        return f"reason {self.order} of alert {self.alert_id}"


class AlertDecision(models.Model):
    """One thing that was done with an alert, by whom and why. Kept for ever."""

    class Action(models.TextChoices):
        """What was done."""

        EDITED = "edited", _("words changed")
        RELEASED = "released", _("released")
        REFUSED = "refused", _("refused")
        LAPSED = "lapsed", _("lapsed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        CORRECTED = "corrected", _("corrected")
        MOVED = "moved", _("moved to another situation")
        TOLD = "told", _("what did not arrive was settled")

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="decisions")
    action = models.CharField(max_length=9, choices=Action.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", help_text="nobody: the rule"
    )
    at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    before = models.JSONField("the words before they were changed", default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["alert", "at"], name="decisions_on_an_alert")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="decision_on_an_alert_says_why")]

    def __str__(self) -> str:
        return f"decision {self.pk} on alert {self.alert_id}"


class PostponedQuerySet(models.QuerySet["Postponed"]):
    """Signals that wait for what becomes of an alert."""

    def due(self) -> PostponedQuerySet:
        """Those whose alert can no longer come to nothing unseen: it ended, reached somebody, or reached nobody."""
        alert = Alert.objects.filter(pk=models.OuterRef("alert"))
        sent = models.Exists(alert.filter(deliveries__state="sent"))
        to_try = models.Exists(alert.filter(deliveries__state__in=OPEN))
        unmatched = Q(alert__matched_at=None) & ~models.Exists(alert.filter(deliveries__isnull=False))
        out = Q(alert__state=Alert.State.RELEASED, alert__is_dry_run=False, alert__withdrawn_at=None)
        return self.exclude(alert__state=Alert.State.DRAFT).filter(~(out & ~sent & (to_try | unmatched)))


class Postponed(models.Model):
    """A signal that waits for what becomes of an alert that would tell it, or took the place of its own draft.

    A working row: it goes when the signal is judged again.
    """

    signal = models.OneToOneField(Signal, models.PROTECT, related_name="postponed")
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="postponed")
    since = models.DateTimeField()

    objects = PostponedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"signal {self.signal_id} waits for alert {self.alert_id}"
