"""The method a second time: docs/methodology.md as plain loops, without numpy and without our own code.

Every intermediate number is kept under the name that the document gives it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

Numbers = dict[str, float]
Indicators = Mapping[str, tuple[int, str]]  # code -> (factor, nature), every indicator of the catalogue


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


@dataclass(frozen=True)
class Value:
    indicator: str
    value: float
    lo: float
    hi: float
    period_end: dt.date
    known_on: dt.date


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


def numbers(case: Case, t: dt.date, k: dt.date) -> Numbers:
    """Every number of the document's chapters 3 to 6 at (t, k)."""
    rows = [row for row in case.rows if row.event_on <= t and row.known_on <= k and not _gone(row, k)]
    out: Numbers = {}
    for row in rows:
        out[f"q({row.grade})"] = _q(case, row)
        out[f"η({row.grade})"] = -log(1 - _q(case, row))
    for code in case.catalogue:
        _indicator(case, code, rows, out, t, k)
    _index(case, out, "x", "F")
    _index(case, out, "κ", "K")
    out["K"] = 0.6 * sum(out[f"K{f}"] for f in range(1, 9)) / 8 + 0.4 * sum(out[f"K{f}"] for f in range(9, 15)) / 6
    out["cannot exclude"] = _cannot_exclude(case, out)
    return out


def _gone(row: Row, k: dt.date) -> bool:
    return row.retracted_on is not None and row.retracted_on <= k


def _q(case: Case, row: Row) -> float:
    return sqrt(parameter(case, "rel", row.grade[0]) * parameter(case, "cred", row.grade[1]))


def _week(row: Row) -> str:
    year, week, _ = row.event_on.isocalendar()
    return row.event or f"~{row.indicator}||{year}-W{week:02d}"


def _anchor(case: Case, rows: Iterable[Row]) -> dt.date:
    rows = list(rows)
    best = max(_q(case, row) for row in rows)
    days = [row.event_on for row in rows if _q(case, row) == best]
    return max(days) if rows[0].event else min(days) - dt.timedelta(min(days).weekday())


def _left(anchor: dt.date, t: dt.date, half_life: float) -> float:
    return float(0.5 ** ((t - anchor).days / half_life))


def _strength(case: Case, rows: Sequence[Row], name: str, out: Numbers) -> float:
    for level in range(1, 5):
        hazard = 0.0
        for family in {row.family for row in rows}:
            heard = [_q(case, row) for row in rows if row.family == family and row.severity >= level]
            hazard += -log(1 - max(heard)) if heard else 0.0
        out[f"C{level}({name})"] = 1 - exp(-hazard)
    return sum(out[f"C{level}({name})"] for level in range(1, 5)) / 4


def _indicator(case: Case, code: str, rows: Sequence[Row], out: Numbers, t: dt.date, k: dt.date) -> None:
    nature = case.catalogue[code][1]
    mine = [row for row in rows if row.indicator == code]
    mass = {1: 0.0, -1: 0.0}
    for polarity in (1, -1):
        found = [row for row in mine if row.severity > 0 and row.polarity == polarity]
        for event in sorted({_week(row) for row in found}):
            part = [row for row in found if _week(row) == event]
            name = f"{code}, {event}{', relief' if polarity < 0 else ''}"
            out[f"A({name})"] = _strength(case, part, name, out)
            out[f"δ({name})"] = _left(_anchor(case, part), t, parameter(case, "H", nature))
            mass[polarity] += out[f"A({name})"] * out[f"δ({name})"]
    out[f"m⁺({code})"], out[f"m⁻({code})"] = mass[1], mass[-1]
    _series(case, code, out, t, k)
    reports = 0.0
    for event in {_week(row) for row in mine}:
        part = [row for row in mine if _week(row) == event]
        reports += max(_q(case, row) for row in part) * _left(_anchor(case, part), t, parameter(case, "Hcov", nature))
    out[f"n({code})"] = reports + out[f"φ({code})"]
    out[f"κ({code})"] = 1 - exp(-out[f"n({code})"] / parameter(case, "n0"))
    out[f"λ({nature})"] = -log(1 - parameter(case, "rho", nature))
    out[f"h({code})"] = out[f"λ({nature})"] * mass[1] + out[f"h_z({code})"]
    out[f"g({code})"] = 1 - exp(-out[f"h({code})"])
    out[f"x({code})"] = out[f"g({code})"] * float(2 ** -mass[-1])


def _series(case: Case, code: str, out: Numbers, t: dt.date, k: dt.date) -> None:
    seen = [v for v in case.values if v.indicator == code and v.known_on <= k and v.period_end <= t]
    out[f"z({code})"] = out[f"φ({code})"] = out[f"h_z({code})"] = 0.0
    if seen:
        last = max(seen, key=lambda v: (v.period_end, v.known_on))
        share = (log(1 + last.value) - log(1 + last.lo)) / (log(1 + last.hi) - log(1 + last.lo))
        stale = max(0.0, (t - last.period_end).days - parameter(case, "q_fresh"))
        out[f"z({code})"] = min(max(share, 0.0), 1.0)
        out[f"φ({code})"] = float(2 ** (-stale / parameter(case, "q_half")))
        out[f"h_z({code})"] = -log(1 - parameter(case, "omega") * out[f"φ({code})"] * out[f"z({code})"])


def _index(case: Case, out: Numbers, of: str, to: str) -> None:
    for factor in range(1, 15):
        codes = [code for code, (number, _) in case.catalogue.items() if number == factor]
        reference = max(parameter(case, "ref_min"), parameter(case, "ref_frac") * len(codes))
        out[f"γ{factor}"] = -log(1 - parameter(case, "F_target")) / reference
        out[f"S{factor}({of})"] = sum(out[f"{of}({code})"] for code in codes)
        out[f"{to}{factor}"] = 1 - exp(-out[f"γ{factor}"] * out[f"S{factor}({of})"])
    common, own = parameter(case, "Wcommon"), parameter(case, "Wspec")
    shared = sum(out[f"{to}{factor}"] for factor in range(1, 9)) / 8
    for profile, (one, other) in {"genocide": (9, 10), "cah": (11, 12), "war": (13, 14)}.items():
        pair = (out[f"{to}{one}"] + out[f"{to}{other}"]) / 2
        if of == "x":
            out[f"R({profile})"] = 100 * (common * shared + own * pair)
    if of == "x":
        out["R"] = max(out["R(genocide)"], out["R(cah)"], out["R(war)"])


def _cannot_exclude(case: Case, out: Numbers) -> float:
    hidden = dict(out)
    for code in case.catalogue:
        unknown = parameter(case, "xi") * (1 - out[f"κ({code})"])
        hidden[f"x({code})"] = 1 - (1 - out[f"x({code})"]) * (1 - unknown)
    _index(case, hidden, "x", "F")
    return hidden["R"]


def points(case: Case, t: dt.date, k: dt.date) -> Numbers:
    """Contributions of chapter 7, by indicator, event and family."""
    n = numbers(case, t, k)
    pairs = {"R(genocide)": (9, 10), "R(cah)": (11, 12), "R(war)": (13, 14)}
    leading = pairs[max(pairs, key=lambda name: n[name])]  # of equal ones the first
    out: Numbers = {}
    for code, (factor, nature) in case.catalogue.items():
        share = 0.6 / 8 if factor <= 8 else 0.4 / 2 if factor in leading else 0.0
        if n[f"h({code})"] == 0 or share == 0:
            continue
        c = 100 * share * n[f"F{factor}"] / n[f"S{factor}(x)"]
        per_hazard = c * n[f"g({code})"] / n[f"h({code})"]
        out |= _event_points(case, code, t, k, n, per_hazard * n[f"λ({nature})"])
        out[f"points({code}, series)"] = per_hazard * n[f"h_z({code})"]
        out[f"points({code}, mitigation)"] = -c * (n[f"g({code})"] - n[f"x({code})"])
    return {name: value for name, value in out.items() if value}


def _event_points(case: Case, code: str, t: dt.date, k: dt.date, n: Numbers, per_mass: float) -> Numbers:
    mine = [r for r in case.rows if r.indicator == code and r.polarity == 1 and r.event_on <= t and r.known_on <= k]
    heard: dict[tuple[str, str, int], float] = {}
    for row in mine:
        for level in range(1, row.severity + 1):
            key = (_week(row), row.family, level)
            if not _gone(row, k):
                heard[key] = max(heard.get(key, 0.0), -log(1 - _q(case, row)))
    out: Numbers = {}
    for (event, family, level), hazard in heard.items():
        together = sum(value for (name, _, at), value in heard.items() if (name, at) == (event, level))
        part = n[f"C{level}({code}, {event})"] / 4 * hazard / together
        place = f"points({code}, {event}, {family})"
        out[place] = out.get(place, 0.0) + per_mass * n[f"δ({code}, {event})"] * part
    return out
