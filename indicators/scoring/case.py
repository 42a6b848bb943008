"""A case of the golden file's format, answered under the file's own keys: the method as a tool for reviewers."""

from collections.abc import Mapping
from typing import Any

from indicators.scoring.case_input import CaseInput, read
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.contributions import contributions
from indicators.scoring.detail import indicator_detail
from indicators.scoring.given import Given
from indicators.scoring.history import current
from indicators.scoring.intervals import around, replicates
from indicators.scoring.kernel import Scores, score
from indicators.scoring.levels import displayed_level
from indicators.scoring.parameters import PROFILES
from indicators.scoring.units import Units


def answer(case: Mapping[str, Any], framework: Catalogue) -> dict[str, Any]:
    """What the method says of a case, unrounded.

    Parameters
    ----------
    case : mapping
        As `case_input.read` takes it.
    framework : Catalogue
        Stands where the case brings no catalogue.

    Returns
    -------
    dict
        Of one indicator ``x g h hz m_neg kappa`` and, by event that points to risk, ``A decay``. Of a country ``R`` by
        profile, ``overall profile coverage``, ``F`` and ``K`` by factor, ``contributions`` as rows,
        ``cannot_exclude`` and the same of no data, ``p05 p50 p95 lo hi`` of the interval, and ``label``: the level at
        (t, k), folded over the months since the first row, as the silence rule shows it. A country without any row
        has index 0 and is UNDETERMINED.

    Raises
    ------
    ScoringInputError
        The subclass for the first fault found, naming the row.
    """
    found = read(case, framework)
    return _country(found) if found.indicator is None else _indicator(found, found.indicator)


def _indicator(case: CaseInput, code: str) -> dict[str, Any]:
    given = case.given
    found = indicator_detail(given.evidence, given.series, given.catalogue, given.parameters, 0, code, case.t, case.k)
    numbers = {name: getattr(found, name) for name in ("x", "g", "h", "m_neg", "kappa")}
    return {**numbers, "hz": found.h_z, "A": found.strength, "decay": found.decay}


def _country(case: CaseInput) -> dict[str, Any]:
    given = case.given
    tables = (given.evidence, given.series, given.catalogue, given.parameters)
    unit = Units.of(0, case.t, case.k)
    found = score(*tables, unit)
    overall, coverage = float(found.overall[0]), float(found.coverage[0])
    level = int(current(*tables, case.t, case.k).level[0, 0])
    band = around(found.overall, replicates(*tables, unit), given.parameters)
    return {
        "R": dict(zip(PROFILES, found.R[0].tolist(), strict=True)),
        "overall": overall,
        "profile": PROFILES[int(found.profile[0])],
        "coverage": coverage,
        "F": _by_factor(found.F[0].tolist()),
        "K": _by_factor(found.K[0].tolist()),
        "contributions": _contributions(case),
        "cannot_exclude": float(found.cannot_exclude[0]),
        "cannot_exclude_no_data": float(_nothing(given, unit).cannot_exclude[0]),
        "p05": float(band.p05[0]),
        "p50": float(band.p50[0]),
        "p95": float(band.p95[0]),
        "lo": float(band.low[0]),
        "hi": float(band.high[0]),
        "label": displayed_level(level, coverage, parameters=given.parameters).name,
    }


def _by_factor(numbers: list[float]) -> dict[str, float]:
    return {str(factor): number for factor, number in enumerate(numbers, start=1)}


def _contributions(case: CaseInput) -> list[dict[str, Any]]:
    given = case.given
    rows = contributions(given.evidence, given.series, given.catalogue, given.parameters, 0, case.t, case.k)
    keys = ("factor", "indicator", "kind", "ref", "family", "points")
    return [{key: getattr(row, key) for key in keys} for row in rows]


def _nothing(given: Given, unit: Units) -> Scores:
    """The score of the same country, had nothing ever been known of it."""
    evidence, series = given.evidence, given.series
    none = (evidence.where(evidence.country < 0), series.where(series.country < 0))
    return score(*none, given.catalogue, given.parameters, unit)
