"""The scoring method FA-1.0.0: pure code, numpy and the standard library only."""

from indicators.scoring.catalogue import Catalogue
from indicators.scoring.contributions import Contribution, contributions, printed
from indicators.scoring.days import NEVER, day_number, month_ends
from indicators.scoring.detail import IndicatorDetail, indicator_detail
from indicators.scoring.draws import family_weight, family_weights, lognormal
from indicators.scoring.errors import ScoringInputError
from indicators.scoring.events import EventDetail, event_details
from indicators.scoring.evidence_rows import EvidenceColumns, EvidenceRows
from indicators.scoring.history import History, Line, current, history, line_days
from indicators.scoring.identity import input_digest, method_json, method_sha256
from indicators.scoring.kernel import Scores, Totals, score
from indicators.scoring.levels import Coverage, Level, coverage_word, displayed_level, displayed_levels, fold
from indicators.scoring.line import line
from indicators.scoring.parameters import (
    CREDIBILITIES,
    FORMULA,
    NATURES,
    PROFILES,
    RELIABILITIES,
    SHIPPED,
    Parameters,
)
from indicators.scoring.series_rows import SeriesColumns, SeriesRows
from indicators.scoring.strength import Grades
from indicators.scoring.units import Units

__all__ = [
    "CREDIBILITIES",
    "FORMULA",
    "NATURES",
    "NEVER",
    "PROFILES",
    "RELIABILITIES",
    "SHIPPED",
    "Catalogue",
    "Contribution",
    "Coverage",
    "EventDetail",
    "EvidenceColumns",
    "EvidenceRows",
    "Grades",
    "History",
    "IndicatorDetail",
    "Level",
    "Line",
    "Parameters",
    "Scores",
    "ScoringInputError",
    "SeriesColumns",
    "SeriesRows",
    "Totals",
    "Units",
    "contributions",
    "coverage_word",
    "current",
    "day_number",
    "displayed_level",
    "displayed_levels",
    "event_details",
    "family_weight",
    "family_weights",
    "fold",
    "history",
    "indicator_detail",
    "input_digest",
    "line",
    "line_days",
    "lognormal",
    "method_json",
    "method_sha256",
    "month_ends",
    "printed",
    "score",
]
