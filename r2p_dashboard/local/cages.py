"""PostgreSQL refuses to run as root: three ways to run it so that it is content."""

from __future__ import annotations

import ctypes
import os
import pwd
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWUSER = 0x10000000


@dataclass(frozen=True)
class Cage:
    """How to run a program: `enter` is called in the child; `uid` and `gid` own its files."""

    name: str
    uid: int
    gid: int
    enter: Callable[[], None] | None


def cages() -> Iterator[Cage]:
    """The ways open to this user, best first."""
    if os.geteuid() != 0:
        yield Cage("directly", os.geteuid(), os.getegid(), None)
        return
    yield Cage("in a user namespace", 0, 0, _namespace_entry())
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        yield Cage(f"as user {name}", user.pw_uid, user.pw_gid, _user_entry(user.pw_uid, user.pw_gid))


def works(cage: Cage, program: Path) -> bool:
    """Whether `program --version` runs that way: namespace allowed, folder readable, libraries there."""
    try:
        done = subprocess.run(
            [str(program), "--version"],
            preexec_fn=cage.enter,
            capture_output=True,
            cwd="/",
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _namespace_entry() -> Callable[[], None]:
    """Root outside, an ordinary user with a name inside (initdb looks its name up)."""
    inside = next((user.pw_uid for user in pwd.getpwall() if 0 < user.pw_uid < 65534), 65534)
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)

    def enter() -> None:
        if libc.unshare(_CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{inside} {uid} 1"),
            ("gid_map", f"{inside} {gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)

    return enter


def _user_entry(uid: int, gid: int) -> Callable[[], None]:
    def enter() -> None:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)

    return enter
