"""Who is to be warned of what, and what became of each mail."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from alerts.models.alert import Alert
from countries.models import Country
from indicators.models.score import Level


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions by whether they count."""

    def active(self) -> SubscriptionQuerySet:
        """Those that have not ended, of people who may be written to."""
        return self.filter(ended_at=None, person__is_active=True)


class Subscription(models.Model):
    """One person's rule: these countries or regions AND at least this level."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="subscriptions")
    is_everywhere = models.BooleanField("every country", default=False)
    countries = models.ManyToManyField(Country, blank=True, related_name="subscriptions")
    regions = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True,
        verbose_name="regions and subregions, by their UN M49 codes",
    )  # fmt: skip
    least_level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.ELEVATED)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="nobody where the person made it by a signed link",
    )  # fmt: skip
    changed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=120, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(least_level__range=(3, 5)), name="subscription_is_for_elevated_or_more"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_how="") | Q(ended_at__isnull=False) & ~Q(ended_how=""),
                name="ended_subscription_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries by what is left to do."""

    def open(self) -> DeliveryQuerySet:
        """Still to be sent, whether now or later."""
        return self.filter(state__in=[Delivery.State.WAITING, Delivery.State.DEFERRED])


class Delivery(models.Model):
    """One alert to one person by one channel: its state is what the mail server answered."""

    class Channel(models.TextChoices):
        """How it goes out."""

        MAIL = "mail", "e-mail"

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "waiting to be sent"
        DEFERRED = "deferred", "deferred: to be tried again"
        SENT = "sent", "sent: the mail server took it"
        REFUSED = "refused", "refused by the mail server"
        GIVEN_UP = "given_up", "given up after many tries"
        CANCELLED = "cancelled", "cancelled: it need not go any more"

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="deliveries")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.MAIL)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    message = models.BinaryField("the mail as handed over, kept for every try", null=True, blank=True)
    fingerprint = models.CharField(
        "digest of what the mail rests on; another one: to be written anew", max_length=64, blank=True
    )
    written_at = models.DateTimeField("when the mail was written", null=True, blank=True)
    reply_code = models.PositiveSmallIntegerField("what the mail server answered last", null=True, blank=True)
    reply_text = models.CharField(max_length=500, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], name="delivery_to_send", condition=Q(state__in=["waiting", "deferred"])
            ),
            models.Index(fields=["-id"], name="delivery_latest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "person", "channel"], name="one_delivery_per_alert_person_and_channel"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "deferred"], next_try_at__isnull=False, finished_at=None)
                | Q(state__in=["sent", "refused", "given_up", "cancelled"], next_try_at=None)
                & Q(finished_at__isnull=False),
                name="delivery_is_open_or_finished",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(reply_code__range=(200, 299)) & ~Q(message_id=""),
                name="sent_delivery_has_the_servers_own_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class DeliveryAttempt(models.Model):
    """One try, and what came of it: kept for ever."""

    class Outcome(models.TextChoices):
        """What came of it."""

        SENT = "sent", "the mail server took it"
        DEFERRED = "deferred", "not now, said the mail server"
        REFUSED = "refused", "refused by the mail server"
        NO_ANSWER = "no_answer", "no answer"
        GIVEN_UP = "given_up", "given up"
        CANCELLED = "cancelled", "cancelled"
        RETRY = "retry", "put back by a person"

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    code = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["delivery", "at"], name="attempts_of_a_delivery")]

    def __str__(self) -> str:
        return f"attempt {self.pk} of delivery {self.delivery_id}"
