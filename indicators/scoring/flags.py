"""Flags that stand beside a level: rapid change, new events, one family that carries the score (scoring.md §4).

Chronic lists are the field's weakness; so what has just changed is said apart from what is high.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indicators.scoring.arrays import F64, I64, segment_starts
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.contributions import Contribution
from indicators.scoring.days import Day, day_number
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.intervals import replicates
from indicators.scoring.kernel import score
from indicators.scoring.parameters import Parameters
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.units import Units, visible_pairs


@dataclass(frozen=True, slots=True)
class Rapid:
    """The change over the alarm's days, as known on each of the two days.

    Attributes
    ----------
    change : float
        ΔR = R(t, t) - R(t - 90, t - 90), points.
    margin : float
        ΔR + p05(ΔR_b) - p50(ΔR_b), of paired replicates.
    is_raised : bool
        Whether the change reaches the alarm's points and the margin lies above 0.
    """

    change: float
    margin: float
    is_raised: bool


@dataclass(frozen=True, slots=True)
class Concentration:
    """The family with the most points.

    Attributes
    ----------
    family : str
        Empty where no event adds a point.
    share : float
        Its event points / all positive points, 0 to 1.
    is_raised : bool
        Whether that is more than the parameter allows.
    """

    family: str
    share: float
    is_raised: bool


def rapid_changes(
    evidence: EvidenceRows,
    series: SeriesRows,
    catalogue: Catalogue,
    parameters: Parameters,
    countries: I64,
    t: Day,
) -> list[Rapid | None]:
    """Change and flag of each country.

    Parameters
    ----------
    evidence, series, catalogue, parameters
        As for `score`.
    countries : (C,) int64
        Positions of countries.
    t : date or ordinal
        The later day.

    Returns
    -------
    list of Rapid or None
        In the order of `countries`. None where nothing was known on the earlier day: a change is not counted from 0.

    Raises
    ------
    UnknownCountryError
        For a country that the tables do not have.
    """
    later, count = day_number(t), len(countries)
    days = np.repeat([later, day_number(later - parameters.alarm_days)], count)
    given = (evidence, series, catalogue, parameters, Units.of(np.tile(countries, 2), days, days))
    found, drawn = score(*given), replicates(*given)
    changes = found.overall[:count] - found.overall[count:]
    paired = drawn[:, :count] - drawn[:, count:]
    return [
        _rapid(float(changes[place]), paired[:, place], parameters) if known else None
        for place, known in enumerate(found.assessed[count:])
    ]


def _rapid(change: float, paired: F64, parameters: Parameters) -> Rapid:
    low, middle, _ = np.quantile(paired, parameters.percentiles).tolist()
    margin = change + (low - middle)
    return Rapid(change, margin, change >= parameters.alarm_points and margin > 0)


def concentration(rows: Sequence[Contribution], parameters: Parameters) -> Concentration | None:
    """Whether one family carries most of a score.

    Parameters
    ----------
    rows : sequence of Contribution
        As `contributions` gives them.
    parameters : Parameters
        With the share above which the flag is raised.

    Returns
    -------
    Concentration or None
        None where no row adds a point. Of equal families the first by name.
    """
    total = math.fsum(row.points for row in rows if row.points > 0)
    if total <= 0:
        return None
    by_family: dict[str, list[float]] = {}
    for row in rows:
        if row.kind == "event":
            by_family.setdefault(row.family, []).append(row.points)
    sums = {family: math.fsum(by_family[family]) for family in sorted(by_family)}
    family = max(sums, key=sums.__getitem__, default="")
    share = sums.get(family, 0.0) / total
    return Concentration(family, share, share > parameters.concentration)


def new_findings(evidence: EvidenceRows, parameters: Parameters, country: int, t: Day, k: Day) -> list[tuple[str, str]]:
    """Indicator and event of each of the `new_events`, sorted: an event can be new under one indicator alone."""
    unit = Units.of(country, t, k)
    row = visible_pairs(unit, evidence).row
    row = row[(evidence.severity[row] > 0) & (evidence.polarity[row] > 0)]
    starts = segment_starts(evidence.strand[row])
    first = np.minimum.reduceat(evidence.known_on[row], starts) if starts.size else starts
    last = int(unit.t[0])
    recent = row[starts[(first > last - parameters.alarm_days) & (first <= last)]].tolist()
    codes = evidence.catalogue.codes
    return sorted({(codes[int(evidence.indicator[number])], evidence.event_name(number)) for number in recent})


def new_events(evidence: EvidenceRows, parameters: Parameters, country: int, t: Day, k: Day) -> list[str]:
    """Events that point to risk and whose first row became known within the alarm's days.

    Parameters
    ----------
    evidence, parameters
        The table and the method's parameters.
    country : int
        Position of the country.
    t, k : date or ordinal
        Day of validity and day of knowledge: rows that these do not see do not count, not as first ones either.

    Returns
    -------
    list of str
        Event ids, or ``~indicator|admin1|week``, each once, sorted; first known in (t - `alarm_days`, t]. Rows of
        severity 0 make no event.
    """
    return sorted({event for _, event in new_findings(evidence, parameters, country, t, k)})
