"""The yardstick of everything that brings a file into the database: COPY of the same file."""

import io
import time
from collections.abc import Sequence

from django.db import connection, transaction


def copy_of_csv(payload: bytes, names: Sequence[str], *, table: str) -> float:
    """Seconds, to its commit, of COPY of a CSV with its header: all columns as text, into a bare new table."""
    columns = ", ".join(f'"{name}" text' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} ({columns})")
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)", io.BytesIO(payload))
    return time.perf_counter() - began
