"""A process is known by more than its number, and goes when its launcher goes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from r2p_dashboard.local.processes import Identity, end, identify, lives, spawn, stop

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
LAUNCHER = """
import sys, time
from pathlib import Path
from r2p_dashboard.local.processes import spawn
print(spawn([sys.executable, "-c", "import time; time.sleep(60)"], log=Path(sys.argv[1])).pid, flush=True)
time.sleep(60)
"""


def test_a_later_process_with_the_same_number_is_not_taken_for_the_first() -> None:
    me = identify(os.getpid())
    assert me is not None
    earlier = Identity(me.pid, "another start", me.command)

    assert lives(me)
    assert not lives(earlier)
    assert end(earlier, how=((signal.SIGKILL, 1.0),))  # and this test goes on


def test_a_number_that_nobody_has_is_nobody() -> None:
    assert identify(2**22 + 1) is None


def test_stopping_takes_the_whole_group(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time;"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True);"
        "time.sleep(60)"
    )
    process = spawn([sys.executable, "-c", code], log=tmp_path / "log", capture=True)
    assert process.stdout is not None
    grandchild = int(process.stdout.readline())

    stop(process, how=((signal.SIGTERM, 5.0),))
    process.stdout.close()

    assert _gone(grandchild)


@pytest.mark.chaos
def test_a_child_dies_with_a_launcher_that_was_killed(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(tmp_path / "log")], stdout=subprocess.PIPE, cwd=root
    ) as launcher:
        assert launcher.stdout is not None
        child = int(launcher.stdout.readline())
        assert identify(child) is not None
        launcher.kill()

    assert _gone(child)


def _gone(pid: int) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if identify(pid) is None:
            return True
        time.sleep(0.05)
    return False
