"""A DOCX: the words of its paragraphs, read as a stream: a file of 500 kB can be a tree of gigabytes."""

import xml.parsers.expat
import zipfile

from reports.readers.draft import ReaderError, ReportDraft
from reports.readers.encoded import CHARACTERS_MAX
from reports.readers.laid_out import first_line, joined, title_said
from reports.readers.zipped import opened, unpacked

LIBRARY = "expat"
PART_BYTES_MAX = 60_000_000  # of document.xml, unpacked: a report of 1,000 pages has some 20 MB
DEPTH_MAX = 200
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_MAIN = "word/document.xml"
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"  # says again what Choice said
_TITLES = ("title", "heading1")
_DC_TITLE = "http://purl.org/dc/elements/1.1/ title"
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read(payload: bytes) -> ReportDraft:
    """Passages of the paragraphs, footnotes last, each with the number of its paragraph. Raises ReaderError."""
    archive = opened(payload, "DOCX")
    names = {member.filename: member for member in archive.infolist()}
    if _MAIN not in names:
        raise ReaderError("DOCX", "no word/document.xml", "a Word document; save it as DOCX anew")
    body = _Paragraphs()
    _parse(archive, names[_MAIN], body)
    notes = _Paragraphs()
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        if name in names:
            _parse(archive, names[name], notes)
    pieces = [(f"paragraph {number}", words) for number, words in enumerate(body.found, 1)]
    pieces += [("footnotes", words) for words in notes.found]
    text, passages = joined(pieces)
    if not text:
        raise ReaderError("DOCX", "no words", "a document with paragraphs; pictures of pages cannot be read")
    title = _stated_title(archive, names) or title_said(body.title) or first_line(text)
    return ReportDraft(kind="document", media_type=MEDIA_TYPE, text=text, passages=passages, title=title)


def _parse(archive: zipfile.ZipFile, part: zipfile.ZipInfo, into: "_Paragraphs") -> None:
    parser = _parser()
    parser.StartElementHandler = into.start
    parser.EndElementHandler = into.end
    parser.CharacterDataHandler = into.words
    _feed(parser, unpacked(archive, part, place="DOCX", bytes_max=PART_BYTES_MAX))


def _parser() -> xml.parsers.expat.XMLParserType:
    """A parser that knows names with their namespaces and refuses any document type: no entity is ever expanded."""
    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declared: object) -> None:
    raise ReaderError("DOCX", "a document type, which may hold entities", "a document that Word wrote; save it anew")


def _feed(parser: xml.parsers.expat.XMLParserType, markup: bytes) -> None:
    try:
        for at in range(0, len(markup), 1 << 16):
            parser.Parse(markup[at : at + (1 << 16)], False)
        parser.Parse(b"", True)
    except xml.parsers.expat.ExpatError as error:
        raise ReaderError("DOCX", f"broken XML (line {error.lineno})", "a whole document; save it anew") from error


class _Paragraphs:
    """What a stream of WordprocessingML says: its paragraphs in order; one in a text box before that around it."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.title = ""
        self._open: list[list[str]] = []  # paragraphs that have begun: a text box stands inside one
        self._depth = self._skip_below = 0
        self._in_text = self._is_title = False
        self._characters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ReaderError("DOCX", f"more than {DEPTH_MAX} elements within each other", "a document that Word wrote")
        if self._skip_below:
            return
        if name == _FALLBACK:
            self._skip_below = self._depth
        kind = _word(name)
        if kind == "p":
            self._open.append([])
        elif kind == "t":
            self._in_text = True
        elif kind in _BREAKS and self._open:
            self._open[-1].append(_BREAKS[kind])
        elif kind == "pStyle" and not self.title:
            style = next((value for key, value in attributes.items() if key.endswith("val")), "")
            self._is_title = style.casefold().replace(" ", "") in _TITLES

    def words(self, data: str) -> None:
        if not self._in_text or self._skip_below or not self._open:
            return
        self._characters += len(data)
        if self._characters > CHARACTERS_MAX:
            raise ReaderError("text", f"more than {CHARACTERS_MAX:,} characters", "fewer; send the part that matters")
        self._open[-1].append(data)

    def end(self, name: str) -> None:
        if self._skip_below:
            if self._skip_below == self._depth:
                self._skip_below = 0
        elif (kind := _word(name)) == "t":
            self._in_text = False
        elif kind == "p" and self._open:
            self._close()
        self._depth -= 1

    def _close(self) -> None:
        words = "".join(self._open.pop()).strip()
        if words:
            self.found.append(words)
            if self._is_title and not self.title:
                self.title = words
        self._is_title = False


def _word(name: str) -> str:
    """The name of an element of WordprocessingML; empty for any other, whose words are not the document's."""
    return next((name[len(space) :] for space in _WORD if name.startswith(space)), "")


def _stated_title(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]) -> str | None:
    """The title in the document's properties, where it is one."""
    if "docProps/core.xml" not in names:
        return None
    said: list[str] = []
    inside: list[str] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, _attributes: inside.append(name)
    parser.EndElementHandler = lambda _name: inside.pop()
    parser.CharacterDataHandler = lambda data: said.append(data) if inside[-1:] == [_DC_TITLE] else None
    _feed(parser, unpacked(archive, names["docProps/core.xml"], place="DOCX", bytes_max=1_000_000))
    return title_said("".join(said))
