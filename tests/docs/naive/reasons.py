"""What the index is made of and what moved it: the document's chapters of those names."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp, floor

from tests.docs.naive.score import (
    Case,
    Numbers,
    Row,
    event_of,
    factor_weight,
    hazard,
    leading,
    numbers,
    series_hazard,
    visible,
)

Point = tuple[dt.date, dt.date]  # t, k


def points(case: Case, t: dt.date, k: dt.date) -> Numbers:
    """Contributions by indicator, event and family; those that are 0 left out."""
    out: Numbers = {}
    n = numbers(case, t, k)
    for code, c in _touched(case, n):
        h, g, rate = n[f"h({code})"], n[f"g({code})"], n[f"λ({case.catalogue[code][1]})"]
        if h > 0:
            out[f"points({code}, series)"] = c * g * n[f"h_z({code})"] / h
            for event, family, share in _shares(case, code, visible(case, t, k), n):
                fading = n[f"δ({code}, {event})"]
                out[f"points({code}, {event}, {family})"] = c * g * (rate * fading / h) * share
        out[f"points({code}, mitigation)"] = -c * (g - n[f"x({code})"])
    return {name: value for name, value in out.items() if value}


def breakdown(case: Case, t: dt.date, k: dt.date) -> Numbers:
    """The same with every finding fresh, ageing in rows of its own."""
    out: Numbers = {}
    n = numbers(case, t, k)
    for code, c in _touched(case, n):
        rate = n[f"λ({case.catalogue[code][1]})"]
        shares = list(_shares(case, code, visible(case, t, k), n))
        told = series_hazard(case, n[f"z({code})"])
        h = rate * sum(share for _, _, share in shares) + told
        g = 1 - exp(-h)
        if h > 0:
            out[f"fresh({code}, series)"] = c * g * told / h
            for event, family, share in shares:
                out[f"fresh({code}, {event}, {family})"] = c * g * (rate / h) * share
        out[f"aged({code})"] = -c * (g - n[f"g({code})"])
        out[f"mitigation({code})"] = -c * (n[f"g({code})"] - n[f"x({code})"])
    return {name: value for name, value in out.items() if value}


def _touched(case: Case, n: Numbers) -> Iterator[tuple[str, float]]:
    """Each indicator of a factor that counts, with its points per unit of x."""
    for code, (factor, _) in case.catalogue.items():
        share = factor_weight(case, factor, leading(n))
        total = n[f"S{factor}(x)"]
        yield code, 100 * share * (n[f"F{factor}"] / total if total > 0 else n[f"γ{factor}"])


def _shares(case: Case, code: str, rows: Sequence[Row], n: Numbers) -> Iterator[tuple[str, str, float]]:
    """(event, family, its part of A) of the events that point to risk."""
    mine = [r for r in rows if r.indicator == code and r.polarity > 0 and r.severity > 0]
    for event, family in sorted({(event_of(row), row.family) for row in mine}):
        part = 0.0
        for level in range(1, 5):
            heard = {
                one: max((hazard(case, row) for row in said if row.family == one), default=0.0)
                for said in [[row for row in mine if event_of(row) == event and row.severity >= level]]
                for one in {row.family for row in mine}
            }
            if heard[family]:
                part += n[f"C{level}({code}, {event})"] / 4 * heard[family] / sum(heard.values())
        yield event, family, part


def printed(exact: Sequence[float]) -> list[float]:
    """One decimal by the largest remainder."""
    down = [floor(10 * value) for value in exact]
    missing = floor(10 * sum(exact) + 0.5) - sum(down)
    order = sorted(range(len(exact)), key=lambda place: (down[place] - 10 * exact[place], place))
    return [(down[place] + (place in order[:missing])) / 10 for place in range(len(exact))]


def change(case: Case, before: Point, after: Point, case_before: Case | None = None) -> Numbers:
    """The five parts of the change, and the two indices; `case_before` is the case under the earlier method."""
    (t_0, k_0), (t_1, k_1) = before, after
    old = case_before or case
    kept = replace(
        case,
        rows=[row for row in case.rows if row.event_on <= t_0 and row.known_on <= k_0],
        values=[one for one in case.values if one.period_end <= t_0 and one.known_on <= k_0],
    )
    last, first = numbers(case, t_1, k_1), numbers(old, t_0, k_0)
    lead = f"R({leading(last)})"
    steps = [
        first[lead],
        numbers(case, t_0, k_0)[lead],
        numbers(kept, t_0, k_1)[lead],
        numbers(kept, t_1, k_1)[lead],
        last[lead],
    ]
    causes = ("parameters", "retracted", "aged", "new")
    out = {f"change({cause})": steps[place + 1] - steps[place] for place, cause in enumerate(causes)}
    return out | {"change(profile)": first[lead] - first["R"], "R before": first["R"], "R after": last["R"]}
