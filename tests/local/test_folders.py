"""Folders: refused with a way on, private where they must be, short where the kernel wants it."""

import os
import stat
from pathlib import Path

import pytest

from r2p_dashboard.local import folders
from r2p_dashboard.local.environment import DEMONSTRATION_DAY, environment, local_secret
from r2p_dashboard.local.messages import LocalError


def test_a_folder_that_cannot_be_written_is_refused_with_a_way_on() -> None:
    with pytest.raises(LocalError) as refusal:
        folders.make_writable(Path("/proc/r2p/.local"))

    assert "/proc belongs to user 0" in refusal.value.found
    assert "chown" in refusal.value.todo


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".local").write_text("")

    with pytest.raises(LocalError, match="cannot be written"):
        folders.make_writable(tmp_path / ".local")


def test_the_socket_folder_is_private_short_and_the_same_each_time(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 200)

    folder = folders.socket_folder(deep, os.geteuid(), os.getegid())

    assert folder == folders.socket_folder(deep, os.geteuid(), os.getegid())
    assert len(str(folder)) < 90
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_a_socket_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    folder = folders.socket_folder(tmp_path, os.geteuid(), os.getegid())
    folder.chmod(0o755)

    with pytest.raises(LocalError, match="not a private folder"):
        folders.socket_folder(tmp_path, os.geteuid(), os.getegid())
    folder.rmdir()


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"

    first = local_secret(path)

    assert len(first) > 50
    assert local_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_the_caller_sets_wins_over_the_demonstration(tmp_path: Path) -> None:
    plain = environment(folder=tmp_path, database_url="d", redis_url="r", environ={})
    today = environment(folder=tmp_path, database_url="d", redis_url="r", environ={"INSTALLATION_DAY": ""})

    assert plain["INSTALLATION_DAY"] == DEMONSTRATION_DAY
    assert plain["DEBUG"] == "0"
    assert today["INSTALLATION_DAY"] == ""
