"""From rows to the index: chapters 3 to 6 of the document, for the point score or for one replicate."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from tests.docs.naive.draws import omega, stretch

Numbers = dict[str, float]
Indicators = Mapping[str, tuple[int, str]]  # code -> (factor, nature), every indicator of the catalogue

COMMON = range(1, 9)
PROFILES = {"genocide": (9, 10), "cah": (11, 12), "war": (13, 14)}


@dataclass(frozen=True)
class Row:
    indicator: str
    event: str  # empty: the week is the event
    family: str
    grade: str
    severity: int
    polarity: int
    event_on: dt.date
    known_on: dt.date
    retracted_on: dt.date | None = None
    area: str = ""


@dataclass(frozen=True)
class Value:
    indicator: str
    value: float
    lo: float
    hi: float
    period_end: dt.date
    known_on: dt.date
    direction: int = 1  # -1: less is worse
    is_log: bool = True
    retracted_on: dt.date | None = None


@dataclass(frozen=True)
class Case:
    rows: Sequence[Row]
    values: Sequence[Value]
    catalogue: Indicators
    table: Mapping[str, str]  # the document's parameter table: key -> value as printed


def parameter(case: Case, key: str, name: str = "") -> float:
    """`H` of "record" from "structural 1825 · record 3650 · …"; a key without names is one number."""
    parts = [part.split() for part in case.table[key].split("·")]
    return float(next(part for part in parts if part[0] == name)[1] if name else parts[0][0])


def numbers(case: Case, t: dt.date, k: dt.date, b: int | None = None) -> Numbers:
    """Every number of chapters 3 to 6 at (t, k); in replicate b with what it draws."""
    rows = visible(case, t, k)
    out: Numbers = {}
    for row in rows:
        out[f"q({row.grade})"] = weight(case, row)
        out[f"η({row.grade})"] = hazard(case, row)
    for code in case.catalogue:
        _indicator(case, code, rows, out, t, b)
        _series(case, code, out, t, k)
        _coverage(case, code, rows, out, t)
        _value(case, code, out)
    _factors(case, out, "x", "F")
    _factors(case, out, "κ", "K")
    _profiles(case, out, b)
    known = [out[f"K{factor}"] for factor in range(1, 15)]
    out["K"] = parameter(case, "Wcommon") * sum(known[:8]) / 8 + parameter(case, "Wspec") * sum(known[8:]) / 6
    out["cannot exclude"] = _cannot_exclude(case, out)
    return out


def visible(case: Case, t: dt.date, k: dt.date) -> list[Row]:
    return [row for row in case.rows if row.event_on <= t and row.known_on <= k and not gone(row, k)]


def visible_values(case: Case, t: dt.date, k: dt.date) -> list[Value]:
    return [one for one in case.values if one.period_end <= t and one.known_on <= k and not gone(one, k)]


def gone(row: Row | Value, k: dt.date) -> bool:
    return row.retracted_on is not None and row.retracted_on <= k


def weight(case: Case, row: Row) -> float:
    return sqrt(parameter(case, "rel", row.grade[0]) * parameter(case, "cred", row.grade[1]))


def hazard(case: Case, row: Row) -> float:
    return -log(1 - weight(case, row))


def event_of(row: Row) -> str:
    year, week, _ = row.event_on.isocalendar()
    return row.event or f"~{row.indicator}|{row.area}|{year}-W{week:02d}"


def leading(out: Numbers) -> str:
    return max(PROFILES, key=lambda profile: out[f"R({profile})"])  # of equal ones the first


def _anchor(case: Case, rows: Iterable[Row]) -> dt.date:
    rows = list(rows)
    best = max(weight(case, row) for row in rows)
    days = [row.event_on for row in rows if weight(case, row) == best]
    return max(days) if rows[0].event else min(days) - dt.timedelta(min(days).weekday())


def _left(anchor: dt.date, t: dt.date, half_life: float) -> float:
    return float(0.5 ** ((t - anchor).days / half_life))


def _strength(case: Case, rows: Sequence[Row], name: str, out: Numbers, b: int | None) -> float:
    for level in range(1, 5):
        together = 0.0
        for family in {row.family for row in rows}:
            heard = [hazard(case, row) for row in rows if row.family == family and row.severity >= level]
            together += omega(family, b) * max(heard, default=0.0)
        out[f"C{level}({name})"] = 1 - exp(-together)
    return sum(out[f"C{level}({name})"] for level in range(1, 5)) / 4


def _indicator(case: Case, code: str, rows: Sequence[Row], out: Numbers, t: dt.date, b: int | None) -> None:
    nature = case.catalogue[code][1]
    half_life = parameter(case, "H", nature) * stretch(f"H.{nature}", parameter(case, "sigma"), b)
    out[f"H({nature})"] = half_life
    for polarity, mass in ((1, f"m⁺({code})"), (-1, f"m⁻({code})")):
        found = [r for r in rows if r.indicator == code and r.severity > 0 and r.polarity == polarity]
        out[mass] = 0.0
        for event in sorted({event_of(row) for row in found}):
            part = [row for row in found if event_of(row) == event]
            name = f"{code}, {event}{', relief' if polarity < 0 else ''}"
            out[f"A({name})"] = _strength(case, part, name, out, b)
            out[f"δ({name})"] = _left(_anchor(case, part), t, half_life)
            out[mass] += out[f"A({name})"] * out[f"δ({name})"]


def _series(case: Case, code: str, out: Numbers, t: dt.date, k: dt.date) -> None:
    seen = [one for one in visible_values(case, t, k) if one.indicator == code]
    out[f"z({code})"] = out[f"φ({code})"] = out[f"h_z({code})"] = 0.0
    if seen:
        last = max(seen, key=lambda one: (one.period_end, one.known_on))
        stale = max(0.0, (t - last.period_end).days - parameter(case, "q_fresh"))
        out[f"z({code})"] = between(last)
        out[f"φ({code})"] = float(2 ** (-stale / parameter(case, "q_half")))
        out[f"h_z({code})"] = series_hazard(case, out[f"φ({code})"] * out[f"z({code})"])


def between(value: Value) -> float:
    """z: where the value lies between its goalposts."""
    v, lo, hi = (log(1 + n) if value.is_log else n for n in (value.value, value.lo, value.hi))
    share = min(max((v - lo) / (hi - lo), 0.0), 1.0)
    return share if value.direction > 0 else 1 - share


def series_hazard(case: Case, told: float) -> float:
    return -log(1 - parameter(case, "omega") * told)


def _coverage(case: Case, code: str, rows: Sequence[Row], out: Numbers, t: dt.date) -> None:
    mine = [row for row in rows if row.indicator == code]
    half_life = parameter(case, "Hcov", case.catalogue[code][1])
    reports = 0.0
    for event in sorted({event_of(row) for row in mine}):
        part = [row for row in mine if event_of(row) == event]
        reports += max(weight(case, row) for row in part) * _left(_anchor(case, part), t, half_life)
    out[f"n({code})"] = reports + out[f"φ({code})"]
    out[f"κ({code})"] = 1 - exp(-out[f"n({code})"] / parameter(case, "n0"))


def _value(case: Case, code: str, out: Numbers) -> None:
    nature = case.catalogue[code][1]
    out[f"λ({nature})"] = -log(1 - parameter(case, "rho", nature))
    out[f"h({code})"] = out[f"λ({nature})"] * out[f"m⁺({code})"] + out[f"h_z({code})"]
    out[f"g({code})"] = 1 - exp(-out[f"h({code})"])
    out[f"x({code})"] = out[f"g({code})"] * float(2 ** -out[f"m⁻({code})"])


def _factors(case: Case, out: Numbers, of: str, to: str) -> None:
    for factor in range(1, 15):
        codes = [code for code, (number, _) in case.catalogue.items() if number == factor]
        reference = max(parameter(case, "ref_min"), parameter(case, "ref_frac") * len(codes))
        out[f"γ{factor}"] = -log(1 - parameter(case, "F_target")) / reference
        out[f"S{factor}({of})"] = sum(out[f"{of}({code})"] for code in codes)
        out[f"{to}{factor}"] = 1 - exp(-out[f"γ{factor}"] * out[f"S{factor}({of})"])


def _profiles(case: Case, out: Numbers, b: int | None) -> None:
    for profile, pair in PROFILES.items():
        shares = {f: factor_weight(case, f, profile, b) for f in (*COMMON, *pair)}
        out[f"R({profile})"] = 100 * sum(share * out[f"F{factor}"] for factor, share in shares.items())
    out["R"] = out[f"R({leading(out)})"]


def factor_weight(case: Case, factor: int, profile: str, b: int | None = None) -> float:
    """W of a factor in a profile's index, as drawn."""
    group, key = (COMMON, "Wcommon") if factor in COMMON else (PROFILES[profile], "Wspec")
    if factor not in group:
        return 0.0
    drawn = {f: stretch(f"v.{f}", parameter(case, "sigma"), b) for f in group}
    return parameter(case, key) * drawn[factor] / sum(drawn.values())


def _cannot_exclude(case: Case, out: Numbers) -> float:
    lifted = dict(out)
    for code in case.catalogue:
        unknown = parameter(case, "xi") * (1 - out[f"κ({code})"])
        lifted[f"x({code})"] = 1 - (1 - out[f"x({code})"]) * (1 - unknown)
    _factors(case, lifted, "x", "F")
    _profiles(case, lifted, None)
    out |= {f"{name}, lifted": value for name, value in lifted.items() if name[0] in "xF"}
    return lifted["R"]
