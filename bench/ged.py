"""Figures: a made-up GED file, zipped, to committed events and months; and the same from the moment it is handed in.

The stage unpacks, reads, validates, stores and sums. Beside it, in the same run: COPY of the plain file, all 49 columns
as text, into a bare table. In the details also COPY of the stored columns alone, ready as text. From the moment it is
handed in, the file is kept twice and validated twice: it is refused where it is taken in, and read again by the stage.
"""

import io
import resource
import time
from typing import Any

from django.db import connection, transaction

from bench.figure import Figure
from bench.ged_file import ged_csv, ged_zip
from bench.raw_copy import copy_of_csv
from indicators.event_loading import load_waiting
from indicators.models import EventLoad, EventMonth, EventRecord
from r2p_dashboard import clock
from reports.ingest import About, read_waiting, receive
from reports.models import Retrieval
from reports.readers import recording
from reports.readers.ucdp_columns import COLUMNS_49

ROWS, ROWS_FULL = 200_000, 1_000_000
COLUMNS = (
    "load_id", "event_id", "place_id", "territory", "kind", "starts_on", "ends_on", "day_precision",
    "place_precision", "best", "low", "high", "civilians", "latitude", "longitude",
)  # fmt: skip


def measure(*, full: bool = False) -> list[Figure]:
    """One run: a file is stored once. `full`: a million rows."""
    rows = ROWS_FULL if full else ROWS
    plain = ged_csv(rows)
    payload, at = ged_zip(plain), clock.now()
    about = About(published_on=at.date())
    began = time.perf_counter()
    retrieval = receive(reader="ucdp-ged", payload=payload, about=about, file_name="made up", at=at)
    read_waiting(at=at)
    taken_s = time.perf_counter() - began
    stored_s = _seconds(lambda: load_waiting(at=at))
    _refuse_failure(retrieval, rows)
    details = {
        "rows": rows, "megabytes": round(len(plain) / 1e6), "zipped_megabytes": round(len(payload) / 1e6),
        "read_s": _seconds(lambda: recording("ucdp-ged")(plain)), "taken_in_s": taken_s,
        "months": EventMonth.objects.count(), "copy_of_stored_columns_s": _copy_of_stored_columns(),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip
    name, yardstick = f"{rows:,} rows of GED, zipped", "COPY of the plain file, 49 columns of text"
    beside: dict[str, Any] = {
        "yardstick": yardstick,
        "yardstick_value": copy_of_csv(plain, COLUMNS_49, table="bench_file"),
        "details": details,
    }
    return [
        Figure(f"{name}, to committed events and months", stored_s, "s", **beside, reach="≤ 2.5 ×"),
        Figure(f"{name}, from handed in to committed events and months", taken_s + stored_s, "s", **beside),
    ]


def _refuse_failure(retrieval: Retrieval, rows: int) -> None:
    retrieval.refresh_from_db()
    load = EventLoad.objects.first()
    found = EventRecord.objects.count()
    if found != rows:
        said = retrieval.reason or (load.failure if load else "not loaded")
        raise RuntimeError(f"found {found} stored events ({said}); wanted {rows}")


def _copy_of_stored_columns() -> float:
    """Seconds of COPY of what is kept of the file, to its commit."""
    text, names = io.StringIO(), ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY indicators_eventrecord ({names}) TO STDOUT", text)
        cursor.execute(f"CREATE TABLE bench_bare AS SELECT {names} FROM indicators_eventrecord WITH NO DATA")
    text.seek(0)

    @transaction.atomic
    def work() -> None:
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY bench_bare ({names}) FROM STDIN", text)

    return _seconds(work)


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
