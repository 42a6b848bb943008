"""Mails as they come out at the other end, and alerts that are worth one."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

from alerts import messages
from alerts.models import Alert, Delivery
from people.permissions import Role
from tests import make
from tests.alerts import outbox


class Visible(HTMLParser):
    """The words of a page that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag == "head"
        if tag == "img":
            self.parts.append(dict(attrs)["alt"])

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag == "head"

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)

    @property
    def words(self) -> list[str]:
        return " ".join(self.parts).split()


def high(**fields: Any) -> Alert:
    """One that a publisher released."""
    given: dict[str, Any] = {"level": 4, "previous_level": 3, "decided_by": make.person(Role.PUBLISHER)}
    return outbox.alert(**(given | fields))


def as_read(row: Delivery) -> EmailMessage:
    """As it comes out at the other end."""
    return message_from_bytes(messages.mail_for(row).as_bytes(), policy=default)


def both(row: Delivery) -> tuple[str, str]:
    mail = as_read(row)
    plain, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert isinstance(plain, EmailMessage)
    assert isinstance(page, EmailMessage)
    return plain.get_content().replace("\r\n", "\n"), page.get_content().replace("\r\n", "\n")
