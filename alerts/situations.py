"""The use cases of situations: in which thread a country's alerts stand."""

import datetime as dt

from django.db import connection
from django.utils.text import slugify

from alerts.models import Situation, SituationPlace
from countries.models import Country

_LOCK = 901_2061  # an arbitrary number: PostgreSQL's advisory lock of the situations of a country


def home_situation(*, country: Country, at: dt.datetime) -> Situation:
    """The open situation in which the country's alerts are threaded; opened, under its name, where there is none.

    Two at once find one. To be called in a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, country.pk])
    found = Situation.objects.home_of(country).first()
    if found is not None:
        return found
    made = Situation.objects.create(slug=_free_slug(country), name=country.name_en, opened_at=at)
    SituationPlace.objects.create(situation=made, country=country, is_home=True, since=at)
    return made


def known_home(country_id: int) -> Situation | None:
    """The same, where there is one already."""
    place = SituationPlace.objects.filter(country=country_id, is_home=True, until=None, situation__closed_at=None)
    found = place.select_related("situation").first()
    return found.situation if found is not None else None


def _free_slug(country: Country) -> str:
    """The country's name as an address; numbered where a closed situation, or another one, has it already."""
    plain = slugify(country.name_en)[:70] or country.iso3.lower()
    count = Situation.objects.filter(slug__startswith=plain).count()
    taken = set(Situation.objects.filter(slug__startswith=plain).values_list("slug", flat=True))
    names = [plain, *(f"{plain}-{number}" for number in range(2, count + 3))]
    return next(name for name in names if name not in taken)
