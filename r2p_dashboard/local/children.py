"""The application's own processes: what each is, and bringing one back when it dies."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from r2p_dashboard.local import pidfiles
from r2p_dashboard.local.messages import LocalError, tail
from r2p_dashboard.local.ports import HOST
from r2p_dashboard.local.processes import spawn, stop

WORKER_QUEUES = "reports,indicators,fetch,alerts"
WORKER_PROCESSES = 4  # a slow source or mail server holds up one of them, not the scores
_ASK = ((signal.SIGTERM, 15.0),)  # a worker finishes its task first
_QUICK_DEATH = 20.0  # seconds: dying sooner than that counts towards giving up
_GIVE_UP_AFTER = 5  # quick deaths in a row
_LONGEST_WAIT = 30.0  # seconds between two tries


def mailbox_command(folder: Path, listener: int) -> list[str]:
    """`listener` is the number of a socket that it inherits."""
    command = [sys.executable, "-m", "r2p_dashboard.local.mailbox"]
    return [*command, "--fd", str(listener), "--folder", str(folder / "mail")]


def worker_command() -> list[str]:
    command = [sys.executable, "-m", "celery", "-A", "r2p_dashboard", "worker", "-Q", WORKER_QUEUES]
    return [
        *command,
        "--concurrency",
        str(WORKER_PROCESSES),
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "INFO",
    ]


def beat_command(folder: Path) -> list[str]:
    command = [sys.executable, "-m", "celery", "-A", "r2p_dashboard", "beat", "--loglevel", "INFO"]
    return [*command, "--pidfile", "", "--schedule", str(folder / "beat-schedule")]


def web_command(port: int) -> list[str]:
    command = [sys.executable, "-m", "gunicorn", "r2p_dashboard.wsgi:application", "--no-control-socket"]
    command += ["--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "2"]
    return [*command, "--timeout", "60", "--graceful-timeout", "5"]


@dataclass
class Child:
    """One long-running process of ours with its log."""

    name: str
    command: Sequence[str]
    folder: Path
    project: Path
    env: Mapping[str, str]
    inherits: tuple[int, ...] = ()  # numbers of open sockets
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "log" / f"{self.name}.log"

    def start(self) -> None:
        self._process = spawn(self.command, log=self.log, env=self.env, cwd=self.project, inherits=self.inherits)
        pidfiles.note(self.folder / "run", self.name, self._process.pid)

    def poll(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, how=_ASK)
            self._process = None
        pidfiles.forget(self.folder / "run", self.name)


@dataclass
class Watched:
    """Anything with start, poll, stop and a log, and the record of its deaths."""

    name: str
    log: Path
    start: Callable[[], None]
    poll: Callable[[], int | None]
    deaths: int = 0
    started_at: float = field(default_factory=time.monotonic)
    again_at: float | None = None


def look_after(watched: Watched, say: Callable[[str], None], *, now: float) -> None:
    """Say which died and why; start it again after a pause that doubles; give up when it keeps dying."""
    if watched.again_at is not None:
        if now >= watched.again_at:
            watched.again_at = None
            watched.started_at = now
            watched.start()
            say(f"{watched.name}: started again")
        return
    ended = watched.poll()
    if ended is None:
        return
    quick = now - watched.started_at < _QUICK_DEATH
    watched.deaths = watched.deaths + 1 if quick else 1
    why = f"{watched.name} ended ({reason(ended)}); the end of {watched.log}:\n{tail(watched.log, 8)}"
    if watched.deaths >= _GIVE_UP_AFTER:
        raise LocalError(
            found=f"{why}\n    it died {watched.deaths} times in a row.",
            wanted=f"a {watched.name} that keeps running.",
            todo="mend what its log names, then make run again: the data are kept.",
        )
    pause = min(2.0 ** (watched.deaths - 1), _LONGEST_WAIT)
    watched.again_at = now + pause
    say(f"{why}\n    starting it again in {pause:.0f} s")


def reason(ended: int) -> str:
    """Say how it ended: "killed by SIGKILL" or "exit code 3"."""
    return f"killed by {signal.Signals(-ended).name}" if ended < 0 else f"exit code {ended}"
