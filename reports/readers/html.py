"""An HTML page: its main text, without markup; its title and the day that its head states."""

import datetime as dt
import re
from html.parser import HTMLParser

from trafilatura import extract, extract_metadata

from reports.readers.days import instant_of
from reports.readers.draft import ReaderError, ReportDraft, passages_of
from reports.readers.encoded import page_of, short_enough
from reports.text import decode, looks_like_html

LIBRARY = "trafilatura"
TAGS_MAX = 200_000  # trafilatura takes up to 30 µs and 2 kB a tag: about 10 s and 400 MB; a long report has 20,000
HEAD_CHARACTERS = 200_000  # where a page states its day

_DAY_NAMES = {
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.created",
    "dcterms.issued", "citation_publication_date", "pubdate", "publishdate", "publish-date", "sailthru.date",
}  # fmt: skip
_SLASHES = re.compile(r"(\d{4})/(\d\d)/(\d\d)")


def read(payload: bytes) -> ReportDraft:
    """Passages of the main text of a page. Raises ReaderError."""
    page = page_of(payload)
    if not looks_like_html(payload) and "</" not in page:
        raise ReaderError("first bytes", "no markup", "an HTML page; use the reader `text`")
    if (tags := page.count("<")) > TAGS_MAX:
        raise ReaderError("page", f"{tags:,} tags", f"at most {TAGS_MAX:,}; save the part that matters as text")
    text = extract(page, include_comments=False, include_tables=True, favor_recall=True)
    if not text or not text.strip():
        raise ReaderError("page", "no main text", "a page with paragraphs; a scanned or scripted page cannot be read")
    text = short_enough(decode(text.encode()))
    metadata = extract_metadata(page)
    title = (getattr(metadata, "title", None) or "").strip()[:300] or None
    return ReportDraft(
        kind="document",
        media_type="text/html",
        text=text,
        passages=passages_of(text),
        title=title,
        published_on=day_stated(page),
    )


class _Stated(HTMLParser):
    """The first day in a meta element that names the day of publication."""

    def __init__(self) -> None:
        super().__init__()
        self.day: dt.date | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta" or self.day is not None:
            return
        said = dict(attrs)
        name = said.get("property") or said.get("name") or said.get("itemprop") or ""
        if name.strip().lower() in _DAY_NAMES:
            instant = instant_of(_SLASHES.sub(r"\1-\2-\3", said.get("content") or ""))
            self.day = instant.date() if instant else None


def day_stated(page: str) -> dt.date | None:
    """The day of publication as the page's own head states it: never one guessed from its words or its address."""
    stated = _Stated()
    stated.feed(page[:HEAD_CHARACTERS])
    return stated.day
