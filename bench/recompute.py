"""Figure: all countries recomputed, from rows in the database to committed snapshots with their histories.

Without intervals. Beside it, in the same run: COPY of the same rows out, the kernel on rows already prepared, COPY of
the snapshots in. Then a daily run, which first computes anew what stands, and one with intervals, flags and bands.
"""

import dataclasses
import datetime as dt
import io

from django.db import connection

from bench import synthetic
from bench.figure import Figure, wall
from bench.synthetic import Size
from indicators import assess, frames, scoring
from indicators.models import ScoreRun
from indicators.scoring.units import Units
from r2p_dashboard import clock

SMALL = Size(rows=50_000, months=120, reports=2_500)
FULL = Size(rows=1_000_000, months=300, reports=50_000)
_OUT = """
    SELECT country_id, indicator_id, polarity, severity, reliability, credibility, event_on, known_at, retracted_at,
    family_id, event_key, admin1, id FROM indicators_evidence WHERE status IN ('accepted', 'retracted')
"""
_TABLES = ("indicators_snapshot", "indicators_history")


def measure(*, full: bool = False, size: Size | None = None) -> list[Figure]:
    """Fills the database with made-up evidence and recomputes every country."""
    size = size or (FULL if full else SMALL)
    filled = wall(lambda: synthetic.fill(size))
    now, day = clock.now(), clock.installation_day()
    took = wall(lambda: assess.score_all(at=now, day=day, with_beside=False))
    run = ScoreRun.objects.latest("pk")
    parts = {"copy_out_s": wall(_copy_out), "kernel_s": _kernel_s(), "copy_in_s": _copy_in_s()}
    read = wall(lambda: frames.inputs(frames.method_in_use()))
    details = {**dataclasses.asdict(size), "fill_s": filled, "read_inputs_s": read, "countries": run.countries_count}
    tomorrow = now + dt.timedelta(days=1)
    daily = {"checked_s": wall(lambda: assess.score_all(at=tomorrow, day=day, with_beside=False))}
    daily["with_intervals_s"] = wall(lambda: assess.score_all(at=tomorrow + dt.timedelta(days=1), day=day))
    return [
        Figure(
            f"full recompute, {size.rows:,} rows, {size.months} months, to committed snapshots",
            took,
            "s",
            "COPY out + kernel + COPY in",
            sum(parts.values()),
            "≤ 15 s at 1,000,000 rows and 300 months",
            details=details | parts | daily,
        )
    ]


def _copy_out() -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({_OUT}) TO STDOUT", io.StringIO())


def _kernel_s() -> float:
    method = frames.method_in_use()
    inputs = frames.inputs(method)
    tables = (inputs.evidence, inputs.series, method.catalogue, method.parameters)
    day, known = clock.installation_day(), clock.now().date()
    every = Units.of(range(len(inputs.countries)), day, known)

    def kernel() -> None:
        scoring.score(*tables, every)
        scoring.history(*tables, day, known)

    return wall(kernel)


def _copy_in_s() -> float:
    """Snapshots and histories as they stand, into empty tables of the same shape."""
    total = 0.0
    with connection.cursor() as cursor:
        for table in _TABLES:
            kept = io.StringIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", kept)
            cursor.execute(f"CREATE TEMP TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
            kept.seek(0)
            total += wall(lambda into=f"bench_{table}", rows=kept: cursor.copy_from(rows, into))  # type: ignore[misc]
            cursor.execute(f"DROP TABLE bench_{table}")
    return total
