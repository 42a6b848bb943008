"""Small documents of our own, written byte by byte: good ones and hostile ones."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from email.message import EmailMessage

from pypdf import PdfReader, PdfWriter

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BODY = "Made-up words about nobody in particular, long enough to be a page."


def pdf(
    *pages: Sequence[str],
    pictures: Sequence[int] = (),
    title: str = "",
    again: int = 1,
    claimed: int = 0,
    stream: bytes = b"",
) -> bytes:
    """A PDF of lines, which names its pages `again` and again.

    `pictures` are the pages that show one, `stream` takes the place of the first page's drawing.
    """
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    objects.append(
        _stream(b"\x00", b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8")
    )
    objects.append(f"<</Title({title})>>".encode("latin-1"))
    kids: list[str] = []
    for at, lines in enumerate(pages):
        drawn = stream if stream and at == 0 else _drawn(lines)
        objects.append(drawn if drawn.startswith(b"<<") else _stream(drawn))
        shown = "/XObject<</I 4 0 R>>" if at in pictures else ""
        resources = f"/Resources<</Font<</F 3 0 R>>{shown}>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]{resources}/Contents {len(objects)} 0 R>>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    kids *= again
    objects[1] = f"<</Type/Pages/Count {claimed or len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return _file(objects)


def _drawn(lines: Sequence[str]) -> bytes:
    rows = [f"1 0 0 1 50 {780 - 14 * at} Tm ({line}) Tj" for at, line in enumerate(lines)]
    return f"BT /F 11 Tf {' '.join(rows)} ET".encode("latin-1")


def _stream(content: bytes, said: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (said, len(content), content)


def scanned(pictures: int = 1) -> bytes:
    """A PDF whose pages are JPEGs of nothing at all: what begins and ends as one."""
    shown = b"/Type/XObject/Subtype/Image/Filter/DCTDecode"
    return pdf([], stream=b"".join(_stream(jpeg(number), shown) + b"\n" for number in range(pictures)), pictures=[0])


def jpeg(number: int = 0) -> bytes:
    """Bytes that begin and end as a JPEG."""
    return b"\xff\xd8\xff\xe0" + b"%04d" % number * 2_000 + b"\xff\xd9"


def flate(content: bytes) -> bytes:
    """A packed stream."""
    return _stream(zlib.compress(content, 9), b"/Filter/FlateDecode")


def _file(objects: list[bytes]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer<</Size %d/Root 1 0 R/Info 5 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def locked_pdf() -> bytes:
    """A PDF that wants a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([BODY]))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(
    *paragraphs: str, title: str = "", heading: str = "", notes: str = "", body: str = "", doctype: str = ""
) -> bytes:
    """A DOCX; `body` stands in the place of the paragraphs as it is."""
    inner = body or "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    if heading:
        inner = f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>{heading}</w:t></w:r></w:p>{inner}'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'{doctype}<w:document xmlns:w="{WORD}"><w:body>{inner}</w:body></w:document>',
    }
    if title:
        dc = "http://purl.org/dc/elements/1.1/"
        parts["docProps/core.xml"] = f'<c xmlns:dc="{dc}"><dc:title>{title}</dc:title></c>'
    if notes:
        parts["word/footnotes.xml"] = f'<w:n xmlns:w="{WORD}"><w:p><w:r><w:t>{notes}</w:t></w:r></w:p></w:n>'
    return zipped({name: content.encode() for name, content in parts.items()})


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def mail(
    words: str = BODY, *, subject: str = "A made-up mail", date: str = "Sat, 01 Jun 2024 10:00:00 +0200"
) -> EmailMessage:
    """A mail without attachments."""
    message = EmailMessage()
    message["From"], message["To"] = "a@test.example", "b@test.example"
    message["Subject"], message["Date"] = subject, date
    message.set_content(words)
    return message


def with_attached(message: EmailMessage, **files: bytes) -> bytes:
    """The mail's bytes, with files named `name.ending` from `name_ending`."""
    for name, content in files.items():
        kind = ("image", "png") if name.endswith("_png") else ("application", "octet-stream")
        message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name.replace("_", "."))
    return message.as_bytes()
