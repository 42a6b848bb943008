"""Figure: `migrate` from an empty database. Beside it: starting `manage.py` alone."""

import os
from urllib.parse import urlsplit, urlunsplit

from bench.figure import Figure, wall
from bench.servers import execute, manage

EMPTY, COPY = "bench_empty", "bench_copy"


def measure(*, full: bool = False, database_url: str = "") -> list[Figure]:
    """`full` changes nothing; `database_url` names the server."""
    here = database_url or os.environ["DATABASE_URL"]
    env = {**os.environ, "DATABASE_URL": urlunsplit(urlsplit(here)._replace(path=f"/{EMPTY}"))}
    execute(here, f"DROP DATABASE IF EXISTS {EMPTY}", f"CREATE DATABASE {EMPTY} TEMPLATE template0")
    try:
        took = wall(lambda: manage(["migrate", "--noinput", "-v", "0"], env))
        started = wall(lambda: manage(["check", "-v", "0"], env))
        copied = wall(lambda: execute(here, f"CREATE DATABASE {COPY} TEMPLATE {EMPTY}"))
    finally:
        execute(here, f"DROP DATABASE IF EXISTS {COPY}", f"DROP DATABASE IF EXISTS {EMPTY}")
    details = {"copying_the_finished_database_s": copied}
    return [Figure("migrate from empty", took, "s", "starting manage.py alone", started, "≤ 10 s", None, "", details)]
