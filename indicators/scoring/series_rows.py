"""The table of series values, checked, turned into z and sorted once (scoring.md §3, §4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from indicators.scoring.arrays import F64, I64, Bool
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.days import NEVER
from indicators.scoring.errors import (
    DayError,
    DirectionError,
    GoalpostsError,
    NotFiniteError,
    UnknownCountryError,
    UnknownIndicatorError,
)
from indicators.scoring.inputs import Column, Table, checked_keys, column_mapping

_DIRECTION = {-1: 0, 1: 1}
_NEEDED = ("indicator", "value", "lo", "hi", "direction", "period_end", "known_at")
_POSSIBLE = frozenset({*_NEEDED, "log", "retracted_at", "country", "id"})


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SeriesColumns:
    """Columns of equal length, as a database gives them: sequences or arrays.

    Attributes
    ----------
    country, indicator
        Codes or, in integer arrays, positions.
    value, lo, hi
        Value and goalposts in the raw unit, lo < hi.
    direction, log
        +1 where more is worse, -1 where less is; whether values are compared as ln(1 + value).
    period_end, known_on, retracted_on
        `datetime.date`, ISO text or ordinals; None where not retracted.
    row_id
        Whole numbers for digests and messages; row numbers where left out.
    """

    country: Column
    indicator: Column
    value: Column
    lo: Column
    hi: Column
    direction: Column
    log: Column
    period_end: Column
    known_on: Column
    retracted_on: Column
    row_id: Column | None = None


@dataclass(frozen=True, eq=False, slots=True)
class SeriesRows:
    """N series values in the order country, indicator, period, day of knowledge, z; every array is (N,).

    Of the rows of one country and indicator that are visible, the last one counts. Where two revisions became
    known on one day, that is the one with the larger z: the cautious reading, and one that no order of rows
    can change.

    Attributes
    ----------
    country, indicator : positions in `countries` and in the catalogue
    z : 0 to 1, the value between its goalposts, turned where the direction is -1
    period_end, known_on, retracted_on : ordinals of days; `NEVER` where not retracted
    """

    countries: tuple[str, ...]
    country: I64
    indicator: I64
    z: F64
    period_end: I64
    known_on: I64
    retracted_on: I64
    row_id: I64

    @classmethod
    def from_columns(cls, columns: SeriesColumns, catalogue: Catalogue, countries: Sequence[str]) -> "SeriesRows":
        """Check, place between goalposts and sort columns.

        Raises
        ------
        ScoringInputError
            The subclass for the first fault found, naming row, value and what was wanted.
        """
        table = Table("series", column_mapping(columns), columns.row_id)
        known = {code: number for number, code in enumerate(countries)}
        wanted = "an indicator of the catalogue"
        days = {name: table.days(getattr(columns, name)) for name in ("period_end", "known_on", "retracted_on")}
        for name in ("period_end", "known_on"):
            table.refuse_where(days[name] == NEVER, getattr(columns, name), DayError, f"a day as {name}")
        rows = cls(
            countries=tuple(countries),
            country=table.codes(columns.country, known, UnknownCountryError, "one of the given countries"),
            indicator=table.codes(columns.indicator, catalogue.position, UnknownIndicatorError, wanted),
            z=_placed_between_goalposts(table, columns),
            row_id=table.row_id,
            **days,
        )
        keys = (rows.row_id, rows.z, rows.known_on, rows.period_end, rows.indicator, rows.country)
        return rows._taken(np.lexsort(keys))

    @classmethod
    def from_records(
        cls, records: Iterable[Mapping[str, Any]], catalogue: Catalogue, countries: Sequence[str] = ("",)
    ) -> "SeriesRows":
        """Read plain records in the golden file's format.

        Parameters
        ----------
        records : iterable of mappings
            ``indicator``, ``value``, ``lo``, ``hi``, ``direction``, ``period_end``, ``known_at`` and, where
            wanted, ``log`` (false), ``retracted_at``, ``country`` (the first of `countries`), ``id``.

        Raises
        ------
        ScoringInputError
            As `from_columns`, and for missing or unknown keys.
        """
        rows = [
            checked_keys(f"series row {number}", record, _NEEDED, _POSSIBLE) for number, record in enumerate(records)
        ]
        first = countries[0] if countries else ""
        ids = [row.get("id") for row in rows]
        columns = SeriesColumns(
            country=[row.get("country", first) for row in rows],
            indicator=[row["indicator"] for row in rows],
            value=[row["value"] for row in rows],
            lo=[row["lo"] for row in rows],
            hi=[row["hi"] for row in rows],
            direction=[row["direction"] for row in rows],
            log=[bool(row.get("log", False)) for row in rows],
            period_end=[row["period_end"] for row in rows],
            known_on=[row["known_at"] for row in rows],
            retracted_on=[row.get("retracted_at") for row in rows],
            row_id=ids if rows and all(isinstance(value, int) for value in ids) else None,
        )
        return cls.from_columns(columns, catalogue, countries)

    @property
    def size(self) -> int:
        """Number of rows, N."""
        return int(self.country.size)

    def where(self, keep: Bool) -> "SeriesRows":
        """The rows for which `keep`, (N,) bool, holds; their order stays."""
        return self._taken(np.flatnonzero(keep))

    def part(self, first: int, after: int) -> "SeriesRows":
        """The rows from `first` up to but not including `after`."""
        return self._taken(np.arange(first, after))

    def _taken(self, order: I64) -> "SeriesRows":
        names = ("country", "indicator", "z", "period_end", "known_on", "retracted_on", "row_id")
        return replace(self, **{name: getattr(self, name)[order] for name in names})


def _placed_between_goalposts(table: Table, columns: SeriesColumns) -> F64:
    """Place each value: clip((g(v) - g(lo)) / (g(hi) - g(lo)), 0, 1), then turned (§4)."""
    value, lo, hi = (table.finite(getattr(columns, name)) for name in ("value", "lo", "hi"))
    table.refuse_where(lo >= hi, columns.lo, GoalpostsError, "a lower goalpost below the upper one")
    with np.errstate(over="ignore"):
        endless = np.isinf(hi - lo)
    table.refuse_where(endless, columns.lo, GoalpostsError, "goalposts whose distance is a number")
    wanted = "+1 (more is worse) or -1 (less is worse)"
    turned = table.positions(columns.direction, _DIRECTION, DirectionError, wanted) == 0
    log = np.asarray(columns.log, np.bool_).reshape(table.size)
    for name, numbers in (("value", value), ("lo", lo)):
        table.refuse_where(
            log & (numbers <= -1), getattr(columns, name), NotFiniteError, "a number above -1 for ln(1 + v)"
        )
    value, lo, hi = (np.where(log, np.log1p(np.where(log, v, 0.0)), v) for v in (value, lo, hi))
    z = (np.clip(value, lo, hi) - lo) / (hi - lo)
    return np.where(turned, 1.0 - z, z)
