"""Readers: pure modules, one a kind of file; bytes in, a draft out: of one report, or of a feed."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from reports.readers.draft import FeedDraft, Measured, ReportDraft

if TYPE_CHECKING:
    from reports.readers.events import Events
    from reports.readers.published import Published, Series

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
    "early-warning-project": "reports.readers.early_warning_project",
    "views": "reports.readers.views_fatalities",
    "hdx-signals": "reports.readers.hdx_signals",
    "hdx-hapi": "reports.readers.hdx_hapi",
    "idmc": "reports.readers.idmc",
    "acled": "reports.readers.acled",
    "ucdp-ged": "reports.readers.ucdp_ged",
    "ucdp-ged-part": "reports.readers.ucdp_ged_part",
    "reliefweb-v2": "reports.readers.reliefweb",
    "feed": "reports.readers.feed",
}
MEASURES: dict[str, tuple[str, ...]] = {  # readers of what becomes series, and the numbers that each gives
    "ucdp-country-year": ("sb_total_deaths_best_cy", "os_total_deaths_best_cy"),
    "unhcr-population": ("displaced_per_1000",),
    "pts": ("mean",),
    "inform-risk": ("corruption", "government", "undernourishment", "poverty"),
}
EVENTS = ("ucdp-ged", "ucdp-ged-part")  # readers of what becomes recorded events
FIGURES = ("early-warning-project", "views", "hdx-signals", "hdx-hapi", "idmc", "acled")  # of what others publish


def reader_named(name: str) -> Reader:
    """The reader called `name`; imported when it is asked for, since some are heavy. Raises KeyError."""
    module = import_module(READERS[name])
    reader: Reader = module.read
    return reader


def measuring(name: str) -> Callable[[bytes], tuple[Measured, ...]]:
    """What turns a dataset of the reader called `name` into numbers; raises ReaderError. Raises KeyError."""
    measured: Callable[[bytes], tuple[Measured, ...]] = import_module(READERS[name]).measured
    return measured


def recording(name: str) -> "Callable[[bytes], Events]":
    """What turns a dataset of the reader called `name` into events; raises ReaderError. Raises KeyError."""
    events: Callable[[bytes], Events] = import_module(READERS[name]).events
    return events


def publishing(name: str) -> "Callable[[bytes], tuple[Published, ...]]":
    """What turns a file of the reader called `name` into figures; raises ReaderError. Raises KeyError."""
    published: Callable[[bytes], tuple[Published, ...]] = import_module(READERS[name]).published
    return published


def series_of(name: str) -> "tuple[Series, ...]":
    """The indices and counts that the reader called `name` knows. Raises KeyError."""
    series: tuple[Series, ...] = import_module(READERS[name]).SERIES
    return series
