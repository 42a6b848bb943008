"""What stands beside an index: its interval, its flags, its level (the document's chapters of those names)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from math import exp, factorial, floor

from tests.docs.naive.draws import omega, stretch
from tests.docs.naive.reasons import points
from tests.docs.naive.score import (
    COMMON,
    PROFILES,
    Case,
    Numbers,
    Row,
    event_of,
    factor_weight,
    numbers,
    parameter,
    visible,
    visible_values,
)


def replicates(case: Case, t: dt.date, k: dt.date) -> list[float]:
    """R of replicates 0, 1, 2, …"""
    return [numbers(case, t, k, b)["R"] for b in range(int(parameter(case, "B")))]


def percentiles(case: Case, values: Sequence[float]) -> list[float]:
    """Each of the three that the parameters name, between the two nearest ranks."""
    ordered, found = sorted(values), []
    for share in map(float, case.table["percentiles"].split()):
        rank = (len(ordered) - 1) * share
        low = floor(rank)
        high = min(low + 1, len(ordered) - 1)
        found.append(ordered[low] + (rank - low) * (ordered[high] - ordered[low]))
    return found


def interval(case: Case, t: dt.date, k: dt.date) -> Numbers:
    low, middle, high = percentiles(case, replicates(case, t, k))
    overall = numbers(case, t, k)["R"]
    return {
        "p05": low,
        "p50": middle,
        "p95": high,
        "interval, low": max(0.0, overall + low - middle),
        "interval, high": min(100.0, overall + high - middle),
    }


def rapid(case: Case, t: dt.date, k: dt.date | None = None) -> Numbers | None:
    """The change over the alarm's days with its margin; None where nothing was known on the earlier day."""
    case = replace(case, rows=[_corrected(row, t, k or t) for row in case.rows])
    then = t - dt.timedelta(days=parameter(case, "alarm_days"))
    if not visible(case, then, then) and not visible_values(case, then, then):
        return None
    paired = [now - old for now, old in zip(replicates(case, t, t), replicates(case, then, then), strict=True)]
    low, middle, _ = percentiles(case, paired)
    change = numbers(case, t, t)["R"] - numbers(case, then, then)["R"]
    margin = change + low - middle
    raised = change >= parameter(case, "alarm_points") and margin > 0
    return {"change over 90 days": change, "margin of the change": margin, "rapid change": float(raised)}


def _corrected(row: Row, t: dt.date, k: dt.date) -> Row:
    late = row.retracted_on is not None and t < row.retracted_on <= k
    return replace(row, retracted_on=t) if late else row


def concentration(case: Case, t: dt.date, k: dt.date) -> dict[str, float]:
    """Share of each family in all positive points."""
    positive = {name: value for name, value in points(case, t, k).items() if value > 0}
    shares: dict[str, float] = {}
    for name, value in positive.items():
        *_, family = name.removeprefix("points(").removesuffix(")").split(", ")
        if family != "series":
            shares[family] = shares.get(family, 0.0) + value / sum(positive.values())
    return shares


def new_events(case: Case, t: dt.date, k: dt.date) -> list[str]:
    since, found = t - dt.timedelta(days=parameter(case, "alarm_days")), set()
    rows = [row for row in visible(case, t, k) if row.severity > 0 and row.polarity > 0]
    for event in {(row.indicator, event_of(row)) for row in rows}:
        first = min(row.known_on for row in rows if (row.indicator, event_of(row)) == event)
        if since < first <= t:
            found.add(event[1])
    return sorted(found)


def reporting(case: Case, about: Sequence[dt.date], all_of_them: Sequence[dt.date], t: dt.date) -> Numbers:
    """Reports about a country: recent ones, the expected number where there is one, and how likely so few are."""
    span = int(parameter(case, "blackout_days"))
    since = t - dt.timedelta(days=span)
    out: Numbers = {"reports, recent": float(_between(about, since, t))}
    if not about:
        return out
    begin = max(since - dt.timedelta(days=parameter(case, "blackout_past")), min(about) - dt.timedelta(days=1))
    length = (since - begin).days
    others_before = _between(all_of_them, begin, since) - _between(about, begin, since)
    if length < parameter(case, "blackout_least_past") or others_before <= 0:
        return out
    others = _between(all_of_them, since, t) - _between(about, since, t)
    fallen = min(1.0, others / (others_before * span / length))
    mean = _between(about, begin, since) * span / length * fallen
    out |= {"reports, expected": mean, "fallen elsewhere": fallen}
    out["so few by chance"] = sum(mean**n * exp(-mean) / factorial(n) for n in range(int(out["reports, recent"]) + 1))
    return out


def is_silent(case: Case, found: Numbers, level_now: int, level_then: int) -> bool | None:
    """Whether the flag is raised; None where nothing can be said. A level of 0 is grey."""
    mean = found.get("reports, expected")
    if mean is None or mean < parameter(case, "blackout_expected"):
        return None
    too_few = found["reports, recent"] < parameter(case, "blackout_share") * mean
    unlikely = found["so few by chance"] < parameter(case, "blackout_tail")
    falling = level_now > 0 and level_now < level_then
    return too_few and unlikely and not falling


def _between(days: Sequence[dt.date], after: dt.date, upto: dt.date) -> int:
    return sum(after < day <= upto for day in days)


def levels(case: Case, points_of_months: Sequence[float]) -> list[int]:
    """Level after each month's last day."""
    cuts = [float(cut) for cut in case.table["up"].split()]
    band, dwell = parameter(case, "band"), parameter(case, "dwell")
    level, below, found = 0, 0, []
    for index in points_of_months:
        plain = 1 + sum(index >= cut for cut in cuts)
        if plain > level:
            level, below = plain, 0
        elif level > 1 and index < cuts[level - 2] - band:
            below += 1
        else:
            below = 0
        if below == dwell:
            level, below = 1 + sum(index >= cut - band for cut in cuts), 0
        found.append(level)
    return found


def replicate(case: Case, t: dt.date, k: dt.date, b: int) -> Numbers:
    """The numbers of one replicate, and what it draws."""
    sigma, out = parameter(case, "sigma"), numbers(case, t, k, b)
    out |= {f"ω({family})": omega(family, b) for family in sorted({row.family for row in case.rows})}
    for factor in range(1, 15):
        profile = next(name for name, pair in PROFILES.items() if factor in (*COMMON, *pair))
        out[f"v{factor}"] = stretch(f"v.{factor}", sigma, b)
        out[f"W{factor}"] = factor_weight(case, factor, profile, b)
    return {f"{name} in b={b}": value for name, value in out.items()}
