"""What the lists of signals and of the ledger are chosen by: country, region, period."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from countries.models import Country
from indicators.fields import Choice, DayField, Grouped, Pick, grouped, offer, refuse_backwards

OF_REGIONS = ("region", "region_code", "subregion", "subregion_code")  # what `region_choices` asks of a country
_NEEDED = ("iso3", "name_en", "name_sort", *OF_REGIONS)


class PlaceFilter(forms.Form):
    """Every state of it stands in the address; one query for both lists."""

    country = Pick(empty=_("every country"), required=False)
    region = Pick(empty=_("every region"), required=False)
    since = DayField(required=False, label=_("From"))
    until = DayField(required=False, label=_("Up to"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        known = list(Country.objects.order_by("region", "name_sort").only(*_NEEDED))
        offer(self, "country", grouped((row.region, row.iso3, row.name_en) for row in known))
        offer(self, "region", region_choices(known))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refuse_backwards(self, data)
        return data


def region_choices(known: Iterable[Country]) -> Grouped:
    """Each region whole, and its sub-regions, by their UN M49 codes."""
    listed_countries = list(known)
    rows: list[tuple[str, str, str]] = []
    for region in dict.fromkeys((row.region_code, row.region) for row in listed_countries):
        parts = {(row.subregion_code, row.subregion) for row in listed_countries if row.region_code == region[0]}
        listed: list[Choice] = [(str(region[0]), (gettext("All of %(region)s") % {"region": region[1]}))]
        listed += [(str(code), name) for code, name in sorted(parts, key=lambda part: part[1]) if code != region[0]]
        rows += [(region[1], code, name) for code, name in listed]
    return grouped(rows)


def start_of(day: dt.date) -> dt.datetime:
    """The first instant of a UTC day."""
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def end_of(day: dt.date) -> dt.datetime:
    """The first instant after a UTC day."""
    return start_of(day + dt.timedelta(days=1))
