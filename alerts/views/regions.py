"""Regions and sub-regions as the options of a filter."""

from collections.abc import Iterable

from countries.models import Country
from indicators.forms import Choice, Grouped, grouped

NEEDED = ("region", "region_code", "subregion", "subregion_code")  # of each country


def region_choices(known: Iterable[Country]) -> Grouped:
    """Each region whole, and its sub-regions, by their UN M49 codes."""
    listed_countries = list(known)
    rows: list[tuple[str, str, str]] = []
    for region in dict.fromkeys((row.region_code, row.region) for row in listed_countries):
        parts = {(row.subregion_code, row.subregion) for row in listed_countries if row.region_code == region[0]}
        listed: list[Choice] = [(str(region[0]), f"All of {region[1]}")]
        listed += [(str(code), name) for code, name in sorted(parts, key=lambda part: part[1]) if code != region[0]]
        rows += [(region[1], code, name) for code, name in listed]
    return grouped(rows)
