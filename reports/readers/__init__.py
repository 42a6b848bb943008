"""Readers: pure modules, one a kind of file; bytes in, a ReportDraft out."""

from collections.abc import Callable
from importlib import import_module

from reports.readers.draft import ReportDraft

Reader = Callable[[bytes], ReportDraft]

READERS: dict[str, str] = {
    "text": "reports.readers.text",
    "html": "reports.readers.html",
    "coding-note": "reports.readers.coding_note",
    "ucdp-country-year": "reports.readers.ucdp_country_year",
}


def reader_named(name: str) -> Reader:
    """The reader called `name`; imported when it is asked for, since some are heavy. Raises KeyError."""
    module = import_module(READERS[name])
    reader: Reader = module.read
    return reader
