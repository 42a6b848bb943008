"""The scoring method FA-1.0.0: pure code, numpy and the standard library only.

Days are `datetime.date` or ordinals (`date.toordinal()`); in arrays they are ordinals. Countries and
indicators are positions in the tables' `countries` and in the catalogue. Every refusal is a
`ScoringInputError` that names the row, what was found and what was wanted.

Inputs
    `Parameters` (`SHIPPED`, `from_mapping`, `canonical_json`), `Catalogue` (`from_framework`,
    `from_entries`), `EvidenceRows` and `SeriesRows` (`from_records` for the golden file's format,
    `from_columns` for a database's columns), `Units.of(country, t, k)`, `method_sha256`,
    `input_digest`.
Scores
    `score(evidence, series, catalogue, parameters, units)`: any set of (country, t, k), from their
    rows alone. `line`: every country on many dates of one knowledge line, in one pass. `history`:
    "hindsight" and "known then" with their levels. `current`: the last point of the hindsight line
    alone, with its level.
Reasons
    `contributions` (sum exactly to the overall index; `printed` rounds the column so that it adds
    up), `breakdown` (the same with ageing as rows of its own), `indicator_detail`, `event_details`;
    `change`: two days apart, by cause.
Flags
    `rapid_changes`, `new_events`, `concentration`; `reporting`: whether reports have gone silent.
Cases
    `case.answer`: a case of the golden file's format under the file's own keys; `case_input.parsed`
    and `read`: its strict door.
Words
    `displayed_level` (the silence rule), `coverage_word`, `fold`.

Doubt
    `intervals`: the sensitivity band of any units; `factor_intervals`: those of their factors;
    `replicates`: the draws behind it, paired across units. `Given` holds both tables and the method
    version as one value.
"""

from indicators.scoring.blackout import Reporting, ReportingState, reporting
from indicators.scoring.breakdown import BreakdownRow, breakdown
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.change import Change, ChangePart, change
from indicators.scoring.contributions import Contribution, contributions, printed
from indicators.scoring.days import NEVER, day_number, month_ends
from indicators.scoring.detail import IndicatorDetail, indicator_detail
from indicators.scoring.draws import family_weight, family_weights, lognormal
from indicators.scoring.errors import ScoringInputError
from indicators.scoring.events import EventDetail, event_details
from indicators.scoring.evidence_rows import EvidenceColumns, EvidenceRows
from indicators.scoring.flags import Concentration, Rapid, concentration, new_events, rapid_changes
from indicators.scoring.given import Given
from indicators.scoring.history import History, Line, current, history, line_days
from indicators.scoring.identity import input_digest, method_json, method_sha256
from indicators.scoring.intervals import Intervals, factor_intervals, intervals, replicates
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
    "BreakdownRow",
    "Catalogue",
    "Change",
    "ChangePart",
    "Concentration",
    "Contribution",
    "Coverage",
    "EventDetail",
    "EvidenceColumns",
    "EvidenceRows",
    "Given",
    "Grades",
    "History",
    "IndicatorDetail",
    "Intervals",
    "Level",
    "Line",
    "Parameters",
    "Rapid",
    "Reporting",
    "ReportingState",
    "Scores",
    "ScoringInputError",
    "SeriesColumns",
    "SeriesRows",
    "Totals",
    "Units",
    "breakdown",
    "change",
    "concentration",
    "contributions",
    "coverage_word",
    "current",
    "day_number",
    "displayed_level",
    "displayed_levels",
    "event_details",
    "factor_intervals",
    "family_weight",
    "family_weights",
    "fold",
    "history",
    "indicator_detail",
    "input_digest",
    "intervals",
    "line",
    "line_days",
    "lognormal",
    "method_json",
    "method_sha256",
    "month_ends",
    "new_events",
    "printed",
    "rapid_changes",
    "replicates",
    "reporting",
    "score",
]
