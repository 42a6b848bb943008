"""Readers: pure modules, one a kind of file; bytes in, a draft out: of one report, or of a feed."""

from collections.abc import Callable
from importlib import import_module

from reports.readers.draft import FeedDraft, ReportDraft

Reader = Callable[[bytes], ReportDraft | FeedDraft]

READERS: dict[str, str] = {
    "text": "reports.readers.text",
    "html": "reports.readers.html",
    "coding-note": "reports.readers.coding_note",
    "ucdp-country-year": "reports.readers.ucdp_country_year",
    "reliefweb-v2": "reports.readers.reliefweb",
    "feed": "reports.readers.feed",
}


def reader_named(name: str) -> Reader:
    """The reader called `name`; imported when it is asked for, since some are heavy. Raises KeyError."""
    module = import_module(READERS[name])
    reader: Reader = module.read
    return reader
