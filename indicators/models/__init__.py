"""The Framework, evidence, series, methods and scores."""

from indicators.models.backtest import BacktestRequest, BacktestRun
from indicators.models.event import EventDecision, EventLink, EventLinkQuerySet
from indicators.models.evidence import Evidence, EvidenceQuerySet, NoteCoding
from indicators.models.framework import Factor, Framework, Indicator
from indicators.models.method import MethodVersion
from indicators.models.outcome import Outcome, OutcomeList
from indicators.models.review import (
    BulkRejection,
    PassageClaim,
    PassageClaimQuerySet,
    SecondReading,
    Settlement,
)
from indicators.models.score import Band, History, RescoreRequest, ScoreRun, Snapshot, Standing
from indicators.models.series import SeriesDefinition, SeriesLoad, SeriesValue
from indicators.models.suggestion import Suggestion, SuggestionDecision, SuggestionQuerySet, SuggestionRun

__all__ = [
    "BacktestRequest",
    "BacktestRun",
    "Band",
    "BulkRejection",
    "EventDecision",
    "EventLink",
    "EventLinkQuerySet",
    "Evidence",
    "EvidenceQuerySet",
    "Factor",
    "Framework",
    "History",
    "Indicator",
    "MethodVersion",
    "NoteCoding",
    "Outcome",
    "OutcomeList",
    "PassageClaim",
    "PassageClaimQuerySet",
    "RescoreRequest",
    "ScoreRun",
    "SecondReading",
    "SeriesDefinition",
    "SeriesLoad",
    "SeriesValue",
    "Settlement",
    "Snapshot",
    "Standing",
    "Suggestion",
    "SuggestionDecision",
    "SuggestionQuerySet",
    "SuggestionRun",
]
