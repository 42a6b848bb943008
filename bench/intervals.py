"""Figure: the interval of every country on one date, 200 replicates each, on the kernel's seeded data set.

Beside it, in the same run: the point score of the same countries on the same date.

    python -m bench.intervals [--full]
"""

import argparse
from typing import Any

import numpy as np

from bench.figure import Figure
from bench.kernel import FIRST_DAY, catalogue, evidence_rows, seconds, series_rows
from indicators.scoring import SHIPPED, Units, intervals, score

COUNTRIES, MONTHS = 195, 300


def main(*, full: bool = False) -> dict[str, Any]:
    """Measure, and return the figures."""
    rows, entries = (1_000_000 if full else 100_000), catalogue()
    evidence = evidence_rows(rows=rows, countries=COUNTRIES, months=MONTHS, entries=entries)
    given = (evidence, series_rows(countries=COUNTRIES, months=MONTHS, entries=entries), entries, SHIPPED)
    last = FIRST_DAY + int(MONTHS * 30.4375)
    small = evidence.where((evidence.country == 0) & (np.arange(evidence.size) % 17 == 0))
    every = Units.of(np.arange(COUNTRIES), last, last)
    months = Units.of(0, last - 30 * np.arange(120)[::-1], last)
    intervals(*given, every)  # draws are computed once a process
    return {
        "figure": "intervals",
        "rows": rows,
        "countries": COUNTRIES,
        "replicates": SHIPPED.replicates,
        "families": len(evidence.families),
        "every_country_s": seconds(lambda: intervals(*given, every)),
        "point_score_s": seconds(lambda: score(*given, every)),
        "one_country_s": seconds(lambda: intervals(*given, Units.of(0, last, last))),
        "rows_of_one_country": int((evidence.country == 0).sum()),
        "few_rows_s": seconds(lambda: intervals(small, *given[1:], Units.of(0, last, last))),
        "few_rows": small.size,
        "one_country_120_dates_s": seconds(lambda: intervals(*given, months)),
        "reach_s": 2.0 if full else None,  # the reach is for the full size
    }


def measure(*, full: bool = False) -> list[Figure]:
    """`main` as a figure."""
    found = main(full=full)
    name = f"intervals of {COUNTRIES} countries on one date, {found['rows']:,} rows, {found['replicates']} replicates"
    reach = f"≤ {found['reach_s']:.0f} s" if full else ""
    yardstick = "their point scores"
    return [Figure(name, found["every_country_s"], "s", yardstick, found["point_score_s"], reach, details=found)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="1,000,000 rows instead of 100,000")
    print("\n".join(f"{key:24} {value}" for key, value in main(full=parser.parse_args().full).items()))
