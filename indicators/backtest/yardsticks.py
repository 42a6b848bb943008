"""Two orderings that anybody can make from one column, on the same grid; and what others published, on theirs."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indicators.backtest.grid import Yearly
from indicators.scoring.arrays import F64, I64, Bool
from indicators.scoring.days import NEVER

HALF_LIFE_DAYS: Final = 730
AT_LEAST: Final = 25
"""Deaths in a year; UCDP's own threshold for listing one-sided violence by an actor."""
EVENT_YEARS: Final = 5


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of somebody's publication or of our earlier work, on another grid and another outcome."""

    name: str
    auc: str
    ap: str
    recall_10: str
    recall_30: str
    source: str


EWP_OUTCOME = "onset of intrastate mass killing, country-years 1993–2022; recomputed by us on the project's 2025 files"
PUBLISHED: Final = (
    Published("Early Warning Project, elastic net", ".832", ".060", ".28", ".69", EWP_OUTCOME),
    Published(
        "Early Warning Project, as published 2016–22",
        ".848",
        ".036",
        ".50",
        ".60",
        "5 onsets in real time; the same files",
    ),
    Published("Unfitted mean of eight structural factors", ".792", ".061", ".26", ".54", EWP_OUTCOME),
    Published("One-sided deaths, decayed with 2 years, alone", ".835", ".066", ".39", ".64", EWP_OUTCOME),
    Published(
        "This form of the index on proxies",
        ".855",
        ".071",
        ".36",
        ".71",
        "the same outcome, 1997–2022; scoring plan, §2",
    ),
)


def _visible(yearly: Yearly, days: I64, k: int | None) -> Bool:
    """Which figures each month end sees, (N, T): year over, known by k (None: by the month end), not replaced."""
    knowledge = days[None, :] if k is None else np.full((1, days.size), k)
    known = (yearly.known_on[:, None] <= knowledge) & (_replaced_on(yearly)[:, None] > knowledge)
    return (yearly.period_end[:, None] <= days[None, :]) & known


def _replaced_on(yearly: Yearly) -> I64:
    """Day on which a later release gave the same country and year anew, (N,); `NEVER` where none did."""
    order = np.lexsort((yearly.known_on, yearly.period_end, yearly.country))
    country, period, known_on = yearly.country[order], yearly.period_end[order], yearly.known_on[order]
    same = (country[1:] == country[:-1]) & (period[1:] == period[:-1])
    replaced = np.full(yearly.size, NEVER, np.int64)
    replaced[order[:-1][same]] = known_on[1:][same]
    return replaced


def decayed(yearly: Yearly, countries: int, days: I64, k: int | None) -> F64:
    """Sum of deaths·2^(−age/730) over the visible years, (C, T); NaN where no year is visible."""
    total = np.full((countries, days.size), np.nan)
    seen = _visible(yearly, days, k)
    for row, country in enumerate(yearly.country.tolist()):
        age = (days - yearly.period_end[row])[seen[row]]
        part = yearly.value[row] * np.exp2(-age / HALF_LIFE_DAYS)
        total[country, seen[row]] = np.nan_to_num(total[country, seen[row]]) + part
    return total


def this_year(yearly: Yearly, countries: int, days: I64, k: int | None) -> F64:
    """1 where the latest visible year has at least 25 deaths, else 0, (C, T); NaN where no year is visible."""
    result = np.full((countries, days.size), np.nan)
    seen = _visible(yearly, days, k)
    for row in np.argsort(yearly.period_end, kind="stable").tolist():
        result[yearly.country[row], seen[row]] = float(yearly.value[row] >= AT_LEAST)
    return result


def quiet(yearly: Yearly, countries: int, days: I64) -> tuple[Bool, Bool]:
    """Whether the five years before are without any death of an event series, and whether that can be told.

    Two (C, T) arrays: no figure above 0 for a year that ended in the five years up to t; figures that reach back
    five years. A year counts when it is over, whenever it became known: this sorts outcomes, it scores nothing.
    """
    span = EVENT_YEARS * 365 + 1
    loud = np.zeros((countries, days.size), np.bool_)
    told = np.zeros((countries, days.size), np.bool_)
    for country, end, value in zip(yearly.country, yearly.period_end, yearly.value, strict=True):
        told[country, end <= days - (EVENT_YEARS - 1) * 365] = True
        if value > 0:
            loud[country, (end <= days) & (end > days - span)] = True
    return told & ~loud, told
