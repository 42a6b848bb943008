"""What a thread of alerts is about: a country, a part of one, or several that share one danger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from countries.models import Country


class SituationQuerySet(models.QuerySet["Situation"]):
    """Situations by whether they are followed."""

    def open(self) -> SituationQuerySet:
        """Those that nobody has closed."""
        return self.filter(closed_at=None)

    def home_of(self, country: Country) -> SituationQuerySet:
        """The one in which a country's alerts are threaded, where there is one."""
        return self.open().filter(places__country=country, places__is_home=True, places__until=None)


class Situation(models.Model):
    """A danger that is followed as one: its warnings form one thread, with one cool-down."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    about = models.TextField("what it is about, in our words", blank=True)
    part = models.CharField("where in its countries, where it is not all of them", max_length=200, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="nobody where the first alert of a country opened it",
    )  # fmt: skip
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closing_reason = models.CharField(max_length=500, blank=True)

    objects = SituationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, closing_reason="")
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closing_reason=""),
                name="closed_situation_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"situation {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("situation", args=[self.slug])


class SituationPlace(models.Model):
    """A country that a situation is about, from one instant to another."""

    situation = models.ForeignKey(Situation, models.PROTECT, related_name="places")
    country = models.ForeignKey(Country, models.PROTECT, related_name="situation_places")
    is_home = models.BooleanField("the country's alerts are threaded here", default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["situation", "country"],
                condition=Q(until=None),
                name="one_open_place_per_situation_and_country",
            ),
            models.UniqueConstraint(
                fields=["country"], condition=Q(until=None, is_home=True), name="country_has_one_home_situation"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="situation_place_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"country {self.country_id} in situation {self.situation_id}"
