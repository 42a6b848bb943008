"""UCDP organized violence, country-year CSV: deaths per country and year.

Source: Uppsala Conflict Data Program, https://ucdp.uu.se; countries by Gleditsch–Ward number.
"""

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from countries.reference import read_ucdp_releases
from reports.readers.draft import Measured, ReaderError, ReportDraft, SourceDraft
from reports.readers.table import rows_of
from reports.text import decode, looks_like_html, shown

if TYPE_CHECKING:
    import pandas as pd

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
    version, rows = parse(payload)
    published_on = _release_day(version)
    for row in rows:
        if row.year >= published_on.year:
            raise ReaderError("column year_cy", str(row.year), f"years that ended before the release, {published_on}")
    return ReportDraft(
        kind="dataset",
        media_type="text/csv",
        title=f"UCDP organized violence, country-year, version {version}",
        url="https://ucdp.uu.se/downloads/",
        published_on=published_on,
        language="en",
        source=UCDP,
    )


def measured(payload: bytes) -> tuple[Measured, ...]:
    """The deaths of each territory and year. Raises ReaderError."""
    return tuple(
        Measured(str(row.gw_code), row.name, dt.date(row.year, 12, 31), row.deaths) for row in parse(payload)[1]
    )


def parse(payload: bytes) -> tuple[str, tuple[CountryYear, ...]]:
    """Version and rows, in the file's order. Raises ReaderError."""
    if looks_like_html(payload):
        raise ReaderError("first bytes", "HTML", "the CSV file itself, not the page that offers it")
    table = _table(decode(payload))
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


def _table(text: str) -> "pd.DataFrame":
    """The wanted columns as text, indexed by line; pandas' own reader would mend lines of unequal length."""
    import pandas as pd  # where a release is read, and nowhere else: it costs a second and 100 MB

    lines, rows = [], []
    for line, row in rows_of(text, _WANTED):
        lines.append(line)
        rows.append(row)
    return pd.DataFrame(rows, columns=_WANTED, index=lines, dtype="str")


def _whole_numbers(table: "pd.DataFrame", column: str) -> "pd.Series[int]":
    bad = ~table[column].str.fullmatch("[0-9]{1,9}")
    if bad.any():
        line = table.index[int(bad.to_numpy().argmax())]
        raise ReaderError(f"line {line}, column {column}", shown(table[column].loc[line]), "a whole number")
    return table[column].astype("int64")


def _refuse_impossible(numbers: "dict[str, pd.Series[int]]") -> None:
    years = numbers["year_cy"]
    bad = (years < 1946) | (years > 2100)
    if bad.any():
        line = years.index[int(bad.to_numpy().argmax())]
        raise ReaderError(f"line {line}, column year_cy", str(years.loc[line]), "a year from 1946 on")
    import pandas as pd

    keys = pd.DataFrame({"country": numbers["country_id_cy"], "year": years})
    twice = keys.duplicated()
    if twice.any():
        line = keys.index[int(twice.to_numpy().argmax())]
        row = keys.loc[line]
        raise ReaderError(
            f"line {line}",
            f"country {row['country']} and year {row['year']} a second time",
            "each pair once",
        )


def _release_day(version: str) -> dt.date:
    releases = {release.version: release.known_at for release in read_ucdp_releases()}
    if version not in releases:
        raise ReaderError(
            "column version",
            shown(version),
            f"a release whose day is known ({', '.join(sorted(releases))}); "
            "add it to countries/data/ucdp_releases.csv with its source",
        )
    return releases[version]
