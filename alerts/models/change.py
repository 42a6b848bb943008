"""What was changed in situations and offices: by whom, when and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.models.office import Office
from alerts.models.situation import Situation


class Change(models.Model):
    """One thing that a person changed in a situation or in an office. Kept for ever."""

    situation = models.ForeignKey(Situation, models.PROTECT, null=True, blank=True, related_name="changes")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="changes")
    what = models.CharField("what was done, in words that name no person", max_length=200)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="of an office: whom it is about",
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField("where one is asked for", max_length=500, blank=True)
    before = models.JSONField("the words before they were changed", default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(situation__isnull=False, office=None, person=None)
                | Q(situation=None, office__isnull=False),
                name="change_is_of_a_situation_or_of_an_office",
            ),
            models.CheckConstraint(condition=~Q(what=""), name="change_says_what"),
        ]

    def __str__(self) -> str:
        return f"change {self.pk}"
