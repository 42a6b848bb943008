"""Small countries for hypothesis: two indicators a factor, rows in the golden file's format."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from indicators.scoring import SHIPPED, Catalogue, EvidenceRows, Scores, SeriesRows, Units, score

QUICK = settings(max_examples=40, deadline=None)
NATURES = ("structural", "record", "dynamic", "trigger")
CATALOGUE = Catalogue.from_entries(
    {"id": f"{factor}.{number}", "factor": factor, "weight": 1.0, "nature": NATURES[(factor + number) % 4]}
    for factor in range(1, 15)
    for number in (1, 2)
)
BEGIN, TODAY = dt.date(2022, 1, 1), dt.date(2024, 6, 30)
GRADES = [letter + digit for letter in "ABCDEF" for digit in "123456"]
Record = dict[str, Any]


@st.composite
def rows(draw: st.DrawFn, polarity: Sequence[int] = (1, -1), latest: dt.date = TODAY) -> Record:
    """One row of evidence, known some days after its event."""
    event_date = draw(st.dates(BEGIN, latest))
    delay = draw(st.integers(0, 90))
    return {
        "indicator": draw(st.sampled_from(CATALOGUE.codes[:10] + CATALOGUE.codes[-4:])),
        "family": draw(st.sampled_from(["ohchr", "icrc", "press", "coi"])),
        "grade": draw(st.sampled_from(GRADES)),
        "severity": draw(st.integers(0, 4)),
        "polarity": draw(st.sampled_from(polarity)),
        "event_date": event_date,
        "known_at": min(event_date + dt.timedelta(days=delay), latest),
        "event_id": draw(st.sampled_from([None, "e1", "e2"])),
        "admin1": draw(st.sampled_from([None, "north"])),
    }


@st.composite
def values(draw: st.DrawFn, latest: dt.date = TODAY) -> Record:
    """One series value."""
    period_end = draw(st.dates(BEGIN, latest))
    return {
        "indicator": draw(st.sampled_from(CATALOGUE.codes[:10:3])),
        "value": draw(st.floats(-10, 2000)),
        "lo": 0.0,
        "hi": 1000.0,
        "direction": draw(st.sampled_from([1, -1])),
        "period_end": period_end,
        "known_at": min(period_end + dt.timedelta(days=draw(st.integers(0, 200))), latest),
    }


def some(row: st.SearchStrategy[Record], most: int = 12) -> st.SearchStrategy[list[Record]]:
    return st.lists(row, max_size=most)


def evidence_of(records: Sequence[Record], countries: Sequence[str] = ("",)) -> EvidenceRows:
    return EvidenceRows.from_records(records, CATALOGUE, countries)


def series_of(records: Sequence[Record], countries: Sequence[str] = ("",)) -> SeriesRows:
    return SeriesRows.from_records(records, CATALOGUE, countries)


def scored(
    records: Sequence[Record],
    series: Sequence[Record] = (),
    t: dt.date = TODAY,
    k: dt.date | None = None,
) -> Scores:
    """The score of one country at (t, k); k = t where it is left out."""
    return score(evidence_of(records), series_of(series), CATALOGUE, SHIPPED, Units.of(0, t, k or t))
