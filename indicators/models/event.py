"""Which event a piece of evidence is held to be part of: said by people, since when, until when."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.models.evidence import Evidence

EVENT_CHARACTERS = 120


class EventDecision(models.Model):
    """What a person said of pieces of evidence and their event; taken back by another decision, never rewritten."""

    class Action(models.TextChoices):
        """What was said."""

        SAME = "same", _("one event")
        DIFFERENT = "different", _("different events")
        UNLINK = "unlink", _("taken out of its event")
        RENAME = "rename", _("another name")
        UNDO = "undo", _("taken back")

    action = models.CharField(max_length=10, choices=Action.choices)
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="event_decisions")
    other = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+")
    event_key = models.CharField("event from then on", max_length=EVENT_CHARACTERS, blank=True)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="event_decision_says_why"),
            models.CheckConstraint(
                condition=Q(action="undo", undoes__isnull=False) | ~Q(action="undo") & Q(undoes=None),
                name="event_decision_that_is_taken_back_is_named",
            ),
            models.CheckConstraint(
                condition=~Q(action__in=["same", "different"]) | Q(other__isnull=False),
                name="two_pieces_are_one_event_or_two",
            ),
            models.CheckConstraint(
                condition=Q(other=None) | ~Q(other=F("evidence")), name="event_decision_is_about_two_pieces"
            ),
        ]

    def __str__(self) -> str:
        return f"event decision {self.pk}"


class EventLinkQuerySet(models.QuerySet["EventLink"]):
    """Links, by when they hold."""

    def holding(self, at: dt.datetime | None = None) -> EventLinkQuerySet:
        """Those that hold at an instant; None stands for now."""
        if at is None:
            return self.filter(until=None)
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


class EventLink(models.Model):
    """That a piece of evidence is part of another event than its own row says: closed once, never rewritten.

    While it holds, its name goes before the row's own. An empty one: the piece is part of no named event.
    """

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="event_links")
    event_key = models.CharField("event", max_length=EVENT_CHARACTERS, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(EventDecision, models.PROTECT, related_name="opened")
    closed_by = models.ForeignKey(EventDecision, models.PROTECT, null=True, blank=True, related_name="closed")

    objects = EventLinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["event_key"], name="link_of_an_event", condition=Q(until=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="event_link_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(until=None, closed_by=None) | Q(until__isnull=False, closed_by__isnull=False),
                name="closed_event_link_says_by_what",
            ),
            models.CheckConstraint(
                condition=~Q(event_key__startswith="~"), name="linked_event_leaves_the_tilde_to_the_arithmetic"
            ),
            models.UniqueConstraint(
                fields=["evidence"], condition=Q(until=None), name="evidence_is_in_one_event_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"event link {self.pk}"
