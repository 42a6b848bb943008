"""The Framework, evidence, series, methods and scores."""

from indicators.models.evidence import Evidence, EvidenceQuerySet, NoteCoding
from indicators.models.framework import Factor, Framework, Indicator
from indicators.models.method import MethodVersion
from indicators.models.score import Band, History, RescoreRequest, ScoreRun, Snapshot, Standing
from indicators.models.series import SeriesDefinition, SeriesLoad, SeriesValue
from indicators.models.suggestion import Suggestion, SuggestionDecision, SuggestionQuerySet, SuggestionRun

__all__ = [
    "Band",
    "Evidence",
    "EvidenceQuerySet",
    "Factor",
    "Framework",
    "History",
    "Indicator",
    "MethodVersion",
    "NoteCoding",
    "RescoreRequest",
    "ScoreRun",
    "SeriesDefinition",
    "SeriesLoad",
    "SeriesValue",
    "Snapshot",
    "Standing",
    "Suggestion",
    "SuggestionDecision",
    "SuggestionQuerySet",
    "SuggestionRun",
]
