"""Text in the encodings that people really send: what is not certain is refused, since a wrong guess alters words."""

import re

from reports.readers.draft import ReaderError
from reports.text import decode

CHARACTERS_MAX = 4_000_000  # of one document: some 1,300 pages; more is a collection, or was built to be large
FOREIGN_SHARE_MAX = 0.2  # letters beyond ASCII in a Western language; more of them is another alphabet

_OLD = ("cp1252", "mac_roman")  # the two that Western files are still found in
_MARKS = "‘’‚“”„«»‹›–—…•·°§¶©®€£¿¡\u00a0ªº½¼¾×"
_OTHER_MARK = re.compile(rf"[^\x00-\x7f\w{_MARKS}]")
_MID_CAPITAL = re.compile(r"[a-zß-öø-ÿ][À-ÖØ-ÞŸŒŠŽ]")  # a capital after a small letter: decoded by the wrong table
_ACCENTED_RUN = re.compile(r"[^\W\d_a-zA-Z]{4}")
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_KNOWN = re.compile(
    r"(?:utf-?8|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc-(?:jp|kr))"
)


def text_of(payload: bytes, *, declared: str = "") -> str:
    """The text, line ends as newlines, form NFC. Raises ReaderError.

    UTF-8, UTF-16 with its byte-order mark, what a mail or page declares, and the two old Western encodings where the
    bytes make sense in exactly one of them.
    """
    return short_enough(decode(_as_utf8(payload, declared)))


def short_enough(text: str) -> str:
    """`text`, unless it is longer than any document. Raises ReaderError."""
    if len(text) > CHARACTERS_MAX:
        raise ReaderError(
            "text", f"{len(text):,} characters", f"at most {CHARACTERS_MAX:,}; send the part that matters"
        )
    return text


def page_of(payload: bytes) -> str:
    """The markup of a page, by the charset that it names where it is no UTF-8. Raises ReaderError."""
    said = _DECLARED.search(payload[:4096])
    return decode(_as_utf8(payload, said[1].decode("ascii") if said else ""))


def _as_utf8(payload: bytes, declared: str) -> bytes:
    if payload[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _recoded(payload, "utf-16")
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError:
        declared = declared.strip().lower()
        if declared and _KNOWN.fullmatch(declared) and declared not in {"utf-8", "utf8"}:
            return _recoded(payload, declared)
        return _old(payload)
    return payload


def _recoded(payload: bytes, encoding: str) -> bytes:
    try:
        return payload.decode(encoding).encode()
    except (UnicodeError, LookupError) as error:
        raise ReaderError(
            "file", f"bytes that are no {encoding}", "UTF-8; save the file as UTF-8 and send it again"
        ) from error


def _old(payload: bytes) -> bytes:
    """By the old encoding in which alone the bytes make sense, else as they came: then they are refused."""
    makes_sense = [text for text in (_decoded(payload, name) for name in _OLD) if text and _is_western(text)]
    return makes_sense[0].encode() if len(makes_sense) == 1 else payload


def _decoded(payload: bytes, encoding: str) -> str:
    try:
        return payload.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _is_western(text: str) -> bool:
    if _OTHER_MARK.search(text) or _MID_CAPITAL.search(text) or _ACCENTED_RUN.search(text):
        return False
    letters = sum(character.isalpha() for character in text)
    foreign = sum(character.isalpha() and not character.isascii() for character in text)
    return foreign <= FOREIGN_SHARE_MAX * letters
