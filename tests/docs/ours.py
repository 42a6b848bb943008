"""What `indicators.scoring` says of a case, under the names of docs/methodology.md."""

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from indicators import scoring
from indicators.scoring import (
    PROFILES,
    SHIPPED,
    EvidenceRows,
    Given,
    Grades,
    Parameters,
    Reporting,
    ReportingState,
    SeriesRows,
    Units,
    contributions,
    event_details,
    family_weights,
    intervals,
    lognormal,
    rapid_changes,
    replicates,
    reporting,
    score,
)
from indicators.scoring.draws import half_life_draws, weight_draws
from indicators.scoring.factors import FactorRule
from indicators.scoring.given import compared
from indicators.scoring.indicators import indicators, rates
from indicators.scoring.masses import masses
from indicators.scoring.series import readings
from indicators.scoring.strength import clusters, strengths
from indicators.scoring.units import visible_pairs
from tests.docs.cases import CATALOGUE, INDICATORS
from tests.docs.naive.reasons import Point
from tests.docs.naive.score import Case, Numbers

NAMES = {"x": "x", "g": "g", "h": "h", "h_z": "h_z", "m⁺": "m_pos", "m⁻": "m_neg", "κ": "kappa"}


def tables(case: Case) -> tuple[EvidenceRows, SeriesRows]:
    names = {"event": "event_id", "event_on": "event_date", "known_on": "known_at", "retracted_on": "retracted_at"}
    names |= {"area": "admin1", "is_log": "log"}
    rows, values = (
        [{names.get(key, key): value for key, value in vars(one).items()} for one in these]
        for these in (case.rows, case.values)
    )
    return EvidenceRows.from_records(rows, CATALOGUE), SeriesRows.from_records(values, CATALOGUE)


def numbers(case: Case, t: dt.date, k: dt.date) -> Numbers:
    evidence, series = tables(case)
    at = Units.of(0, t, k)
    found = score(evidence, series, CATALOGUE, SHIPPED, at)
    out: Numbers = {"R": found.overall[0], "K": found.coverage[0], "cannot exclude": found.cannot_exclude[0]}
    out |= {f"R({name})": found.R[0, place] for place, name in enumerate(PROFILES)}
    for factor, rate in enumerate(FactorRule.of(CATALOGUE, SHIPPED).rate):
        out |= {f"γ{factor + 1}": rate, f"F{factor + 1}": found.F[0, factor], f"K{factor + 1}": found.K[0, factor]}
    of_series = readings(series, at, CATALOGUE.size, SHIPPED)
    for place, code in enumerate(CATALOGUE.codes):
        out |= {f"{name}({code})": getattr(found, field)[0, place] for name, field in NAMES.items()}
        out[f"n({code})"] = -SHIPPED.coverage_scale * math.log1p(-found.kappa[0, place])
        out[f"φ({code})"] = of_series.freshness[0, place]
        if of_series.row[0, place] >= 0:
            out[f"z({code})"] = series.z[of_series.row[0, place]]
        out[f"λ({INDICATORS[code][1]})"] = rates(CATALOGUE, SHIPPED)[place]
    return {name: float(value) for name, value in (out | _grades() | _events(evidence, t, k)).items()}


def _grades() -> Numbers:
    grades = Grades.of(SHIPPED)
    names = [f"{letter}{digit}" for letter in "ABCDEF" for digit in "123456"]
    out = {f"q({name})": grades.q[place] for place, name in enumerate(names)}
    return out | {f"η({name})": grades.hazard[place] for place, name in enumerate(names)}


def _events(evidence: EvidenceRows, t: dt.date, k: dt.date) -> Numbers:
    out: Numbers = {}
    for event in event_details(evidence, SHIPPED, 0, t, k):
        name = f"{event.indicator}, {event.ref}{', relief' if event.polarity < 0 else ''}"
        out |= {f"A({name})": event.strength, f"δ({name})": event.decay}
    _, strands = strengths(evidence, visible_pairs(Units.of(0, t, k), evidence), Grades.of(SHIPPED))
    for number, row in enumerate(strands.first):
        relief = ", relief" if evidence.polarity[row] < 0 else ""
        name = f"{CATALOGUE.codes[evidence.indicator[row]]}, {evidence.event_name(int(row))}{relief}"
        out |= {f"C{level + 1}({name})": strands.certainty[level, number] for level in range(4)}
    return out


def points(case: Case, t: dt.date, k: dt.date) -> Numbers:
    out = {}
    for row in contributions(*tables(case), CATALOGUE, SHIPPED, 0, t, k):
        what = f"{row.ref}, {row.family}" if row.kind == "event" else row.kind
        out[f"points({row.indicator}, {what})"] = row.points
    return out


def breakdown(case: Case, t: dt.date, k: dt.date) -> Numbers:
    out = {}
    for row in scoring.breakdown(*tables(case), CATALOGUE, SHIPPED, 0, t, k):
        what = {
            "event": f"fresh({row.indicator}, {row.ref}, {row.family})",
            "series": f"fresh({row.indicator}, series)",
        }
        out[what.get(row.kind, f"{row.kind}({row.indicator})")] = row.points
    return out


def change(case: Case, before: Point, after: Point, earlier: Parameters = SHIPPED) -> Numbers:
    evidence, series = tables(case)
    given, old = (Given(evidence, series, CATALOGUE, parameters) for parameters in (SHIPPED, earlier))
    found = scoring.change(given, 0, before=before, after=after, given_before=old)
    parts = {f"change({part.cause})": part.points for part in found.parts}
    return parts | {"R before": found.before, "R after": found.after}


def interval(case: Case, t: dt.date, k: dt.date) -> Numbers:
    found = intervals(*tables(case), CATALOGUE, SHIPPED, Units.of(0, t, k))
    shown = {"interval, low": found.low[0], "interval, high": found.high[0]}
    return {"p05": found.p05[0], "p50": found.p50[0], "p95": found.p95[0]} | shown


def rapid(case: Case, t: dt.date, k: dt.date | None = None) -> Numbers | None:
    given = compared(Given(*tables(case), CATALOGUE, SHIPPED), t, k or t)
    (found,) = rapid_changes(given.evidence, given.series, CATALOGUE, SHIPPED, np.array([0]), t)
    if found is None:
        return None
    said = {"change over 90 days": found.change, "margin of the change": found.margin}
    return said | {"rapid change": float(found.is_raised)}


def concentration(case: Case, t: dt.date, k: dt.date) -> Numbers:
    found = scoring.concentration(contributions(*tables(case), CATALOGUE, SHIPPED, 0, t, k), SHIPPED)
    return {found.family: found.share} if found and found.family else {}


def replicate(case: Case, t: dt.date, k: dt.date, b: int) -> Numbers:
    """The numbers of one replicate: what is drawn, and what comes of it."""
    evidence, series = tables(case)
    lives, weights = half_life_draws(SHIPPED)[b], weight_draws(SHIPPED)[b]
    omega = family_weights(evidence.families, b)
    out: Numbers = {f"ω({slug})": value for slug, value in zip(evidence.families, omega, strict=True)}
    out |= {
        f"H({nature})": life for nature, life in zip(("structural", "record", "dynamic", "trigger"), lives, strict=True)
    }
    out |= {f"v{f}": lognormal(f"v.{f}", b, SHIPPED.sigma) for f in range(1, 15)}
    out |= {f"W{f}": float(weights[0 if f < 11 else 1 if f < 13 else 2, f - 1]) for f in range(1, 15)}
    drawn = SHIPPED.with_(half_life_days=tuple(lives.tolist()))
    at, grades = Units.of(0, t, k), Grades.of(SHIPPED)
    seen = visible_pairs(at, evidence)
    _, strands = strengths(evidence, seen, grades, omega)
    held = masses(evidence, at.t, strands, clusters(evidence, seen, grades), drawn)
    told = readings(series, at, CATALOGUE.size, SHIPPED)
    values = indicators(held, told, rates(CATALOGUE, SHIPPED), SHIPPED)
    factors = FactorRule.of(CATALOGUE, SHIPPED).factors(values.value)[0]
    out |= {f"x({code})": values.value[0, place] for place, code in enumerate(CATALOGUE.codes)}
    out |= {f"F{factor + 1}": value for factor, value in enumerate(factors)}
    for event in event_details(evidence, drawn, 0, t, k, omega=omega):
        name = f"{event.indicator}, {event.ref}{', relief' if event.polarity < 0 else ''}"
        out |= {f"A({name})": event.strength, f"δ({name})": event.decay}
    out["R"] = replicates(*tables(case), CATALOGUE, SHIPPED, at)[b, 0]
    return {f"{name} in b={b}": float(value) for name, value in out.items()}


def reported(about: Sequence[dt.date], everywhere: Sequence[dt.date], t: dt.date) -> Numbers:
    """What the flag of a blackout looks at. How likely so few are is where the code begins to raise it."""
    found = reporting_state(about, everywhere, t)
    if found.expected is None:
        return {"reports, recent": float(found.recent)}
    unfallen = reporting_state(about, [*everywhere, *[t] * len(everywhere)], t).expected or math.nan
    low, high = 0.0, 1.0
    for _ in range(60):
        tail = (low + high) / 2
        state = reporting_state(about, everywhere, t, blackout_tail=tail, blackout_share=0.999).state
        low, high = (low, tail) if state is Reporting.BLACKOUT else (tail, high)
    numbers = {"reports, recent": float(found.recent), "reports, expected": found.expected}
    return numbers | {"fallen elsewhere": found.expected / unfallen, "so few by chance": high}


def reporting_state(
    about: Sequence[dt.date],
    everywhere: Sequence[dt.date],
    t: dt.date,
    levels: tuple[int, int] = (0, 0),
    **changes: float,
) -> ReportingState:
    """The flag for days of reports; `levels` now and 90 days before, `changes` of parameters."""
    own, others = (np.array([one.toordinal() for one in many], np.int64) for many in (about, everywhere))
    now, then = levels
    return reporting(own, others, t=t, level_now=now, level_then=then, parameters=SHIPPED.with_(**changes))


def lifted(case: Case, t: dt.date, k: dt.date) -> Numbers:
    """Indicators and factors behind "cannot be excluded"."""
    found = score(*tables(case), CATALOGUE, SHIPPED, Units.of(0, t, k))
    value = 1 - (1 - found.x) * (1 - SHIPPED.xi * (1 - found.kappa))
    out = {f"x({code}), lifted": value[0, place] for place, code in enumerate(CATALOGUE.codes)}
    factors = FactorRule.of(CATALOGUE, SHIPPED).factors(value)[0]
    return out | {f"F{factor + 1}, lifted": one for factor, one in enumerate(factors)}
