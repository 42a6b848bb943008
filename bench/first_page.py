"""Figure: `make run` from a fresh clone of HEAD to the first page with scores, the package cache warm.

Beside it, in the same run: how long the packages alone took.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.figure import Figure
from bench.servers import ROOT

NAME = "`make run` from a fresh clone to the first scored page"
LIMIT_S = 600
_STEPS = {  # what a line of `make run` says when the step before it is done
    "packages": "starting PostgreSQL and Valkey",
    "servers": "migrate",
    "migrate": "load reference",
    "demonstration": "web started",
    "page": "the world page answers 200",
}
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHON", "SSL_CERT_FILE")
_KEPT_KINDS = ("PIP_", "UV_")  # where packages come from


def measure(*, full: bool = False) -> list[Figure]:
    """`full` changes nothing."""
    with tempfile.TemporaryDirectory(prefix="r2p-clone-") as name:
        clone = Path(name) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        began = time.perf_counter()
        with _running(clone, _free_port()) as lines:
            return [figure((time.perf_counter() - began, line) for line in lines)]


def figure(lines: Iterable[tuple[float, str]]) -> Figure:
    """From timed lines of `make run` to the figure; the lines after the first page are not read."""
    steps: dict[str, float] = {}
    said: list[str] = []
    for seconds, line in lines:
        said.append(line.strip())
        for step, words in _STEPS.items():
            if step not in steps and re.search(rf"(^|\s){re.escape(words)}$", line.strip()):
                steps[step] = seconds
        if "page" in steps:
            yardstick = "of which installing the packages"
            return Figure(NAME, steps["page"], "s", yardstick, steps.get("packages"), "≤ 60 s", details=steps)
    return Figure(NAME, skipped=f"it ended before the first page; last line: {said[-1] if said else 'none'}")


@contextlib.contextmanager
def _running(clone: Path, port: int) -> Iterator[Iterator[str]]:
    """Lines of `make run`; afterwards Ctrl-C to its process group, as from a terminal."""
    env = {key: value for key, value in os.environ.items() if key in _KEPT or key.startswith(_KEPT_KINDS)}
    process = subprocess.Popen(
        ["make", "run", f"PORT={port}"], cwd=clone, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGINT))
    signal.alarm(LIMIT_S)
    try:
        yield iter(process.stdout.readline, "")
    finally:
        signal.alarm(0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
        process.wait(60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
