"""Starts PostgreSQL and Valkey before Django reads its settings; named in pyproject.toml's addopts.

With several processes (`-n 2`) each has servers of its own; the one that hands out the tests has none.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

_ENVIRONMENT = {
    "SECRET_KEY": "only-for-tests",
    "SECURE": "0",
    "PLAIN_STATIC": "1",
    "INSTALLATION_DAY": "2024-06-30",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # playwright runs an event loop beside the live server
    "OPENBLAS_NUM_THREADS": "1",
    "LOG_LEVEL": "WARNING",
}
for name, value in _ENVIRONMENT.items():
    os.environ.setdefault(name, value)

from r2p_dashboard.local.services import start_services  # noqa: E402  needs the environment above

_folder = Path(tempfile.mkdtemp(prefix="r2p-tests-"))
_static = _folder / "static"
_static.mkdir()
os.environ.setdefault("STATIC_ROOT", str(_static))  # whitenoise wants it to exist; static files come from the finders
_NOWHERE = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
_is_given_tests = "PYTEST_XDIST_WORKER" in os.environ  # by another process, whose environment this is a copy of
SERVICES = None
if not _is_given_tests and re.search(r" -n ?(?!0\b)\w", " ".join(["", *sys.argv[1:]])):
    os.environ |= {name: address for name, address in _NOWHERE.items() if name not in os.environ}
else:
    for name, address in _NOWHERE.items():
        if os.environ.get(name) == address:
            del os.environ[name]
    SERVICES = start_services(_folder, durable=False)
    os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = SERVICES.database_url, SERVICES.redis_url


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if SERVICES is not None:
        SERVICES.stop()
    shutil.rmtree(_folder, ignore_errors=True)
