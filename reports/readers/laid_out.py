"""Text in pages or paragraphs: joined, with the place of each passage in the original."""

import bisect
from collections.abc import Iterable

from reports.readers.draft import PassageDraft
from reports.readers.encoded import short_enough
from reports.readers.plain import one_line, tidy
from reports.text import split_passages

TITLE_CHARACTERS_MAX = 200
_UNTITLED = ("untitled", "microsoft word", "document1", "slide 1", "powerpoint presentation")
_ENDS = (".doc", ".docx", ".indd", ".pdf", ".rtf", ".odt", ".qxd", ".txt", ".pptx", ".dot", ".dotx")


def joined(pieces: Iterable[tuple[str, str]]) -> tuple[str, tuple[PassageDraft, ...]]:
    """The text of (locator, words) pieces with an empty line between, and its passages, each with its locator.

    A passage that begins in one piece and ends in another has the locator of the first. Raises ReaderError.
    """
    starts: list[int] = []
    locators: list[str] = []
    words: list[str] = []
    at = 0
    for locator, piece in pieces:
        piece = tidy(piece)
        if piece:
            starts.append(at)
            locators.append(locator)
            words.append(piece)
            at += len(piece) + 2
    text = short_enough("\n\n".join(words))
    spans = split_passages(text)
    placed = (locators[bisect.bisect_right(starts, start) - 1] for start, _ in spans)
    passages = (
        PassageDraft(start, end, text[start:end], place) for (start, end), place in zip(spans, placed, strict=True)
    )
    return text, tuple(passages)


def title_said(stated: object) -> str | None:
    """A title from a file's metadata; None where it is the name of a file or what a program put there."""
    title = one_line(stated)[:300] if isinstance(stated, str) else ""
    plain = title.casefold()
    is_none = not title or plain.startswith(_UNTITLED) or plain.endswith(_ENDS) or not any(map(str.isalpha, title))
    return None if is_none else title


def first_line(text: str) -> str | None:
    """The first line of a text as its title, where it is short enough to be one."""
    line = text.lstrip()[: TITLE_CHARACTERS_MAX + 1].split("\n", 1)[0].strip()
    return line if 0 < len(line) <= TITLE_CHARACTERS_MAX and any(map(str.isalpha, line)) else None
