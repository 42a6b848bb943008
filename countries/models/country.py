"""A State with its codes and names."""

from __future__ import annotations

import functools

from django.db import models
from django.db.models import Q
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _


class CountryQuerySet(models.QuerySet["Country"]):
    """Countries, alphabetical where a person reads them."""

    def alphabetical(self) -> CountryQuerySet:
        return self.order_by("name_sort")


class Country(models.Model):
    """A Member State of the United Nations, or one of the two observer States."""

    class Status(models.TextChoices):
        """Standing at the United Nations."""

        MEMBER = "member", _("Member State")
        OBSERVER = "observer", _("observer State")

    iso3 = models.CharField("ISO 3166-1 alpha-3", max_length=3, unique=True)
    iso2 = models.CharField("ISO 3166-1 alpha-2", max_length=2, unique=True)
    m49 = models.PositiveSmallIntegerField("ISO 3166-1 numeric and UN M49", unique=True)
    gw_code = models.PositiveSmallIntegerField("Gleditsch–Ward number", unique=True, null=True, blank=True)
    region_code = models.PositiveSmallIntegerField("M49 region")
    region = models.CharField(max_length=40)
    subregion_code = models.PositiveSmallIntegerField("M49 sub-region")
    subregion = models.CharField(max_length=60)
    un_status = models.CharField(max_length=10, choices=Status.choices)
    name_en = models.CharField("name in English", max_length=120, unique=True)
    name_fr = models.CharField("name in French", max_length=120)
    name_es = models.CharField("name in Spanish", max_length=120)
    name_ru = models.CharField("name in Russian", max_length=120)
    name_zh = models.CharField("name in Chinese", max_length=120)
    name_ar = models.CharField("name in Arabic", max_length=120)
    name_sort = models.CharField("name to sort by", max_length=120)
    population = models.PositiveBigIntegerField(null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = CountryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "countries"
        constraints = [
            models.CheckConstraint(condition=Q(iso3__regex=r"^[A-Z]{3}$"), name="iso3_is_three_capitals"),
            models.CheckConstraint(condition=Q(iso2__regex=r"^[A-Z]{2}$"), name="iso2_is_two_capitals"),
            models.CheckConstraint(
                condition=Q(population=None, population_year=None)
                | Q(population__isnull=False, population_year__isnull=False),
                name="population_comes_with_its_year",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en

    def get_absolute_url(self) -> str:
        return _address(self.iso3, get_script_prefix())


@functools.lru_cache(maxsize=1024)
def _address(iso3: str, _prefix: str) -> str:
    """Looked up once: a page of all countries asks for two hundred."""
    return reverse("country", kwargs={"iso3": iso3})
