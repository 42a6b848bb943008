"""The history of an index as a small drawing for paper: SVG made by the server, no script. Pure."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 640, 190  # of the drawing, in its own units
START, END, TOP, BOTTOM = 28, 556, 8, 168  # where the plot lies in it; the words of the levels stand right of it
WORDS = ("MINIMAL", "LOW", "ELEVATED", "HIGH", "SEVERE")
YEARS_MAX = 10
APART_DAYS = 31  # neighbours of a monthly line that lie further apart have a gap between them
Value = float | None


def history_drawing(
    days: Sequence[dt.date], values: Sequence[Value], band: Mapping[dt.date, tuple[float, float]], cuts: Sequence[float]
) -> SafeString | str:
    """The last ten years of a line from 0 to 100 with its interval; None is a gap, never 0. Empty without two values.

    Parameters
    ----------
    days, values : sequences of equal length, oldest first
    band : low and high of some of the days, in index points
    cuts : the four index points at which a level begins
    """
    shown = [(day, value) for day, value in zip(days, values, strict=True) if _is_late(day, days[-1])]
    if sum(value is not None for _, value in shown) < 2:
        return ""
    first, last = shown[0][0], shown[-1][0]
    return format_html(
        '<svg class="drawing" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}{}{}{}</svg>',
        *(WIDTH, HEIGHT),
        _frame(first, last, cuts),
        _band(sorted((day, *band[day]) for day, _ in shown if day in band), first, last),
        format_html_join("", '<polyline points="{}"/>', ((_points(run, first, last),) for run in _runs(shown))),
        _end(shown[-1], first, last),
    )


def _is_late(day: dt.date, last: dt.date) -> bool:
    return (last - day).days <= YEARS_MAX * 365.25


def _across(day: dt.date, first: dt.date, last: dt.date) -> float:
    return round(START + (END - START) * (day - first).days / max(1, (last - first).days), 1)


def _down(value: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * max(0.0, min(100.0, value)) / 100, 1)


def _frame(first: dt.date, last: dt.date, cuts: Sequence[float]) -> SafeString:
    """Lines at the cuts, the levels' words between them, the years below."""
    edges = [0.0, *cuts, 100.0]
    lines = format_html_join(
        "",
        '<path class="drawing-cut" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        ((START, _down(cut), END, START - 6, _down(cut) + 3, f"{cut:g}") for cut in (0.0, *cuts)),
    )
    words = format_html_join(
        "",
        '<text x="{}" y="{}">{}</text>',
        (
            (END + 8, _down((low + high) / 2) + 3, word)
            for word, low, high in zip(WORDS, edges, edges[1:], strict=False)
        ),
    )
    years = [dt.date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    marks = format_html_join(
        "",
        '<path class="drawing-year" d="M{0} {1}v4"/><text x="{0}" y="{2}" text-anchor="middle">{3}</text>',
        ((_across(day, first, last), BOTTOM, BOTTOM + 16, day.year) for day in years),
    )
    return format_html("{}{}{}", lines, words, marks)


def _band(points: Sequence[tuple[dt.date, float, float]], first: dt.date, last: dt.date) -> SafeString | str:
    if len(points) < 2:
        return ""
    upper = [f"{_across(day, first, last)},{_down(high)}" for day, _, high in points]
    lower = [f"{_across(day, first, last)},{_down(low)}" for day, low, _ in reversed(points)]
    return format_html('<polygon class="drawing-band" points="{}"/>', " ".join(upper + lower))


def _runs(shown: Sequence[tuple[dt.date, Value]]) -> Iterator[list[tuple[dt.date, float]]]:
    """Points that neighbour each other together."""
    run: list[tuple[dt.date, float]] = []
    for day, value in shown:
        if run and (value is None or (day - run[-1][0]).days > APART_DAYS):
            yield run
            run = []
        if value is not None:
            run.append((day, value))
    if run:
        yield run


def _points(run: Sequence[tuple[dt.date, float]], first: dt.date, last: dt.date) -> str:
    return " ".join(f"{_across(day, first, last)},{_down(value)}" for day, value in run)


def _end(point: tuple[dt.date, Value], first: dt.date, last: dt.date) -> SafeString | str:
    day, value = point
    if value is None:
        return ""
    return format_html('<circle cx="{}" cy="{}" r="3.5"/>', _across(day, first, last), _down(value))
