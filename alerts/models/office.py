"""Offices of focal points: who is asked first, who next, and what they answered to a warning."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alerts.models.alert import Alert
from alerts.models.delivery import Delivery
from countries.models import Country
from people.permissions import Sensitivity


class Office(models.Model):
    """The office of a State's or an organisation's focal point: it answers as one."""

    class Kind(models.TextChoices):
        """Whose it is."""

        STATE = "state", _("State")
        ORGANISATION = "organisation", _("organisation")

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    country = models.ForeignKey(Country, models.PROTECT, null=True, blank=True, related_name="offices")
    languages = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    is_demonstration = models.BooleanField("made up for the demonstration; no office of a real State", default=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="organisation") | Q(country__isnull=False) | Q(is_demonstration=True),
                name="office_of_a_state_has_its_country",
            ),
            models.UniqueConstraint(fields=["name"], condition=Q(ended_at=None), name="one_open_office_per_name"),
        ]

    def __str__(self) -> str:
        return f"office {self.pk}"


class OfficeMember(models.Model):
    """A person of an office and their place in the order of escalation, from one instant to another."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="offices")
    order = models.PositiveSmallIntegerField("1 is asked first")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "order"], condition=Q(until=None), name="office_has_one_person_in_each_place",
            ),
            models.UniqueConstraint(
                fields=["office", "person"], condition=Q(until=None), name="person_has_one_place_in_an_office"
            ),
            models.CheckConstraint(condition=Q(order__gte=1), name="first_place_in_an_office_is_one"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"person {self.person_id} in office {self.office_id}"


class Absence(models.Model):
    """Days on which a person is not asked: the next one is. Both days are absent."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="absence_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"


class Duty(models.Model):
    """An office is to answer an alert by a time; closed by its answer, or where the alert ends first."""

    class Closing(models.TextChoices):
        """How it ended."""

        ANSWERED = "answered", _("answered")
        PASSED_ON = "passed_on", _("not theirs: passed on")
        WITHDRAWN = "withdrawn", _("the alert was withdrawn")
        EXPIRED = "expired", _("the alert's time was over, unanswered")

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="duties")
    office = models.ForeignKey(Office, models.PROTECT, related_name="duties")
    opened_at = models.DateTimeField("when the first mail to the office ended: taken by the mail server, or failed")
    due_at = models.DateTimeField("the next reminder or escalation, unless it is closed")
    closed_at = models.DateTimeField(null=True, blank=True)
    closing = models.CharField(max_length=10, choices=Closing.choices, blank=True)

    class Meta:
        verbose_name_plural = "duties"
        indexes = [models.Index(fields=["due_at"], name="duty_open", condition=Q(closed_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["alert", "office"], name="one_duty_per_alert_and_office"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closing="") | Q(closed_at__isnull=False) & ~Q(closing=""),
                name="closed_duty_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"duty {self.pk}"


class DutyStep(models.Model):
    """One thing done to get an answer: asked, reminded, the next person asked. Kept for ever."""

    class Kind(models.TextChoices):
        """What was done."""

        ASKED = "asked", _("asked")
        REMINDED = "reminded", _("reminded")
        ESCALATED = "escalated", _("the next person asked")
        NOBODY_LEFT = "nobody_left", _("nobody left to ask: staff told")

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, blank=True, related_name="duty_steps")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["duty", "at"], name="steps_of_a_duty")]

    def __str__(self) -> str:
        return f"step {self.pk} of duty {self.duty_id}"


class Acknowledgement(models.Model):
    """What a person answered to an alert, for an office or for themselves. Kept for ever; a later one may say more."""

    class Kind(models.TextChoices):
        """What was said."""

        SEEN = "seen", _("seen")
        NOT_FOR_US = "not_for_us", _("not for us")
        DECIDED = "decided", _("decision taken")
        FALSE_ALARM = "false_alarm", _("held to be a false alarm")

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="acknowledgements")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="acknowledgements")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="acknowledgements")
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, blank=True, related_name="acknowledgements",
        help_text="the mail whose link was used; empty where the person was signed in",
    )  # fmt: skip
    kind = models.CharField(max_length=11, choices=Kind.choices)
    passed_to_office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    passed_to_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)
    sensitivity = models.PositiveSmallIntegerField(choices=Sensitivity.choices, default=Sensitivity.INTERNAL)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["alert", "at"], name="answers_to_an_alert")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="not_for_us") | Q(passed_to_office=None, passed_to_person=None),
                name="only_what_is_not_for_us_is_passed_on",
            ),
        ]

    def __str__(self) -> str:
        return f"acknowledgement {self.pk}"
