"""What the launcher says: progress with seconds, and errors that name a way on."""

from __future__ import annotations

import time
from pathlib import Path


class LocalError(Exception):
    """Something on this machine stands in the way; says what was found, what was wanted and what to do."""

    def __init__(self, *, found: str, wanted: str, todo: str) -> None:
        super().__init__(f"{found} {wanted} {todo}")
        self.found = found
        self.wanted = wanted
        self.todo = todo

    def __str__(self) -> str:
        return f"\n  found:   {self.found}\n  wanted:  {self.wanted}\n  to do:   {self.todo}\n"


class Progress:
    """Prints one line a step with the seconds since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def seconds(self) -> float:
        return time.monotonic() - self._started

    def say(self, text: str) -> None:
        print(f"[{self.seconds():6.1f} s] {text}", flush=True)


def silent(_text: str) -> None:
    """For callers who want no progress, such as tests."""


def tail(log: Path, lines: int = 15, *, start: int = 0) -> str:
    """The last lines of a log from byte `start` on, indented; what there is when it is shorter."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(start, size - 20_000))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return "    (no log)"
    found = text.strip().splitlines()[-lines:]
    return "\n".join(f"    {line}" for line in found) or "    (the log is empty)"
