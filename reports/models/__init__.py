"""Sources, what was received from them, and passages with offsets."""

from reports.models.cluster import Cluster, ClusterDecision, ClusterMember, TextPair, TextPairQuerySet
from reports.models.passage import Passage
from reports.models.report import Report, ReportQuerySet
from reports.models.retrieval import Retrieval
from reports.models.signature import Signature, SignatureKey
from reports.models.source import Family, Reliability, Source, SourceQuerySet

__all__ = [
    "Cluster",
    "ClusterDecision",
    "ClusterMember",
    "Family",
    "Passage",
    "Reliability",
    "Report",
    "ReportQuerySet",
    "Retrieval",
    "Signature",
    "SignatureKey",
    "Source",
    "SourceQuerySet",
    "TextPair",
    "TextPairQuerySet",
]  # fmt: skip
