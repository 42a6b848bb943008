"""History of the index and its levels, on the two lines (scoring.md §3, §4).

"Hindsight" is R(t′, k) with the one knowledge k; "known then" is R(t′, t′). The level at (t′, k)
folds R(s, k) over the month ends s up to t′. On the hindsight line that is one fold. On the
known-then line each t′ has its own knowledge, so strictly its own fold over its own past. That is
done here exactly, and cheaply: what is learnt (or withdrawn) between two dates changes R(s, ·) only
from the day on which it happened, so only those s are scored anew (`late`), and the fold is taken
up again from there. Evidence that is published in the month of its event costs nothing; a row that
tells of a past of n months costs n more points of its one country; the worst case, a long past
rewritten every month, is half the square of the number of months.
"""

from dataclasses import dataclass, fields

import numpy as np

from indicators.scoring.arrays import I64
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.days import NEVER, Day, day_number, last_of_month, month_ends
from indicators.scoring.evidence_rows import EvidenceRows
from indicators.scoring.kernel import Rules, Totals
from indicators.scoring.late import overall_again, points_again, rewritten_since
from indicators.scoring.levels import Stand, fold_many, raised, raised_many, step
from indicators.scoring.line import Block, blocks, line, stacked
from indicators.scoring.parameters import Parameters
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.spans import happened_on


@dataclass(frozen=True, eq=False, slots=True)
class Line(Totals):
    """One line: `Totals` of (C, T) in the place of (U,), and levels.

    Attributes
    ----------
    level : (C, T) int64
        1 to 5, before the silence rule; see `displayed_levels`.
    """

    level: I64


@dataclass(frozen=True, eq=False, slots=True)
class History:
    """Both lines of C countries on T dates.

    Attributes
    ----------
    days : (T,) int64
        Ordinals of the last days of months, and of t as the last one.
    first : (C,) int64
        Position of the first date that belongs to the country: the month of its first row known by k (or by
        t, for rows that are retracted by k); T - 1 for a country without any.
    hindsight, known_then : Line
        R(t′, k) and R(t′, t′).
    """

    days: I64
    first: I64
    hindsight: Line
    known_then: Line


def history(
    evidence: EvidenceRows,
    series: SeriesRows,
    catalogue: Catalogue,
    parameters: Parameters,
    t: Day,
    k: Day,
) -> History:
    """Both lines of every country of the tables, from the month of the first row to t.

    Parameters
    ----------
    evidence, series, catalogue, parameters
        As for `score`; the tables may hold one country or all of them.
    t, k : date or ordinal
        Last day of validity, and day of knowledge of the hindsight line.
    """
    last, known = day_number(t), day_number(k)
    begun = _first_days(evidence, series, last, known)
    days = line_days(int(begun.min(initial=last)), last)
    past = _hindsight(evidence, series, catalogue, parameters, days, known)
    then = _known_then(evidence, series, catalogue, parameters, days)
    first = np.searchsorted(days, np.minimum(begun, last))
    return History(days, first.astype(np.int64), past, then)


def current(
    evidence: EvidenceRows,
    series: SeriesRows,
    catalogue: Catalogue,
    parameters: Parameters,
    t: Day,
    k: Day,
) -> Line:
    """Hindsight line of every country at t alone, (C, 1): totals, and the level that the whole past gives."""
    last, known = day_number(t), day_number(k)
    begun = _first_days(evidence, series, last, known)
    days = line_days(int(begun.min(initial=last)), last)
    past = _hindsight(evidence, series, catalogue, parameters, days, known)
    return Line(**{field.name: getattr(past, field.name)[:, -1:] for field in fields(Line)})


def line_days(first_day: int, t: int) -> I64:
    """Month ends from the month of `first_day` to t, and t, (T,) int64."""
    ends = month_ends(first_day, t)
    return ends if ends.size and ends[-1] == t else np.append(ends, t)


def _first_days(evidence: EvidenceRows, series: SeriesRows, t: int, k: int) -> I64:
    """Day of each country's first row that either line sees by t, (C,); `NEVER` where there is none."""
    first = np.full(len(evidence.countries), NEVER, np.int64)
    for rows in (evidence, series):
        happened = happened_on(rows)
        ever = rows.retracted_on > np.maximum(rows.known_on, happened)
        seen = (happened <= t) & (rows.known_on <= max(t, k)) & ever
        np.minimum.at(first, rows.country[seen], happened[seen])
    return first


def _hindsight(
    evidence: EvidenceRows,
    series: SeriesRows,
    catalogue: Catalogue,
    parameters: Parameters,
    days: I64,
    k: int,
) -> Line:
    past = line(evidence, series, catalogue, parameters, days, k)
    ends = days.size if _is_month_end(int(days[-1])) else days.size - 1
    levels = fold_many(past.overall[:, :ends], parameters)
    if ends < days.size:
        before = levels[:, -1] if ends else np.zeros(levels.shape[0], np.int64)
        now = raised_many(before, past.overall[:, -1], parameters)
        levels = np.column_stack([levels, now])
    return _with_levels(past, levels)


def _with_levels(totals: Totals, level: I64) -> Line:
    return Line(level=level, **{field.name: getattr(totals, field.name) for field in fields(Totals)})


def _is_month_end(day: int) -> bool:
    return last_of_month(day) == day


def _known_then(
    evidence: EvidenceRows, series: SeriesRows, catalogue: Catalogue, parameters: Parameters, days: I64
) -> Line:
    parts, levels = [], []
    rules = Rules.of(catalogue, parameters)
    for block in blocks(evidence, series, rules, days, None):
        parts.append(block.totals)
        levels.append(_levels_known_then(block, rules))
    return _with_levels(stacked(parts), np.concatenate(levels))


def _levels_known_then(block: Block, rules: Rules) -> I64:
    """Level at (t′, t′) for each country and date of the block, (C, T): each a fold over R(s, t′)."""
    since, overall, days = rewritten_since(block), block.totals.overall, block.grid.dates
    anew = overall_again(block, rules, points_again(since)).tolist()
    levels, used = np.zeros(overall.shape, np.int64), 0
    for number, begin in enumerate(since):
        need = int((np.arange(days.size) - begin).sum())
        past = anew[used : used + need]
        levels[number] = _folds(overall[number].tolist(), begin.tolist(), past, days, rules.parameters)
        used += need
    return levels


def _folds(overall: list[float], since: list[int], anew: list[float], days: I64, parameters: Parameters) -> list[int]:
    """Level on each date of one country: the fold is taken up again where the past was rewritten."""
    stands: list[Stand] = [Stand()] * (len(overall) + 1)  # the state before each date
    levels, used = [], 0
    inside = len(overall) - (not _is_month_end(int(days[-1])))
    for date, begin in enumerate(since):
        past = anew[used : used + date - begin]
        used += date - begin
        for back, value in enumerate([*past, overall[date]], start=begin):
            if back < inside:
                stands[back + 1] = step(stands[back], value, parameters)
        before = stands[date + 1] if date < inside else stands[date]
        levels.append(before.level if date < inside else raised(before.level, overall[date], parameters))
    return levels
