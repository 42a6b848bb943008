"""`make manage`: one manage.py command with the services and the secret of this folder's installation."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from r2p_dashboard.local import folders
from r2p_dashboard.local.environment import environment, running
from r2p_dashboard.local.messages import LocalError
from r2p_dashboard.local.run import only_one
from r2p_dashboard.local.services import start_services


def manage(*, project: Path, folder: Path, arguments: Sequence[str]) -> int:
    """Run it in the caller's own folder and terminal; returns its exit code (128 + number after a signal)."""
    found = running(folder)
    if found is not None:
        _refuse_another_database(found)
        return _call(project, arguments, {**os.environ, **found})
    with _stopped_installation(folder) as env:
        return _call(project, arguments, env)


@contextlib.contextmanager
def _stopped_installation(folder: Path) -> Iterator[dict[str, str]]:
    """Its environment, its servers started for the time of the command."""
    if not os.environ.get("DATABASE_URL") and not (folder / "postgres" / "PG_VERSION").exists():
        raise LocalError(
            found=f"there is no installation in {folder}.",
            wanted="one that was started at least once.",
            todo="make run, and wait until it says ready; then this command in another terminal",
        )
    folders.make_writable(folder)
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(only_one(folder))
        except LocalError as busy:
            raise LocalError(
                found=f"{busy.found} It is not ready for commands.",
                wanted="an installation that is ready, or one that is stopped.",
                todo='try again when `make run` has said "ready", or when the other command has ended',
            ) from None
        _say("no installation runs here: PostgreSQL and Valkey are started for this command, no worker")
        services = start_services(folder, say=_say)
        held.callback(services.stop)
        yield environment(folder=folder, database_url=services.database_url, redis_url=services.redis_url)


def _refuse_another_database(found: Mapping[str, str]) -> None:
    asked = os.environ.get("DATABASE_URL")
    if asked and asked != found["DATABASE_URL"]:
        raise LocalError(
            found="DATABASE_URL names another database than the one of the installation that runs here.",
            wanted="one database that is meant.",
            todo="unset DATABASE_URL; or stop the installation first (Ctrl-C in its terminal)",
        )


def _call(project: Path, arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """A terminal sends Ctrl-C to the command itself; what is sent to us alone is passed on."""
    with subprocess.Popen([sys.executable, str(project / "manage.py"), *arguments], env=dict(env)) as process:

        def pass_on(number: int, _frame: FrameType | None) -> None:
            if number != signal.SIGINT:
                process.send_signal(number)

        before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            ended = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return ended if ended >= 0 else 128 - ended


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
