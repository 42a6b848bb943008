"""Throwaway PostgreSQL and Valkey for a run, and databases on them."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from r2p_dashboard.addresses import database_from
from r2p_dashboard.local.environment import environment
from r2p_dashboard.local.services import start_services

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "bench_reference"  # migrated, with reference data: every figure starts from a copy of it


@dataclass(frozen=True)
class Servers:
    """Two servers of our own, whatever the environment names: a bench never writes to somebody's database."""

    folder: Path
    database_url: str
    redis_url: str

    def environment(self, database: str) -> dict[str, str]:
        """What a process needs in order to use `database` here."""
        url = urlunsplit(urlsplit(self.database_url)._replace(path=f"/{database}"))
        return environment(folder=self.folder, database_url=url, redis_url=self.redis_url) | {"LOG_LEVEL": "WARNING"}

    def create(self, database: str, *, template: str = "template0") -> None:
        execute(self.database_url, f'CREATE DATABASE "{database}" TEMPLATE "{template}"')


@contextlib.contextmanager
def servers() -> Iterator[Servers]:
    """Durable as in production: commits reach the disk."""
    with tempfile.TemporaryDirectory(prefix="r2p-bench-") as name:
        services = start_services(Path(name), durable=True, environ={})
        try:
            yield Servers(Path(name), services.database_url, services.redis_url)
        finally:
            services.stop()


def execute(database_url: str, *statements: str) -> None:
    """Statements that no transaction may hold, such as CREATE DATABASE."""
    entry = database_from(database_url)
    connection = psycopg2.connect(
        dbname=entry["NAME"], user=entry["USER"], password=entry["PASSWORD"], host=entry["HOST"], port=entry["PORT"]
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()


def manage(command: Sequence[str], env: dict[str, str]) -> None:
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def with_reference(run: Servers) -> None:
    """Make the template: schema and reference data."""
    run.create(TEMPLATE)
    env = run.environment(TEMPLATE)
    manage(["migrate", "--noinput", "-v", "0"], env)
    manage(["load_reference"], env)
