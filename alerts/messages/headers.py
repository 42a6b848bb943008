"""The head of a mail: one recipient, nothing that a name could break, no identifier that folding could change."""

import functools
import re
from collections.abc import Mapping
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr

from django.conf import settings
from django.utils.encoding import punycode

_ADDRESS = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")  # visible ASCII
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class MessageError(ValueError):
    """A mail that must not be made: of an alert that is not released, or with a name that would break a header."""


class OneLine(UnstructuredHeader, BaseHeader):
    """A header of identifiers or addresses: folding would encode them, and no reader would know them again."""

    def fold(self, *, policy: EmailPolicy) -> str:  # type: ignore[override]  # any policy of Python's own is one
        return f"{self.name}: {self}{policy.linesep}"


class _Registry(HeaderRegistry):
    """Python's own makes a class for each header of each mail: it took as long as all their words."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[BaseHeader]] = {}

    def __getitem__(self, name: str) -> type[BaseHeader]:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


def _registry() -> HeaderRegistry:
    registry = _Registry()
    for name in ("message-id", "in-reply-to", "references", "list-id", "list-unsubscribe", "content-id"):
        registry.map_to_type(name, OneLine)
    return registry


POLICY: "EmailPolicy[EmailMessage]" = SMTP.clone(header_factory=_registry())


@functools.lru_cache(maxsize=64)
def head(name: str, value: str) -> BaseHeader:
    """A header that many mails share, read once."""
    found: BaseHeader = POLICY.header_factory(name, value)
    return found


def sender() -> str:
    """The bare address that the mails are from, where MAIL_FROM also has a name."""
    return parseaddr(settings.MAIL_FROM)[1]


def domain() -> str:
    """Of that address: it stands in every identifier."""
    return address("", sender(), "MAIL_FROM").domain


def address(name: str, email: str, place: str) -> Address:
    """One mailbox; a domain in letters of another script is written in the form that every server knows.

    Raises MessageError.
    """
    user, _, host = email.rpartition("@")
    if _UNREADABLE.search(f"{name}{email}"):
        raise MessageError(f"{place} holds a line break or control character; wanted none")
    try:
        found = Address(display_name=name, username=user, domain=punycode(host))
    except ValueError:  # its text repeats the address
        found = Address()
    if not _ADDRESS.fullmatch(found.addr_spec):
        raise MessageError(f"{place} is no mail address; wanted one such as name@domain.example")
    return found


def refuse_breaks(head: Mapping[str, object], place: str) -> None:
    """Raises MessageError where a value could begin another line."""
    for name, value in head.items():
        if _UNREADABLE.search(str(value)):
            raise MessageError(f"{place}: {name} holds a line break or control character; wanted none")
