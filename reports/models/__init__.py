"""Sources, what was received from them, and passages with offsets."""

from reports.models.batch import Batch
from reports.models.cluster import Cluster, ClusterDecision, ClusterMember, TextPair, TextPairQuerySet
from reports.models.correction import ReportCorrection, ReportCorrectionQuerySet
from reports.models.custody import CustodyCheck, CustodyEntry, CustodyEntryQuerySet
from reports.models.host import Host
from reports.models.passage import Passage
from reports.models.report import TYPED, Report, ReportQuerySet
from reports.models.retrieval import Retrieval
from reports.models.signature import Signature, SignatureKey
from reports.models.source import Family, Reliability, Source, SourceQuerySet, Told
from reports.models.source_change import SourceChange

__all__ = [
    "TYPED", "Batch", "Cluster", "ClusterDecision", "ClusterMember", "CustodyCheck", "CustodyEntry",
    "CustodyEntryQuerySet", "Family", "Host", "Passage", "Reliability", "Report", "ReportCorrection",
    "ReportCorrectionQuerySet", "ReportQuerySet", "Retrieval", "Signature", "SignatureKey", "Source", "SourceChange",
    "SourceQuerySet", "TextPair", "TextPairQuerySet", "Told",
]  # fmt: skip
