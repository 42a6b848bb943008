"""The score of any set of (country, t, k), each from its rows alone (scoring.md §4).

This is the method as it is written: no state is carried from one unit to the next. `line` gives the same
numbers for many dates of one knowledge line in one pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from indicators.scoring.arrays import F64, I64, Bool
from indicators.scoring.cannot_exclude import cannot_exclude
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.factors import FactorRule
from indicators.scoring.indicators import Indicators, indicators, rates
from indicators.scoring.masses import Masses, masses
from indicators.scoring.parameters import Parameters
from indicators.scoring.profiles import coverage, index
from indicators.scoring.series import Readings, readings
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.strength import Grades, clusters, strengths
from indicators.scoring.units import Units, chunks, visible_pairs

BUDGET = 4_000_000
"""Pairs of unit and row, and cells, that are held at once: about 600 MB at the most."""


@dataclass(frozen=True, eq=False, slots=True)
class Totals:
    """Scores of U units without their indicators.

    Attributes
    ----------
    F, K : (U, 14) float64
        Factors and their coverage, in [0, 1).
    R : (U, 3) float64
        Index of each profile, 0 to 100.
    overall : (U,) float64
        The largest of them.
    profile : (U,) int64
        Its position in `PROFILES`.
    coverage : (U,) float64
        K over all factors, 0 to 1.
    assessed : (U,) bool
        Whether any evidence or series row is visible.
    """

    F: F64
    K: F64
    R: F64
    overall: F64
    profile: I64
    coverage: F64
    assessed: Bool


@dataclass(frozen=True, eq=False, slots=True)
class Scores(Totals):
    """Scores of U units with their I indicators.

    Attributes
    ----------
    units : Units
        What was asked.
    cannot_exclude : (U,) float64
        0 to 100.
    x, g, h, h_z, m_pos, m_neg, kappa : (U, I) float64
        Value, presence before mitigation, hazard, the series' share of it, masses, coverage (§4).
    """

    units: Units
    cannot_exclude: F64
    x: F64
    g: F64
    h: F64
    h_z: F64
    m_pos: F64
    m_neg: F64
    kappa: F64


@dataclass(frozen=True, eq=False, slots=True)
class Rules:
    """What a catalogue and a parameter set fix for every unit: grades, factor rule, λ."""

    parameters: Parameters
    grades: Grades
    factors: FactorRule
    rate: F64

    @classmethod
    def of(cls, catalogue: Catalogue, parameters: Parameters) -> "Rules":
        """The rules of a catalogue and parameter set."""
        grades, factors = Grades.of(parameters), FactorRule.of(catalogue, parameters)
        return cls(parameters, grades, factors, rates(catalogue, parameters))


def totals(values: Indicators, assessed: Bool, rules: Rules) -> Totals:
    """Factors, profiles and coverage of indicators, (U, I) to U units."""
    factors, known = rules.factors.factors(values.value), rules.factors.factors(values.known)
    result = index(factors, rules.parameters)
    return Totals(
        F=factors,
        K=known,
        R=result.by_profile,
        overall=result.overall,
        profile=result.profile,
        coverage=coverage(known, rules.parameters),
        assessed=assessed,
    )


def score(
    evidence: EvidenceRows, series: SeriesRows, catalogue: Catalogue, parameters: Parameters, units: Units
) -> Scores:
    """Score many (country, t, k) in one vectorised pass.

    Parameters
    ----------
    evidence, series : EvidenceRows, SeriesRows
        All rows, of any number of countries, made with the same catalogue and countries.
    catalogue, parameters : Catalogue, Parameters
        The method version.
    units : Units
        U points of scoring, in any order.

    Returns
    -------
    Scores
        In the order of the units; memory beyond the result stays below about 600 MB.

    Raises
    ------
    UnknownCountryError
        For a unit whose country the tables do not have.
    """
    return joined(list(scored_parts(evidence, series, catalogue, parameters, units)))


def scored_parts(
    evidence: EvidenceRows,
    series: SeriesRows,
    catalogue: Catalogue,
    parameters: Parameters,
    units: Units,
    budget: int = BUDGET,
) -> Iterator[Scores]:
    """As `score`, part by part."""
    rules = Rules.of(catalogue, parameters)
    for part in chunks(units, (evidence, series), catalogue.size, budget):
        yield _scored(evidence, series, rules, part)


def _scored(evidence: EvidenceRows, series: SeriesRows, rules: Rules, units: Units) -> Scores:
    seen = visible_pairs(units, evidence)
    _, strands = strengths(evidence, seen, rules.grades)
    held = masses(evidence, units.t, strands, clusters(evidence, seen, rules.grades), rules.parameters)
    told = readings(series, units, evidence.catalogue.size, rules.parameters)
    assessed = told.any
    assessed[seen.unit] = True
    return _gathered(units, held, told, assessed, rules)


def _gathered(units: Units, held: Masses, told: Readings, assessed: Bool, rules: Rules) -> Scores:
    values = indicators(held, told, rules.rate, rules.parameters)
    result = totals(values, assessed, rules)
    return Scores(
        **{field.name: getattr(result, field.name) for field in fields(Totals)},
        units=units,
        cannot_exclude=cannot_exclude(values, rules.factors, rules.parameters),
        x=values.value,
        g=values.presence,
        h=values.hazard,
        h_z=told.hazard,
        m_pos=held.risk,
        m_neg=held.mitigation,
        kappa=values.known,
    )


def joined(parts: list[Scores]) -> Scores:
    """One result from the results of consecutive units."""
    arrays = [field.name for field in fields(Scores) if field.name != "units"]
    units = Units(*(np.concatenate([getattr(part.units, name) for part in parts]) for name in ("country", "t", "k")))
    return Scores(units=units, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays})
