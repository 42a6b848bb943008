"""Plain text, pasted or uploaded."""

from reports.readers.draft import ReaderError, ReportDraft, passages_of
from reports.text import decode, looks_like_html


def read(payload: bytes) -> ReportDraft:
    """Passages of a UTF-8 text. Raises ReaderError."""
    if looks_like_html(payload):
        raise ReaderError("first bytes", "HTML", "plain text; use the reader `html`")
    text = decode(payload)
    return ReportDraft(kind="document", media_type="text/plain", text=text, passages=passages_of(text))
