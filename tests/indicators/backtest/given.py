"""A small made-up world for the pure tests: countries on a grid, with scores that a test sets."""

import datetime as dt
from typing import Any

import numpy as np

from indicators.backtest.grid import Episodes, Grid, Question, Yearly, labelled, months
from indicators.backtest.material import Material, Scored
from indicators.backtest.outcomes import Outcome
from indicators.scoring.arrays import F64
from indicators.scoring.parameters import SHIPPED

DAY = dt.date


def outcome(country: str, start: str, end: str | None = None, **more: Any) -> Outcome:
    return Outcome(
        country, DAY.fromisoformat(start), DAY.fromisoformat(end) if end else None, "made up", "nobody", "none", **more
    )


def grid_of(
    outcomes: list[Outcome], countries: list[str], first: int, last: int, horizon: int = 12, **more: Any
) -> tuple[Grid, Episodes]:
    episodes = Episodes.of(outcomes, countries)
    days, ends = months(Question(first, last, horizon), DAY(first, 1, 1), DAY(last, 12, 31))
    return labelled(episodes, len(countries), days, ends, horizon=horizon, **more), episodes


def yearly(rows: list[tuple[int, int, float]], known_on: str = "2025-06-11") -> Yearly:
    """(position of the country, year, value) a row."""
    known = DAY.fromisoformat(known_on).toordinal()
    return Yearly(
        country=np.array([row[0] for row in rows], np.int64),
        period_end=np.array([DAY(row[1], 12, 31).toordinal() for row in rows], np.int64),
        known_on=np.full(len(rows), known, np.int64),
        value=np.array([row[2] for row in rows], np.float64),
    )


def scored(overall: F64, **more: Any) -> Scored:
    """Everything assessed; all of the index in the first factor."""
    factors = np.zeros((*overall.shape, 14))
    factors[..., 0] = overall / 7.5
    fields = {
        "overall": overall,
        "coverage": np.full(overall.shape, 0.3),
        "level": 1 + np.searchsorted(np.array(SHIPPED.cuts), overall, "right"),
        "assessed": np.ones(overall.shape, np.bool_),
        "factors": factors,
        "half": overall,
        "double": overall,
    }
    return Scored(**(fields | more))


def world(skill: float = 1.0, countries: int = 60, onsets: int = 20, seed: int = 1, **more: Any) -> Material:
    """Countries of which some have an outcome each; the index rises by `skill` in the year before it."""
    random = np.random.default_rng(seed)
    codes = [f"C{number:02d}" for number in range(countries)]
    rows = [outcome(codes[n], f"{2001 + n % 9}-05-01", f"{2001 + n % 9}-12-31") for n in range(onsets)]
    grid, episodes = grid_of(rows, codes, 2000, 2010)
    overall = random.random((countries, grid.days.size)) + skill * (grid.label == 1)
    deaths = yearly([(n, year, float(random.integers(0, 50))) for n in range(countries) for year in range(1990, 2011)])
    fields: dict[str, Any] = {
        "countries": codes,
        "regions": ["North" if n % 2 else "South" for n in range(countries)],
        "grid": grid,
        "episodes": episodes,
        "scored": scored(overall),
        "parameters": SHIPPED,
        "deaths": deaths,
        "events": deaths,
        "k": DAY(2026, 1, 1).toordinal(),
    }
    return Material(**(fields | more))
