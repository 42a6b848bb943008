"""Figure: mails a second through the outbox, one person a mail, each written, sent and its state committed.

Beside it: the same bytes to the same server by a bare smtplib loop on one connection, which keeps no record.
"""

import contextlib
import datetime as dt
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import transaction
from django.test import override_settings

from alerts.models import Alert, AlertReason, Delivery, Signal, Subscription
from alerts.outbox import delivery
from alerts.situations.situations import home_situation
from bench import demonstration
from bench.figure import Figure, wall
from bench.servers import ROOT
from indicators.models import Standing
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from r2p_dashboard.addresses import MailServer
from r2p_dashboard.local.ports import HOST

NAME = "mails handed to a local mail server that keeps each on its disk"
REACH = "≥ 50 a second, ≥ 0.3 of the bare loop"
SENDER = "warnings@r2p.example"


def measure(*, full: bool = False) -> list[Figure]:
    """Loads the demonstration for the words of a real alert."""
    demonstration.load()
    return [handed_over(2000 if full else 300)]


def handed_over(count: int) -> Figure:
    """Needs a standing score. Celery's worker has run the checks before its first task: they load every address."""
    checks.run_checks()
    wait(count)
    with mailbox() as server, override_settings(MAIL_SERVER=server, MAIL_FROM=SENDER):
        began, cpu = clock.now(), time.process_time()
        took = wall(lambda: send_all(count))
        cpu, slowest = time.process_time() - cpu, _slowest_wait(since=began)
        bare = wall(lambda: send_bare(server))
    return Figure(
        NAME, count / took, "a second", "a bare smtplib loop, one connection, nothing recorded", count / bare, REACH,
        details={
            "mails": count, "bytes": _size(), "outbox_s": took, "outbox_cpu_s": cpu, "bare_s": bare,
            "slowest_wait_s": slowest,
        },
    )  # fmt: skip


def wait(count: int) -> None:
    """One released alert, and so many people who asked for it."""
    now = clock.now()
    decided = {"decided_at": now, "decision_reason": "by rule", "released_at": now}
    alert = warning(state=Alert.State.RELEASED, **decided)
    Delivery.objects.bulk_create(
        Delivery(alert=alert, person=rule.person, subscription=rule, made_at=now, next_try_at=now)
        for rule in asking(count)
    )


def warning(**fields: Any) -> Alert:
    """An alert with three reasons; a draft, unless `fields` say otherwise."""
    now, standing = clock.now(), Standing.objects.in_use().select_related("snapshot", "country").order_by("pk")[0]
    signal = Signal.objects.create(
        country=standing.country, kind=Signal.Kind.LEVEL_UP, from_level=2, to_level=3, after=standing.snapshot,
        is_historic=False, found_at=now,
    )  # fmt: skip
    with transaction.atomic():
        home = home_situation(country=standing.country, at=now)
    words = "Made up for a measurement: it is as long as what an alert says here, and it speaks of nobody."
    alert = Alert.objects.create(
        signal=signal, situation=home, country=standing.country, snapshot=standing.snapshot, level=3, previous_level=2,
        confidence=Alert.Confidence.MEDIUM, headline="a measurement", what_changed=words, how_sure=words,
        not_known=words, can_be_done=words, raised_at=now, valid_until=now.date() + dt.timedelta(days=90), **fields,
    )  # fmt: skip
    AlertReason.objects.bulk_create(AlertReason(alert=alert, order=n, text=words, grade="B2") for n in range(3))
    return alert


def asking(count: int) -> list[Subscription]:
    """So many people, each with a rule that asks for everything."""
    now = clock.now()
    people = User.objects.bulk_create(
        User(email=f"mail-{n}@bench.example", name=f"Person {n}", password="!", role=Role.FOCAL_POINT)
        for n in range(count)
    )
    return Subscription.objects.bulk_create(
        Subscription(person=person, is_everywhere=True, created_at=now, confirmed_at=now) for person in people
    )


@contextlib.contextmanager
def mailbox(folder: Path | None = None) -> Iterator[MailServer]:
    """The mail server of `make run`; in a folder that goes away, where none is named."""
    with tempfile.TemporaryDirectory(prefix="r2p-bench-mail-") as passing:
        command = [
            sys.executable,
            "-m",
            "r2p_dashboard.local.mailbox",
            "--port",
            "0",
            "--folder",
            str(folder or passing),
        ]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield MailServer(HOST, int(process.stdout.readline().split(f"{HOST}:")[1].split()[0]))
            finally:
                process.terminate()


def send_all(count: int) -> None:
    left = count
    while left and (sent := delivery.send_waiting(now=clock.now)):
        left -= sent
    if left:
        raise RuntimeError(f"{left} of {count} mails were not taken")


def send_bare(server: MailServer) -> None:
    mails = Delivery.objects.filter(state=Delivery.State.SENT).values_list("person__email", "message")
    with smtplib.SMTP(server.host, server.port, local_hostname="bench.example") as client:
        for address, message in mails:
            client.sendmail(settings.MAIL_FROM, [address], bytes(message or b""))


def _slowest_wait(*, since: dt.datetime) -> float:
    last = Delivery.objects.order_by("-finished_at")[0].finished_at
    return (last - since).total_seconds() if last else 0.0


def _size() -> int:
    return len(bytes(Delivery.objects.order_by("pk")[0].message or b""))
