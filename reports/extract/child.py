"""A process that keeps the readers imported and never looks at a file: it forks one process a file, with caps.

`python -m reports.extract.child FD PARENT`; FD is a socket on which jobs come with two files each: the bytes to read,
and where the answer goes. It knows no Django, no database and no secret: its environment is empty.
"""

import contextlib
import ctypes
import dataclasses
import gc
import importlib
import importlib.metadata
import json
import os
import platform
import resource
import signal
import socket
import sys
from types import ModuleType
from typing import Any, NoReturn

from reports.extract.wire import Answer, Figures, packed
from reports.readers import READERS
from reports.readers.draft import FeedDraft, ReaderError

OUT_OF_MEMORY, TOO_MUCH_TO_SAY, CANNOT_SAY = 70, 71, 72  # exit codes
JOB_BYTES_MAX = 65_536

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def main(fd: int, parent: int) -> None:
    """Takes jobs until the other end of the socket is closed."""
    _die_with(parent)
    with socket.socket(fileno=fd) as jobs:
        while True:
            message, files, _, _ = socket.recv_fds(jobs, JOB_BYTES_MAX, 2)
            if not message:
                return
            try:
                said = _watched(json.loads(message), files)
            finally:
                for file in files:
                    os.close(file)
            jobs.send(json.dumps(said).encode())


def _die_with(parent: int) -> None:
    """Whoever started this is killed: so is this, at once. No orphan is left to read on."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)  # it died in between


def _watched(job: dict[str, Any], files: list[int]) -> dict[str, Any]:
    """How the process that read the file ended."""
    try:
        module = importlib.import_module(job["module"])
    except Exception as error:  # noqa: BLE001  a reader that cannot be imported must not end this process
        return {"status": 0, "unimportable": type(error).__name__}
    gc.freeze()  # what is imported is shared with each fork, and not walked through in each
    own = os.getpid()
    pid = os.fork()
    if pid == 0:
        _read_and_exit(module, job, files, parent=own)
    _, status = os.waitpid(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status), "unimportable": ""}


def _read_and_exit(module: ModuleType, job: dict[str, Any], files: list[int], *, parent: int) -> NoReturn:
    code = CANNOT_SAY
    try:
        _die_with(parent)
        _limit(job)
        code = _say(_answer(module, job, files[0]), files[1])
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _limit(job: dict[str, Any]) -> None:
    with open("/proc/self/statm", "rb") as sizes:
        now = int(sizes.read().split()[0]) * resource.getpagesize()
    for kind, most in (
        (resource.RLIMIT_AS, now + job["memory_bytes"]),
        (resource.RLIMIT_FSIZE, job["answer_bytes"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu_seconds"], job["cpu_seconds"] + 1))


def _answer(module: ModuleType, job: dict[str, Any], file: int) -> Answer:
    with os.fdopen(os.dup(file), "rb") as source:
        source.seek(0)
        payload = source.read()
    try:
        value = getattr(module, job["function"])(payload)
        return _told(value, job)
    except ReaderError as error:
        return Answer(refused=str(error))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  a reader that raises is told by the exception's name, never by its words
        return Answer(broke=type(error).__name__)


def _told(value: Any, job: dict[str, Any]) -> Answer:
    if job["function"] == "measured":
        return Answer(figures=Figures(tuple(value)))
    if job["function"] == "parse":
        return Answer(note=value)
    if isinstance(value, FeedDraft):
        extractor, version = extractor_of(job["module"])
        return Answer(feed=value, extractor=extractor, extractor_version=version)
    reader = value.read_by or job["reader"]
    extractor, version = extractor_of(READERS.get(reader, job["module"]))
    report = dataclasses.replace(value, read_by=reader)
    return Answer(report=report, extractor=extractor, extractor_version=version)


def extractor_of(module: str) -> tuple[str, str]:
    """The library that a reader stands on, or "own", and its version with the reader's: "pypdf", "7.1.1; reader 1"."""
    loaded = importlib.import_module(module)
    library, own = getattr(loaded, "LIBRARY", ""), f"reader {getattr(loaded, 'VERSION', '1')}"
    if not library:
        return "own", own
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return library, f"{importlib.metadata.version(library)}; {own}"
    return library, f"of Python {platform.python_version()}; {own}"


def _say(answer: Answer, file: int) -> int:
    """Writes the answer; the exit code."""
    try:
        pieces = packed(answer)
    except (TypeError, ValueError) as error:  # a lone surrogate, or a value of a type that no draft has
        pieces = packed(Answer(broke=type(error).__name__))
    try:
        for piece in pieces:
            left = memoryview(piece)
            while left:
                left = left[os.write(file, left) :]
    except OSError:
        return TOO_MUCH_TO_SAY
    return 0


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
