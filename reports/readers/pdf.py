"""A PDF: the words of each page, without what repeats at its head and foot; a scan is told apart from an empty file."""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError

from reports.readers.draft import ItemProblem, ReaderError, ReportDraft
from reports.readers.encoded import CHARACTERS_MAX
from reports.readers.laid_out import first_line, joined, title_said
from reports.readers.plain import tidy

LIBRARY = "pypdf"
PAGES_MAX = 2_000  # the longest reports of the UN have some 600
PAGE_CHARACTERS_MAX = 200_000  # a page of small print has 8,000
CONTENT_BYTES_MAX = 20_000_000  # of one page, unpacked: what draws a map has 5 MB
LETTERS_OF_A_PAGE = 25  # fewer, beside a picture, are a stamp or a page number: the words are in the picture
EDGE_LINES = 4  # looked at from the top and from the bottom of each page
REPEATED_FROM = 3  # pages: below it nothing is known to repeat

_BROKEN = (  # what the library raises on files that are no PDF inside
    PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, OSError, AssertionError,
)  # fmt: skip
_DIGITS = re.compile(r"\d+")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])-\n(?=[a-zß-öø-ÿа-я])")
_LINE_END = re.compile(r"(?<![.!?:;。؟])\n(?=[^\W\d_A-ZÀ-ÞА-Я])")  # the sentence goes on in small letters

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it says of a broken file may repeat words of it


def read(payload: bytes) -> ReportDraft:
    """Passages of the pages, each with the number of its page; flagged where pages are pictures. Raises ReaderError."""
    if not payload[:1024].lstrip().startswith(b"%PDF"):
        raise ReaderError("first bytes", "no PDF", "a PDF, which begins with %PDF")
    try:
        return _read(_opened(payload))
    except (ReaderError, MemoryError):
        raise
    except (FileNotDecryptedError, DependencyError) as error:
        raise _locked() from error
    except LimitReachedError as error:
        raise ReaderError(
            "PDF", "a part larger than any that programs write", "an ordinary PDF; print it anew"
        ) from error
    except RecursionError as error:
        raise ReaderError("PDF", "objects nested without end", "a PDF that a program wrote; print it anew") from error
    except _BROKEN as error:
        found = f"a broken one ({type(error).__name__})"
        raise ReaderError("PDF", found, "one that opens; print it anew as PDF") from error


def _opened(payload: bytes) -> PdfReader:
    opened = PdfReader(io.BytesIO(payload), strict=False)
    if opened.is_encrypted and not opened.decrypt(""):
        raise _locked()
    pages = _resolved(opened.root_object.get("/Pages"))
    claimed = _resolved(pages.get("/Count")) if isinstance(pages, dict) else 0
    if isinstance(claimed, int) and claimed > PAGES_MAX:  # before the tree of pages is walked through
        raise ReaderError("PDF", f"{claimed:,} pages", f"at most {PAGES_MAX:,}; send the part that matters")
    if not len(opened.pages):
        raise ReaderError("PDF", "no page", "a PDF with pages")
    return opened


def _locked() -> ReaderError:
    return ReaderError("PDF", "one that wants a password", "one without; print it anew as PDF, or paste its words")


def _read(opened: PdfReader) -> ReportDraft:
    pages, pictures = _pages(opened)
    letters = [sum(map(str.isalpha, page)) for page in pages]
    unread = [at for at, count in enumerate(letters) if count < LETTERS_OF_A_PAGE and at in pictures]
    is_unread = not sum(letters) or 2 * len(unread) > len(pages)
    text, passages = joined((f"page {at + 1}", page) for at, page in enumerate(_without_repeats(pages)))
    problem = "words: found a picture only; wanted text; nobody and no machine has read it"
    return ReportDraft(
        kind="document",
        media_type="application/pdf",
        text=text,
        passages=passages,
        title=title_said(opened.metadata.title if opened.metadata else None) or first_line(text),
        problems=() if is_unread else tuple(ItemProblem(f"page {at + 1}", problem) for at in unread),
        is_unread=is_unread,
    )


def _pages(opened: PdfReader) -> tuple[list[str], set[int]]:
    """The text of each page, and which pages show a picture."""
    texts: list[str] = []
    pictures: set[int] = set()
    for at, page in enumerate(opened.pages):
        if at >= PAGES_MAX:
            raise ReaderError("PDF", f"more than {PAGES_MAX:,} pages", "fewer; send the part that matters")
        contents = page.get_contents()
        if contents is not None and (size := len(contents.get_data())) > CONTENT_BYTES_MAX:
            raise ReaderError(
                f"page {at + 1}", f"{size / 1e6:.0f} MB to draw it", f"at most {CONTENT_BYTES_MAX / 1e6:.0f}"
            )
        text = tidy(page.extract_text() or "")
        if len(text) > PAGE_CHARACTERS_MAX:
            raise ReaderError(f"page {at + 1}", f"{len(text):,} characters", f"at most {PAGE_CHARACTERS_MAX:,}")
        texts.append(text)
        if sum(map(len, texts)) > CHARACTERS_MAX:
            raise ReaderError("text", f"more than {CHARACTERS_MAX:,} characters", "fewer; send the part that matters")
        if _shows_a_picture(page):
            pictures.add(at)
    return texts, pictures


def _shows_a_picture(page: Any) -> bool:
    resources = _resolved(page.get("/Resources"))
    objects = _resolved(resources.get("/XObject")) if isinstance(resources, dict) else None
    if not isinstance(objects, dict):
        return False
    kinds = (_resolved(one) for one in list(objects.values())[:200])
    return any(isinstance(one, dict) and one.get("/Subtype") in {"/Image", "/Form"} for one in kinds)


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


# --- what repeats ------------------------------------------------------------------------------------------
def _without_repeats(pages: list[str]) -> Iterator[str]:
    """Pages without the lines at their head and foot that stand on most of them, and with words put together again."""
    lines = [[line for line in page.split("\n") if line] for page in pages]
    seen: Counter[str] = Counter()
    for page in lines:
        seen.update({_shape(line) for line in _edges(page)})
    written = sum(bool(page) for page in lines)
    repeated = {shape for shape, count in seen.items() if count >= REPEATED_FROM and 2 * count > written}
    for page in lines:
        while page and _shape(page[0]) in repeated:
            del page[0]
        while page and _shape(page[-1]) in repeated:
            del page[-1]
        yield _flowing("\n".join(page))


def _edges(page: list[str]) -> list[str]:
    return page[:EDGE_LINES] + page[-EDGE_LINES:]


def _shape(line: str) -> str:
    """A line as it repeats: "GE.24-12345 3/18" differs from page to page in nothing but its numbers."""
    return _DIGITS.sub("#", " ".join(line.split()).casefold())


def _flowing(page: str) -> str:
    """Words that a line end cut in two are put together; lines within a sentence are joined."""
    return _LINE_END.sub(" ", _HYPHENATED.sub("", page))
