"""States by the names that publishers' metadata use: whole labels, never words of a text."""

import functools

from countries.reference import read_countries
from reports.text import normal_form

# Labels in use beside the six names of the reference table.
_ALSO = {
    "Bolivia": "BOL", "Brunei": "BRN", "Cabo Verde": "CPV", "Cape Verde": "CPV", "Congo": "COG",
    "Republic of Congo": "COG", "Republic of the Congo": "COG", "Cote d'Ivoire": "CIV", "Ivory Coast": "CIV",
    "Czech Republic": "CZE", "DPR Korea": "PRK", "North Korea": "PRK", "South Korea": "KOR", "Republic of Korea": "KOR",
    "DR Congo": "COD", "Democratic Republic of Congo": "COD", "FYR Macedonia": "MKD", "North Macedonia": "MKD",
    "The Republic of North Macedonia": "MKD", "The Gambia": "GMB", "Iran": "IRN", "Lao PDR": "LAO", "Laos": "LAO",
    "Micronesia": "FSM", "Moldova": "MDA", "Republic of Moldova": "MDA", "Palestine": "PSE", "Russia": "RUS",
    "occupied Palestinian territory": "PSE", "St Vincent & the Grenadines": "VCT", "Swaziland": "SWZ", "Syria": "SYR",
    "Tanzania": "TZA", "Turkey": "TUR", "Türkiye": "TUR", "UK": "GBR", "United Kingdom": "GBR", "USA": "USA",
    "United States": "USA", "Venezuela": "VEN", "Viet Nam": "VNM", "Vietnam": "VNM",
}  # fmt: skip


def countries_labelled(labels: list[str]) -> tuple[str, ...]:
    """ISO 3166-1 alpha-3 codes of the labels that are names of States, each once, in order."""
    known = _names()
    codes = (known.get(normal_form(label)) for label in labels)
    return tuple(dict.fromkeys(code for code in codes if code))


@functools.cache
def _names() -> dict[str, str]:
    names = {normal_form(name): iso3 for name, iso3 in _ALSO.items()}
    for row in read_countries():
        for name in (row.name_ar, row.name_zh, row.name_ru, row.name_es, row.name_fr, row.name_en):
            names[normal_form(name)] = row.iso3
    return names
