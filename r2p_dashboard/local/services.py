"""PostgreSQL and Valkey together: those that the environment names, or our own; for `make run` and tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from r2p_dashboard.local import external, folders, postgres, valkey
from r2p_dashboard.local.messages import silent

Server = TypeVar("Server", postgres.Postgres, valkey.Valkey)


@dataclass
class Services:
    """What was started here; a server that the environment named is None and is never touched."""

    database_url: str
    redis_url: str
    database: postgres.Postgres | None
    broker: valkey.Valkey | None

    def stop(self) -> None:
        """In reverse order of starting; safe to call twice."""
        if self.broker is not None:
            self.broker.stop()
        if self.database is not None:
            self.database.stop()

    def kill_database(self) -> None:
        _own(self.database).kill()

    def start_database(self) -> None:
        _own(self.database).start()

    def kill_broker(self, *, wipe: bool = False) -> None:
        _own(self.broker).kill(wipe=wipe)

    def start_broker(self) -> None:
        _own(self.broker).start()


def _own(server: Server | None) -> Server:
    if server is None:
        raise RuntimeError("the environment named this server: it is not ours to stop or start")
    return server


def start_services(
    folder: Path,
    *,
    durable: bool = True,
    environ: Mapping[str, str] = os.environ,
    say: Callable[[str], None] = silent,
) -> Services:
    """Start what the environment does not name, data in `folder`; returns when both answer.

    Raises `LocalError` when neither an address, nor the wheels, nor the system's programs will do.
    """
    services = Services(environ.get("DATABASE_URL", ""), environ.get("REDIS_URL", ""), None, None)
    if not (services.database_url and services.redis_url):
        folders.make_writable(folder)
    try:
        if services.database_url:
            external.check_database(services.database_url)
        else:
            services.database = postgres.find(folder, durable=durable, say=say)
            services.database.start()
            services.database_url = services.database.url
        if services.redis_url:
            external.check_broker(services.redis_url)
        else:
            services.broker = valkey.find(folder, durable=durable, say=say)
            services.broker.start()
            services.redis_url = services.broker.url
    except BaseException:
        services.stop()
        raise
    return services
