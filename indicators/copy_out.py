"""Whole columns out of PostgreSQL by binary COPY: numbers as arrays, without a Python object a row."""

import dataclasses
import io
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, DateField, F, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import Cast

from indicators.scoring.arrays import I64

_HEADER: Final = b"PGCOPY\n\xff\r\n\x00"
_FLAGS: Final = struct.Struct(">ii")  # flags, length of the header's extension
_TRAILER: Final = struct.pack(">h", -1)
_EPOCH: Final = 730_120  # 2000-01-01 as an ordinal: PostgreSQL counts days from there
_SEEDS: Final = 3  # one is enough unless two of 2⁶⁴ hashes meet


class CopyError(RuntimeError):
    """PostgreSQL's answer is not what was asked for; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Number:
    """A column that is a whole number in every row."""

    of: str | Combinable
    is_day: bool = False


def numbers(rows: QuerySet[Any], columns: Mapping[str, Number]) -> dict[str, I64]:
    """The named columns of `rows`, each (N,) int64, in one order; days as ordinals.

    Raises CopyError where a row has a NULL or a number of another width.
    """
    # Days go as they are (four bytes), everything else as eight: so every row has the same length.
    asked = {
        f"copied_{name}": Cast(column.of, DateField() if column.is_day else BigIntegerField())
        for name, column in columns.items()
    }
    given = rows.annotate(**cast(dict[str, Any], asked)).values_list(*asked)
    answer, shape = _copied(given, binary=True), _shape(columns)
    begin, end = _bounds(answer)
    if (end - begin) % shape.itemsize:
        raise CopyError(
            f"copy: found {end - begin} bytes of rows; wanted a multiple of {shape.itemsize}: no NULL in them"
        )
    found = np.frombuffer(answer, shape, (end - begin) // shape.itemsize, begin)
    for name, column in columns.items():
        wrong = np.flatnonzero(found[f"size_{name}"] != (4 if column.is_day else 8))
        if wrong.size:
            raise CopyError(f"column {name}, row {wrong[0]}: found NULL or another width; wanted a whole number")
    return {name: found[name].astype(np.int64) + (_EPOCH if column.is_day else 0) for name, column in columns.items()}


def letter(field: str) -> Func:
    """A one-letter column as the number of its character."""
    return Func(F(field), function="ascii", output_field=IntegerField())


def hashed(field: str, seed: int) -> Expression:
    """A text column as a number of 64 bits."""
    return Func(F(field), Value(seed), function="hashtextextended", output_field=BigIntegerField())


def texts(columns: Mapping[str, tuple[QuerySet[Any], str, Combinable]]) -> dict[str, dict[int, str] | None]:
    """The different texts of some columns (rows, field, number of the text), each by its number, in one query.

    None for a column of which two texts have the same number.
    """
    parts = [
        rows.order_by()
        .annotate(
            copied_column=Value(place, output_field=IntegerField()),
            copied_number=Cast(number, BigIntegerField()),
            copied_text=Cast(field, TextField()),
        )
        .values_list("copied_column", "copied_number", "copied_text")
        .distinct()
        for place, (rows, field, number) in enumerate(columns.values())
    ]
    found: list[dict[int, str]] = [{} for _ in parts]
    counts = [0] * len(parts)
    for line in bytes(_copied(parts[0].union(*parts[1:], all=True), binary=False)).decode().split("\n")[:-1]:
        place, number, text = line.split("\t", 2)
        found[int(place)][int(number)] = _unescaped(text)
        counts[int(place)] += 1
    return {
        name: pairs if len(pairs) == count else None for name, pairs, count in zip(columns, found, counts, strict=True)
    }


def seeds() -> Sequence[int]:
    """Seeds to try in turn."""
    return range(_SEEDS)


def _copied(rows: QuerySet[Any], *, binary: bool) -> memoryview:
    sql, parameters = rows.query.sql_with_params()
    answer = io.BytesIO()
    with connection.cursor() as cursor:
        asked = cursor.mogrify(sql, parameters).decode()
        cursor.copy_expert(f"COPY ({asked}) TO STDOUT{' (FORMAT binary)' if binary else ''}", answer)
    return answer.getbuffer()


def _bounds(answer: memoryview) -> tuple[int, int]:
    """Where the rows begin and end, between header and trailer."""
    head, tail = bytes(answer[: len(_HEADER)]), bytes(answer[-len(_TRAILER) :])
    if head != _HEADER or tail != _TRAILER:
        raise CopyError(f"copy: found {head!r} … {tail!r}; wanted a binary copy from its header to its end")
    flags, extension = _FLAGS.unpack_from(answer, len(_HEADER))
    if flags:
        raise CopyError(f"copy: found flags {flags}; wanted none")
    return len(_HEADER) + _FLAGS.size + extension, len(answer) - len(_TRAILER)


def _shape(columns: Mapping[str, Number]) -> np.dtype[Any]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, column in columns.items():
        fields += [(f"size_{name}", ">i4"), (name, ">i4" if column.is_day else ">i8")]
    return np.dtype(fields)


def _unescaped(text: str) -> str:
    """COPY's text format writes tabs, line ends and backslashes as two characters."""
    if "\\" not in text:
        return text
    plain = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
    parts = text.split("\\\\")
    for short, character in plain.items():
        parts = [part.replace(f"\\{short}", character) for part in parts]
    return "\\".join(parts)
