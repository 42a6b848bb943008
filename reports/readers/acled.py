"""ACLED: events as its subscribers get them, 31 columns, kept as sums by country and month, for staff alone.

Source: Armed Conflict Location and Event Data, https://acleddata.com. Its terms forbid passing rows on: the report is
never public, whatever its sender says, nor are its sums. The product works without it.
"""

import datetime as dt
from collections import Counter

from countries.reference import read_countries
from reports.readers.draft import ReaderError, ReportDraft, SourceDraft
from reports.readers.editions import text_of
from reports.readers.published import Published, Series, months, number_at, release
from reports.readers.table import rows_of
from reports.text import shown

VIOLENCE = Series("acled-political-violence", "Events of political violence in the month", "events")
DEATHS = Series("acled-deaths", "Reported deaths in such events in the month", "deaths")
SERIES = (VIOLENCE, DEATHS)
TERMS = "ACLED's terms of use: rows and sums are not passed on; shown to staff alone"
ACLED = SourceDraft(
    slug="acled",
    name="Armed Conflict Location and Event Data",
    family="acled",
    family_name="Armed Conflict Location and Event Data",
    reliability="B",
    licence=TERMS,
    url="https://acleddata.com",
)
_WANTED = ("event_id_cnty", "event_date", "disorder_type", "iso", "country", "fatalities")
_COUNTED = "political violence"


def read(payload: bytes) -> ReportDraft:
    """The file as an internal dataset report; its day comes from the sender. Raises ReaderError."""
    found = published(payload)
    first, last = min(one.period_start for one in found), max(one.period_start for one in found)
    return release(ACLED, f"ACLED, events of {first:%B %Y} to {last:%B %Y}", is_internal=True)


def published(payload: bytes) -> tuple[Published, ...]:
    """Events of political violence and their reported deaths, by country and month. Raises ReaderError."""
    by_number = {int(row.m49): row.iso3 for row in read_countries()}
    events: Counter[tuple[str, int, int]] = Counter()
    deaths: Counter[tuple[str, int, int]] = Counter()
    names: dict[str, str] = {}
    seen: set[str] = set()
    for line, (event, day_text, disorder, iso, country, fatalities) in rows_of(text_of(payload), _WANTED):
        if event in seen:
            raise ReaderError(f"line {line}, column event_id_cnty", shown(event), "each event once")
        seen.add(event)
        if not (iso.isascii() and iso.isdigit() and len(iso) <= 3):
            raise ReaderError(f"line {line}, column iso", shown(iso), "an ISO 3166-1 number")
        day = _day(day_text, line)
        count = int(number_at(fatalities, line=line, column="fatalities", most=1e7))
        territory = by_number.get(int(iso), f"iso {int(iso)}")
        if _COUNTED in disorder.casefold():
            key = (territory, day.year, day.month)
            names[territory] = country[:100]
            events[key] += 1
            deaths[key] += count
    if not events:
        raise ReaderError("column disorder_type", "no event of political violence", "at least one")
    return tuple(
        Published(series.slug, territory, names[territory], *months(year, month), float(counts[territory, year, month]))
        for series, counts in ((VIOLENCE, events), (DEATHS, deaths))
        for territory, year, month in sorted(events)
    )


def _day(text: str, line: int) -> dt.date:
    for form in ("%Y-%m-%d", "%d %B %Y"):  # of the API, and of the files that people download
        try:
            day = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
        if day.year >= 1990:
            return day
    raise ReaderError(f"line {line}, column event_date", shown(text), "a day such as 2024-02-29 or 29 February 2024")
