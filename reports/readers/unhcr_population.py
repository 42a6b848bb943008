"""UNHCR population figures, as CSV or as the API's JSON: people displaced from each country, per 1,000 inhabitants.

Source: UNHCR Refugee Data Finder, https://www.unhcr.org/refugee-statistics; one row for each year, country of origin
and country of asylum.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator

from countries.reference import read_countries
from reports.readers.draft import Measured, ReaderError, ReportDraft, SourceDraft
from reports.readers.editions import edition, text_of, year_of
from reports.readers.table import rows_of
from reports.text import shown

DISPLACED = "displaced_per_1000"
KINDS = ("refugees", "asylum_seekers", "idps", "oip")  # oip: other people in need of international protection
_WANTED = ("year", "coo_name", "coo", "coo_iso", "coa", *KINDS)
_PEOPLE = re.compile(r"([0-9]{1,9})(?:\.0)?")
_CODE = re.compile(r"[A-Z]{3}")

UNHCR = SourceDraft(
    slug="unhcr",
    name="UNHCR Refugee Data Finder",
    family="unhcr",
    family_name="UN High Commissioner for Refugees",
    reliability="A",
    licence="CC BY 4.0",
    url="https://www.unhcr.org/refugee-statistics",
)


def read(payload: bytes) -> ReportDraft:
    """The file as a dataset report, published on the latest day that its edition can have had. Raises ReaderError."""
    newest = max(year for year, _ in _people_by_origin(payload)[0])
    title = "UNHCR population figures by country of origin"
    return edition("unhcr-population", newest, title=title, url=UNHCR.url, source=UNHCR)


def measured(payload: bytes) -> tuple[Measured, ...]:
    """Displaced people per origin and year, in the file's order; none where no kind is stated. Raises ReaderError.

    Per 1,000 of the inhabitants that `countries.csv` has: one year's for all years. Without it no number.
    """
    people, names = _people_by_origin(payload)
    inhabitants = {row.iso3: row.population for row in read_countries()}
    found = []
    for (year, iso3), count in people.items():
        of = inhabitants.get(iso3)
        values = {DISPLACED: 1000 * count / of} if of else {}
        found.append(Measured(iso3, names[iso3], dt.date(year, 12, 31), values, f"{count:,} people"))
    return tuple(found)


def _people_by_origin(payload: bytes) -> tuple[dict[tuple[int, str], int], dict[str, str]]:
    """How many by year and ISO code, over all countries of asylum and all kinds; and the names of the codes."""
    people: dict[tuple[int, str], int] = {}
    names: dict[str, str] = {}
    pairs: set[tuple[int, str, str]] = set()
    for line, (year_text, name, origin, iso3, asylum, *kinds) in _rows(payload):
        year = year_of(year_text, line=line, column="year")
        _refuse_codes(line, coo=origin, coo_iso=iso3, coa=asylum)
        if (year, origin, asylum) in pairs:
            raise ReaderError(f"line {line}", f"{origin} in {asylum} a second time in {year}", "each pair once a year")
        pairs.add((year, origin, asylum))
        counts = [_people(text, line, column) for text, column in zip(kinds, KINDS, strict=True) if text]
        if counts:
            names[iso3] = name
            people[year, iso3] = people.get((year, iso3), 0) + sum(counts)
    if not people:
        raise ReaderError(f"columns {', '.join(KINDS)}", "nothing in any line", "numbers of people")
    return people, names


def _rows(payload: bytes) -> Iterator[tuple[int, list[str]]]:
    """The number and the wanted cells of each line, or of each entry of an answer of the API."""
    text = text_of(payload)
    return _entries(text) if text.lstrip()[:1] == "{" else rows_of(text, _WANTED)


def _entries(text: str) -> Iterator[tuple[int, list[str]]]:
    """The API says a dash where nothing is known, and numbers now as numbers, now as words."""
    try:
        entries = json.loads(text).get("items")
    except (ValueError, RecursionError) as error:
        raise ReaderError("file", "no valid JSON", "an answer of UNHCR's API") from error
    if not isinstance(entries, list) or not entries:
        raise ReaderError("items", "no list with entries", "an answer of UNHCR's API")
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or (missing := [name for name in _WANTED if name not in entry]):
            found = f"no {missing[0]}" if isinstance(entry, dict) else shown(entry)
            raise ReaderError(f"entry {number}", found, f"each of {', '.join(_WANTED)}")
        said = ("" if entry[name] is None else str(entry[name]) for name in _WANTED)
        yield number, ["" if cell == "-" else cell for cell in said]


def _refuse_codes(line: int, **codes: str) -> None:
    for column, code in codes.items():
        if not _CODE.fullmatch(code):
            raise ReaderError(f"line {line}, column {column}", shown(code), "a code of three capital letters")


def _people(text: str, line: int, column: str) -> int:
    match = _PEOPLE.fullmatch(text)
    if match is None:
        raise ReaderError(f"line {line}, column {column}", shown(text), "a whole number of people, or nothing")
    return int(match[1])
