"""How the goalposts of `percentiles` series were computed; prints them beside those that stand in the files.

    python -m indicators.series.goalposts ../shared/data

The 2.5 and 97.5 percentiles (linear interpolation) of the scored values of all countries in a window of years, each
country and year once. The numbers in the files are frozen: another file or window is a new method version.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from countries.attachment import decisions
from reports.readers import measuring
from reports.readers.draft import Measured

FOLDER = Path(__file__).parent
PERCENTILES = (2.5, 97.5)
FILES = {
    "unhcr-population": "unhcr/population_2000on.csv",
    "pts": "pts/PTS-2024.csv",
    "inform-risk": "inform_risk/inform_risk_index.csv",
}


def counted(rows: Iterable[Measured], *, reader: str, column: str, window: tuple[int, int]) -> list[float]:
    """The values that a score could see, of the years from the first to the last of `window`, both included."""
    decide = decisions(reader)
    return [
        row.values[column]
        for row in rows
        if column in row.values
        and window[0] <= row.period_end.year <= window[1]
        and decide(row.territory, row.period_end.year).treatment == "attach"
    ]


def goalposts(values: list[float], digits: int) -> tuple[float, float]:
    """The two percentiles, rounded to `digits` significant digits."""
    lo, hi = (float(f"%.{digits}g" % value) for value in np.percentile(values, PERCENTILES))
    return lo, hi


def computed(data: Path, said: Mapping[str, Any]) -> tuple[float, float, int]:
    """Goalposts and number of values of one definition, from the real file in `data`."""
    how, reader = said["goalposts"], said["reader"]
    rows = measuring(reader)((data / FILES[reader]).read_bytes())
    window = (how["window"][0], how["window"][1])
    values = counted(rows, reader=reader, column=said["column"], window=window)
    return *goalposts(values, how["digits"]), len(values)


def main(data: Path) -> None:
    """Print every definition whose goalposts are percentiles: as it stands, and as computed."""
    for path in sorted(FOLDER.glob("*.json")):
        said = json.loads(path.read_bytes())
        if said["goalposts"]["rule"] == "percentiles":
            lo, hi, count = computed(data, said)
            stands = f"stands {said['lo']} to {said['hi']} of {said['goalposts']['n']}"
            sys.stdout.write(f"{said['slug']}: {stands}; computed {lo} to {hi} of {count}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
