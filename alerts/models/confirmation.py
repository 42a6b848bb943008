"""Mails that ask a person to say yes to a rule that somebody else made for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from alerts.models.delivery import Delivery
from alerts.models.subscription import Subscription

State = Delivery.State
FAILED = (State.REFUSED, State.GIVEN_UP, State.BOUNCED)
_SAID: dict[str, str] = {
    State.WAITING: "waits to be sent",
    State.DEFERRED: "is to be tried again",
    State.SENT: "was taken by the mail server",
    State.REFUSED: "was refused by the mail server",
    State.GIVEN_UP: "was given up after many tries",
    State.CANCELLED: "was cancelled",
    State.BOUNCED: "came back",
}


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    """Confirming mails by what is left to do."""

    def open(self) -> ConfirmationQuerySet:
        """Still to be sent, whether now or later."""
        return self.filter(state__in=[State.WAITING, State.DEFERRED])

    def failed(self) -> ConfirmationQuerySet:
        """The last mail of each rule that waits for a yes, where it did not arrive: that person was not asked."""
        waits = self.filter(
            subscription__confirmed_at=None, subscription__ended_at=None, subscription__person__is_active=True
        )
        later = Confirmation.objects.filter(subscription=OuterRef("subscription"), pk__gt=OuterRef("pk"))
        return waits.filter(~Exists(later), state__in=FAILED)


class Confirmation(models.Model):
    """One mail with a link by which a person says yes to a rule, and what became of it. It is about no alert."""

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="confirmations")
    replaces = models.ForeignKey(
        Subscription, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="the narrower rule that counts until the person says yes to this one",
    )  # fmt: skip
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=Delivery.State.choices, default=Delivery.State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    reply_code = models.PositiveSmallIntegerField("what the mail server answered last", null=True, blank=True)
    reply_text = models.CharField(max_length=500, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="confirmation_to_send",
                condition=Q(state__in=["waiting", "deferred"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(state__in=["waiting", "deferred"]),
                name="one_open_confirmation_per_subscription",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "deferred"], next_try_at__isnull=False, finished_at=None)
                | Q(state__in=["sent", "refused", "given_up", "cancelled", "bounced"], next_try_at=None)
                & Q(finished_at__isnull=False),
                name="confirmation_is_open_or_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"

    @property
    def has_failed(self) -> bool:
        """Whether the person was not asked by it."""
        return self.state in FAILED

    @property
    def said(self) -> str:
        """What became of it, such as `was refused: 550 no such person`."""
        answer = " ".join(str(part) for part in (self.reply_code, self.reply_text) if part)
        return f"{_SAID[self.state]}: {answer}" if self.has_failed and answer else _SAID[self.state]
