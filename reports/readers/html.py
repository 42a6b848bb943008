"""An HTML page: its main text, without markup."""

from trafilatura import extract, extract_metadata

from reports.readers.draft import ReaderError, ReportDraft, passages_of
from reports.text import decode, looks_like_html

TAGS_MAX = 200_000  # trafilatura takes up to 30 µs and 2 kB a tag: about 10 s and 400 MB; a long report has 20,000


def read(payload: bytes) -> ReportDraft:
    """Passages of the main text of a UTF-8 page. Raises ReaderError."""
    page = decode(payload)
    if not looks_like_html(payload) and "</" not in page:
        raise ReaderError("first bytes", "no markup", "an HTML page; use the reader `text`")
    if (tags := page.count("<")) > TAGS_MAX:
        raise ReaderError("page", f"{tags:,} tags", f"at most {TAGS_MAX:,}; save the part that matters as text")
    text = extract(page, include_comments=False, include_tables=True, favor_recall=True)
    if not text or not text.strip():
        raise ReaderError("page", "no main text", "a page with paragraphs; a scanned or scripted page cannot be read")
    text = decode(text.encode())
    metadata = extract_metadata(page)
    title = (getattr(metadata, "title", None) or "").strip()[:300] or None
    return ReportDraft(kind="document", media_type="text/html", text=text, passages=passages_of(text), title=title)
