"""Plain text, pasted or uploaded."""

from reports.readers.draft import ReaderError, ReportDraft
from reports.text import decode, looks_like_html, split_passages


def read(payload: bytes) -> ReportDraft:
    """Passages of a UTF-8 text. Raises ReaderError."""
    if looks_like_html(payload):
        raise ReaderError("first bytes", "HTML", "plain text; use the reader `html`")
    text = decode(payload)
    return ReportDraft(kind="document", media_type="text/plain", text=text, passages=split_passages(text))
