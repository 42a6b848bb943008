"""Pure readers of the tables in `countries/data/`: values out, or one error that names the place.

`data/SOURCES.md` says where each column comes from. Cells are read as text: Namibia's `NA` stays a code.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeVar, cast

UnStatus = Literal["member", "observer"]
Treatment = Literal["attach", "not_covered", "shown_not_scored"]
Precision = Literal["day", "month", "bound"]

DATA = Path(__file__).resolve().parent / "data"
COUNTRIES = DATA / "countries.csv"
EVENT_TERRITORIES = DATA / "event_territories.csv"
UCDP_RELEASES = DATA / "ucdp_releases.csv"
DATASET_RELEASES = DATA / "dataset_releases.csv"
DATASET_TERRITORIES = DATA / "dataset_territories.csv"
REVIEWED = DATA / "reviewed.toml"

COUNTRY_COLUMNS = (
    "iso2", "iso3", "m49", "gw_code", "region_code", "region", "subregion_code", "subregion", "un_status",
    "name_en", "name_fr", "name_es", "name_ru", "name_zh", "name_ar", "name_sort",
    "population", "population_year",
)  # fmt: skip
TERRITORY_COLUMNS = ("country_id", "name_in_source", "from_year", "until_year", "treatment", "iso3", "note")
RELEASE_COLUMNS = ("version", "known_at", "precision", "source", "note")
DATASET_RELEASE_COLUMNS = ("dataset", "newest_year", "known_at", "precision", "source", "note")
DATASET_TERRITORY_COLUMNS = ("dataset", "territory", "name_in_source", "treatment", "iso3", "note")

T = TypeVar("T")


class ReferenceDataError(ValueError):
    """A reference table is not as wanted; the text names file, line, column, what was found and wanted."""


@dataclass(frozen=True, slots=True)
class CountryRow:
    """One UN Member or observer State. `population` is in persons; None where the source has no figure."""

    iso2: str
    iso3: str
    m49: str
    gw_code: int | None
    region_code: str
    region: str
    subregion_code: str
    subregion: str
    un_status: UnStatus
    name_en: str
    name_fr: str
    name_es: str
    name_ru: str
    name_zh: str
    name_ar: str
    name_sort: str
    population: int | None
    population_year: int | None


@dataclass(frozen=True, slots=True)
class EventTerritory:
    """What becomes of UCDP's rows of one `country_id` in the years `from_year` ≤ year < `until_year`.

    attach: the one State in `iso3` · shown_not_scored: shown with `note` on each of `iso3`, scored on none ·
    not_covered: listed, attached to nobody. None as a bound leaves that side open.
    """

    country_id: int
    name_in_source: str
    from_year: int | None
    until_year: int | None
    treatment: Treatment
    iso3: tuple[str, ...]
    note: str

    def covers(self, year: int) -> bool:
        return (self.from_year is None or self.from_year <= year) and (
            self.until_year is None or year < self.until_year
        )


@dataclass(frozen=True, slots=True)
class UcdpRelease:
    """The day on which a yearly release was public; with precision "month", the last day of that month."""

    version: str
    known_at: dt.date
    precision: Precision
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class DatasetRelease:
    """The day on which the edition of a dataset with figures up to `newest_year` was public.

    With precision "month" the last day of that month, with "bound" the latest day that it can have been.
    """

    dataset: str
    newest_year: int
    known_at: dt.date
    precision: Precision
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class DatasetTerritory:
    """What becomes of a territory of a dataset that is not just one of our States by its ISO 3166-1 code."""

    dataset: str
    territory: str
    name_in_source: str
    treatment: Treatment
    iso3: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Review:
    """Who stands for a table that is judgement; `checked_by` is empty until a second person has read it."""

    table: str
    file: str
    author: str
    checked_by: str
    written_on: dt.date
    next_review_on: dt.date
    record: str


@dataclass(frozen=True, slots=True)
class _Line:
    path: Path
    number: int
    cells: dict[str, str]

    def refusal(self, column: str, wanted: str) -> ReferenceDataError:
        return _refusal(self.path, self.number, column, found=repr(self.cells[column]), wanted=wanted)

    def text(self, column: str, pattern: str = r"\S(.*\S)?", wanted: str = "text without outer spaces") -> str:
        if not re.fullmatch(pattern, self.cells[column]):
            raise self.refusal(column, wanted)
        return self.cells[column]

    def one_of(self, column: str, *choices: str) -> str:
        return self.text(column, "|".join(choices), " or ".join(choices))

    def number_or_none(self, column: str) -> int | None:
        return int(self.text(column, r"[0-9]+", "digits")) if self.cells[column] else None

    def day(self, column: str) -> dt.date:
        text = self.text(column, r"\d{4}-\d\d-\d\d", "a day as YYYY-MM-DD")
        try:
            return dt.date.fromisoformat(text)
        except ValueError as error:
            raise self.refusal(column, "a day of the calendar") from error


def read_countries(path: Path = COUNTRIES) -> tuple[CountryRow, ...]:
    """The compiled table of States, in the order of the file; no code and no English name occurs twice."""
    lines = tuple(_lines(path, COUNTRY_COLUMNS))
    for column in ("iso2", "iso3", "m49", "gw_code", "name_en"):
        _refuse_repeats(lines, column)
    return tuple(_country(line) for line in lines)


def read_event_territories(path: Path = EVENT_TERRITORIES) -> tuple[EventTerritory, ...]:
    """The reviewed table of UCDP's territories; one id's years never overlap."""
    lines = tuple(_lines(path, TERRITORY_COLUMNS))
    read = tuple((line, _territory(line)) for line in lines)
    in_order = sorted(read, key=lambda pair: (pair[1].country_id, pair[1].from_year or 0))
    for (_, earlier), (line, later) in pairwise(in_order):
        if earlier.country_id == later.country_id and (
            earlier.until_year is None or (later.from_year or 0) < earlier.until_year
        ):
            raise line.refusal("from_year", f"a year after those already decided for {later.country_id}")
    return tuple(territory for _, territory in read)


def territory_in(territories: Iterable[EventTerritory], *, country_id: int, year: int) -> EventTerritory | None:
    """The decision for one of UCDP's rows; None where the table is silent: then it is attached to nobody."""
    for territory in territories:
        if territory.country_id == country_id and territory.covers(year):
            return territory
    return None


def read_ucdp_releases(path: Path = UCDP_RELEASES) -> tuple[UcdpRelease, ...]:
    """When each yearly release became public: the known_at of its series."""
    lines = tuple(_lines(path, RELEASE_COLUMNS))
    _refuse_repeats(lines, "version")
    return tuple(_release(line) for line in lines)


def read_dataset_releases(path: Path = DATASET_RELEASES) -> tuple[DatasetRelease, ...]:
    """When each edition of the yearly datasets became public: the known_at of its series."""
    lines = tuple(_lines(path, DATASET_RELEASE_COLUMNS))
    _refuse_repeats(lines, "dataset", "newest_year")
    return tuple(_dataset_release(line) for line in lines)


def read_dataset_territories(path: Path = DATASET_TERRITORIES) -> tuple[DatasetTerritory, ...]:
    """The reviewed decisions on territories of datasets that go by ISO codes."""
    lines = tuple(_lines(path, DATASET_TERRITORY_COLUMNS))
    _refuse_repeats(lines, "dataset", "territory")
    return tuple(_dataset_territory(line) for line in lines)


def read_reviews(path: Path = REVIEWED) -> tuple[Review, ...]:
    """Author, checker and next review of the tables that are judgement."""
    with path.open("rb") as file:
        tables = tomllib.load(file)
    return tuple(_review(path, table, entries) for table, entries in tables.items())


def _lines(path: Path, columns: Sequence[str]) -> Iterator[_Line]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if header != list(columns):
                raise _refusal(path, 1, "header", found=",".join(header)[:200], wanted=",".join(columns))
            for cells in reader:
                if len(cells) != len(columns):
                    wanted = f"{len(columns)} cells"
                    raise _refusal(path, reader.line_num, "all", found=f"{len(cells)} cells", wanted=wanted)
                yield _Line(path, reader.line_num, dict(zip(columns, cells, strict=True)))
    except UnicodeDecodeError as error:
        raise _refusal(path, 0, "all", found="bytes that are no UTF-8", wanted="UTF-8") from error
    except csv.Error as error:
        raise _refusal(path, 0, "all", found=str(error), wanted="CSV") from error


def _country(line: _Line) -> CountryRow:
    population, year = line.number_or_none("population"), line.number_or_none("population_year")
    if (population is None) != (year is None):
        raise line.refusal("population_year", "a year with each population, and none without")
    three = "three digits"
    return CountryRow(
        iso2=line.text("iso2", r"[A-Z]{2}", "two capital letters"),
        iso3=line.text("iso3", r"[A-Z]{3}", "three capital letters"),
        m49=line.text("m49", r"\d{3}", three),
        gw_code=line.number_or_none("gw_code"),
        region_code=line.text("region_code", r"\d{3}", three),
        region=line.text("region"),
        subregion_code=line.text("subregion_code", r"\d{3}", three),
        subregion=line.text("subregion"),
        un_status=cast(UnStatus, line.one_of("un_status", "member", "observer")),
        name_en=line.text("name_en"),
        name_fr=line.text("name_fr"),
        name_es=line.text("name_es"),
        name_ru=line.text("name_ru"),
        name_zh=line.text("name_zh"),
        name_ar=line.text("name_ar"),
        name_sort=line.text("name_sort"),
        population=population,
        population_year=year,
    )


def _treated(line: _Line) -> tuple[Treatment, tuple[str, ...]]:
    treatment = line.one_of("treatment", "attach", "not_covered", "shown_not_scored")
    iso3 = tuple(code for code in line.cells["iso3"].split(";") if code)
    wanted = {"attach": "one iso3", "not_covered": "no iso3", "shown_not_scored": "one or more iso3"}[treatment]
    fits = {"attach": len(iso3) == 1, "not_covered": not iso3, "shown_not_scored": bool(iso3)}[treatment]
    if not fits or not all(re.fullmatch(r"[A-Z]{3}", code) for code in iso3):
        raise line.refusal("iso3", f"{wanted} for {treatment}, separated by semicolons")
    if treatment != "attach":
        line.text("note", wanted="a note that says why")
    return cast(Treatment, treatment), iso3


def _territory(line: _Line) -> EventTerritory:
    treatment, iso3 = _treated(line)
    first, until = line.number_or_none("from_year"), line.number_or_none("until_year")
    if first is not None and until is not None and until <= first:
        raise line.refusal("until_year", f"a year after {first}: the bound is exclusive")
    return EventTerritory(
        country_id=int(line.text("country_id", r"[0-9]+", "digits")),
        name_in_source=line.text("name_in_source"),
        from_year=first,
        until_year=until,
        treatment=treatment,
        iso3=iso3,
        note=line.cells["note"],
    )


def _release(line: _Line) -> UcdpRelease:
    return UcdpRelease(
        version=line.text("version", r"\d{2}\.\d", "a version such as 25.1"),
        known_at=line.day("known_at"),
        precision=cast(Precision, line.one_of("precision", "day", "month")),
        source=line.text("source", r"https://\S+", "an https address"),
        note=line.cells["note"],
    )


def _dataset_release(line: _Line) -> DatasetRelease:
    return DatasetRelease(
        dataset=line.text("dataset"),
        newest_year=int(line.text("newest_year", r"[12]\d{3}", "a year")),
        known_at=line.day("known_at"),
        precision=cast(Precision, line.one_of("precision", "day", "month", "bound")),
        source=line.text("source", r"https?://\S+", "an address"),
        note=line.text("note", wanted="a note that says how the day was found"),
    )


def _dataset_territory(line: _Line) -> DatasetTerritory:
    treatment, iso3 = _treated(line)
    return DatasetTerritory(
        dataset=line.text("dataset"),
        territory=line.text("territory", r"\S.{0,59}", "an id of at most 60 characters"),
        name_in_source=line.text("name_in_source"),
        treatment=treatment,
        iso3=iso3,
        note=line.text("note", wanted="a note that says why"),
    )


def _review(path: Path, table: str, entries: dict[str, object]) -> Review:
    def entry(key: str, kind: type[T]) -> T:
        found = entries.get(key)
        if not isinstance(found, kind):
            raise _refusal(path, 0, f"{table}.{key}", found=repr(found), wanted=kind.__name__)
        return found

    return Review(
        table=table,
        file=entry("file", str),
        author=entry("author", str),
        checked_by=entry("checked_by", str),
        written_on=entry("written_on", dt.date),
        next_review_on=entry("next_review_on", dt.date),
        record=entry("record", str),
    )


def _refuse_repeats(lines: Iterable[_Line], *columns: str) -> None:
    """Refuses a line whose cells in `columns`, where any of them is filled, an earlier one has already."""
    seen: dict[tuple[str, ...], int] = {}
    for line in lines:
        values = tuple(line.cells[column] for column in columns)
        if any(values) and values in seen:
            raise line.refusal(columns[-1], f"a value that line {seen[values]} does not have already")
        seen[values] = line.number


def _refusal(path: Path, line: int, column: str, *, found: str, wanted: str) -> ReferenceDataError:
    place = f"line {line}, " if line else ""
    return ReferenceDataError(f"{path.name}, {place}column {column}: found {found}, wanted {wanted}")
