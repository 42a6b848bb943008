"""Notes of earlier runs: ours are found, strangers are left alone."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from r2p_dashboard.local import pidfiles
from r2p_dashboard.local.processes import spawn, stop


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[int]:
    process = spawn([sys.executable, "-c", "import time; time.sleep(60)"], log=tmp_path / "log")
    yield process.pid
    stop(process, how=((signal.SIGTERM, 5.0),))


def test_a_process_that_an_earlier_run_left_is_found(tmp_path: Path, sleeper: int) -> None:
    pidfiles.note(tmp_path / "run", "worker", sleeper)

    found = dict(pidfiles.leftovers(tmp_path / "run"))

    assert found["worker"].pid == sleeper


def test_a_stale_note_whose_number_went_to_a_stranger_is_removed(tmp_path: Path, sleeper: int) -> None:
    pidfiles.note(tmp_path, "worker", sleeper)
    path = tmp_path / "worker.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"pid": os.getpid()}))

    assert list(pidfiles.leftovers(tmp_path)) == []
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "1234", "{}", '{"pid": "x"}', '{"pid": 1'])
def test_a_note_that_cannot_be_read_is_removed(tmp_path: Path, text: str) -> None:
    (tmp_path / "beat.json").write_text(text)

    assert list(pidfiles.leftovers(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_forgotten_process_is_not_found(tmp_path: Path, sleeper: int) -> None:
    pidfiles.note(tmp_path, "web", sleeper)
    pidfiles.forget(tmp_path, "web")

    assert list(pidfiles.leftovers(tmp_path)) == []
