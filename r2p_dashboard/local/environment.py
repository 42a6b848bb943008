"""The environment of every process that the launcher starts; what the caller set wins."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from r2p_dashboard.local import pidfiles, ports
from r2p_dashboard.local.processes import Identity, identify

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
_KEPT = {
    *_DEFAULTS, "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "INSTALLATION_NAME", "LOG_LEVEL", "MAIL_URL", "MAIL_FROM",
    "SITE_URL", "CODE_VERSION",
}  # fmt: skip


def environment(
    *,
    folder: Path,
    database_url: str,
    redis_url: str,
    web_port: int = ports.DEFAULT,
    mail_port: int = ports.MAILBOX,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """An empty INSTALLATION_DAY in the caller's environment means today; an empty MAIL_URL, the mailbox here."""
    found = {**_DEFAULTS, **environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url}
    found.setdefault("CODE_VERSION", _commit())
    found["MAIL_URL"] = environ.get("MAIL_URL") or f"smtp://{ports.HOST}:{mail_port}"
    found["SITE_URL"] = environ.get("SITE_URL") or f"http://{ports.HOST}:{web_port}"
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


def keep(folder: Path, env: Mapping[str, str]) -> None:
    """Tell later commands what this process, the launcher, runs with; for their owner's eyes only."""
    launcher = identify(os.getpid())
    if launcher is None:
        return
    kept = {"launcher": asdict(launcher), "environment": {name: env[name] for name in _KEPT if name in env}}
    forget(folder)
    descriptor = os.open(_kept(folder), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file)


def forget(folder: Path) -> None:
    _kept(folder).unlink(missing_ok=True)


def running(folder: Path) -> dict[str, str] | None:
    """What the installation of this folder runs with; None when none runs or it is not ready for commands."""
    try:
        kept = json.loads(_kept(folder).read_text(encoding="utf-8"))
        launcher = Identity(**kept["launcher"])
    except (FileNotFoundError, ValueError):
        return None
    return {**kept["environment"]} if pidfiles.living(launcher) else None


def _kept(folder: Path) -> Path:
    return folder / "environment.json"
