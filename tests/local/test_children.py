"""A process that dies is named, explained, brought back with a growing pause, and given up in the end."""

from pathlib import Path

import pytest

from r2p_dashboard.local.children import Watched, look_after, reason
from r2p_dashboard.local.messages import LocalError, tail


def _dying(log: Path, starts: list[str]) -> Watched:
    log.write_text("first line\nImportError: no module\n")
    return Watched("worker", log, lambda: starts.append("start"), lambda: -9, started_at=0.0)


def _live_through(watched: Watched, *, seconds: int) -> None:
    for second in range(seconds):
        look_after(watched, lambda _text: None, now=float(second))


def test_a_dead_child_is_named_with_the_end_of_its_log_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    starts: list[str] = []
    worker = _dying(tmp_path / "worker.log", starts)

    look_after(worker, said.append, now=1.0)
    look_after(worker, said.append, now=1.5)
    assert starts == []
    look_after(worker, said.append, now=2.1)

    assert starts == ["start"]
    assert "worker ended (killed by SIGKILL)" in said[0]
    assert "ImportError: no module" in said[0]


def test_a_child_that_keeps_dying_is_given_up(tmp_path: Path) -> None:
    worker = _dying(tmp_path / "worker.log", [])

    with pytest.raises(LocalError, match="5 times in a row"):
        _live_through(worker, seconds=60)


def test_a_death_after_a_long_life_starts_the_count_anew(tmp_path: Path) -> None:
    worker = _dying(tmp_path / "worker.log", [])
    worker.deaths = 4

    look_after(worker, lambda _text: None, now=3600.0)

    assert worker.deaths == 1


def test_an_exit_is_told_from_a_kill() -> None:
    assert reason(3) == "exit code 3"
    assert reason(-15) == "killed by SIGTERM"


def test_the_tail_of_a_log_starts_where_this_run_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("old\nnew\n")

    assert tail(log, start=4) == "    new"
    assert "no log" in tail(tmp_path / "none")
