"""Readers: pure modules, one a kind of file; bytes in, a draft out: of one report, or of a feed."""

from collections.abc import Callable
from importlib import import_module

from reports.readers.draft import FeedDraft, Measured, ReportDraft

Reader = Callable[[bytes], ReportDraft | FeedDraft]

READERS: dict[str, str] = {
    "automatic": "reports.readers.automatic",
    "text": "reports.readers.text",
    "html": "reports.readers.html",
    "pdf": "reports.readers.pdf",
    "docx": "reports.readers.docx",
    "mail": "reports.readers.mail",
    "zip": "reports.readers.archive",
    "coding-note": "reports.readers.coding_note",
    "ucdp-country-year": "reports.readers.ucdp_country_year",
    "unhcr-population": "reports.readers.unhcr_population",
    "pts": "reports.readers.pts",
    "inform-risk": "reports.readers.inform_risk",
    "reliefweb-v2": "reports.readers.reliefweb",
    "feed": "reports.readers.feed",
}
MEASURES: dict[str, tuple[str, ...]] = {  # readers of what becomes series, and the numbers that each gives
    "ucdp-country-year": ("sb_total_deaths_best_cy", "os_total_deaths_best_cy"),
    "unhcr-population": ("displaced_per_1000",),
    "pts": ("mean",),
    "inform-risk": ("corruption", "government", "undernourishment", "poverty"),
}


def reader_named(name: str) -> Reader:
    """The reader called `name`; imported when it is asked for, since some are heavy. Raises KeyError."""
    module = import_module(READERS[name])
    reader: Reader = module.read
    return reader


def measuring(name: str) -> Callable[[bytes], tuple[Measured, ...]]:
    """What turns a dataset of the reader called `name` into numbers; raises ReaderError. Raises KeyError."""
    measured: Callable[[bytes], tuple[Measured, ...]] = import_module(READERS[name]).measured
    return measured
