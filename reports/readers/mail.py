"""A mail as a file (EML): its subject, its day, its words; each attachment becomes a report of its own."""

import datetime as dt
import email
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default

from reports.readers import html
from reports.readers.archive import FILES_MAX, label
from reports.readers.days import instant_of
from reports.readers.draft import CarriedFile, ItemProblem, ReaderError, ReportDraft, passages_of
from reports.readers.encoded import page_of, text_of
from reports.readers.plain import TAGS_MAX, from_html, one_line, tidy

LIBRARY = "email"
PARTS_MAX = 200
DEPTH_MAX = 20
HEADER_BYTES_MAX = 500_000
_HEADERS = re.compile(rb"(?:\A|\n)([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]")
_OF_A_MAIL = {
    b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version", b"return-path", b"delivered-to",
    b"reply-to", b"cc", b"content-type",
}  # fmt: skip


def looks_like_mail(payload: bytes) -> bool:
    """Whether the bytes begin with the headers of a mail."""
    head = payload[:20_000].lstrip(b"\xef\xbb\xbf \t\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    head = head.split(b"\n\n", 1)[0]
    first = head.split(b"\n", 1)[0]
    if not re.match(rb"(?:From |[A-Za-z][A-Za-z0-9-]{1,40}:)", first):
        return False
    names = {
        name.lower() for name in _HEADERS.findall(re.split(rb"\n\n", head.replace(b"\n\n", b"\n\n"), maxsplit=1)[0])
    }
    return b"from" in names and len(names & _OF_A_MAIL) >= 3


def read(payload: bytes) -> ReportDraft:
    """Passages of a mail's words. Raises ReaderError."""
    payload = payload.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not looks_like_mail(payload):
        raise ReaderError("first bytes", "no headers of a mail", "a mail saved as EML, or pasted with its headers")
    _refuse_long_head(payload)
    try:
        message = email.message_from_bytes(payload, _class=EmailMessage, policy=default)
        parts = list(_parts(message, 0))
    except RecursionError as error:
        raise _too_deep() from error
    text = _words(message)
    carried, problems = _attachments(parts)
    if not text and not carried:
        raise ReaderError("mail", "no words and no attachment", "one with text")
    return ReportDraft(
        kind="document" if text else "bundle",
        media_type="message/rfc822",
        text=text,
        passages=passages_of(text),
        title=one_line(_header(message, "subject"))[:300] or None,
        published_on=_day(message),
        carried=carried,
        problems=problems,
        is_internal=True,
    )


def _refuse_long_head(payload: bytes) -> None:
    ends = [at for at in (payload.find(b"\n\n"), payload.find(b"\r\n\r\n")) if at >= 0]
    size = min(ends, default=len(payload))
    if size > HEADER_BYTES_MAX:
        raise ReaderError("mail", f"{size / 1e3:,.0f} kB of headers", f"at most {HEADER_BYTES_MAX / 1e3:,.0f} kB")


def _too_deep() -> ReaderError:
    return ReaderError("mail", f"parts more than {DEPTH_MAX} deep within each other", "a mail that a program wrote")


def _parts(message: EmailMessage, depth: int) -> Iterator[EmailMessage]:
    """The parts that hold something, in order; a mail within a mail is one part. Raises ReaderError."""
    if depth > DEPTH_MAX:
        raise _too_deep()
    if not message.is_multipart() or (depth and message.get_content_type() == "message/rfc822"):
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, EmailMessage):
            yield from _parts(part, depth + 1)


def _header(message: EmailMessage, name: str) -> str:
    """A header's value; empty where there is none, or where it is so broken that the library breaks on it."""
    try:
        return str(message[name] or "")
    except Exception:  # noqa: BLE001  the library's own parser of headers breaks in many ways on crafted ones
        return ""


def _day(message: EmailMessage) -> dt.date | None:
    said = re.sub(r"\([^()]*\)", "", _header(message, "date")[:200])
    instant = instant_of(said)
    return instant.date() if instant else None


# --- its words ---------------------------------------------------------------------------------------------
def _words(message: EmailMessage) -> str:
    try:
        body = message.get_body(preferencelist=("plain", "html"))
    except (RecursionError, AttributeError, KeyError, ValueError):
        body = None
    if not isinstance(body, EmailMessage):
        return ""
    payload = _bytes_of(body)
    if not payload.strip():
        return ""
    if body.get_content_type() == "text/html":
        page = page_of(payload)
        return from_html(page) if page.count("<") <= TAGS_MAX else html.read(payload).text
    return tidy(text_of(payload, declared=_charset(body)))


def _charset(part: EmailMessage) -> str:
    try:
        return part.get_content_charset() or ""
    except Exception:  # noqa: BLE001  as in `_header`
        return ""


def _bytes_of(part: EmailMessage) -> bytes:
    if part.is_multipart():
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        return first.as_bytes() if isinstance(first, EmailMessage) else b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


# --- what hangs on it --------------------------------------------------------------------------------------
def _attachments(parts: list[EmailMessage]) -> tuple[tuple[CarriedFile, ...], tuple[ItemProblem, ...]]:
    """Attached files; pictures are told and left: most are the sender's emblem."""
    if len(parts) > PARTS_MAX:
        raise ReaderError(
            "mail", f"{len(parts):,} parts", f"at most {PARTS_MAX}; send the attachments in a ZIP, in parts"
        )
    attached = [part for part in parts if _is_attached(part)]
    if len(attached) > FILES_MAX:
        raise ReaderError(
            "mail", f"{len(attached):,} attachments", f"at most {FILES_MAX}; send them in a ZIP, in parts"
        )
    carried: list[CarriedFile] = []
    problems: list[ItemProblem] = []
    for number, part in enumerate(attached, 1):
        place = f"attachment {number}"
        payload = b"" if part.get_content_maintype() == "image" else _bytes_of(part)
        if payload.strip():
            carried.append(CarriedFile(_name(part, number), payload))
        else:
            found = "a picture" if part.get_content_maintype() == "image" else "nothing in it"
            problems.append(ItemProblem(place, f"file: found {found}; wanted a document; it was left out"))
    return tuple(carried), tuple(problems)


def _is_attached(part: EmailMessage) -> bool:
    """Whatever has a name or says so; a second text without either is another form of the same words."""
    if part.get_content_type() == "message/rfc822":
        return True
    return _header(part, "content-disposition").lower().startswith("attachment") or bool(_given_name(part))


def _given_name(part: EmailMessage) -> str:
    try:
        return str(part.get_filename() or "")
    except Exception:  # noqa: BLE001  as in `_header`
        return ""


def _name(part: EmailMessage, number: int) -> str:
    ends = ".eml" if part.get_content_type() == "message/rfc822" else ""
    given = _given_name(part)
    return label(given) if given else f"attachment {number}{ends}"
