"""The production files cannot be run here: what they promise is read from them."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from r2p_dashboard.celery import app
from r2p_dashboard.local import healthcheck
from r2p_dashboard.local.children import WORKER_PROCESSES, WORKER_QUEUES, worker_command

ROOT = Path(__file__).resolve().parents[1]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
LASTING = ("postgres", "redis", "web", "worker", "beat")
FULL_VERSION = re.compile(r"^[a-z0-9/-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9-]+)?$")


def _queues(command: list[str]) -> set[str]:
    return set(command[command.index("-Q") + 1].split(","))


def _processes(command: list[str]) -> int:
    return int(command[command.index("--concurrency") + 1])


def test_every_queue_has_a_worker_in_compose_and_in_the_launcher() -> None:
    routed = {route["queue"] for route in app.conf.task_routes.values()} | {app.conf.task_default_queue}

    assert _queues(SERVICES["worker"]["command"]) == routed
    assert _queues(worker_command()) == routed == set(WORKER_QUEUES.split(","))
    assert _processes(SERVICES["worker"]["command"]) == _processes(worker_command()) == WORKER_PROCESSES


@pytest.mark.parametrize("name", OURS)
def test_every_variable_that_compose_passes_is_read_by_settings(name: str) -> None:
    settings = (ROOT / "r2p_dashboard" / "settings.py").read_text(encoding="utf-8")

    assert [key for key in SERVICES[name]["environment"] if f'("{key}"' not in settings] == []


def test_compose_passes_what_production_cannot_do_without() -> None:
    wanted = {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "MAIL_URL", "MAIL_FROM", "SITE_URL"}

    assert wanted <= set(SERVICES["web"]["environment"])
    assert (SERVICES["web"]["environment"]["DEBUG"], SERVICES["web"]["environment"]["SECURE"]) == ("0", "1")


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"SECURE": "1"}, "SITE_URL is not set; wanted scheme and host"),
        ({}, "SITE_URL is not set"),
        ({"SECURE": "1", "SITE_URL": "https://dashboard.example.org"}, ""),
        ({"SECURE": "0"}, ""),
        ({"DEBUG": "1", "SECURE": "1"}, ""),
    ],
)
def test_a_site_behind_tls_names_its_address_or_does_not_start(named: dict[str, str], says: str) -> None:
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "only-for-tests"} | named
    command = [sys.executable, "-c", "import r2p_dashboard.settings"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    assert says in done.stderr
    assert (done.returncode == 0) == (not says)


def test_what_asks_sources_has_what_the_asking_needs_and_the_worker_alone_their_keys() -> None:
    passed = set(SERVICES["worker"]["environment"])
    from_file = {name: service["env_file"] for name, service in SERVICES.items() if "env_file" in service}

    assert {"FETCH_CONTACT", "FETCH_ALSO", "FETCH_PAUSE", "FEED_ITEMS_PER_HOUR"} <= passed
    assert from_file == {"worker": [{"path": ".env.sources", "required": False}]}
    assert not [name for name in passed if name.startswith("SOURCE_")]


@pytest.mark.parametrize("name", ["FETCH_PAUSE", "FEED_ITEMS_PER_HOUR", "RELEASE_FROM_LEVEL", "ANSWER_HOURS"])
def test_a_number_that_nobody_names_is_the_same_in_compose_and_in_the_settings(name: str) -> None:
    settings = (ROOT / "r2p_dashboard" / "settings.py").read_text(encoding="utf-8")
    default = re.findall(rf'get\("{name}", "([^"]+)"\)', settings)

    assert [SERVICES["worker"]["environment"][name]] == [f"${{{name}:-{default[0]}}}"]


def test_no_secret_has_a_default() -> None:
    found = re.findall(r"\$\{(\w*(?:SECRET|PASSWORD)\w*)(\W*)", COMPOSE_TEXT)

    assert {name for name, _ in found} == {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert {sign for _, sign in found} == {":?"}


def test_an_installation_names_its_mail_server_and_the_mail_catcher_is_only_for_trying_out() -> None:
    asked = {name: SERVICES["worker"]["environment"][name] for name in ("MAIL_URL", "MAIL_FROM", "SITE_URL")}
    optional = {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service}

    assert [name for name, value in asked.items() if not value.startswith(f"${{{name}:?")] == []
    assert optional == {"mailpit": ["trying-out"]}
    assert SERVICES["mailpit"]["cap_drop"] == ["ALL"]


def test_the_example_names_every_variable_and_gives_no_secret() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", example, re.MULTILINE))

    assert set(named) == set(re.findall(r"\$\{([A-Z_]+)", COMPOSE_TEXT))
    assert set(named.values()) == {""}


def test_git_ignores_the_file_with_the_secrets() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert [name for name in (".env", ".env.sources", ".local/", ".venv") if name not in ignored] == []


def test_images_are_pinned_to_a_full_version() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert [image for image in images if not FULL_VERSION.match(image)] == []


def test_our_image_carries_the_projects_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert {SERVICES[name]["image"] for name in OURS} == {f"r2p-dashboard:{version}"}


def test_uv_is_the_same_in_the_image_and_in_the_makefile() -> None:
    script = (ROOT / "r2p_dashboard" / "local" / "venv.sh").read_text(encoding="utf-8")

    assert re.findall(r"uv==([\d.]+)", DOCKERFILE) == re.findall(r"uv_version=([\d.]+)", script)


def test_ports_are_open_on_loopback_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert [SERVICES[name]["networks"] for name in ("postgres", "redis")] == [["inside"], ["inside"]]


@pytest.mark.parametrize("name", OURS)
def test_the_application_runs_without_rights(name: str) -> None:
    service = SERVICES[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert "user" not in service
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["r2p"]


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_restarts_and_has_a_health_check(name: str) -> None:
    service = SERVICES[name]

    assert service["restart"] == "unless-stopped"
    assert "test" in service.get("healthcheck", {}) or (name == "web" and "\nHEALTHCHECK " in DOCKERFILE)


def test_nothing_starts_before_the_one_shot_migration_is_done() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("web", "worker", "beat"):
        waits = {key: value["condition"] for key, value in SERVICES[name]["depends_on"].items()}
        assert waits == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }


def test_what_must_last_is_on_a_volume() -> None:
    volumes = {name: service["volumes"] for name, service in SERVICES.items() if "volumes" in service}

    assert set(volumes) == {"postgres", "redis", "beat"}
    assert volumes["beat"] == ["beat:/var/lib/r2p"]
    assert healthcheck.BEAT_SCHEDULE in SERVICES["beat"]["command"]


def test_ci_is_a_valid_script_and_calls_targets_that_exist() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    steps = re.findall(r"^\s*(?:run|beside) ([a-z-]+)$", script, re.MULTILINE)

    assert steps == ["lint", "types", "contracts", "checks", "test-all"]
    assert set(steps) <= targets
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


def test_every_target_is_in_the_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) - {"help"}

    assert targets == set(re.findall(r'@echo "make ([a-z-]+)', makefile))
