"""Reads the addresses of the database, the broker and the mail server out of the environment's URLs."""

from dataclasses import dataclass, field
from typing import Any, Literal
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


Tls = Literal["none", "starttls", "tls"]
_MAIL_FORM = "smtp://user:password@host:587?tls=starttls"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_MAIL_PORTS: dict[Tls, int] = {"none": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The one server that takes our mails; its password is not in its representation."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: Tls = "none"


def mail_server_from(url: str) -> MailServer:
    """Read `smtp://user:password@host:port?tls=starttls|none|tls`.

    Without `tls` a log-in means `starttls`, no log-in means `none`; without a port the usual one of that way.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text repeats what was found
        raise AddressError(f"MAIL_URL has a port or host that is none; wanted {_MAIL_FORM}") from None
    if parts.scheme != "smtp":
        raise AddressError(f"MAIL_URL starts with {_start_of(parts.scheme)}; wanted {_MAIL_FORM}")
    if not parts.hostname or parts.path not in {"", "/"} or parts.fragment:
        raise AddressError(f"MAIL_URL names no host or more than a host; wanted {_MAIL_FORM}, %-encoded")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise AddressError(f"MAIL_URL has only half of a log-in; wanted {_MAIL_FORM}, or neither user nor password")
    tls = _tls_from(parts.query, has_login=bool(user))
    if tls == "none" and user and parts.hostname not in _LOOPBACK:
        raise AddressError("MAIL_URL would send its password in the clear; wanted tls=starttls or tls=tls")
    return MailServer(parts.hostname, port or _MAIL_PORTS[tls], user, password, tls)


def _tls_from(query: str, *, has_login: bool) -> Tls:
    asked = dict(parse_qsl(query, keep_blank_values=True))
    wanted = asked.pop("tls", "starttls" if has_login else "none")
    for known in _MAIL_PORTS:
        if wanted == known and not asked:
            return known
    raise AddressError(f"MAIL_URL asks for something unknown; wanted ?tls=none, starttls or tls ({_MAIL_FORM})")


def _start_of(scheme: str) -> str:
    """A scheme holds no secret, but what stands before a colon that is none may."""
    return repr(scheme) if scheme in {"smtps", "http", "https", "mailto", "submission"} else "something else"
