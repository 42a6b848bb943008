"""Reports of non-delivery (RFC 3464) as servers send them back: which of our mails, and what became of it. Pure."""

import dataclasses
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

MOST_BYTES = 2_000_000
_OURS = re.compile(r"<(?:alert-\d+\.delivery-\d+|confirmation-\d+)\.\d{14}@[^\s<>]{1,190}>")
_CONFIRMATION = re.compile(r"<confirmation-(\d{1,18})\.")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class NotAReturnError(ValueError):
    """Not a report about one mail of ours; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Returned:
    """What a report says: the mail's Message-ID, whether it failed for good, and the status (such as 5.1.1)."""

    message_id: str
    has_failed: bool
    status: str

    @property
    def confirmation(self) -> int | None:
        """The number of the mail that asked for a yes; None: it was about alerts."""
        found = _CONFIRMATION.match(self.message_id)
        return int(found[1]) if found else None


def read_return(payload: bytes) -> Returned:
    """A report of non-delivery, from its bytes. Raises NotAReturnError."""
    if len(payload) > MOST_BYTES:
        raise NotAReturnError(f"found {len(payload)} bytes; wanted a report of at most {MOST_BYTES}")
    message = message_from_bytes(payload, policy=default)
    parts = list(message.walk())
    reports = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    if message.get_content_type() != "multipart/report" or not reports:
        raise NotAReturnError(f"found {message.get_content_type()}; wanted multipart/report with its delivery-status")
    said = "\n".join(_lines(part) for part in reports)
    action = re.search(r"^Action:\s*(\w+)", said, re.IGNORECASE | re.MULTILINE)
    status = re.search(r"^Status:\s*(\S+)", said, re.IGNORECASE | re.MULTILINE)
    if action is None or status is None or not _STATUS.fullmatch(status[1]):
        raise NotAReturnError("found a report without action or status; wanted both (RFC 3464, 2.3)")
    failed = action[1].lower() == "failed" and status[1].startswith("5")
    return Returned(_message_id(parts), failed, status[1])


def _lines(part: EmailMessage) -> str:
    """The fields of a delivery-status part, which the parser keeps as messages of headers alone."""
    return "\n".join(f"{name}: {value}" for block in part.get_payload() for name, value in block.raw_items())  # type: ignore[union-attr]  # a list of messages


def _message_id(parts: list[EmailMessage]) -> str:
    """Of the mail that came back: from its headers, which the report brings along."""
    for part in parts:
        if part.get_content_type() in {"text/rfc822-headers", "message/rfc822"}:
            inner = part.get_payload()
            text = "\n".join(str(one) for one in inner) if isinstance(inner, list) else str(inner)
            found = re.search(r"^Message-ID:\s*(<[^<>\s]+>)", text, re.IGNORECASE | re.MULTILINE)
            if found and _OURS.fullmatch(found[1]):
                return found[1]
    raise NotAReturnError("found no Message-ID of a mail of ours in the headers that came back; wanted one")
