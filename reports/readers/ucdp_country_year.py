"""UCDP organized violence, country-year CSV: deaths per country and year.

Source: Uppsala Conflict Data Program, https://ucdp.uu.se; countries by Gleditsch–Ward number.
"""

import csv
import dataclasses
import datetime as dt
import io

import pandas as pd

from countries.reference import read_ucdp_releases
from reports.readers.draft import ReaderError, ReportDraft, SourceDraft
from reports.text import decode, looks_like_html

STATE_BASED = "sb_total_deaths_best_cy"
ONE_SIDED = "os_total_deaths_best_cy"
_WANTED = ["country_id_cy", "country_cy", "year_cy", STATE_BASED, ONE_SIDED, "version"]

UCDP = SourceDraft(
    slug="ucdp",
    name="Uppsala Conflict Data Program",
    family="ucdp",
    family_name="Uppsala Conflict Data Program",
    reliability="B",
    licence="CC BY 4.0",
    url="https://ucdp.uu.se",
)


@dataclasses.dataclass(frozen=True, slots=True)
class CountryYear:
    """Deaths (persons, best estimate) in one country and calendar year, by kind of violence."""

    gw_code: int
    name: str
    year: int
    deaths: dict[str, int]


def read(payload: bytes) -> ReportDraft:
    """The release as a dataset report, published on the day of its release. Raises ReaderError."""
    version, _ = parse(payload)
    return ReportDraft(
        kind="dataset",
        media_type="text/csv",
        title=f"UCDP organized violence, country-year, version {version}",
        url="https://ucdp.uu.se/downloads/",
        published_on=_release_day(version),
        language="en",
        source=UCDP,
    )


def parse(payload: bytes) -> tuple[str, tuple[CountryYear, ...]]:
    """Version and rows, in the file's order. Raises ReaderError."""
    if looks_like_html(payload):
        raise ReaderError("first bytes", "HTML", "the CSV file itself, not the page that offers it")
    text = decode(payload)
    header = next(csv.reader(io.StringIO(text)), [])
    if missing := [column for column in _WANTED if column not in header]:
        raise ReaderError("line 1", f"no column {missing[0]!r}", f"the columns {', '.join(_WANTED)}")
    try:
        table = pd.read_csv(io.StringIO(text), usecols=_WANTED, dtype="str", keep_default_na=False)
    except pd.errors.ParserError as error:
        raise ReaderError("file", "lines of unequal length", "CSV with one value per column") from error
    if table.empty:
        raise ReaderError("file", "a header only", "rows")
    versions = sorted(set(table["version"]))
    if len(versions) != 1:
        raise ReaderError("column version", f"{len(versions)} versions", "one release per file")
    numbers = {column: _whole_numbers(table, column) for column in ("country_id_cy", "year_cy", STATE_BASED, ONE_SIDED)}
    _refuse_impossible(numbers)
    rows = zip(
        numbers["country_id_cy"], table["country_cy"], numbers["year_cy"], numbers[STATE_BASED], numbers[ONE_SIDED],
        strict=True,
    )  # fmt: skip
    return versions[0], tuple(
        CountryYear(int(gw), str(name), int(year), {STATE_BASED: int(state_based), ONE_SIDED: int(one_sided)})
        for gw, name, year, state_based, one_sided in rows
    )


def _whole_numbers(table: pd.DataFrame, column: str) -> "pd.Series[int]":
    bad = ~table[column].str.fullmatch(r"\d{1,9}")
    if bad.any():
        place = int(bad.to_numpy().argmax())
        raise ReaderError(f"line {place + 2}, column {column}", repr(table[column].iloc[place])[:40], "a whole number")
    return table[column].astype("int64")


def _refuse_impossible(numbers: "dict[str, pd.Series[int]]") -> None:
    years = numbers["year_cy"]
    bad = (years < 1946) | (years > 2100)
    if bad.any():
        place = int(bad.to_numpy().argmax())
        raise ReaderError(f"line {place + 2}, column year_cy", str(years.iloc[place]), "a year from 1946 on")
    keys = pd.DataFrame({"country": numbers["country_id_cy"], "year": years})
    twice = keys.duplicated()
    if twice.any():
        place = int(twice.to_numpy().argmax())
        row = keys.iloc[place]
        raise ReaderError(
            f"line {place + 2}",
            f"country {row['country']} and year {row['year']} a second time",
            "each pair once",
        )


def _release_day(version: str) -> dt.date:
    releases = {release.version: release.known_at for release in read_ucdp_releases()}
    if version not in releases:
        raise ReaderError(
            "column version",
            repr(version)[:20],
            f"a release whose day is known ({', '.join(sorted(releases))}); "
            "add it to countries/data/ucdp_releases.csv with its source",
        )
    return releases[version]
