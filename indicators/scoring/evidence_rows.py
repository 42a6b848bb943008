"""The table of accepted evidence, checked, coded and sorted once (scoring.md §3 and, for events, §4).

Rows stand in the order country, indicator, event, polarity, family, event day, day of knowledge. So every
event, and every family within it, is a run of neighbours, and sums run in an order that the caller's order
cannot change.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from indicators.scoring.arrays import I64, Bool, segment_ids, segment_starts
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.days import NEVER, monday, week_name
from indicators.scoring.errors import (
    DayError,
    EventAfterKnowledgeError,
    EventKeyError,
    FamilyError,
    GradeError,
    PolarityError,
    SeverityError,
    UnknownCountryError,
    UnknownIndicatorError,
)
from indicators.scoring.inputs import Column, Names, Table, checked_keys, column_mapping, named
from indicators.scoring.parameters import CREDIBILITIES, RELIABILITIES

_RELIABILITY = {name: number for number, name in enumerate(RELIABILITIES)}
_CREDIBILITY: dict[Any, int] = {name: number for number, name in enumerate(CREDIBILITIES)}
_CREDIBILITY |= {number + 1: number for number in range(6)}
_SEVERITY = {severity: severity for severity in range(5)}
_POLARITY = {-1: 0, 1: 1}
_NEEDED = ("indicator", "family", "severity", "event_date", "known_at")
_POSSIBLE = frozenset(
    {*_NEEDED, "grade", "reliability", "credibility", "event_id", "admin1", "polarity", "retracted_at"}
    | {"country", "id", "report", "actor", "group", "recorded_at"}
)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class EvidenceColumns:
    """Columns of equal length, as a database gives them: sequences or arrays.

    Attributes
    ----------
    country, indicator, reliability
        Codes (a reliability is A to F) or, in integer arrays, positions.
    polarity, severity, credibility
        +1 or -1; 0 to 4; 1 to 6 (text or whole number).
    event_on, known_on, retracted_on
        `datetime.date`, ISO text or ordinals; None where not retracted.
    family
        Slug of the body that made the finding; `Named` where it is coded already.
    event, admin1
        Event id and first-level area; None or empty where there is none. `Named` likewise.
    row_id
        Whole numbers for digests and messages; row numbers where left out.
    """

    country: Column
    indicator: Column
    polarity: Column
    severity: Column
    reliability: Column
    credibility: Column
    event_on: Column
    known_on: Column
    retracted_on: Column
    family: Names
    event: Names
    admin1: Names
    row_id: Column | None = None


@dataclass(frozen=True, eq=False, slots=True)
class EvidenceRows:
    """N rows of evidence in canonical order; every array is (N,).

    Attributes
    ----------
    countries : tuple of str
        Country codes; `country` holds positions in it.
    catalogue : Catalogue
        `indicator` holds positions in it.
    polarity : +1 risk, -1 mitigation
    severity : 0 to 4
    grade : 6 · position of the reliability + position of the credibility
    event_on, known_on, retracted_on : ordinals of days; `NEVER` where not retracted
    anchor_on : the day that the row can anchor its event at; without an event id the Monday of its week
    family, event : codes; `families` names the families, `event_name` the events
    cluster : number of (country, indicator, event): what coverage counts
    strand : number of (cluster, polarity): an event in the sense of strength and mass
    voice : number of (strand, family)
    """

    countries: tuple[str, ...]
    catalogue: Catalogue
    country: I64
    indicator: I64
    polarity: I64
    severity: I64
    grade: I64
    event_on: I64
    known_on: I64
    retracted_on: I64
    anchor_on: I64
    family: I64
    families: tuple[str, ...]
    event: I64
    event_ids: tuple[str, ...]
    places: tuple[str, ...]
    place: I64
    cluster: I64
    strand: I64
    voice: I64
    row_id: I64

    @classmethod
    def from_columns(cls, columns: EvidenceColumns, catalogue: Catalogue, countries: Sequence[str]) -> "EvidenceRows":
        """Check, code and sort columns.

        Raises
        ------
        ScoringInputError
            The subclass for the first fault found, naming row, value and what was wanted.
        """
        table = Table("evidence", column_mapping(columns), columns.row_id)
        numbers = _numbers(table, columns, catalogue, countries)
        names = _names(table, columns, numbers["event_on"])
        unsorted = dict.fromkeys(("cluster", "strand", "voice"), table.row_id)
        given: dict[str, Any] = {**numbers, **names, **unsorted, "row_id": table.row_id}
        return _sorted(cls(countries=tuple(countries), catalogue=catalogue, **given))

    @classmethod
    def from_records(
        cls, records: Iterable[Mapping[str, Any]], catalogue: Catalogue, countries: Sequence[str] = ("",)
    ) -> "EvidenceRows":
        """Read plain records in the golden file's format.

        Parameters
        ----------
        records : iterable of mappings
            ``indicator``, ``family``, ``grade`` ("B2", or ``reliability`` and ``credibility``), ``severity``,
            ``event_date``, ``known_at`` and, where wanted, ``event_id``, ``admin1``, ``polarity`` (+1),
            ``retracted_at``, ``country`` (the first of `countries`), ``id``. Other fields of §3 are not read.

        Raises
        ------
        ScoringInputError
            As `from_columns`, and for missing or unknown keys.
        """
        rows = [_record(number, record) for number, record in enumerate(records)]
        first = countries[0] if countries else ""
        ids = [row.get("id") for row in rows]
        columns = EvidenceColumns(
            country=[row.get("country", first) for row in rows],
            indicator=[row["indicator"] for row in rows],
            polarity=[row.get("polarity", 1) for row in rows],
            severity=[row["severity"] for row in rows],
            reliability=[row["reliability"] for row in rows],
            credibility=[row["credibility"] for row in rows],
            event_on=[row["event_date"] for row in rows],
            known_on=[row["known_at"] for row in rows],
            retracted_on=[row.get("retracted_at") for row in rows],
            family=[row["family"] for row in rows],
            event=[row.get("event_id") for row in rows],
            admin1=[row.get("admin1") for row in rows],
            row_id=ids if rows and all(isinstance(value, int) for value in ids) else None,
        )
        return cls.from_columns(columns, catalogue, countries)

    @property
    def size(self) -> int:
        """Number of rows, N."""
        return int(self.country.size)

    def event_name(self, row: int) -> str:
        """Id of the row's event, or the key ``~indicator|admin1|week`` that stands for it."""
        number = int(self.event[row])
        if number < len(self.event_ids):
            return self.event_ids[number]
        week = week_name(int(self.anchor_on[row]))
        return f"~{self.catalogue.codes[self.indicator[row]]}|{self.places[self.place[row]]}|{week}"

    def where(self, keep: Bool) -> "EvidenceRows":
        """The rows for which `keep`, (N,) bool, holds; order, codes and names stay."""
        return replace(self, **{name: getattr(self, name)[keep] for name in _ROW_ARRAYS})

    def part(self, first: int, after: int) -> "EvidenceRows":
        """The rows from `first` up to but not including `after`, as views."""
        return replace(self, **{name: getattr(self, name)[first:after] for name in _ROW_ARRAYS})


_ROW_ARRAYS = (
    *("country", "indicator", "polarity", "severity", "grade", "event_on", "known_on", "retracted_on"),
    *("anchor_on", "family", "event", "place", "cluster", "strand", "voice", "row_id"),
)


def _record(number: int, record: Mapping[str, Any]) -> Mapping[str, Any]:
    place = f"evidence row {number}" + (f" (id {record['id']})" if "id" in record else "")
    grades = () if "grade" in record else ("reliability", "credibility")
    row = checked_keys(place, record, (*_NEEDED, *grades), _POSSIBLE)
    if "grade" not in row:
        return row
    grade = row["grade"]
    if not isinstance(grade, str) or len(grade) != 2:
        raise GradeError(place, grade, "a letter A to F and a digit 1 to 6, as in B2")
    return {**row, "reliability": grade[0], "credibility": grade[1]}


def _numbers(table: Table, columns: EvidenceColumns, catalogue: Catalogue, countries: Sequence[str]) -> dict[str, I64]:
    known = {code: number for number, code in enumerate(countries)}
    wanted = "an indicator of the catalogue"
    indicator = table.codes(columns.indicator, catalogue.position, UnknownIndicatorError, wanted)
    country = table.codes(columns.country, known, UnknownCountryError, "one of the given countries")
    severity = table.positions(columns.severity, _SEVERITY, SeverityError, "a whole number from 0 to 4")
    side = table.positions(columns.polarity, _POLARITY, PolarityError, "+1 (risk) or -1 (mitigation)")
    first = table.codes(columns.reliability, _RELIABILITY, GradeError, "a reliability from A to F")
    second = table.positions(columns.credibility, _CREDIBILITY, GradeError, "a credibility from 1 to 6")
    days = {name: table.days(getattr(columns, name)) for name in ("event_on", "known_on", "retracted_on")}
    for name in ("event_on", "known_on"):
        table.refuse_where(days[name] == NEVER, getattr(columns, name), DayError, f"a day as {name}")
    late = days["event_on"] > days["known_on"]
    table.refuse_where(late, columns.event_on, EventAfterKnowledgeError, "a day not after known_at")
    grade = first * len(CREDIBILITIES) + second
    numbers = {"country": country, "indicator": indicator, "severity": severity, "grade": grade}
    return {**numbers, "polarity": 2 * side - 1, **days}


def _names(table: Table, columns: EvidenceColumns, event_on: I64) -> dict[str, Any]:
    """Codes and names of families, areas and events."""
    family = named(columns.family, _slug)
    nobody = np.array([not name.strip() for name in family.names], np.bool_)
    table.refuse_where(nobody[family.codes], columns.family, FamilyError, "the slug of the body that made the finding")
    place, keys = named(columns.admin1, _text), named(columns.event, _text)
    reserved = np.array([name.startswith("~") for name in keys.names], np.bool_)
    table.refuse_where(reserved[keys.codes], columns.event, EventKeyError, 'an event id without "~", or none')
    event, event_ids = keys.codes, keys.names
    if event_ids and event_ids[0] == "":
        event, event_ids = event - 1, event_ids[1:]
    nameless = event < 0
    week = monday(event_on)
    anchor_on = np.where(nameless, week, event_on)
    if nameless.any():
        pairs = place.codes[nameless] * (NEVER + 1) + week[nameless]
        event[nameless] = len(event_ids) + np.unique(pairs, return_inverse=True)[1]
    found = {"family": family.codes, "families": family.names, "place": place.codes, "places": place.names}
    return {**found, "event": event, "event_ids": event_ids, "anchor_on": anchor_on}


def _slug(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text(value: object) -> str:
    return str(value or "")


def _sorted(rows: EvidenceRows) -> EvidenceRows:
    keys = (rows.row_id, rows.known_on, rows.event_on, rows.family, rows.polarity, rows.event)
    order = np.lexsort((*keys, rows.indicator, rows.country))
    placed = replace(rows, **{name: getattr(rows, name)[order] for name in _ROW_ARRAYS})
    cluster = segment_ids(segment_starts(placed.country, placed.indicator, placed.event), rows.size)
    strand = segment_ids(segment_starts(cluster, placed.polarity), rows.size)
    voice = segment_ids(segment_starts(strand, placed.family), rows.size)
    return replace(placed, cluster=cluster, strand=strand, voice=voice)
