"""Bytes to text, and text to passages with offsets: pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from reports.sentences import paragraphs, sentences


class ReaderError(ValueError):
    """Bytes that cannot be accepted: where, what was found, what was wanted. Never holds an excerpt."""

    def __init__(self, where: str, found: str, wanted: str) -> None:
        super().__init__(f"{where}: found {found}; wanted {wanted}")


SENTENCES_MIN, SENTENCES_MAX = 2, 4  # of a passage, where its paragraph has as many
PASSAGE_CHARACTERS = 700  # from here on no third sentence joins
PASSAGE_CHARACTERS_MAX = (
    2_000  # a "sentence" beyond it is a table or a line without stops: nobody codes it in one piece
)

_LOOKALIKES = (
    dict.fromkeys(map(ord, "‘’‚‛′`´ʼ"), "'")
    | dict.fromkeys(map(ord, "“”„‟″«»‹›「」"), '"')
    | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
    | dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))  # seen by nobody
)

_CODE = re.compile(r"[\w.+-]{1,30}")  # what may be repeated in an error: a code or a key, never words of a text
_LATIN_CONTROL = re.compile(rb"[\x80-\x9f]")  # of ISO 8859-1: no file of text has them


def decode(payload: bytes, *, also_latin: bool = False) -> str:
    """UTF-8 text (a byte-order mark is dropped), line ends as newlines, in Unicode form NFC.

    With `also_latin`, what is no UTF-8 is read as ISO 8859-1 without its control characters. Raises ReaderError where
    the bytes are empty or no such text.
    """
    if not payload.strip():
        raise ReaderError("file", "nothing in it", "text")
    if payload[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ReaderError("first bytes", "UTF-16", "UTF-8; save the file as UTF-8 and send it again")
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        control = _LATIN_CONTROL.search(payload)
        if not also_latin or control:
            at = control.start() if also_latin and control else error.start
            wanted = "UTF-8; save the file as UTF-8 and send it again"
            raise ReaderError(f"byte {at}", f"0x{payload[at]:02x}", wanted) from error
        text = payload.decode("iso-8859-1")
    if "\x00" in text:
        raise ReaderError("file", "a NUL character", "text, not a binary file")
    if not text.strip():
        raise ReaderError("file", "nothing but space", "text")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def looks_like_html(payload: bytes) -> bool:
    """Whether the bytes begin as an HTML or XML page does."""
    return (
        payload[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html", b"<head", b"<?xml"))
    )


def split_passages(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of passages of two to four sentences, none across the end of a paragraph; see `sentences.py`.

    A paragraph of one sentence, a heading and a list's entry stand alone. What has no sentence end is cut at spaces,
    else anywhere. Offsets count characters, the end is exclusive. No passage is longer than PASSAGE_CHARACTERS_MAX.
    """
    passages: list[tuple[int, int]] = []
    for start, end in paragraphs(text):
        for piece in _packed(sentences(text, start, end)):
            passages += _short(text, *piece)
    return tuple(passages)


def _packed(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences in pieces of SENTENCES_MIN to SENTENCES_MAX, of about PASSAGE_CHARACTERS where they are long."""
    pieces: list[list[tuple[int, int]]] = []
    for span in spans:
        if pieces and _has_room(pieces[-1], span[1], SENTENCES_MIN, PASSAGE_CHARACTERS):
            pieces[-1].append(span)
        else:
            pieces.append([span])
    if len(pieces) > 1 and len(pieces[-1]) < SENTENCES_MIN:  # no sentence is left alone where its neighbours have room
        if len(pieces[-2]) == SENTENCES_MAX:
            pieces[-1].insert(0, pieces[-2].pop())
        elif _has_room(pieces[-2], pieces[-1][0][1], SENTENCES_MAX, PASSAGE_CHARACTERS_MAX):
            last = pieces.pop()
            pieces[-1] += last
    return ((piece[0][0], piece[-1][1]) for piece in pieces)


def _has_room(piece: Sequence[tuple[int, int]], end: int, any_length: int, characters: int) -> bool:
    """Whether a sentence up to `end` may join; fewer than `any_length` take one in though it makes them long."""
    length = end - piece[0][0]
    if len(piece) >= SENTENCES_MAX or length > PASSAGE_CHARACTERS_MAX:
        return False
    return len(piece) < any_length or length <= characters


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The piece in parts that are short enough; neither begins nor ends with space."""
    while end - start > PASSAGE_CHARACTERS_MAX:
        stop = start + PASSAGE_CHARACTERS_MAX
        spaces = (at for at in range(stop, start, -1) if text[at].isspace())
        at = next(spaces, stop)
        yield start, start + len(text[start:at].rstrip())
        start = end - len(text[at:end].lstrip())
    yield start, end


def normal_form(text: str) -> str:
    """`text` as it is compared: two reprints that differ in case, line breaks, quotes or dashes are the same words."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.translate(_LOOKALIKES).split())


def shown(value: Any) -> str:
    """A wrong value as an error may repeat it: codes and numbers, never the words of a text."""
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    if isinstance(value, str) and not _CODE.fullmatch(value):
        return f"a text of {len(value)} characters" if value else "nothing"
    return repr(value)[:40]
