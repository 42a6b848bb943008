"""Real servers: they start, keep what was committed through kill -9, and leave nothing behind."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from r2p_dashboard.local import cages, folders, postgres, valkey
from r2p_dashboard.local.messages import LocalError
from r2p_dashboard.local.processes import identify
from r2p_dashboard.local.services import Services, start_services


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    started = start_services(tmp_path_factory.mktemp("services"), environ={})
    yield started
    started.stop()


def _ask(services: Services, sql: str) -> int:
    connection = psycopg2.connect(services.database_url)
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return int(row[0]) if row else 0


@pytest.mark.chaos
def test_after_kill_9_every_committed_row_is_back(services: Services) -> None:
    _ask(services, "CREATE TABLE rows AS SELECT generate_series(1, 1000) AS n")

    services.kill_database()
    services.start_database()

    assert _ask(services, "SELECT count(*) FROM rows") == 1000


@pytest.mark.chaos
def test_a_broker_that_was_killed_answers_again(services: Services) -> None:
    services.kill_broker()
    services.start_broker()

    assert services.broker is not None
    assert services.broker.poll() is None


def test_the_user_may_create_a_test_database_and_the_extensions(services: Services) -> None:
    assert _ask(services, "SELECT rolcreatedb::int FROM pg_roles WHERE rolname = current_user") == 1
    _ask(services, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _ask(services, "CREATE EXTENSION IF NOT EXISTS unaccent")


def test_letters_beyond_ascii_have_a_lower_case(services: Services) -> None:
    assert _ask(services, "SELECT (lower('ÉЖ') = 'éж')::int") == 1


def test_a_predecessor_left_running_is_stopped_and_its_data_taken_over(tmp_path: Path) -> None:
    first = start_services(tmp_path, durable=False, environ={})
    assert first.database is not None
    assert first.broker is not None
    old = (first.database.pid, first.broker.pid)
    _ask(first, "CREATE TABLE kept AS SELECT 1 AS n")

    second = start_services(tmp_path, durable=False, environ={})

    assert _ask(second, "SELECT count(*) FROM kept") == 1
    assert [first.database.poll() is None, first.broker.poll() is None] == [False, False]
    assert [identify(pid) for pid in old] == [None, None]
    second.stop()


def test_a_stale_lock_file_that_names_another_program_is_removed(tmp_path: Path) -> None:
    first = start_services(tmp_path, durable=False, environ={})
    first.stop()
    lines = [str(os.getppid()), str(tmp_path / "postgres"), "1", "5432", "", "", "0 0", "ready"]
    (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    said: list[str] = []

    second = start_services(tmp_path, durable=False, environ={}, say=said.append)
    second.stop()

    assert any("stale lock file" in line for line in said)


def test_stopping_leaves_no_process_and_no_socket(tmp_path: Path) -> None:
    services = start_services(tmp_path, durable=False, environ={})
    assert services.database is not None
    assert services.broker is not None
    pids = (services.database.pid, services.broker.pid)

    services.stop()
    services.stop()

    assert [identify(pid) for pid in pids] == [None, None]
    assert list((tmp_path / "run").iterdir()) == []


def test_an_address_in_the_environment_is_used_and_nothing_started(services: Services, tmp_path: Path) -> None:
    environ = {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}

    borrowed = start_services(tmp_path / "none", environ=environ)
    borrowed.stop()

    assert not (tmp_path / "none").exists()
    assert services.database is not None
    assert services.database.poll() is None


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("DATABASE_URL", "postgres://me:secret@127.0.0.1:9/none"),
        ("DATABASE_URL", "mysql://me:secret@127.0.0.1:9/none"),
        ("REDIS_URL", "redis://me:secret@127.0.0.1:9/0"),
    ],
)
def test_an_address_that_refuses_is_said_without_its_password(
    services: Services, tmp_path: Path, name: str, address: str
) -> None:
    both = {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}

    with pytest.raises(LocalError) as refusal:
        start_services(tmp_path, environ=both | {name: address})

    assert name in refusal.value.found
    assert "secret" not in str(refusal.value)
    assert f"unset {name}" in refusal.value.todo


def test_without_any_server_program_the_three_ways_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "binary_folders", lambda: iter(()))
    monkeypatch.setattr(valkey, "binaries", lambda: iter(()))

    with pytest.raises(LocalError, match=r"(?s)DATABASE_URL.*apt-get install postgresql"):
        postgres.find(tmp_path, durable=False)
    with pytest.raises(LocalError, match=r"(?s)REDIS_URL.*apt-get install redis-server"):
        valkey.find(tmp_path, durable=False)


def test_data_of_another_major_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")

    with pytest.raises(LocalError, match=r"(?s)made by PostgreSQL 9.*make reset"):
        start_services(tmp_path, durable=False, environ={})


def test_a_broker_whose_files_are_broken_starts_empty_and_says_so(tmp_path: Path) -> None:
    aof = tmp_path / "valkey" / "appendonlydir"
    aof.mkdir(parents=True)
    (aof / "appendonly.aof.manifest").write_text("nonsense\n")
    said: list[str] = []
    broker = valkey.find(tmp_path, durable=True, say=said.append)

    broker.start()
    broker.stop()

    assert any("valkey.broken" in line for line in said)
    assert (tmp_path / "valkey.broken").is_dir()


def test_every_way_to_run_that_works_here_makes_a_cluster() -> None:
    ways = [
        (binaries, cage)
        for binaries in postgres.binary_folders()
        for cage in cages.cages()
        if cages.works(cage, binaries / "initdb") and cages.works(cage, binaries / "postgres")
    ]
    assert ways

    for binaries, cage in ways:
        with tempfile.TemporaryDirectory(prefix="r2p-test-", dir="/tmp") as folder:
            server = postgres.Postgres(Path(folder), binaries, cage, durable=False)
            server.start()
            server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as somebody else")
def test_a_folder_that_the_servers_user_cannot_reach_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed" / "data").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)

    with pytest.raises(LocalError, match=r"chmod o\+x .*closed"):
        folders.let_through(tmp_path / "closed" / "data", 65534)
