"""Starting a process so that it ends with us, knowing it again later, and ending it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    started: str
    command: str


def identify(pid: int) -> Identity | None:
    """Who `pid` is now; None when there is no such process, or it is only waiting to be reaped."""
    if sys.platform == "linux":
        return _identify_from_proc(pid)
    return _identify_from_ps(pid)


def _identify_from_proc(pid: int) -> Identity | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    if fields[0] in {"Z", "X"}:
        return None
    return Identity(pid, f"{boot}/{fields[19]}", command.strip())


def _identify_from_ps(pid: int) -> Identity | None:
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    line = done.stdout.strip()
    return Identity(pid, line[:24], line[24:].strip()) if line else None


def die_with_parent(how: signal.Signals) -> None:
    """In the child: ask the kernel for `how` when the launcher dies, even by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    enter: Callable[[], None] | None = None,
    on_parent_death: signal.Signals = signal.SIGTERM,
    cwd: Path | None = None,
    capture: bool = False,
    inherits: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own (a Ctrl-C on the terminal is ours to pass on), output to `log`.

    `enter` runs in the child before the command. With `capture` standard output is a pipe for the caller.
    What it `inherits` are numbers of our open sockets.
    """
    parent = os.getpid()

    def prepare() -> None:
        if enter is not None:
            enter()
        die_with_parent(on_parent_death)
        if os.getppid() != parent:
            os._exit(1)

    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.open("ab") as file:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else file,
            stderr=file,
            env=None if env is None else dict(env),
            cwd=cwd,
            pass_fds=tuple(inherits),
            start_new_session=True,
            preexec_fn=prepare,  # one thread; a user namespace can only be entered here
        )


def stop(process: subprocess.Popen[bytes], *, how: Sequence[tuple[signal.Signals, float]]) -> None:
    """Ask in turn, waiting after each, then SIGKILL the whole group: nothing of it stays behind."""
    for number, patience in how:
        if process.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def lives(identity: Identity) -> bool:
    """Whether it is still there; a later process with the same number does not count."""
    now = identify(identity.pid)
    return now is not None and now.started == identity.started


def end(identity: Identity, *, how: Sequence[tuple[signal.Signals, float]]) -> bool:
    """End a process that is not our child, looking before every signal that it is still the same one."""
    for number, patience in how:
        until = time.monotonic() + patience
        if not lives(identity):
            return True
        try:
            os.kill(identity.pid, number)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        while time.monotonic() < until:
            if not lives(identity):
                return True
            time.sleep(0.05)
    return not lives(identity)
