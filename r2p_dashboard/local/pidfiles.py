"""Notes of what we started, so that the next start can tell our leftovers from strangers' processes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from r2p_dashboard.local.processes import Identity, identify


def note(folder: Path, name: str, pid: int) -> None:
    """Remember that `pid`, running now, is our `name`."""
    found = identify(pid)
    if found is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{name}.{os.getpid()}"
    beside.write_text(json.dumps(asdict(found)), encoding="utf-8")
    beside.replace(folder / f"{name}.json")


def forget(folder: Path, name: str) -> None:
    (folder / f"{name}.json").unlink(missing_ok=True)


def remembered(folder: Path, name: str) -> Identity | None:
    """What was noted; None when there is no note or it cannot be read."""
    try:
        found = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return Identity(int(found["pid"]), str(found["started"]), str(found["command"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def living(noted: Identity) -> Identity | None:
    """The noted process if it still lives: same number, same start and the same program."""
    now = identify(noted.pid)
    if now is None or now.started != noted.started:
        return None
    program = Path(noted.command.split(" ")[0].rstrip(":")).name
    return now if program in now.command else None


def leftovers(folder: Path) -> Iterator[tuple[str, Identity]]:
    """Processes that an earlier run noted and that live on. Notes of dead ones are removed."""
    for path in sorted(folder.glob("*.json")):
        noted = remembered(folder, path.stem)
        now = None if noted is None else living(noted)
        if now is None:
            path.unlink(missing_ok=True)
        else:
            yield path.stem, now
