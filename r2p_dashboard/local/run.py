"""`make run`: everything in order, until Ctrl-C; then everything in reverse order."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from r2p_dashboard.local import children, environment, folders, pidfiles, ports
from r2p_dashboard.local.children import Child, Watched
from r2p_dashboard.local.messages import LocalError, Progress, tail
from r2p_dashboard.local.processes import end, spawn, stop
from r2p_dashboard.local.services import Services, start_services

_LOOK_EVERY = 0.3  # seconds
_WEB_WITHIN = 60.0  # seconds
_WRONG_ANSWERS = 5  # from the world page: more will not make it right
_ASK = ((signal.SIGTERM, 10.0),)


class StopRequestedError(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal."""


@dataclass
class Launch:
    """One `make run` under way."""

    project: Path
    folder: Path
    port: int
    progress: Progress
    env: dict[str, str] = field(default_factory=dict)
    watched: list[Watched] = field(default_factory=list)

    def look_after_all(self) -> None:
        for one in self.watched:
            children.look_after(one, self.progress.say, now=time.monotonic())


def run(*, project: Path, folder: Path, port: int | None, data: Path | None) -> int:
    """Returns the exit code: 0 after Ctrl-C or SIGTERM."""
    if data is not None and not data.is_dir():
        raise LocalError(
            found=f"DATA={data} is no folder here.",
            wanted="a folder with datasets, such as ucdp/ or unhcr/.",
            todo="make run DATA=../shared/data, or make run without DATA",
        )
    folders.make_writable(folder)
    with only_one(folder), contextlib.ExitStack() as started:
        launch = Launch(project, folder, ports.choose(port), Progress())
        if port is None and launch.port != ports.DEFAULT:
            launch.progress.say(
                f"port {ports.DEFAULT} is taken by {ports.holder_of(ports.DEFAULT) or 'another program'}, "
                f"taking {launch.port}"
            )
        _on_signals(_request_stop)
        try:
            _end_leftovers(launch)
            _start_all(launch, started, data)
            while True:
                launch.look_after_all()
                time.sleep(_LOOK_EVERY)
        except StopRequestedError:
            launch.progress.say("stopping what was started (the data are kept)")
            return 0
        finally:
            _on_signals(_say_stopping)
            environment.forget(folder)
            started.close()
            launch.progress.say("stopped")


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel lets go of it however we end."""
    path = folder / "lock"
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise LocalError(
                found=f"another `make run` or `make manage` (process {holder}) uses {folder}.",
                wanted="this folder's data for one at a time.",
                todo="use that one, or stop it (Ctrl-C in its terminal); a second clone has data of its own.",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _on_signals(handler: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)  # type: ignore[arg-type]


def _request_stop(_number: int, _frame: FrameType | None) -> None:
    _on_signals(_say_stopping)
    raise StopRequestedError


def _say_stopping(_number: int, _frame: FrameType | None) -> None:
    print("already stopping, a few seconds please", flush=True)


def _end_leftovers(launch: Launch) -> None:
    """End what outlived a killed launcher; the servers see to their own predecessors."""
    for name, identity in pidfiles.leftovers(launch.folder / "run"):
        if name not in {"postgres", "valkey"}:
            launch.progress.say(f"{name}: ending the one an earlier run left (process {identity.pid})")
            end(identity, how=((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)))
            pidfiles.forget(launch.folder / "run", name)


def _start_all(launch: Launch, started: contextlib.ExitStack, data: Path | None) -> None:
    say = launch.progress.say
    say("starting PostgreSQL and Valkey")
    services = start_services(launch.folder, say=say)
    started.callback(services.stop)
    _watch_services(launch, services)
    listener = None if os.environ.get("MAIL_URL") else started.enter_context(ports.listen(ports.MAILBOX))
    launch.env = environment.environment(
        folder=launch.folder,
        database_url=services.database_url,
        redis_url=services.redis_url,
        web_port=launch.port,
        mail_port=listener.getsockname()[1] if listener else ports.MAILBOX,
    )
    say("migrate")
    _manage(launch, "load_reference", "--migrate", heading=False)  # one Python for both: starting it takes longest
    environment.keep(launch.folder, launch.env)
    _start_mailbox(launch, started, listener)
    _start_child(launch, started, "worker", children.worker_command())
    _start_child(launch, started, "beat", children.beat_command(launch.folder))
    _manage(launch, "load_demonstration", *(["--data", str(data.resolve())] if data else []))
    _start_child(launch, started, "web", children.web_command(launch.port))
    _wait_for_pages(launch)
    say(f"ready: http://{ports.HOST}:{launch.port}/   (Ctrl-C stops it, the data are kept)")
    _manage(launch, "demonstration_logins", heading=False)


def _watch_services(launch: Launch, services: Services) -> None:
    for name, server in (("PostgreSQL", services.database), ("Valkey", services.broker)):
        if server is not None:
            launch.watched.append(Watched(name, server.log, server.start, server.poll))
            launch.progress.say(f"{name} answers")
        else:
            launch.progress.say(f"{name}: the one that the environment names answers")


def _start_mailbox(launch: Launch, started: contextlib.ExitStack, listener: socket.socket | None) -> None:
    """Only where the environment names no mail server. The port is ours already: another launcher takes the next."""
    if listener is None:
        launch.progress.say("mails go to the server that the environment names")
        return
    number = listener.fileno()
    _start_child(launch, started, "mailbox", children.mailbox_command(launch.folder, number), inherits=(number,))
    launch.progress.say(f"mails to anybody are kept in {launch.folder / 'mail'} and go nowhere else")


def _start_child(
    launch: Launch, started: contextlib.ExitStack, name: str, command: Sequence[str], inherits: tuple[int, ...] = ()
) -> None:
    child = Child(name, command, launch.folder, launch.project, launch.env, inherits)
    started.callback(child.stop)
    child.start()
    launch.watched.append(Watched(name, child.log, child.start, child.poll))
    launch.progress.say(f"{name} started")


def _manage(launch: Launch, command: str, *options: str, heading: bool = True) -> None:
    """Run a management command to its end; its lines appear as progress, its errors go to its log."""
    if heading:
        launch.progress.say(command.replace("_", " "))
    log = launch.folder / "log" / f"{command}.log"
    start = log.stat().st_size if log.exists() else 0
    process = spawn(
        [sys.executable, "manage.py", command, *options],
        log=log,
        env=launch.env,
        cwd=launch.project,
        capture=True,
    )
    try:
        ended = _relay(launch, process)
    finally:
        stop(process, how=_ASK)
    if ended != 0:
        raise LocalError(
            found=f"manage.py {command} ended ({children.reason(ended)}); the end of {log}:\n{tail(log, start=start)}",
            wanted="that step done.",
            todo="mend what it names, then make run; or forget the data: make reset",
        )


def _relay(launch: Launch, process: subprocess.Popen[bytes]) -> int:
    """Print the command's lines as they come, and look after the others meanwhile."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    rest = b""
    while True:
        ended = process.poll()
        rest += process.stdout.read() or b""
        *lines, rest = rest.split(b"\n")
        for line in lines:
            launch.progress.say(f"  {line.decode('utf-8', 'replace')}")
        if ended is not None:
            if rest:
                launch.progress.say(f"  {rest.decode('utf-8', 'replace')}")
            return ended
        launch.look_after_all()
        time.sleep(0.05)


def _wait_for_pages(launch: Launch) -> None:
    until = time.monotonic() + _WEB_WITHIN
    health, page, wrong = 0, 0, 0
    while page != 200 and wrong < _WRONG_ANSWERS and time.monotonic() < until:
        launch.look_after_all()
        health, _ = _ask(launch, "/health")
        page, _ = _ask(launch, "/") if health else (0, "")
        wrong += page not in {0, 200}
        time.sleep(0.1)
    log = launch.folder / "log" / "web.log"
    if page != 200:
        raise LocalError(
            found=f"the world page answered {page or 'nothing'} and /health {health or 'nothing'} "
            f"after {launch.progress.seconds():.0f} s; the end of {log}:\n{tail(log)}",
            wanted="200 from the world page.",
            todo="mend what the log names, then make run: the data are kept.",
        )
    launch.progress.say("the world page answers 200")
    health, said = _ask(launch, "/health")
    if health != 200:
        launch.progress.say(f"/health answers {health}: {said[:400]}")


def _ask(launch: Launch, path: str) -> tuple[int, str]:
    """Status and text; (0, "") while nobody answers."""
    connection = http.client.HTTPConnection(ports.HOST, launch.port, timeout=20)
    headers: Mapping[str, str] = {"Host": f"localhost:{launch.port}"}
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
