"""The launcher: one at a time, and all of it for real."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from r2p_dashboard.local.__main__ import main
from r2p_dashboard.local.messages import LocalError
from r2p_dashboard.local.ports import choose
from r2p_dashboard.local.processes import identify
from r2p_dashboard.local.reset import reset
from r2p_dashboard.local.run import only_one

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"postgres", "valkey", "mailbox", "worker", "beat", "web"}
STOP_SECONDS_MAX = 4 * 15 + 15 + 35 + 10  # granted to ours, Valkey and PostgreSQL in turn, and its own end
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "INSTALLATION_DAY",
    "DEBUG",
    "SECURE",
    "ALLOWED_HOSTS",
    "MAIL_URL",
    "SITE_URL",
)


def test_a_second_run_of_the_same_folder_is_refused(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(LocalError, match=f"process {os.getpid()}"), only_one(tmp_path):
        pytest.fail("two at once")


def test_reset_refuses_while_a_run_is_alive(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(LocalError, match="another `make run`"):
        reset(tmp_path)


def test_reset_forgets_the_data_and_says_what_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / ".local"
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "rows").write_bytes(b"0" * 2_000_000)

    assert reset(folder) == 0
    assert reset(folder) == 0

    said = capsys.readouterr().out
    assert "postgres (2.0 MB)" in said
    assert "nothing to reset" in said
    assert not folder.exists()


def test_an_error_is_told_with_what_was_found_wanted_and_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--port", "http"]) == 1

    said = capsys.readouterr().err
    assert [word for word in ("found:", "wanted:", "to do:") if word not in said] == []
    assert "PORT=http" in said


@contextlib.contextmanager
def _running(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A launcher that has said "ready"."""
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    command = [sys.executable, "-m", "r2p_dashboard.local", "run", "--folder", str(folder)]
    with subprocess.Popen(
        [*command, "--port", str(port)],
        env=env,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as launcher:
        assert launcher.stdout is not None
        lines: list[str] = []
        try:
            for line in launcher.stdout:
                lines.append(line)
                if "ready: http://" in line:
                    break
            assert any("ready: " in line for line in lines), "".join(lines)
            yield launcher
        finally:
            launcher.kill()


def _pids(folder: Path) -> dict[str, int]:
    return {path.stem: int(json.loads(path.read_text())["pid"]) for path in (folder / "run").glob("*.json")}


def _status(port: int) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().status


def _gone(pids: dict[str, int]) -> dict[str, int]:
    """Who is still there after a while."""
    until = time.monotonic() + 30
    while time.monotonic() < until and any(identify(pid) for pid in pids.values()):
        time.sleep(0.1)
    return {name: pid for name, pid in pids.items() if identify(pid) is not None}


@pytest.mark.chaos
def test_a_launcher_killed_by_9_leaves_nothing_and_the_next_one_starts_and_stops_cleanly(
    tmp_path: Path,
) -> None:
    port = choose(None, default=18080)
    with _running(tmp_path, port) as launcher:
        first = _pids(tmp_path)
        assert (set(first), _status(port)) == (NAMES, 200)
        launcher.kill()
    with _running(tmp_path, port) as launcher:
        second = _pids(tmp_path)
        assert (_gone(first), set(second), _status(port)) == ({}, NAMES, 200)
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(STOP_SECONDS_MAX) == 0
    assert (_gone(second), _pids(tmp_path)) == ({}, {})
