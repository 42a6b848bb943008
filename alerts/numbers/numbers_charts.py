"""Plots of the numbers of alerts, each with its table. Pure: figures in, plain dicts for Plotly out."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext
from django.utils.translation import gettext as _

from alerts.numbers.numbers import Elapsed
from countries.charts import GRID, INK, LEVEL_COLOURS, LINE, NOT_SHOWN, SOFT, Chart, Figure, layout

WITHDRAWN = gettext_noop("withdrawn since")
MONTHS_NAMED = 12  # that an alt text names one by one
FEW = 4  # warnings or months: each gets its tick, and a bar does not fill the plot
NOTHING_DRAWN = gettext_lazy("No step has a median yet.")  # axes without a row would look like a measurement
_MINUTE = 60.0
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_TICKS = {"1 min": _MINUTE, "1 h": _HOUR, "1 day": _DAY, "30 days": 30 * _DAY}


def lasted(span: dt.timedelta | None) -> str:
    """A length of time in the words that a person would use; empty where there is none."""
    if span is None:
        return ""
    seconds = span.total_seconds()
    if seconds < _MINUTE:
        return "under a minute"
    for unit, length, ends in (("minute", _MINUTE, _HOUR), ("hour", _HOUR, 2 * _DAY)):
        if seconds < ends:
            return _counted(int(seconds // length), unit)
    return _counted(int(seconds // _DAY), "day")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def range_said(found: Elapsed) -> str:
    """The shortest and the longest of those that ended; one word where both read alike."""
    ends = [lasted(found.shortest), lasted(found.longest)]
    return ends[0] if ends[0] == ends[1] else (gettext("%(first)s to %(last)s") % {"first": ends[0], "last": ends[1]})


def counts_said(found: Elapsed) -> tuple[str, str]:
    """How many ended and how many are open, with those that ended before they began; words where it is not told."""
    if found.is_withheld:
        return (gettext("not told"), gettext("not told"))
    if not found.before:
        return (str(found.done), str(found.open))
    ended = gettext("%(count)s (and %(before)s before the warning)") % {"count": found.done, "before": found.before}
    return (ended, str(found.open))


def median_said(found: Elapsed) -> str:
    """The median in words, or why there is none."""
    return lasted(found.median) or (_(found.why_none) if found.why_none else _("none began"))


def by_month(counts: Mapping[str, Mapping[str, int]], *, source: str) -> Chart:
    """Warnings a month, by level: `counts` has every month in order, and in each a number by level's word.

    Those withdrawn since stand under `WITHDRAWN`.
    """
    names = [name for name in (*LEVEL_COLOURS, WITHDRAWN) if any(name in row for row in counts.values())]
    total = {month: sum(row.values()) for month, row in counts.items()}
    return Chart(
        key="by-month",
        title=_("Warnings by month and level"),
        unit=_("Warnings released, a month"),
        source=source,
        note=_(
            "By the month of release, UTC. Those for practice, corrections and withdrawals are not in it; warnings "
            "that were withdrawn later stand apart."
        ),
        alt=_months_alt(total),
        figure={
            "data": [_bars(name, counts) for name in names],
            "layout": _months_layout(len(total), max(total.values(), default=0)),
        },
        columns=(_("Month"), *(_(name) for name in reversed(names)), _("All")),
        rows=tuple(
            (month, *(str(row.get(name, 0)) for name in reversed(names)), str(total[month]))
            for month, row in reversed(list(counts.items()))
        ),
    )


def _months_alt(total: Mapping[str, int]) -> str:
    told = [f"{month}: {count}" for month, count in list(total.items())[-MONTHS_NAMED:]]
    said = _("Bars of warnings by month. %(told)s.") % {"told": "; ".join(told)}
    if len(total) == len(told):
        return said
    n = len(total) - MONTHS_NAMED
    before = ngettext(
        "The %(n)d month before them is in the table.", "The %(n)d months before them are in the table.", n
    )
    return f"{said} {before % {'n': n}}"


def _bars(name: str, counts: Mapping[str, Mapping[str, int]]) -> Figure:
    return {
        "type": "bar",
        "name": _(name),
        "x": [f"{month}-01" for month in counts],
        "y": [row.get(name, 0) for row in counts.values()],
        "marker": {"color": LEVEL_COLOURS.get(name, NOT_SHOWN)},
        "hovertemplate": "%{x|%B %Y}: %{y} " + _(name) + "<extra></extra>",
    }


def _months_layout(months: int, most: int) -> Figure:
    return layout(
        barmode="stack",
        bargap=0.3 if months > FEW else 0.8,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal", "itemclick": False}
        | {"itemdoubleclick": False},
        margin={"l": 36, "r": 12, "t": 36, "b": 36},
        xaxis={"type": "date", "tickformat": "%b %Y", "fixedrange": True}
        | ({"nticks": 6} if months > FEW else {"dtick": "M1"}),
        yaxis={"gridcolor": GRID, "zeroline": False, "fixedrange": True, "rangemode": "tozero", "tickformat": ",d"}
        | ({"nticks": 5} if most > FEW else {"dtick": 1}),
    )


def steps(rows: Sequence[tuple[str, str, Elapsed]], *, source: str) -> Chart:
    """How long each step took: (step, group, how long) a row, in the order of the page."""
    drawn = [(f"{step}: {group}", found) for step, group, found in rows if found.median is not None]
    return Chart(
        key="steps",
        title=_("How long each step took"),
        unit=_("Time from one step to the next"),
        source=source,
        note=_(
            "Dot: median. Whisker: the shortest to the longest of those that ended. The scale is logarithmic. What is "
            "still open counts as longer than it has lasted so far; rows without a median stand in the table only, and "
            "a range is told of three or more."
        ),
        alt=_steps_alt(drawn),
        figure={"data": [_dots(drawn)], "layout": _steps_layout([name for name, _ in drawn])}
        if drawn
        else {"data": []},
        columns=(_("Step"), _("Warnings"), _("Ended"), _("Still open"), _("Median"), _("Shortest to longest")),
        rows=tuple(
            (step, group, *counts_said(found), median_said(found), range_said(found)) for step, group, found in rows
        ),
    )


def _steps_alt(drawn: Sequence[tuple[str, Elapsed]]) -> str:
    told = [
        _("%(name)s, median %(median)s (%(range)s)")
        % {"name": name, "median": lasted(found.median), "range": range_said(found)}
        for name, found in drawn
    ]
    return (
        _("Dots with whiskers. %(told)s.") % {"told": "; ".join(told)}
        if told
        else _("%(nothing_drawn)s What is known stands in the table.") % {"nothing_drawn": NOTHING_DRAWN}
    )


def _dots(drawn: Sequence[tuple[str, Elapsed]]) -> Figure:
    medians = [_seconds(found.median) for _, found in drawn]
    ends = [(_seconds(found.shortest), _seconds(found.longest)) for _, found in drawn]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": medians,
        "y": [name for name, _ in drawn],
        "text": [f"{name}: {lasted(found.median)} ({range_said(found)})" for name, found in drawn],
        "marker": {"size": 9, "color": LINE},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [max(0.0, longest - median) for median, (_, longest) in zip(medians, ends, strict=True)],
            "arrayminus": [max(0.0, median - shortest) for median, (shortest, _) in zip(medians, ends, strict=True)],
            "color": LINE,
            "thickness": 1.5,
            "width": 3,
        },
        "hovertemplate": "%{text}<extra></extra>",
    }


def _seconds(span: dt.timedelta | None) -> float:
    """On a logarithmic scale nothing is shorter than a minute."""
    return max(_MINUTE, span.total_seconds() if span is not None else _MINUTE)


def _steps_layout(names: Sequence[str]) -> Figure:
    return layout(
        margin={"l": 120, "r": 16, "t": 12, "b": 44},
        xaxis={"type": "log", "tickvals": list(_TICKS.values()), "ticktext": list(_TICKS), "gridcolor": GRID}
        | {"zeroline": False, "fixedrange": True, "tickangle": 0},
        yaxis={"autorange": "reversed", "fixedrange": True, "automargin": True, "gridcolor": GRID, "linecolor": SOFT}
        | {"categoryorder": "array", "categoryarray": list(names), "tickfont": {"size": 11, "color": INK}},
    )
