"""What became of each mail and each post to a machine."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from alerts.models.alert import Alert
from alerts.models.subscription import Endpoint, Subscription


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries by what is left to do."""

    def open(self) -> DeliveryQuerySet:
        """Still to be sent, whether now or later."""
        return self.filter(state__in=[Delivery.State.WAITING, Delivery.State.DEFERRED])


class Delivery(models.Model):
    """One alert to one person by one channel: its state is what the mail server answered."""

    class Channel(models.TextChoices):
        """How it goes out."""

        MAIL = "mail", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    class Purpose(models.TextChoices):
        """Why it goes."""

        ALERT = "alert", _("the alert")
        DIGEST = "digest", _("for the person's next digest")
        REMINDER = "reminder", _("a reminder to answer")
        ESCALATION = "escalation", _("somebody before did not answer")
        PASSED_ON = "passed_on", _("somebody passed it on")

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("waiting to be sent")
        DEFERRED = "deferred", _("deferred: to be tried again")
        SENT = "sent", _("sent: the mail server took it")
        REFUSED = "refused", _("refused by the mail server")
        GIVEN_UP = "given_up", _("given up after many tries")
        CANCELLED = "cancelled", _("cancelled: it need not go any more")
        BOUNCED = "bounced", _("came back after the mail server had taken it")

    FAILED = (State.REFUSED, State.GIVEN_UP, State.BOUNCED)  # it did not arrive, and is tried no more

    # Matching writes many rows at once. db_index: each index costs it; alert leads the unique one, and nothing asks for
    # a rule's deliveries. db_constraint: triggers hold these three, a statement at a time (docs/decisions/0073).
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="deliveries", db_index=False, db_constraint=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="deliveries", db_constraint=False)
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, null=True, blank=True, related_name="deliveries", db_index=False,
        db_constraint=False,
        help_text="the rule that asked for it; none for what an office must see, and for corrections",
    )  # fmt: skip
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.MAIL)
    endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, null=True, blank=True, related_name="deliveries", db_index=False
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.ALERT)
    round = models.PositiveSmallIntegerField("of several reminders or escalations", default=0)
    carried_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="carries", db_index=False,
        help_text="the delivery in whose digest this one goes: it shares its mail and its end",
    )  # fmt: skip
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
            models.Index(fields=["endpoint"], name="delivery_to_endpoint", condition=Q(endpoint__isnull=False)),
            models.Index(fields=["carried_by"], name="delivery_carried_by", condition=Q(carried_by__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                F("alert"),
                F("person"),
                F("channel"),
                Coalesce("endpoint", 0),
                Case(When(purpose__in=["alert", "digest"], then=Value("alert")), default=F("purpose")),
                F("round"),
                name="one_delivery_per_alert_person_channel_and_round",
            ),
            models.CheckConstraint(
                condition=Q(channel="mail", endpoint=None) | Q(channel="webhook", endpoint__isnull=False),
                name="webhook_delivery_has_an_endpoint",
            ),
            models.CheckConstraint(condition=Q(carried_by=None) | Q(purpose="digest"), name="only_a_digest_is_carried"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "deferred"], next_try_at__isnull=False, finished_at=None)
                | Q(state__in=["sent", "refused", "given_up", "cancelled", "bounced"], next_try_at=None)
                & Q(finished_at__isnull=False),
                name="delivery_is_open_or_finished",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent")
                | Q(reply_code__range=(200, 299)) & (~Q(message_id="") | Q(carried_by__isnull=False)),
                name="sent_delivery_has_the_servers_own_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class DeliveryAttempt(models.Model):
    """One try, and what came of it: kept for ever."""

    class Outcome(models.TextChoices):
        """What came of it."""

        SENT = "sent", _("the mail server took it")
        DEFERRED = "deferred", _("not now, said the mail server")
        REFUSED = "refused", _("refused by the mail server")
        NO_ANSWER = "no_answer", _("no answer")
        OUTAGE = "outage", _("our mail server takes no mail: no try")
        GIVEN_UP = "given_up", _("given up")
        CANCELLED = "cancelled", _("cancelled")
        BOUNCED = "bounced", _("came back")
        RETRY = "retry", _("put back by a person")

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
