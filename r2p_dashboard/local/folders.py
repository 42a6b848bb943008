"""Where the local servers keep things, and whether we may write there."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from r2p_dashboard.local.messages import LocalError

_SOCKET_PATH_LIMIT = 100  # the kernel allows 107 characters, macOS 103


def make_writable(folder: Path) -> None:
    """Create `folder` (mode 700) or show that it can be written; refuse with a way on."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".probe.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise _not_writable(folder, error) from error


def _not_writable(folder: Path, error: OSError) -> LocalError:
    place = folder
    while not place.exists():
        place = place.parent
    owner = place.stat().st_uid
    return LocalError(
        found=f"{folder} cannot be written by user {os.geteuid()} ({error.strerror}; {place} belongs to user {owner}).",
        wanted="a folder for the database, the broker and the logs.",
        todo=f"as root: chown -R {os.geteuid()} {place}; or clone the project to a folder of your own; "
        "or free some space when the disk is full.",
    )


def socket_folder(data: Path, uid: int, gid: int) -> Path:
    """A private folder with a path short enough for a unix socket, the same for the same `data` and user."""
    key = hashlib.sha256(f"{data.resolve()}|{uid}".encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"r2p-{key}"
    if len(str(folder)) + len("/.s.PGSQL.5432") > _SOCKET_PATH_LIMIT:
        folder = Path("/tmp") / f"r2p-{key}"  # noqa: S108 - owner and mode are checked below
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() != uid:
        os.chown(folder, uid, gid)
        found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise LocalError(
            found=f"{folder} is not a private folder of user {uid}.",
            wanted="a folder for the servers' sockets that nobody else can enter.",
            todo=f"look at it, remove it (rm -r {folder}), and start again.",
        )
    return folder


def give(tree: Path, uid: int, gid: int) -> None:
    """As root: make `uid` the owner of everything under `tree`, if it is not already."""
    if os.geteuid() != 0 or not tree.exists() or tree.stat().st_uid == uid:
        return
    for folder, names, files in os.walk(tree):
        for path in (folder, *(os.path.join(folder, name) for name in (*names, *files))):
            os.chown(path, uid, gid, follow_symlinks=False)


def let_through(folder: Path, uid: int) -> None:
    """Let another user's server pass through `folder` (not list it); refuse where a parent is closed."""
    if uid == os.geteuid():
        return
    folder.chmod(0o711)
    for place in folder.parents:
        found = place.stat()
        if not found.st_mode & (stat.S_IXUSR if found.st_uid == uid else stat.S_IXOTH):
            raise LocalError(
                found=f"user {uid} runs PostgreSQL (no user namespaces here) and cannot enter {place}.",
                wanted=f"a way to {folder} for that user: PostgreSQL does not run as root.",
                todo=f"move the project to a folder that others may enter, or: chmod o+x {place}; "
                "or run as a normal user; or set DATABASE_URL",
            )


def remove(path: Path) -> int:
    """Remove a file or tree; returns how many bytes it held."""
    if not path.exists():
        return 0
    if path.is_file():
        size = path.stat().st_size
        path.unlink()
        return size
    size = sum(file.lstat().st_size for file in path.rglob("*") if not file.is_dir())
    shutil.rmtree(path)
    return size
