"""Fixtures: reference data, a real worker."""

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import hypothesis
import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from alerts.situations.measure_loading import load_measures
from countries.loading import load_countries
from indicators.lexicon_keeping import load_shipped
from indicators.methods import publish_shipped
from indicators.reference_loading import load_framework, load_series_definitions
from r2p_dashboard.celery import QUEUES, app
from tests import marked as marking
from tests import standing
from tests.make import NOW
from tests.waiting import Bell

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
]  # fmt: skip
SHARED_DATA = ROOT.parent / "shared" / "data"


hypothesis.settings.register_profile("no clock", deadline=None)  # how long an example takes is no matter of a test
hypothesis.settings.load_profile("no clock")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Reference data once for all tests; what a test emptied is put back when it ends."""
    with django_db_blocker.unblock():
        _load_reference()
        standing.put_aside()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:  # threads of live servers leave theirs open
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        cursor.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose tests wait long in turns with the biggest others, so that no core waits too; the smallest go last."""
    tests = Counter(item.path for item in items)
    kills = {item.path for item in items if item.get_closest_marker("chaos")}
    waiting = kills | {item.path for item in items if any(map(item.get_closest_marker, ("browser", "slow")))}
    biggest = sorted(tests, key=lambda path: (path not in kills, -tests[path], str(path)))
    of_each = ([path for path in biggest if (path in waiting) is waits] for waits in (True, False))
    place = {path: (number, which) for which, files in enumerate(of_each) for number, path in enumerate(files)}
    items.sort(key=lambda item: place[item.path])


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Passwords of made-up people need no slow hash."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def reference(db: None) -> None:
    """Countries, framework, series definitions and the method in use: loaded once, said by the test that needs them."""


@pytest.fixture
def marked(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """Every string of pages stands between ⟦ and ⟧."""
    with marking.spoken(tmp_path, settings):
        yield


@pytest.fixture
def nothing_loaded(db: None) -> None:
    """An installation before `load_reference`; the end of the test brings everything back."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE indicators_framework, countries_country CASCADE")


def _load_reference() -> None:
    load_countries()
    load_framework(at=NOW)
    load_series_definitions()
    publish_shipped(at=NOW)
    load_shipped(at=NOW)
    load_measures()


@pytest.fixture
def shared_data() -> Path:
    """The folder of real files, where it stands beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("../shared/data is not here: the real files are never committed")
    return SHARED_DATA


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Debian's Chromium is not installed: `apt-get install chromium`, or `make test` as root")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def database_url() -> str:
    """The test database's address, for processes of our own."""
    entry = connection.settings_dict
    query = urlencode({"host": entry["HOST"], "port": entry["PORT"]})
    return f"postgres://{entry['USER']}@/{entry['NAME']}?{query}"


def start_worker() -> subprocess.Popen[bytes]:
    """A real worker on the test database; returns when it answers."""
    command = [sys.executable, "-m", "celery", "-A", "r2p_dashboard", "worker", "-Q", ",".join(QUEUES), "-c", "1"]
    command += ["--without-mingle", "--without-gossip"]  # no other worker is there to be asked
    # Django's checks, which load every view, are those of `make checks`: a quarter of each start.
    environment = {**os.environ, "DATABASE_URL": database_url(), "CELERY_SKIP_CHECKS": "1"}
    worker = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    end = time.monotonic() + 120  # on a machine that does much else
    while not app.control.ping(timeout=0.3):
        if worker.poll() is not None or time.monotonic() > end:
            worker.kill()
            raise RuntimeError(f"the worker did not answer (exit code {worker.poll()})")
    return worker


def stop_worker(worker: subprocess.Popen[bytes]) -> None:
    """Asks it to end, and makes it end."""
    worker.terminate()
    try:
        worker.wait(timeout=10)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


@pytest.fixture(scope="module")
def workers() -> Iterator[list[subprocess.Popen[bytes]]]:
    """The worker of a module, if one was started: starting one takes seconds."""
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        stop_worker(process)


@pytest.fixture
def bell() -> Iterator[Bell]:
    """The bell, with nobody at the other end."""
    app.control.purge()
    yield Bell()
    app.control.purge()


@pytest.fixture
def worker(
    transactional_db: None, reference: None, workers: list[subprocess.Popen[bytes]]
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process with empty queues, idle when the test begins and when it ends."""
    app.control.purge()
    if not workers or workers[0].poll() is not None:
        workers[:] = [start_worker()]
    yield workers[0]
    if workers[0].poll() is None:
        _settle()
    app.control.purge()


def _settle() -> None:
    """Until the worker has nothing to do, twice in a row: a task may ring for another one with its last breath."""
    quiet = 0
    while quiet < 2:
        app.control.purge()
        asked = app.control.inspect(timeout=5, limit=1)
        is_busy = any(any((found or {}).values()) for found in (asked.active(), asked.reserved()))
        quiet = 0 if is_busy else quiet + 1
        time.sleep(0.1 * is_busy)


@pytest.fixture
def no_worker(transactional_db: None, reference: None, workers: list[subprocess.Popen[bytes]]) -> None:
    """Nobody takes messages from the queues, which are empty."""
    while workers:
        stop_worker(workers.pop())
    app.control.purge()
