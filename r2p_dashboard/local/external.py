"""Servers that the environment names: used as they are, only asked whether they answer."""

from __future__ import annotations

import contextlib
import re

import psycopg2
from kombu import Connection
from kombu.exceptions import OperationalError

from r2p_dashboard.local.messages import LocalError
from r2p_dashboard.local.postgres import OLDEST

_SECRET = re.compile(r"//[^/@]*@|password=[^&]*")


def without_password(url: str) -> str:
    return _SECRET.sub(lambda found: "//…@" if found[0].startswith("//") else "password=…", url)


def check_database(url: str) -> None:
    """Refuse when DATABASE_URL is no address of a PostgreSQL that lets us in."""
    try:
        connection = psycopg2.connect(dsn=url, connect_timeout=5)
    except psycopg2.Error as error:
        raise LocalError(
            found=f"DATABASE_URL={without_password(url)} refuses: {_first_line(error)}",
            wanted=f"a PostgreSQL {OLDEST} or later with a database that this user may change.",
            todo="start that server or mend the address (postgres://user:password@host:5432/name); "
            "or unset DATABASE_URL and a local one is started.",
        ) from None
    with contextlib.closing(connection):
        if connection.server_version < OLDEST * 10000:
            raise LocalError(
                found=f"DATABASE_URL names a PostgreSQL {connection.server_version // 10000}.",
                wanted=f"PostgreSQL {OLDEST} or later.",
                todo="upgrade it, or unset DATABASE_URL and a local one is started.",
            )


def check_broker(url: str) -> None:
    """Refuse when REDIS_URL is no address of a Redis or Valkey that answers."""
    try:
        with Connection(url, connect_timeout=5) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=5)
    except (OperationalError, OSError, KeyError, ValueError) as error:
        raise LocalError(
            found=f"REDIS_URL={without_password(url)} refuses: {_first_line(error)}",
            wanted="a Redis or Valkey that answers.",
            todo="start that server or mend the address (redis://host:6379/0); "
            "or unset REDIS_URL and a local one is started.",
        ) from None


def _first_line(error: Exception) -> str:
    return without_password((str(error).strip().splitlines() or [type(error).__name__])[0])
