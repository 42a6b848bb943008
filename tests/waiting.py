"""Real concurrency: another connection in a thread, and waiting for what it does."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from r2p_dashboard.celery import QUEUES, app


def until(condition: Callable[[], object], *, seconds: float = 90, what: str = "it") -> None:
    """Waits for `condition`; fails the test where it never comes true. The limit is generous: no speed is asserted."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)


class Aside:
    """A call on a connection of its own, beside the test's."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.result: Any = None
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=[call], daemon=True)
        self._thread.start()

    def _run(self, call: Callable[[], Any]) -> None:
        try:
            self.result = call()
        except BaseException as error:  # noqa: BLE001  handed to the test by `join`
            self.error = error
        finally:
            connection.close()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def join(self) -> Any:
        """The call's result; raises what it raised."""
        self._thread.join(30)
        assert not self._thread.is_alive(), "the call beside did not end"
        if self.error is not None:
            raise self.error
        return self.result


def somebody_waits_for_a_lock(count: int = 1) -> bool:
    """Whether another connection to this database, or so many, wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would answer the same for ever
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0]) >= count


class Bell:
    """The broker's own queue, listened to where no worker does."""

    @property
    def rung(self) -> int:
        """How often the pipeline has rung: each time leaves the first task of a chain."""
        with app.connection_for_read() as broker, broker.channel() as channel:
            client = channel.client  # type: ignore[attr-defined]  # kombu types no Redis channel
            return sum(int(client.llen(queue)) for queue in QUEUES)
