"""Mails go out while worker, broker and PostgreSQL are killed with kill -9 in turn: for a figure and for the tests.

Needs deliveries that wait, servers of our own and a mail server outside that keeps every mail.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable

from django.db import InterfaceError, OperationalError, connection
from redis.exceptions import ConnectionError

from alerts.models import Delivery
from r2p_dashboard import clock, pipeline
from r2p_dashboard.celery import app
from r2p_dashboard.local.services import Services

VICTIMS = ("worker", "broker", "database")
SWEEP_S = 2.0  # seconds between two looks: the scheduler's are a minute apart
GIVE_UP_S = 120.0  # seconds in which no mail came and nothing was killed


@dataclasses.dataclass
class Stage:
    """What is killed and started again. `arrived` counts the mails whose whole text the mail server has."""

    services: Services
    start_worker: Callable[[], subprocess.Popen[bytes]]
    arrived: Callable[[], int]
    worker: subprocess.Popen[bytes]

    def kill(self, victim: str) -> None:
        """Without a word; a broker loses its memory. What was killed is there again afterwards."""
        if victim == "worker":
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait(10)
            self.worker = self.start_worker()
        elif victim == "broker":
            self.services.kill_broker(wipe=True)
            self.services.start_broker()
            self._find_broker_again()
        else:
            self.services.kill_database()
            connection.close()
            self.services.start_database()

    def bring_back(self) -> None:
        """As `make run` and Compose do: Celery gives up where the broker goes while a task ends."""
        if self.worker.poll() is not None:
            self.worker = self.start_worker()

    def _find_broker_again(self) -> None:
        """Our own connections to it broke, and each says so once; who answers does not matter, and mails go on."""
        end, whole = time.monotonic() + GIVE_UP_S, 0
        while whole < 2 and time.monotonic() < end:
            with contextlib.suppress(ConnectionError):
                app.control.ping(timeout=0.1)
                whole += 1


def send_through(stage: Stage, *, mails: int, kills: int) -> list[str]:
    """Ring until every delivery is sent, and kill at even distances on the way; who was killed, in order."""
    killed: list[str] = []
    best, since, swept = 0, time.monotonic(), -SWEEP_S
    while not _all_sent():
        stage.bring_back()
        here, now = stage.arrived(), time.monotonic()
        if here > best:
            best, since = here, now
        if len(killed) < kills and here >= mails * (len(killed) + 1) // (kills + 1):
            killed.append(VICTIMS[len(killed) % len(VICTIMS)])
            stage.kill(killed[-1])
            since = time.monotonic()
        if now - swept >= SWEEP_S:
            _sweep()
            swept = now
        if now - since > GIVE_UP_S:
            raise TimeoutError(f"{best} of {mails} mails came, then none for {GIVE_UP_S:.0f} s")
        time.sleep(0.02)
    return killed


def _sweep() -> None:
    """As the scheduler does it; a server that was killed a moment ago is asked again later."""
    today = clock.now().date()
    try:
        pipeline.sweep(day=clock.installation_day(), known_on=today)
    except (OperationalError, InterfaceError):
        connection.close()


def _all_sent() -> bool:
    try:
        return not Delivery.objects.exclude(state=Delivery.State.SENT).exists()
    except (OperationalError, InterfaceError):
        connection.close()
        return False


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What the mail server has, beside what the outbox says was sent."""

    lost: int
    doubles: int
    changed: int  # Message-IDs that came with more than one text
    strangers: int  # mails that no delivery knows


def compare(came: Iterable[tuple[str, bytes]]) -> Outcome:
    """`came` holds the Message-ID and the text of every mail that arrived, each as often as it did."""
    sent = set(Delivery.objects.filter(state=Delivery.State.SENT).values_list("message_id", flat=True))
    times, texts = Counter[str](), set[tuple[str, bytes]]()
    for message_id, text in came:
        times[message_id] += 1
        texts.add((message_id, text))
    return Outcome(
        lost=len(sent - times.keys()),
        doubles=times.total() - len(times),
        changed=len(texts) - len(times),
        strangers=len(times.keys() - sent),
    )
