"""Sources, what was received from them, and passages with offsets."""

from reports.models.host import Host
from reports.models.passage import Passage
from reports.models.report import Report, ReportQuerySet
from reports.models.retrieval import Retrieval
from reports.models.source import Family, Reliability, Source, SourceQuerySet, Told
from reports.models.source_change import SourceChange

__all__ = [
    "Family", "Host", "Passage", "Reliability", "Report", "ReportQuerySet", "Retrieval", "Source", "SourceChange",
    "SourceQuerySet", "Told",
]  # fmt: skip
