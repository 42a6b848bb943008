"""Whole columns into PostgreSQL by binary COPY: arrays as they are, without a Python object a row."""

import io
import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
_TRAILER: Final = struct.pack(">h", -1)
_EPOCH: Final = np.datetime64("2000-01-01", "D")  # PostgreSQL counts days from there
_ROWS: Final = 100_000  # written out at once: some ten megabytes


def copy_in(table: str, columns: Mapping[str, NDArray[Any]]) -> None:
    """Writes rows of `table`: each column (N,) of int16, int32, int64, float64 or days; none of them NULL."""
    given = {name: _as_sent(values) for name, values in columns.items()}
    shape = np.dtype([("fields", ">i2"), *(part for name, values in given.items() for part in _field(name, values))])
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)', _Sent(given, shape))


class _Sent(io.RawIOBase):
    """The rows as a file that is made while it is read, so that a million of them are never in memory twice."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], shape: np.dtype[Any]) -> None:
        self._columns, self._shape = columns, shape
        self._count = len(next(iter(columns.values())))
        self._at, self._left = 0, memoryview(_HEADER)
        self._is_over = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes; empty at the end."""
        if not self._left:
            self._left = memoryview(self._next())
        piece = self._left if size < 0 else self._left[:size]
        self._left = self._left[len(piece) :]
        return bytes(piece)

    def _next(self) -> bytes:
        if self._is_over:
            return b""
        if self._at >= self._count:
            self._is_over = True
            return _TRAILER
        chosen = slice(self._at, self._at + _ROWS)
        self._at += _ROWS
        rows = np.empty(min(_ROWS, self._count - chosen.start), self._shape)
        rows["fields"] = len(self._columns)
        for name, values in self._columns.items():
            rows[f"size of {name}"] = values.itemsize
            rows[name] = values[chosen]
        return rows.tobytes()


def _as_sent(values: NDArray[Any]) -> NDArray[Any]:
    return (values - _EPOCH).astype(np.int32) if values.dtype.kind == "M" else values


def _field(name: str, values: NDArray[Any]) -> tuple[tuple[str, Any], tuple[str, Any]]:
    return (f"size of {name}", ">i4"), (name, values.dtype.newbyteorder(">"))
