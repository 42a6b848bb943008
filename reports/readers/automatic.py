"""Any document: what it is, is told from its bytes, never from its name. All readers of documents are imported here."""

import csv
import dataclasses
import io
import re
from collections.abc import Callable

from reports.readers import archive, docx, html, mail, pdf, text
from reports.readers.draft import ReaderError, ReportDraft
from reports.readers.laid_out import first_line
from reports.readers.zipped import opened
from reports.text import looks_like_html

_READ: dict[str, Callable[[bytes], ReportDraft]] = {
    "pdf": pdf.read, "docx": docx.read, "html": html.read, "text": text.read, "mail": mail.read, "zip": archive.read,
}  # fmt: skip
_WANTED = "a PDF, DOCX, HTML page, text, EML or ZIP"
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an Office file of before 2007; save it as DOCX or PDF"),
    (b"{\\rtf", "an RTF file; save it as DOCX or PDF"),
    (b"\x89PNG", "a picture (PNG); type its words, or put it into a PDF"),
    (b"\xff\xd8\xff", "a picture (JPEG); type its words, or put it into a PDF"),
    (b"GIF8", "a picture (GIF); type its words"),
    (b"II*\x00", "a picture (TIFF); put it into a PDF"),
    (b"MM\x00*", "a picture (TIFF); put it into a PDF"),
    (b"\x1f\x8b", "a gzip file; unpack it, or pack it as ZIP"),
    (b"7z\xbc\xaf", "a 7z file; pack it as ZIP"),
    (b"Rar!", "a RAR file; pack it as ZIP"),
    (b"BZh", "a bzip2 file; unpack it, or pack it as ZIP"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_FOREIGN_PARTS = (
    ("xl/workbook.xml", "a workbook (XLSX)", "import it as a table"),
    ("ppt/presentation.xml", "slides (PPTX)", "save them as PDF"),
    ("META-INF/manifest.xml", "an OpenDocument file", "save it as DOCX or PDF"),
    ("META-INF/container.xml", "a book (EPUB)", "save it as PDF"),
)
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_NOTE = re.compile(rb"^\[note\]\s*$", re.MULTILINE)
_TABLE_LINES, _TABLE_CELLS = 5, 4  # so many lines of so many cells each are a table and no text


def read(payload: bytes) -> ReportDraft:
    """What the reader of this kind of file understood; `read_by` names it. Raises ReaderError."""
    kind = kind_of(payload)
    draft = _READ[kind](payload)
    return dataclasses.replace(draft, read_by=kind, title=draft.title or first_line(draft.text))


def kind_of(payload: bytes) -> str:
    """The reader that these bytes are for. Raises ReaderError for what no reader of documents can read."""
    if not payload.strip():
        raise ReaderError("file", "nothing in it", _WANTED)
    if payload[:1024].lstrip().startswith(b"%PDF"):
        return "pdf"
    if payload.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(payload)
    for start, found in _FOREIGN:
        if payload.startswith(start) and not (start == b"MZ" and b"\x00" not in payload[:200]):
            what, _, do = found.partition("; ")
            raise ReaderError("first bytes", what, _WANTED + (f"; {do}" if do else ""))
    if payload.startswith((b"\xff\xfe", b"\xfe\xff")):
        payload = payload[:100_000].decode("utf-16", "replace").encode("utf-8", "replace")
    if looks_like_html(payload) or _has_tags(payload):
        if _FEED.search(payload[:2048]):
            raise ReaderError("first bytes", "a feed", f"{_WANTED}; a feed is fetched: add it as a source")
        return "html"
    return "mail" if mail.looks_like_mail(payload) else _kind_of_text(payload)


def _kind_of_zip(payload: bytes) -> str:
    """By the names in its directory: an Office file is a ZIP with certain parts."""
    names = set(opened(payload, "ZIP").namelist())
    if "word/document.xml" in names:
        return "docx"
    for part, found, do in _FOREIGN_PARTS:
        if part in names:
            raise ReaderError("first bytes", found, f"{_WANTED}; {do}")
    return "zip"


def _has_tags(payload: bytes) -> bool:
    head = payload[:2048].lower()
    return head.lstrip().startswith(b"<") and any(tag in head for tag in (b"<body", b"<div", b"<p>", b"<meta", b"<!--"))


def _kind_of_text(payload: bytes) -> str:
    if _NOTE.search(payload[:4096]):
        raise ReaderError("first bytes", "a coding note", f"{_WANTED}; choose the kind “Coding note”")
    if _is_table(payload[:20_000]):
        raise ReaderError("first lines", "a table", f"{_WANTED}; choose which dataset it is, or import it as a table")
    return "text"


def _is_table(head: bytes) -> bool:
    words = head.decode("utf-8", "replace").rsplit("\n", 1)[0]
    for delimiter in ",;\t":
        try:
            lines = [row for row in csv.reader(io.StringIO(words), delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = {len(row) for row in lines[: 4 * _TABLE_LINES]}
        if len(lines) >= _TABLE_LINES and len(widths) == 1 and widths.pop() >= _TABLE_CELLS:
            return True
    return False
