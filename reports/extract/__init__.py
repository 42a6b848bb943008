"""Reads a stranger's bytes in a process that may be killed: what hangs, grows or dies there is told, and work goes on.

Each thread of a worker keeps one warm process (`reports.extract.child`), which has the readers imported and forks one
process a file. So a file costs milliseconds, its memory goes when it is read, and what it breaks is its own process.
"""

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from reports.extract.wire import Answer, WireError, unpacked
from reports.readers import READERS
from reports.readers.draft import FeedDraft, Measured, ReaderError, ReportDraft
from reports.readers.note import Note

__all__ = ["LIMITS", "Broke", "Limits", "Reading", "Stopped", "measured", "parse_note", "read"]

OUT_OF_MEMORY, TOO_MUCH_TO_SAY = 70, 71  # exit codes of the child
ROOT = Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """What the reading of one file may take."""

    memory_bytes: int = 768 * 2**20  # beside what the readers themselves take; the largest page takes 400 MB
    cpu_seconds: int = 40  # the largest page takes 10
    wall_seconds: int = 120  # on a machine where others work too
    answer_bytes: int = 128 * 2**20  # a text and its passages; the unpacked files of a ZIP


LIMITS = Limits()


class Stopped(ReaderError):
    """A reading that was ended by a cap, or whose process died. The file may be good: it cannot be read here."""


class Refused(ReaderError):
    """What a reader said in its own process."""

    def __init__(self, words: str) -> None:
        ValueError.__init__(self, words)


class Broke(RuntimeError):
    """A reader that raised what no reader may; `kind` is the exception's name."""

    def __init__(self, reader: str, kind: str) -> None:
        super().__init__(f"reader {reader}: found {kind}; wanted a draft or a ReaderError")
        self.kind = kind


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What a reader understood, which reader it was, and what turned the bytes into text."""

    draft: ReportDraft | FeedDraft
    reader: str
    extractor: str  # a library, or "own"
    extractor_version: str


def read(reader: str, payload: bytes, *, limits: Limits | None = None) -> Reading:
    """The draft that the reader called `reader` makes of `payload`. Raises ReaderError, Broke, KeyError."""
    answer = _asked(reader, "read", payload, limits)
    if answer.report is not None:
        return Reading(answer.report, answer.report.read_by, answer.extractor, answer.extractor_version)
    if answer.feed is not None:
        return Reading(answer.feed, reader, answer.extractor, answer.extractor_version)
    raise Broke(reader, "no draft")


def measured(reader: str, payload: bytes) -> tuple[Measured, ...]:
    """The numbers of a dataset of the reader called `reader`. Raises ReaderError, Broke, KeyError."""
    answer = _asked(reader, "measured", payload, None)
    if answer.figures is None:
        raise Broke(reader, "no figures")
    return answer.figures.rows


def parse_note(payload: bytes) -> Note:
    """The values of a coding note. Raises ReaderError, Broke."""
    answer = _asked("coding-note", "parse", payload, None)
    if answer.note is None:
        raise Broke("coding-note", "no note")
    return answer.note


def _asked(reader: str, function: str, payload: bytes, limits: Limits | None) -> Answer:
    job = {"reader": reader, "module": READERS[reader], "function": function}
    answer = _warm().do(job, payload, limits or LIMITS)
    if answer.refused:
        raise Refused(answer.refused)
    if answer.broke:
        raise Broke(reader, answer.broke)
    return answer


# --- the warm process --------------------------------------------------------------------------------------
_kept = threading.local()  # the system ends a process with the *thread* that started it


def _warm() -> "Warm":
    warm: Warm | None = getattr(_kept, "warm", None)
    if warm is None or warm.owner != os.getpid():  # a fork of a worker needs one of its own
        warm = _kept.warm = Warm()
    return warm


class Warm:
    """The process that forks readers, started when there is something to read and again after trouble."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs: socket.socket | None = None

    def do(self, job: dict[str, str], payload: bytes, limits: Limits) -> Answer:
        """What became of the file. Raises Stopped. A warm process that was gone is started once more."""
        said = self._tried(job, payload, limits) or self._tried(job, payload, limits)
        if said is None:
            raise Stopped("reading", "its process killed twice", "a file that can be read, or a worker left alone")
        return said

    def _tried(self, job: dict[str, str], payload: bytes, limits: Limits) -> Answer | None:
        jobs = self._started()
        source, sink = _in_memory("source", payload), _in_memory("sink")
        try:
            jobs.settimeout(limits.wall_seconds)
            socket.send_fds(jobs, [json.dumps(job | dataclasses.asdict(limits)).encode()], [source, sink])
            said = jobs.recv(4096)
            if not said:
                self.close()
                return None
            return _understood(json.loads(said), sink, limits)
        except TimeoutError:
            self.close()
            raise _above("time", f"{limits.wall_seconds} seconds", "to read it") from None
        except OSError:  # the other end is gone
            self.close()
            return None
        finally:
            os.close(source)
            os.close(sink)

    @property
    def pid(self) -> int:
        """Of the warm process; 0 while there is none."""
        return self._process.pid if self._process else 0

    def _started(self) -> socket.socket:
        if self._jobs is not None:
            return self._jobs
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own program, and no word of a file in its arguments
                [sys.executable, "-P", "-m", "reports.extract.child", str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a library's complaint may hold words of the file
                start_new_session=True,
            )
        self._jobs = ours
        return ours

    def close(self) -> None:
        """Ends the warm process and whatever reads in it."""
        if self.owner != os.getpid():
            return
        if self._jobs is not None:
            self._jobs.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._jobs = self._process = None

    def __del__(self) -> None:
        self.close()


def _in_memory(name: str, content: bytes = b"") -> int:
    """A file in memory only: what is confidential never touches a disk on its way."""
    file = os.memfd_create(name)
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]
    return file


def _understood(said: dict[str, object], sink: int, limits: Limits) -> Answer:
    if said["unimportable"]:
        return Answer(broke=str(said["unimportable"]))
    if said["status"] != 0:
        raise _stopped(said["status"], limits)
    size = os.fstat(sink).st_size
    if not size:
        raise Stopped("reading", "no answer", "a file that can be read; please report it")
    try:
        return unpacked(memoryview(os.pread(sink, size, 0)))
    except WireError as error:
        raise Stopped("reading", "an answer of another shape", "a draft; please report it") from error


def _stopped(status: object, limits: Limits) -> Stopped:
    """What the way in which a process ended says of the file."""
    if status == OUT_OF_MEMORY:
        return _above("memory", f"{limits.memory_bytes / 2**20:.0f} MB", "needed to read it")
    if status == -signal.SIGXCPU:
        return _above("time", f"{limits.cpu_seconds} seconds", "of work to read it")
    if status == TOO_MUCH_TO_SAY:
        return _above("text", f"{limits.answer_bytes / 2**20:.0f} MB", "in it")
    found = f"its process ended ({status})"
    if isinstance(status, int) and status < 0:
        found = f"its process ended by signal {-status}"
    return Stopped("reading", found, "a file that can be read; print it anew as PDF, or send its words as text")


def _above(cap: str, most: str, of_what: str) -> Stopped:
    return Stopped(cap, f"more than {most} {of_what}", f"at most {most}; send the part that matters")
