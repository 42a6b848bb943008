"""Plain text, pasted or uploaded."""

from reports.readers.draft import ReaderError, ReportDraft, passages_of
from reports.readers.encoded import text_of
from reports.text import looks_like_html


def read(payload: bytes) -> ReportDraft:
    """Passages of a text. Raises ReaderError."""
    if looks_like_html(payload):
        raise _page()
    text = text_of(payload)
    if looks_like_html(text[:1024].encode()):  # it was hidden by its encoding
        raise _page()
    return ReportDraft(kind="document", media_type="text/plain", text=text, passages=passages_of(text))


def _page() -> ReaderError:
    return ReaderError("first bytes", "HTML", "plain text; use the reader `html`")
