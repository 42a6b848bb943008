"""What if: a country's evidence changed in memory and scored by the same arithmetic. Reads, never writes."""

from indicators.whatif.applied import Applied, apply
from indicators.whatif.case import case_of
from indicators.whatif.changes import (
    Change,
    ChangeError,
    Fault,
    LeftOut,
    MadeUp,
    Regraded,
    Revalued,
    ValueLeftOut,
    read_changes,
)
from indicators.whatif.compared import Comparison, Side, compare
from indicators.whatif.reading import Known, known_of
from indicators.whatif.shown import Tables, tables
from indicators.whatif.working import Working, workings

__all__ = [
    "Applied",
    "Change",
    "ChangeError",
    "Comparison",
    "Fault",
    "Known",
    "LeftOut",
    "MadeUp",
    "Regraded",
    "Revalued",
    "Side",
    "Tables",
    "ValueLeftOut",
    "Working",
    "apply",
    "case_of",
    "compare",
    "known_of",
    "read_changes",
    "tables",
    "workings",
]
