"""Some events of UCDP's: a country's cut, a sample, one page of the API. It adds and revises, and drops nothing."""

from reports.readers import ucdp_ged
from reports.readers.draft import ReportDraft
from reports.readers.events import Events


def read(payload: bytes) -> ReportDraft:
    """The file as a dataset report; its day comes from the sender. Raises ReaderError."""
    return ucdp_ged.draft_of(events(payload))


def events(payload: bytes) -> Events:
    """Every event of the file. Raises ReaderError."""
    return ucdp_ged.parsed(payload, is_complete=False)
