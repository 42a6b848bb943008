"""`make reset`: forget the local data, but never under a running installation."""

from __future__ import annotations

import signal
from pathlib import Path

from r2p_dashboard.local import folders, pidfiles
from r2p_dashboard.local.messages import LocalError
from r2p_dashboard.local.processes import end
from r2p_dashboard.local.run import only_one

_HOW = ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


def reset(folder: Path) -> int:
    """Remove the local data, say what went; refuse while a run holds the lock. Nothing else is touched."""
    if not folder.exists():
        print("nothing to reset: there is no local data")
        return 0
    folders.make_writable(folder)
    with only_one(folder):
        for name, identity in pidfiles.leftovers(folder / "run"):
            print(f"ending {name} (process {identity.pid}), left by an earlier run")
            if not end(identity, how=_HOW):
                raise LocalError(
                    found=f"{name} (process {identity.pid}) still runs.",
                    wanted="nobody on the data before they are removed.",
                    todo=f"stop it as its owner: kill {identity.pid}; then make reset",
                )
        total = 0
        for path in sorted(folder.iterdir()):
            size = folders.remove(path)
            total += size
            print(f"removed {path} ({size / 1e6:.1f} MB)")
        folder.rmdir()
    print(f"forgotten: {total / 1e6:.1f} MB; the next `make run` starts from nothing")
    return 0
