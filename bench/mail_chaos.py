"""Figure of `make bench-chaos`: mails that went twice while worker, broker and PostgreSQL were killed in turn.

python -m bench.mail_chaos [--mails 10000] [--kills 30]

Fails where a mail was lost, changed between two tries, or went twice more often than something was killed.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import django

from bench.figure import Figure, keep, machine, printed
from bench.servers import ROOT, TEMPLATE, Servers, with_reference
from r2p_dashboard.local.services import start_services

NAME = "mails that went twice while worker, broker and PostgreSQL were killed in turn"
DATABASE = "bench_mail_chaos"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mail_chaos", description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=30)
    options = parser.parse_args(arguments)
    about, at = machine(), dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    figure = measure(mails=options.mails, kills=options.kills)
    path = keep([figure], at=at, about=about)
    print(f"{printed([figure])}\n\n{figure.details}\n\nwritten to {path.relative_to(ROOT)}")
    return 0 if _holds(figure) else 1


def measure(*, mails: int, kills: int) -> Figure:
    """On durable servers of its own, which it kills and starts again."""
    with tempfile.TemporaryDirectory(prefix="r2p-chaos-") as name:
        services = start_services(Path(name), durable=True, environ={})
        try:
            run = Servers(Path(name), services.database_url, services.redis_url)
            with_reference(run)
            run.create(DATABASE, template=TEMPLATE)
            os.environ.update(run.environment(DATABASE))
            django.setup()
            from bench.through_kills import Stage, compare, send_through

            with _stage_is_set(mails, Path(name) / "mail"), _workers() as start:
                stage = Stage(services, start, lambda: len(os.listdir(Path(name) / "mail")), start())
                began = time.perf_counter()
                killed = send_through(stage, mails=mails, kills=kills)
                took = time.perf_counter() - began
            outcome = dataclasses.asdict(compare(_came(Path(name) / "mail")))
        finally:
            services.stop()
    return Figure(
        NAME, outcome["doubles"], "mails", "kills", len(killed), "nothing lost, at most one a kill",
        details={"mails": mails, "seconds": took, **outcome, **{who: killed.count(who) for who in set(killed)}},
    )  # fmt: skip


def _holds(figure: Figure) -> bool:
    wrong = sum(figure.details[name] for name in ("lost", "changed", "strangers"))
    return wrong == 0 and (figure.value or 0) <= (figure.yardstick_value or 0)


@contextlib.contextmanager
def _stage_is_set(count: int, folder: Path) -> Iterator[None]:
    """So many deliveries wait, and a mail server of its own keeps what comes."""
    from bench import demonstration, mails

    demonstration.load("*ghana*")
    with mails.mailbox(folder) as server:
        os.environ["MAIL_URL"] = f"smtp://{server.host}:{server.port}"
        mails.wait(count)
        yield


@contextlib.contextmanager
def _workers() -> Iterator[Starting]:
    starting = Starting([])
    try:
        yield starting
    finally:
        for process in starting.started:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


@dataclasses.dataclass
class Starting:
    """Starts workers of `make run`, and knows them."""

    started: list[subprocess.Popen[bytes]]

    def __call__(self) -> subprocess.Popen[bytes]:
        from r2p_dashboard.celery import app
        from r2p_dashboard.local.children import worker_command

        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            worker_command(), cwd=ROOT, env=os.environ, stdout=quiet, stderr=quiet, start_new_session=True
        )
        self.started.append(process)
        end = time.monotonic() + 120
        while not app.control.ping(timeout=0.3):
            if process.poll() is not None or time.monotonic() > end:
                raise TimeoutError("the worker did not answer")
        return process


def _came(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Of every mail that is kept: its Message-ID, and the digest of its text without the envelope on top."""
    for path in folder.glob("*.eml"):
        content = path.read_bytes()
        while content.startswith((b"Return-Path:", b"Delivered-To:")):
            content = content.partition(b"\r\n")[2]
        message = message_from_bytes(content, policy=default)
        yield str(message["Message-ID"]), hashlib.sha256(content).digest()


if __name__ == "__main__":
    sys.exit(main())
