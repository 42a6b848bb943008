"""Reports that carry one text: pairs that were compared, clusters with who belongs to them since when, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.permissions import Sensitivity, clearance_of
from reports.models.report import Report

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class TextPairQuerySet(models.QuerySet["TextPair"]):
    """Pairs, by who may see both reports and by what waits."""

    def visible_to(self, user: User | AnonymousUser) -> TextPairQuerySet:
        """Pairs of which `user` may see both reports."""
        clearance = clearance_of(user)
        return self.filter(first__sensitivity__lte=clearance, second__sensitivity__lte=clearance)

    def waiting(self) -> TextPairQuerySet:
        """Those that a person has to tell apart."""
        return self.filter(state=TextPair.State.WAITING)

    def of(self, report_id: int) -> TextPairQuerySet:
        """Those in which this report stands."""
        return self.filter(Q(first=report_id) | Q(second=report_id))


class TextPair(models.Model):
    """Two reports that share much of their text; the first is the one with the lower number."""

    class State(models.TextChoices):
        """What is held of it."""

        LINKED = "linked", _("one text, found by the machine")
        WAITING = "waiting", _("waits for a person")
        SAME = "same", _("the same text")
        UPDATE = "update", _("an update of the earlier one")
        DIFFERENT = "different", _("different texts")

    first = models.ForeignKey(Report, models.PROTECT, related_name="+")
    second = models.ForeignKey(Report, models.PROTECT, related_name="+")
    of_first = models.FloatField("share of the first that stands in the second")
    of_second = models.FloatField("share of the second that stands in the first")
    state = models.CharField(max_length=10, choices=State.choices)
    found_at = models.DateTimeField()

    objects = TextPairQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-id"], name="pair_waiting", condition=Q(state="waiting")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="two_reports_are_compared_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_is_in_the_order_of_its_numbers"),
            models.CheckConstraint(
                condition=Q(of_first__range=(0, 1), of_second__range=(0, 1)), name="shares_are_from_0_to_1"
            ),
        ]

    def __str__(self) -> str:
        return f"pair {self.pk}"


class ClusterDecision(models.Model):
    """What a person said of reports that look alike; taken back by another decision, never rewritten."""

    class Action(models.TextChoices):
        """What was said."""

        SAME = "same", _("the same text")
        UPDATE = "update", _("an update")
        DIFFERENT = "different", _("different texts")
        SPLIT = "split", _("taken out")
        UNDO = "undo", _("taken back")

    action = models.CharField(max_length=10, choices=Action.choices)
    report = models.ForeignKey(Report, models.PROTECT, related_name="cluster_decisions")
    other = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    pairs_before = models.JSONField("states of the pairs that it changed", default=dict, blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="cluster_decision_says_why"),
            models.CheckConstraint(
                condition=Q(action="undo", undoes__isnull=False) | ~Q(action="undo") & Q(undoes=None),
                name="what_is_taken_back_is_named",
            ),
        ]

    def __str__(self) -> str:
        return f"cluster decision {self.pk}"


class Cluster(models.Model):
    """Reports that count as one voice. It is nothing but its members."""

    begun_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"cluster {self.pk}"


class ClusterMemberQuerySet(models.QuerySet["ClusterMember"]):
    """Memberships, by whether they hold."""

    def holding(self) -> ClusterMemberQuerySet:
        """Those that hold now."""
        return self.filter(until=None)

    def whole(self) -> ClusterMemberQuerySet:
        """Without those of which only some passages are the cluster's text."""
        return self.exclude(kind=ClusterMember.Kind.PART)


class ClusterMember(models.Model):
    """That a report belongs to a cluster, from when until when this was held here: closed once, never rewritten."""

    class Kind(models.TextChoices):
        """As what."""

        WHOLE = "whole", _("the same text")
        UPDATE = "update", _("another version")
        PART = "part", _("some passages of it")

    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="members")
    report = models.ForeignKey(Report, models.PROTECT, related_name="memberships")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    passages = ArrayField(models.BigIntegerField(), default=list, blank=True)
    sensitivity = models.PositiveSmallIntegerField("of the report when this was written", choices=Sensitivity.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(ClusterDecision, models.PROTECT, null=True, blank=True, related_name="opened")
    closed_by = models.ForeignKey(ClusterDecision, models.PROTECT, null=True, blank=True, related_name="closed")

    objects = ClusterMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="membership_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(kind="part", passages__len__gt=0) | ~Q(kind="part") & Q(passages=[]),
                name="part_of_a_report_has_named_passages",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=False) | Q(closed_by=None), name="membership_that_holds_is_closed_by_nobody"
            ),
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(until=None) & ~Q(kind="part"),
                name="report_is_in_one_cluster_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["cluster", "report"],
                condition=Q(until=None, kind="part"),
                name="passages_of_a_report_are_in_a_cluster_once",
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"
