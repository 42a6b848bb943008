"""Loads the reference table of countries; safe to run twice."""

import dataclasses

from countries.models import Country
from countries.reference import read_countries

_FIELDS = [field.name for field in Country._meta.fields if field.name not in {"id", "iso3"}]


def load_countries() -> int:
    """Adds and corrects countries from `countries/data/countries.csv`; how many the table has.

    A country that left the table stays: evidence may rest on it.
    """
    rows = [dataclasses.asdict(row) for row in read_countries()]
    countries = [
        Country(
            **row
            | {
                "m49": int(row["m49"]),
                "region_code": int(row["region_code"]),
                "subregion_code": int(row["subregion_code"]),
            }
        )
        for row in rows
    ]
    Country.objects.bulk_create(countries, update_conflicts=True, unique_fields=["iso3"], update_fields=_FIELDS)
    return len(countries)
