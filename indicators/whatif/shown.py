"""What a what-if page says: totals, factors and indicators before and after, each number a text or unknown."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from indicators.models import Factor, Indicator
from indicators.scored import PROFILES
from indicators.whatif.compared import MOVED, Column, Comparison, Side, columns


@dataclass(frozen=True, slots=True)
class Line:
    """One number before and after. None: not assessed, or nothing to compare with."""

    label: str
    before: str | None
    after: str | None
    difference: str | None
    help: str = ""

    @property
    def has_moved(self) -> bool:
        """Whether the two print differently."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One factor's points, which add up with the others' to the index."""

    factor: Factor
    line: Line


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator that moved: its value x, 0 to 1, and its points."""

    indicator: Indicator
    value: Line
    points: Line


@dataclass(frozen=True, slots=True)
class Tables:
    """The page's tables."""

    totals: tuple[Line, ...]
    factors: tuple[FactorLine, ...]
    index: Line  # the sum of the factors' columns
    indicators: tuple[IndicatorLine, ...]


def tables(comparison: Comparison) -> Tables:
    """Everything that is compared, from the headline down to the indicators that moved."""
    factors = comparison.known.method.catalogue.factor
    points = columns(comparison.before.by_factor(factors), comparison.after.by_factor(factors))
    return Tables(
        totals=tuple(_totals(comparison)),
        factors=tuple(_factors(comparison, points)),
        index=_both(comparison, "Index", math.fsum(points.before), math.fsum(points.after), places=1),
        indicators=tuple(_indicators(comparison)),
    )


def signed(value: float, places: int = 1) -> str:
    """A difference with its sign and a true minus; 0 without one."""
    if float(f"{value:.{places}f}") == 0:
        return f"{0:.{places}f}"
    return f"{value:+.{places}f}".replace("-", "−")


def line(label: str, before: float | None, after: float | None, *, places: int, help_text: str = "") -> Line:
    """Both as texts, and the difference of what is printed, so that a reader can check it."""
    was, now = (None if value is None else f"{value:.{places}f}" for value in (before, after))
    moved = None if was is None or now is None else signed(float(now) - float(was), places)
    return Line(label, was, now, moved, help_text)


def _both(comparison: Comparison, label: str, before: float, after: float, *, places: int) -> Line:
    """A line whose numbers mean nothing on a side where nothing is known."""
    sides = (comparison.before.assessed, comparison.after.assessed)
    return line(label, before if sides[0] else None, after if sides[1] else None, places=places)


def _totals(comparison: Comparison) -> Iterator[Line]:
    profiles = [(f"Profile: {profile.label}", 1, _profile(place), "") for place, profile in enumerate(PROFILES)]
    hidden = "the index if every sign that nobody has looked for were slightly present"
    rows: list[tuple[str, int, Callable[[Side], float], str]] = [
        ("Index", 1, lambda side: side.overall, ""),
        ("Interval, lower end", 1, lambda side: side.interval[0], ""),
        ("Interval, upper end", 1, lambda side: side.interval[1], ""),
        *profiles,
        ("Coverage, of 100", 0, lambda side: 100 * float(side.scores.coverage[0]), ""),
        ("Cannot exclude", 1, lambda side: float(side.scores.cannot_exclude[0]), hidden),
    ]
    for label, places, number, help_text in rows:
        numbers = [number(side) if side.assessed else None for side in (comparison.before, comparison.after)]
        yield line(label, *numbers, places=places, help_text=help_text)


def _profile(place: int) -> Callable[[Side], float]:
    return lambda side: float(side.scores.R[0, place])


def _factors(comparison: Comparison, points: Column) -> Iterator[FactorLine]:
    by_factor = groupby(comparison.known.indicators, key=lambda indicator: indicator.factor)
    for place, (factor, _rows) in enumerate(by_factor):
        known = [float(side.scores.K[0, place]) > 0 for side in (comparison.before, comparison.after)]
        before = points.before[place] if known[0] else None
        after = points.after[place] if known[1] else None
        shown = line(factor.title, before, after, places=1)
        if known[0] != known[1] and comparison.before.assessed and comparison.after.assessed:
            # nothing to compare the factor with, yet its points count in the column
            shown = Line(shown.label, shown.before, shown.after, signed(points.difference[place]))
        yield FactorLine(factor, shown)


def _indicators(comparison: Comparison) -> Iterator[IndicatorLine]:
    """Those of which the value, its coverage or the points moved, in catalogue order."""
    before, after = comparison.before, comparison.after
    for place, indicator in enumerate(comparison.known.indicators):
        values = [(float(side.scores.x[0, place]), float(side.scores.kappa[0, place])) for side in (before, after)]
        points = [float(side.points[place]) for side in (before, after)]
        if _is_same(*values) and abs(points[0] - points[1]) < MOVED:
            continue
        known = [coverage > 0 for _value, coverage in values]
        shown = [value if is_known else None for (value, _coverage), is_known in zip(values, known, strict=True)]
        added = [value if is_known else None for value, is_known in zip(points, known, strict=True)]
        yield IndicatorLine(indicator, line(_("Value"), *shown, places=3), line(_("Points"), *added, places=2))


def _is_same(before: Sequence[float], after: Sequence[float]) -> bool:
    return all(abs(one - other) < MOVED for one, other in zip(before, after, strict=True))
