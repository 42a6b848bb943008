"""Whether a stored score is what its inputs give: every number, array and line, to 1e-9."""

import dataclasses
import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indicators.models import Band, History, Snapshot
from indicators.scored import ScoredCountry, ScoredLine

TOLERANCE = 1e-9

# `top_factor` and `profile` follow from these, and may tie; the last days follow what is public now.
_EXACT = ("assessed", "level", "shown_level", "evidence_count")
_NUMBERS = ("overall", "coverage", "cannot_exclude")
_ARRAYS = ("factors", "factor_coverage", "indicators")
_BESIDE_NUMBERS = ("interval_low", "interval_high", "rapid_margin", "concentration", "change_90")
_BESIDE_EXACT = ("is_rapid", "is_concentrated")
_PROFILES = ("genocide", "cah", "war")
_LINE = ("overall", "genocide", "cah", "war", "coverage", "levels", "shown_levels")


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One stored value that its inputs do not give."""

    what: str
    gap: float  # how far apart; infinite where they are not two numbers

    def __str__(self) -> str:
        return self.what if math.isinf(self.gap) else f"{self.what} by {self.gap:.3g}"


def differences(
    snapshot: Snapshot, found: ScoredCountry, *, histories: Sequence[History], with_beside: bool = True
) -> list[Difference]:
    """What differs between a stored score with its lines and the same computed anew.

    What was not stored is not compared: intervals and flags of snapshots that a release before them wrote. How much is
    reported is compared only where the same reports were counted, since reports come in late.
    """
    again = found.as_snapshot(snapshot.run, snapshot.country_id)
    named: list[tuple[str, Any, Any]] = [
        (name, getattr(snapshot, name), getattr(again, name)) for name in (*_EXACT, *_NUMBERS, *_PROFILES, *_ARRAYS)
    ]
    if with_beside and snapshot.interval_low is not None:
        named += [(name, getattr(snapshot, name), getattr(again, name)) for name in (*_BESIDE_NUMBERS, *_BESIDE_EXACT)]
        counted = ("reports_recent", "reports_expected")
        if not any(_gap(getattr(snapshot, name), getattr(again, name)) for name in counted):
            named.append(("reporting", snapshot.reporting, again.reporting))
    named += _lines(histories, found.lines)
    gaps = ((what, _gap(stored, new)) for what, stored, new in named)
    return [Difference(what, gap) for what, gap in gaps if gap]


def band_differences(band: Band, again: Mapping[dt.date, tuple[float, float]]) -> list[Difference]:
    """The same for an interval along a line."""
    gaps = [
        (f"band of {band.part}: {name}", _gap(stored, [again[day][place] for day in band.days]))
        for place, (name, stored) in enumerate((("low", band.low), ("high", band.high)))
    ]
    return [Difference(what, gap) for what, gap in gaps if gap]


def _lines(histories: Sequence[History], lines: Sequence[ScoredLine]) -> Iterator[tuple[str, Any, Any]]:
    stored, new = {row.line: row for row in histories}, {str(line.line): line for line in lines}
    yield "lines", len(stored), len(new)
    for key in stored.keys() & new.keys():
        row, again = stored[key], new[key].as_history(Snapshot())
        yield f"{key}: days", [day.toordinal() for day in row.days], [day.toordinal() for day in again.days]
        for name in _LINE:
            yield f"{key}: {name}", getattr(row, name), getattr(again, name)


def _gap(stored: Any, new: Any) -> float:
    """0 where the two agree to `TOLERANCE`; the distance where both are numbers; else infinity."""
    if stored == new:
        return 0.0
    if isinstance(stored, list | tuple) and isinstance(new, list | tuple):
        if len(stored) != len(new):
            return math.inf
        return max((_gap(one, other) for one, other in zip(stored, new, strict=True)), default=0.0)
    if stored is None or new is None or isinstance(stored, str) or isinstance(new, str):
        return 0.0 if stored == new else math.inf
    if math.isnan(stored) or math.isnan(new):
        return 0.0 if math.isnan(stored) and math.isnan(new) else math.inf
    gap = abs(stored - new)
    return gap if gap > TOLERANCE else 0.0
