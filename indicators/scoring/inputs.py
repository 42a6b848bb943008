"""What the two tables of inputs share: columns checked as a whole, faults told by row."""

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from indicators.scoring.arrays import F64, I64, Bool
from indicators.scoring.days import NEVER, day_number
from indicators.scoring.errors import (
    ColumnLengthError,
    DayError,
    MissingKeyError,
    NotFiniteError,
    ScoringInputError,
    UnknownKeyError,
)

_DATE = dt.date
_LARGEST = sys.float_info.max


@dataclass(frozen=True, eq=False, slots=True)
class Named:
    """A column of names as numbers: `codes` (N,) int64 are positions in `names`, which need no order."""

    codes: I64
    names: tuple[str, ...]

    def __len__(self) -> int:
        """Number of rows, N."""
        return int(self.codes.size)

    def __getitem__(self, row: int) -> str:
        """Name of one row."""
        return self.names[int(self.codes[row])]

    def in_order(self) -> "Named":
        """The same with the names that occur, in alphabetical order: how rows came leaves no trace."""
        used, codes = np.unique(self.codes, return_inverse=True)
        names = [self.names[code] for code in used.tolist()]
        order = sorted(range(len(names)), key=names.__getitem__)
        rank = np.empty(len(names), np.int64)
        rank[order] = np.arange(len(names))
        return Named(rank[codes], tuple(names[place] for place in order))


Column = Sequence[Any] | np.ndarray[Any, Any]
Names = Column | Named
Refusal = type[ScoringInputError]


def column_mapping(columns: Any) -> dict[str, Names]:
    """The columns of a dataclass of columns by name, without those left out."""
    given = {field.name: getattr(columns, field.name) for field in fields(columns)}
    return {name: column for name, column in given.items() if column is not None}


class Table:
    """Name and row ids of a table while it is read, so that faults can say where they are."""

    def __init__(self, name: str, columns: Mapping[str, Names], ids: Column | None) -> None:
        """Check that the columns are equally long.

        Raises
        ------
        ColumnLengthError
            Naming the first column that differs.
        """
        self.name, self.ids = name, ids
        lengths = {column: len(values) for column, values in columns.items()}
        self.size = next(iter(lengths.values()))
        for column, length in lengths.items():
            if length != self.size:
                raise ColumnLengthError(f"{name} column {column}", length, f"{self.size} values")
        self.row_id = np.arange(self.size, dtype=np.int64) if ids is None else np.asarray(ids, np.int64)

    def place(self, row: int) -> str:
        """The row as a person finds it: its number from 0, and its id where it has one."""
        known = "" if self.ids is None else f" (id {self.ids[row]})"
        return f"{self.name} row {row}{known}"

    def refuse_where(self, bad: Bool, column: Names, error: Refusal, wanted: str) -> None:
        """Raise `error` for the first row at which `bad` holds."""
        if bad.any():
            row = int(np.argmax(bad))
            found = column[row]
            raise error(self.place(row), found.item() if isinstance(found, np.generic) else found, wanted)

    def days(self, column: Column) -> I64:
        """Ordinals of dates, ISO dates or ordinals, (N,) int64; None is `NEVER`.

        Raises
        ------
        DayError
            For anything else.
        """
        if isinstance(column, np.ndarray) and column.dtype.kind in "iu":
            days = column.astype(np.int64)
            self.refuse_where((days < 1) | (days > NEVER), column, DayError, "a day's ordinal")
            return days
        numbers = (
            value.toordinal()
            if type(value) is _DATE
            else NEVER
            if value is None
            else day_number(value, self.place(row))
            for row, value in enumerate(_plain(column))
        )
        return np.fromiter(numbers, np.int64, self.size)

    def positions(self, column: Column, known: Mapping[Any, int], error: Refusal, wanted: str) -> I64:
        """Position of each value among the known ones, (N,) int64."""
        if isinstance(column, np.ndarray) and column.dtype.kind in "iu":
            found = _found(known, column)
        else:
            found = np.fromiter((_find(known, value) for value in _plain(column)), np.int64, self.size)
        self.refuse_where(found < 0, column, error, wanted)
        return found

    def codes(self, column: Column, known: Mapping[str, int], error: Refusal, wanted: str) -> I64:
        """As `positions`; an integer array is taken to hold positions already."""
        if isinstance(column, np.ndarray) and column.dtype.kind in "iu":
            found = column.astype(np.int64)
            self.refuse_where((found < 0) | (found >= len(known)), column, error, wanted)
            return found
        return self.positions(column, known, error, wanted)

    def finite(self, column: Column) -> F64:
        """Finite numbers, (N,) float64.

        Raises
        ------
        NotFiniteError
            For NaN, an infinity, or what is no number.
        """
        if not (isinstance(column, np.ndarray) and column.dtype.kind in "iuf"):
            kinds = (_is_number(value) for value in column)
            number = np.fromiter(kinds, np.bool_, self.size)
            self.refuse_where(~number, column, NotFiniteError, "a finite number")
        numbers = np.asarray(column, np.float64)
        self.refuse_where(~np.isfinite(numbers), column, NotFiniteError, "a finite number")
        return numbers


def _is_number(value: Any) -> bool:
    """Whether a value is a number that a float can hold; NaN is none."""
    return (type(value) in (int, float) or isinstance(value, np.number)) and bool(-_LARGEST <= value <= _LARGEST)


def _plain(column: Column) -> Iterable[Any]:
    return column.tolist() if isinstance(column, np.ndarray) else column


def _find(known: Mapping[Any, int], value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return -1
    return known.get(value, -1)


def _found(known: Mapping[Any, int], numbers: np.ndarray[Any, Any]) -> I64:
    """Position of each whole number among the known ones, (N,); -1 where it is none of them."""
    keys = sorted(key for key in known if isinstance(key, int))
    place = np.searchsorted(keys, numbers).clip(max=len(keys) - 1)
    return np.where(np.array(keys)[place] == numbers, np.array([known[key] for key in keys])[place], -1)


def named(column: Names, read: Callable[[Any], str]) -> Named:
    """A column of names in alphabetical order of the names that occur; `read` makes a text of a value."""
    if isinstance(column, Named):
        return column.in_order()
    values = [read(value) for value in _plain(column)]
    names = tuple(sorted(set(values)))
    number = {name: code for code, name in enumerate(names)}
    return Named(np.fromiter((number[value] for value in values), np.int64, len(values)), names)


def checked_keys(
    place: str, record: Mapping[str, Any], needed: Iterable[str], possible: frozenset[str]
) -> Mapping[str, Any]:
    """The record, if it has every needed key and none that is not possible.

    Raises
    ------
    MissingKeyError, UnknownKeyError
        By name.
    """
    for key in needed:
        if key not in record:
            raise MissingKeyError(place, key)
    if unknown := sorted(set(record) - possible):
        raise UnknownKeyError(place, unknown[0], f"one of {', '.join(sorted(possible))}")
    return record
