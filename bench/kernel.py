"""Figure: the scoring kernel on a seeded data set, one line of monthly scores for every country.

Beside it, in the same run: sorting as many int64 keys as there are rows, and moving the bytes that
the rows hold.

    python -m bench.kernel [--full] [--json]
"""

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.figure import Figure
from indicators.scoring import (
    SHIPPED,
    Catalogue,
    EvidenceColumns,
    EvidenceRows,
    SeriesColumns,
    SeriesRows,
    history,
    line,
    line_days,
)
from indicators.scoring.parameters import NATURES

FIRST_DAY = 730_486  # 2001-01-01


def catalogue(indicators: int = 140) -> Catalogue:
    """Indicators spread over fourteen factors, their natures in turn."""
    factors = np.sort(np.arange(indicators) % 14) + 1
    return Catalogue.from_entries(
        {"id": f"{factor}.{number}", "factor": int(factor), "weight": 1.0, "nature": NATURES[number % 4]}
        for number, factor in enumerate(factors)
    )


def evidence_rows(
    *, rows: int, countries: int, months: int, entries: Catalogue, seed: int = 1, retracted: float = 0.0
) -> EvidenceRows:
    """`rows` rows in .4·`rows` events, the first of each event spread evenly over the months."""
    draw = np.random.default_rng(seed)
    events = max(1, int(0.4 * rows))
    span = int(months * 30.4375)
    event = np.concatenate([np.arange(events), draw.integers(0, events, rows - events)])
    started = draw.integers(FIRST_DAY, FIRST_DAY + span, events)[event]
    event_on = np.minimum(started + draw.geometric(0.02, rows) - 1, FIRST_DAY + span)
    known_on = event_on + draw.geometric(0.05, rows)
    gone = draw.random(rows) < retracted
    letters = np.array(list("ABCDEF"))
    columns: dict[str, Any] = {
        "country": draw.integers(0, countries, events)[event],
        "indicator": draw.integers(0, entries.size, events)[event],
        "polarity": np.where(draw.random(events) < 0.1, -1, 1)[event],
        "severity": draw.integers(0, 5, rows),
        "reliability": letters[draw.integers(0, 6, rows)],
        "credibility": draw.integers(1, 7, rows),
        "event_on": event_on,
        "known_on": known_on,
        "retracted_on": [day if lost else None for day, lost in zip((known_on + 40).tolist(), gone, strict=True)],
        "family": np.array([f"family-{number:02d}" for number in range(60)])[draw.integers(0, 60, rows)],
        "event": [f"e{number}" for number in event],
        "admin1": [""] * rows,
    }
    return EvidenceRows.from_columns(EvidenceColumns(**columns), entries, [f"C{n:03d}" for n in range(countries)])


def series_rows(*, countries: int, months: int, entries: Catalogue, indicators: int = 3, seed: int = 2) -> SeriesRows:
    """One value a year for each country and each of the first indicators."""
    draw = np.random.default_rng(seed)
    years = max(1, months // 12)
    country, indicator, year = (
        part.ravel() for part in np.meshgrid(np.arange(countries), np.arange(indicators), np.arange(years))
    )
    period_end = FIRST_DAY + 364 + 365 * year
    columns: dict[str, Any] = {
        "country": country,
        "indicator": indicator,
        "value": draw.lognormal(2.0, 2.0, country.size),
        "lo": np.zeros(country.size),
        "hi": np.full(country.size, 1000.0),
        "direction": np.ones(country.size, np.int64),
        "log": np.ones(country.size, np.bool_),
        "period_end": period_end,
        "known_on": period_end + 200,
        "retracted_on": [None] * country.size,
    }
    return SeriesRows.from_columns(SeriesColumns(**columns), entries, [f"C{n:03d}" for n in range(countries)])


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Shortest wall time of a few runs."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def main(*, full: bool = False) -> dict[str, Any]:
    """Measure, and return the figures."""
    rows, countries, months = (1_000_000 if full else 100_000), 195, 300
    entries = catalogue()
    began = time.perf_counter()
    evidence = evidence_rows(rows=rows, countries=countries, months=months, entries=entries)
    prepared = time.perf_counter() - began
    series = series_rows(countries=countries, months=months, entries=entries)
    last = FIRST_DAY + int(months * 30.4375)
    days = line_days(FIRST_DAY, last)[:months]
    keys = np.random.default_rng(3).integers(0, 2**62, rows)
    block = np.zeros((rows, 50), np.uint8)
    hindsight = seconds(lambda: line(evidence, series, entries, SHIPPED, days, last))
    known_then = seconds(lambda: line(evidence, series, entries, SHIPPED, days, None))
    sorting, moving = seconds(lambda: np.argsort(keys)), seconds(block.copy)
    figures: dict[str, Any] = {
        "figure": "scoring kernel",
        "rows": rows,
        "countries": countries,
        "indicators": entries.size,
        "months": months,
        "hindsight_s": hindsight,
        "known_then_s": known_then,
        "sort_keys_s": sorting,
        "move_bytes_s": moving,
        "ratio_to_sort": hindsight / sorting,
        "reach_s": 0.5 if full else None,  # the reach is for the full size
        "prepare_s": prepared,
    }
    both = seconds(lambda: history(evidence, series, entries, SHIPPED, last, last), times=1)
    return {**figures, "both_lines_with_levels_s": both}


def measure(*, full: bool = False) -> list[Figure]:
    """`main` as a figure."""
    found = main(full=full)
    name = f"scoring kernel, {found['rows']:,} rows, {found['countries']} countries, {found['months']} months"
    reach = f"≤ {found['reach_s']} s" if full else ""
    yardstick = "sorting as many keys"
    return [Figure(name, found["hindsight_s"], "s", yardstick, found["sort_keys_s"], reach, details=found)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="1,000,000 rows instead of 100,000")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = main(full=arguments.full)
    print(json.dumps(found) if arguments.json else "\n".join(f"{key:24} {value}" for key, value in found.items()))
