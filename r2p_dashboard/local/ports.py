"""Which TCP port on loopback is free, and who holds one that is not."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

from r2p_dashboard.local.messages import LocalError
from r2p_dashboard.local.processes import identify

HOST = "127.0.0.1"
DEFAULT = 8000
MAILBOX = 8025
_LISTEN = "0A"
_TRIES = 50


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def wanted(text: str) -> int | None:
    """The port that PORT asks for; None when it asks for none."""
    if not text.strip():
        return None
    if text.strip().isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise LocalError(found=f"PORT={text}.", wanted="a TCP port from 1 to 65535.", todo="make run PORT=8001")


def choose(asked: int | None, default: int = DEFAULT) -> int:
    """`asked` when it is free, else a refusal; without a wish, the first free port from `default` on."""
    if asked is not None:
        if is_free(asked):
            return asked
        raise _taken(asked)
    for port in range(default, default + _TRIES):
        if is_free(port):
            return port
    raise _taken(default)


def listen(default: int) -> socket.socket:
    """A socket that listens on the first port from `default` on which could be had: nobody else can take it then.

    Whoever only looks for a free port may find the one that another launcher is about to use.
    """
    for port in range(default, default + _TRIES):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, port))
            listener.listen()
        except OSError:
            listener.close()
        else:
            return listener
    raise _taken(default)


def _taken(port: int) -> LocalError:
    holder = holder_of(port)
    by = f" by {holder}" if holder else ""
    free = next((other for other in range(port + 1, min(port + _TRIES, 65536)) if is_free(other)), None)
    return LocalError(
        found=f"port {port} on {HOST} is taken{by}, or may not be bound by this user.",
        wanted="a free port for the web server.",
        todo=f"stop that program, or choose another: make run PORT={free or 8080}",
    )


def holder_of(port: int) -> str | None:
    """Name the program that listens on `port`, as far as this user may look: "python (process 1234)"."""
    inodes = _listening_inodes(port)
    if not inodes:
        return None
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _holds(entry, inodes):
            found = identify(int(entry.name))
            if found is not None:
                return f"{found.command[:60]} (process {found.pid})"
    return None


def _listening_inodes(port: int) -> set[str]:
    found: set[str] = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{fields[9]}]")
    return found


def _holds(process: Path, inodes: set[str]) -> bool:
    with contextlib.suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                if os.readlink(descriptor) in inodes:
                    return True
    return False
