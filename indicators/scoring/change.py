"""The change of the index between two days, split by its causes (scoring.md §4, Change).

The index is computed anew in a fixed order of steps, for the profile that leads at the end: the earlier day under
the earlier method; under the later one; without what was retracted since; with the same rows on the later day; with
everything known then. Each step's difference is one part. A fifth part is what the earlier day's headline had more,
because another profile led.

A change from a day on which nothing was known is not told here from one on which the index was 0: ask
`Scores.assessed` first (docs/decisions/0022).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from indicators.scoring.arrays import F64
from indicators.scoring.days import Day, day_number
from indicators.scoring.errors import DayError
from indicators.scoring.given import Given
from indicators.scoring.kernel import Scores, score
from indicators.scoring.parameters import Parameters
from indicators.scoring.profiles import profile_weights
from indicators.scoring.spans import happened_on
from indicators.scoring.units import Units

Cause = Literal["parameters", "retracted", "aged", "new", "profile"]
_STEPS: Final[tuple[Cause, ...]] = ("parameters", "retracted", "aged", "new")


@dataclass(frozen=True, slots=True)
class ChangePart:
    """What one cause adds to the index.

    Attributes
    ----------
    cause
        ``parameters`` (method version: parameters, catalogue, goalposts), ``retracted``, ``aged`` (the same rows on
        a later day), ``new`` (rows known or happening since) or ``profile`` (another one led before; 0 or less).
    points : float
        Points of the index.
    by_factor : tuple of 14 floats
        The same by factor; sums to `points`.
    """

    cause: Cause
    points: float
    by_factor: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The overall index on two days and the five parts between, in the order of `Cause`.

    Attributes
    ----------
    before, after : float
        Overall R, 0 to 100.
    profile : int
        Position in `PROFILES` of the one that leads on the later day.
    parts : tuple of ChangePart
        Sum to `after` - `before` (1e-9).
    """

    before: float
    after: float
    profile: int
    parts: tuple[ChangePart, ...]


def change(
    given: Given,
    country: int,
    *,
    before: tuple[Day, Day],
    after: tuple[Day, Day],
    given_before: Given | None = None,
) -> Change:
    """Split the change of one country's overall index between two points.

    Parameters
    ----------
    given : Given
        All rows, and the later point's method version.
    country : int
        Its position.
    before, after : (t, k)
        Days of validity and of knowledge.
    given_before : Given, optional
        The rows as the earlier point's method version reads them; `given` where left out.

    Raises
    ------
    DayError
        Where either day of `after` lies before that of `before`.
    UnknownCountryError
        For a country that the tables do not have.
    """
    (t_0, k_0), (t_1, k_1) = _days("before", before), _days("after", after)
    if t_1 < t_0 or k_1 < k_0:
        raise DayError("change", after, f"days not before {before}")
    mine = _country(given, country)
    old = mine if given_before is None else _country(given_before, country)
    kept = _seen_until(mine, t_0, k_0)
    steps = [(old, t_0, k_0), (mine, t_0, k_0), (kept, t_0, k_1), (kept, t_1, k_1), (mine, t_1, k_1)]
    scores = [(step[0].parameters, _score(step[0], country, *step[1:])) for step in steps]
    first, last = scores[0][1], scores[-1][1]
    profile = int(last.profile[0])
    return Change(float(first.overall[0]), float(last.overall[0]), profile, tuple(_parts(scores, profile)))


def _days(name: str, point: tuple[Day, Day]) -> tuple[int, int]:
    return day_number(point[0], f"change, {name}"), day_number(point[1], f"change, {name}")


def _country(given: Given, country: int) -> Given:
    evidence, series = given.evidence, given.series
    return replace(
        given,
        evidence=evidence.where(evidence.country == country),
        series=series.where(series.country == country),
    )


def _seen_until(given: Given, t: int, k: int) -> Given:
    """The rows that were known by k and had happened by t."""
    evidence, series = given.evidence, given.series
    return replace(
        given,
        evidence=evidence.where((evidence.known_on <= k) & (happened_on(evidence) <= t)),
        series=series.where((series.known_on <= k) & (happened_on(series) <= t)),
    )


def _score(given: Given, country: int, t: int, k: int) -> Scores:
    return score(given.evidence, given.series, given.catalogue, given.parameters, Units.of(country, t, k))


def _parts(scores: list[tuple[Parameters, Scores]], profile: int) -> Iterator[ChangePart]:
    points = [_points(found, parameters, profile) for parameters, found in scores]
    for cause, (one, other) in zip(_STEPS, pairwise(points), strict=True):
        yield _part(cause, other - one)
    parameters, first = scores[0]
    yield _part("profile", points[0] - _points(first, parameters, int(first.profile[0])))


def _points(found: Scores, parameters: Parameters, profile: int) -> F64:
    """Points of each factor in one profile's index, (14,)."""
    return np.asarray(100.0 * profile_weights(parameters)[profile] * found.F[0])


def _part(cause: Cause, by_factor: F64) -> ChangePart:
    return ChangePart(cause, float(by_factor.sum()), tuple(by_factor.tolist()))
