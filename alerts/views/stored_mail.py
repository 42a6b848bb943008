"""A mail of the outbox, made safe to be read by somebody else than the person it is for."""

import dataclasses
import re
from base64 import b64encode
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from html import escape
from html.parser import HTMLParser

from django.urls import reverse
from django.utils.translation import gettext

from alerts import messages
from alerts.models import Delivery

HEADS = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe")
HIDDEN = "[hidden]"
_SIGNED = r"[\w-]{4,}:[\w-]{4,}:[\w-]{20,}"  # how django.core.signing looks, wherever it stands

_TAGS = {
    "html", "head", "title", "body", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "h1", "h2", "h3", "h4",
    "p", "ul", "ol", "li", "a", "b", "i", "em", "strong", "span", "div", "blockquote", "br", "hr", "meta", "pre",
    "code", "small",
}  # fmt: skip
_EMPTY = {"br", "hr", "meta"}
_ATTRIBUTES = {
    "style", "lang", "dir", "role", "align", "valign", "width", "height", "border", "cellpadding", "cellspacing",
    "bgcolor", "colspan", "rowspan", "charset", "name", "content",
}  # fmt: skip
_WITHOUT_CONTENT = {
    "script", "style", "iframe", "object", "template", "noscript", "noembed", "noframes", "svg", "math", "textarea",
    "select", "xmp", "form", "audio", "video",
}  # fmt: skip


class UnreadableMailError(ValueError):
    """A mail that cannot be shown; the message says why, and quotes nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class ShownMail:
    """What staff read of a mail. `page` is empty where it has no HTML part."""

    heads: tuple[tuple[str, str], ...]
    text: str
    page: str
    is_preview: bool


def shown(delivery: Delivery) -> ShownMail:
    """The stored mail, or a preview of one not yet written; without what only its person may use.

    Raises UnreadableMailError.
    """
    is_preview = delivery.message is None
    try:
        message = messages.mail_for(delivery) if delivery.message is None else _parsed(bytes(delivery.message))
        return shown_message(message, is_preview=is_preview)
    except messages.MessageError as error:
        raise UnreadableMailError(str(error)) from error
    except Exception as error:  # Python's mail parser answers a broken mail with errors of any type
        found = type(error).__name__
        raise UnreadableMailError(f"found {found}, wanted a mail with text and an HTML twin") from error


def shown_message(message: EmailMessage, *, is_preview: bool) -> ShownMail:
    """A mail without what only its person may use."""
    heads = tuple((name, without_keys(str(message[name]))) for name in HEADS if message[name] is not None)
    page = inert(_body(message, "html"), pictures=_pictures(message))
    return ShownMail(heads, without_keys(_body(message, "plain")), page, is_preview)


def _parsed(stored: bytes) -> EmailMessage:
    return message_from_bytes(stored, policy=default)


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def without_keys(text: str) -> str:
    """The text without the signed parts of addresses: with them anybody could act for the person."""
    starts = [reverse(name, args=["x"]).removesuffix("x/") for name in ("my_subscriptions", "unsubscribe")]
    keyed = "|".join(re.escape(start) for start in starts)
    return re.sub(_SIGNED, HIDDEN, re.sub(rf"({keyed})[^\s<>\"'/]+", rf"\1{HIDDEN}", text))


def _pictures(message: EmailMessage) -> dict[str, str]:
    """What travels in the mail, as addresses that hold it, by the address that its page has."""
    found = (part for part in message.walk() if part.get_content_type() == "image/png" and part["Content-ID"])
    return {
        f"cid:{str(part['Content-ID']).strip('<>')}": f"data:image/png;base64,{b64encode(_content(part)).decode()}"
        for part in found
    }


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def inert(page: str, *, pictures: Mapping[str, str] | None = None) -> str:
    """The page written anew from tags and attributes that only show: no link, no script, no form.

    Of pictures only those that travel in the mail are kept: nothing is fetched.
    """
    if not page:
        return ""
    writer = _Writer(pictures or {})
    writer.feed(page)
    writer.close()
    return "".join(["<!doctype html>\n", *writer.parts])


class _Writer(HTMLParser):
    def __init__(self, pictures: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures = pictures
        self.parts: list[str] = []
        self.left_out: list[str] = []  # open tags whose content is left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _WITHOUT_CONTENT:
            self.left_out.append(tag)
        elif tag == "img" and not self.left_out:
            self._show(dict(attrs))
        elif tag in _TAGS and not self.left_out:
            kept = [(name, value or "") for name, value in attrs if name in _ATTRIBUTES]
            if tag == "a" and (leads_to := dict(attrs).get("href")):
                kept.append(("title", gettext("In the mail a link to %(address)s") % {"address": leads_to}))
            self.parts.append(f"<{tag}{''.join(self._attribute(*pair) for pair in kept)}>")

    def _show(self, said: dict[str, str | None]) -> None:
        if held := self.pictures.get(said.get("src") or ""):
            kept = [(name, said[name] or "") for name in ("alt", "width", "height", "style") if name in said]
            self.parts.append(f'<img src="{held}"{"".join(self._attribute(*pair) for pair in kept)}>')

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _WITHOUT_CONTENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.left_out:
            del self.left_out[self.left_out.index(tag) :]
        elif tag in _TAGS - _EMPTY and not self.left_out:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.left_out:
            self.parts.append(escape(without_keys(data)))

    @staticmethod
    def _attribute(name: str, value: str) -> str:
        return f' {name}="{escape(without_keys(value))}"'
