"""The environment of every process that the launcher starts; what the caller set wins."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path

DEMONSTRATION_DAY = "2024-06-30"  # the cited documents speak of 2023-24, and evidence decays
_DEFAULTS = {
    "DJANGO_SETTINGS_MODULE": "r2p_dashboard.settings",
    "DEBUG": "0",
    "SECURE": "0",  # loopback only, without TLS
    "PLAIN_STATIC": "1",  # served from the source folders: nothing to collect or compress
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "INSTALLATION_DAY": DEMONSTRATION_DAY,
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
}


def environment(
    *, folder: Path, database_url: str, redis_url: str, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """An empty INSTALLATION_DAY in the caller's environment means today."""
    found = {**_DEFAULTS, **environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url}
    found.setdefault("CODE_VERSION", _commit())
    found["SECRET_KEY"] = environ.get("SECRET_KEY") or local_secret(folder / "secret_key")
    return found


def _commit() -> str:
    """The commit of the folder; empty where it is no checkout or git is not there."""
    try:
        asked = ["git", "rev-parse", "--short=12", "HEAD"]
        root = Path(__file__).resolve().parents[2]
        return subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False, timeout=5).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def local_secret(path: Path) -> str:
    """Made once, readable by its owner only."""
    if not path.exists() or not path.read_text(encoding="ascii").strip():
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()
