"""Starts PostgreSQL and Valkey before Django reads its settings; named in pyproject.toml's addopts."""

import os
import shutil
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
SERVICES = start_services(_folder, durable=False)
os.environ["DATABASE_URL"] = SERVICES.database_url
os.environ["REDIS_URL"] = SERVICES.redis_url


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    SERVICES.stop()
    shutil.rmtree(_folder, ignore_errors=True)
