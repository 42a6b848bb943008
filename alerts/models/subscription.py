"""Who is to be warned of what, how, and when."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from countries.models import Country
from indicators.models.score import Level


class MailSettings(models.Model):
    """How one person is written to, whatever the rule: language, hours, pause. Nobody's row: English, at any hour."""

    class Language(models.TextChoices):
        """In which the frame of a mail is written; what analysts wrote stays as they wrote it."""

        ENGLISH = "en", _("English")
        FRENCH = "fr", _("French")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="mail_settings"
    )
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.ENGLISH)
    time_zone = models.CharField("name in the IANA database", max_length=64, default="UTC")
    quiet_from = models.TimeField("no mail from this time of the person's day", null=True, blank=True)
    quiet_until = models.TimeField("until this one", null=True, blank=True)
    paused_until = models.DateTimeField("no mail before; what waits goes then", null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "mail settings"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=models.F("quiet_until")),
                name="quiet_hours_have_a_start_and_another_end",
            ),
        ]

    def __str__(self) -> str:
        return f"mail settings of person {self.person_id}"


class Endpoint(models.Model):
    """An address of a machine that alerts are posted to. Its secret is derived, never stored."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="endpoints")
    name = models.CharField(max_length=120)
    url = models.URLField(max_length=500)
    secret_version = models.PositiveIntegerField("raised at each rotation", default=1)
    rotated_at = models.DateTimeField("until a day later the former secret signs too", null=True, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_how="") | Q(ended_at__isnull=False) & ~Q(ended_how=""),
                name="ended_endpoint_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"endpoint {self.pk}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions by whether they count."""

    def active(self) -> SubscriptionQuerySet:
        """Those that were confirmed and have not ended, of people who may be written to."""
        return self.filter(ended_at=None, confirmed_at__isnull=False, person__is_active=True)


class Subscription(models.Model):
    """One person's rule: these countries or regions AND at least this level AND any of these factors or scopes."""

    class Frequency(models.TextChoices):
        """When what matches goes out."""

        AT_ONCE = "at_once", _("at once")
        DAILY = "daily", _("once a day")
        WEEKLY = "weekly", _("once a week")

    class Channel(models.TextChoices):
        """How it goes out."""

        MAIL = "mail", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="subscriptions")
    is_everywhere = models.BooleanField("every country", default=False)
    countries = models.ManyToManyField(Country, blank=True, related_name="subscriptions")
    regions = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True,
        verbose_name="regions and subregions, by their UN M49 codes",
    )  # fmt: skip
    least_level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.ELEVATED)
    factors = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True,
        verbose_name="risk factors by number; none: any",
    )  # fmt: skip
    scopes = ArrayField(
        models.CharField(max_length=32), default=list, blank=True,
        verbose_name="scopes of the Framework; none: any",
    )  # fmt: skip
    frequency = models.CharField(max_length=8, choices=Frequency.choices, default=Frequency.AT_ONCE)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.MAIL)
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, null=True, blank=True, related_name="subscriptions")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="nobody where the person made it by a signed link",
    )  # fmt: skip
    confirmed_at = models.DateTimeField("when the person said yes to it", null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(channel="mail", endpoint=None)
                | Q(channel="webhook", endpoint__isnull=False, frequency="at_once"),
                name="webhook_subscription_has_an_endpoint",
            ),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"
