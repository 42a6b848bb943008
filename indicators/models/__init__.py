"""The Framework, evidence, series, methods and scores."""

from indicators.models.backtest import BacktestRequest, BacktestRun
from indicators.models.event import EventDecision, EventLink, EventLinkQuerySet
from indicators.models.event_record import EventLoad, EventMonth, EventPlace, EventRecord, Violence
from indicators.models.evidence import Evidence, EvidenceQuerySet, NoteCoding
from indicators.models.framework import Factor, Framework, Indicator
from indicators.models.lexicon import (
    LabelledSet,
    LexiconDraft,
    LexiconEdit,
    LexiconPublication,
    LexiconTest,
    LexiconVersion,
    ModelSwitch,
    SearchOrder,
    SuggesterModel,
)
from indicators.models.method import MethodVersion
from indicators.models.outcome import Outcome, OutcomeList
from indicators.models.published_figure import FigureLoad, FigureSeries, PublishedFigure
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
from indicators.models.tables import ColumnMapping, ImportRow, TableImport, TableImportQuerySet

__all__ = [
    "BacktestRequest",
    "BacktestRun",
    "Band",
    "BulkRejection",
    "ColumnMapping",
    "EventDecision",
    "EventLink",
    "EventLinkQuerySet",
    "EventLoad",
    "EventMonth",
    "EventPlace",
    "EventRecord",
    "Evidence",
    "EvidenceQuerySet",
    "Factor",
    "FigureLoad",
    "FigureSeries",
    "Framework",
    "History",
    "ImportRow",
    "Indicator",
    "LabelledSet",
    "LexiconDraft",
    "LexiconEdit",
    "LexiconPublication",
    "LexiconTest",
    "LexiconVersion",
    "MethodVersion",
    "ModelSwitch",
    "NoteCoding",
    "Outcome",
    "OutcomeList",
    "PassageClaim",
    "PassageClaimQuerySet",
    "PublishedFigure",
    "RescoreRequest",
    "ScoreRun",
    "SearchOrder",
    "SecondReading",
    "SeriesDefinition",
    "SeriesLoad",
    "SeriesValue",
    "Settlement",
    "Snapshot",
    "Standing",
    "SuggesterModel",
    "Suggestion",
    "SuggestionDecision",
    "SuggestionQuerySet",
    "SuggestionRun",
    "TableImport",
    "TableImportQuerySet",
    "Violence",
]
