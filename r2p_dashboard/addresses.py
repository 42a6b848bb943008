"""Reads the addresses of the database and the broker out of the environment's URLs."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class AddressError(ValueError):
    """A service address that cannot be understood; the message never repeats the address (it holds a password)."""


def database_from(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for `postgres://user:password@host:port/name?host=/socket/folder`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise AddressError(f"DATABASE_URL starts with {parts.scheme!r}; wanted postgres://user:password@host:port/name")
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise AddressError("DATABASE_URL names no database; wanted postgres://user:password@host:port/name")
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or str(parts.port or ""),
    }
    if options:
        entry["OPTIONS"] = options
    return entry
