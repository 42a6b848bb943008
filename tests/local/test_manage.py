"""`make manage` with real processes: whose services it uses, what it passes on, what it refuses."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from r2p_dashboard.local import environment, services
from r2p_dashboard.local.run import only_one
from r2p_dashboard.local.services import Services

ROOT = Path(__file__).resolve().parents[2]
NAMED = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "INSTALLATION_DAY"}
_ASK = "from django.conf import settings; print(settings.INSTALLATION_DAY, settings.DATABASES['default']['HOST'])"


def _call(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in NAMED} | more
    return subprocess.run([sys.executable, *command], env=env, cwd=ROOT, capture_output=True, text=True, check=False)


def _manage(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return _call("-m", "r2p_dashboard.local", "manage", "--folder", str(folder), "--", *arguments, **more)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that ran once and was stopped."""
    folder = tmp_path_factory.mktemp("installation")
    services.start_services(folder, durable=False, environ={}).stop()
    return folder


@pytest.fixture
def installation(folder: Path) -> Iterator[Services]:
    """The same, running: this test is its launcher."""
    with only_one(folder):
        started = services.start_services(folder, durable=False, environ={})
        env = environment.environment(
            folder=folder, database_url=started.database_url, redis_url=started.redis_url, environ={}
        )
        environment.keep(folder, env | {"INSTALLATION_DAY": "2023-02-01"})
        yield started
        environment.forget(folder)
        started.stop()


def test_a_command_gets_the_services_and_the_day_of_the_running_installation(
    folder: Path, installation: Services
) -> None:
    done = _manage(folder, "shell", "--no-imports", "-c", _ASK)

    day, host = done.stdout.split()
    assert (done.returncode, done.stderr, day) == (0, "", "2023-02-01")
    assert host in installation.database_url.replace("%2F", "/")
    assert (folder / "environment.json").stat().st_mode & 0o077 == 0


def test_a_command_while_nothing_runs_has_servers_for_its_time(folder: Path) -> None:
    done = _manage(folder, "migrate", "--plan", "-v", "0")

    assert (done.returncode, "are started for this command" in done.stderr) == (0, True)
    assert list((folder / "run").glob("*.json")) == []


def test_a_refusal_is_one_line_and_its_exit_code_is_passed_on(folder: Path, installation: Services) -> None:
    refused = _manage(folder, "ingest", "text", "--file", "none.txt")
    left = _manage(folder, "shell", "--no-imports", "-c", "raise SystemExit(7)")
    killed = _manage(folder, "shell", "--no-imports", "-c", "import os; os.kill(os.getpid(), 15)")

    assert refused.stderr == "CommandError: none.txt: No such file or directory; wanted a file that can be read\n"
    assert [done.returncode for done in (refused, left, killed)] == [1, 7, 128 + 15]


def test_an_installation_that_is_just_starting_is_left_alone(folder: Path) -> None:
    with only_one(folder):
        done = _manage(folder, "check")

    assert (done.returncode, done.stdout) == (1, "")
    assert f"(process {os.getpid()}) uses {folder}. It is not ready for commands." in done.stderr


def test_what_a_killed_launcher_left_is_not_believed(folder: Path) -> None:
    dead = "import sys; from pathlib import Path; from r2p_dashboard.local import environment as e"
    assert _call("-c", f"{dead}; e.keep(Path(sys.argv[1]), {{'DATABASE_URL': 'x'}})", str(folder)).returncode == 0

    assert (folder / "environment.json").exists()
    assert environment.running(folder) is None


def test_another_database_in_the_callers_environment_is_refused(folder: Path, installation: Services) -> None:
    done = _manage(folder, "check", DATABASE_URL="postgres://other@127.0.0.1/other")

    assert (done.returncode, "names another database" in done.stderr) == (1, True)


def test_a_folder_without_an_installation_is_refused_and_stays_empty(tmp_path: Path) -> None:
    done = _manage(tmp_path, "check")

    assert (done.returncode, "there is no installation in" in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_without_a_secret_key_one_line_names_the_way_on() -> None:
    done = _call("manage.py", "ingest", "text", "--file", "none.txt")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "SECRET_KEY is not set" in done.stderr
    assert "make manage ARGS=" in done.stderr


def test_a_command_runs_as_the_code_that_the_workers_run(tmp_path: Path) -> None:
    env = environment.environment(folder=tmp_path, database_url="postgres://x", redis_url="redis://x", environ={})
    environment.keep(tmp_path, env)

    running = environment.running(tmp_path) or {}

    assert env["CODE_VERSION"] == environment._commit()
    assert running["CODE_VERSION"] == env["CODE_VERSION"]
