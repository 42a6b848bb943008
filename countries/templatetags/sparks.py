"""Small lines beside a number, drawn by the server as SVG."""

from collections.abc import Iterator, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

register = template.Library()

WIDTH, HEIGHT = 100, 24  # of the drawing; the sheet stretches it
ROOM = 2.0  # above and below, for half the line's thickness
Point = tuple[float, float]


@register.simple_tag
def sparkline(values: Sequence[float | None]) -> SafeString | str:
    """Shares from 0 to 1 as a line on the scale that every one shares; a gap where a value is None.

    Hidden from screen readers: `course_words` says the same. Empty where fewer than two values are known.
    """
    if sum(value is not None for value in values) < 2:
        return ""
    parts = list(_runs(values))
    lines = format_html_join("", '<polyline points="{}"/>', ((_points(run),) for run in parts if len(run) > 1))
    end = parts[-1][-1]
    dot = format_html('<path class="spark-end" d="M{} {}h0"/>', *end) if values[-1] is not None else ""
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<path class="spark-zero" d="M0 {}H{}"/>{}{}</svg>',
        *(WIDTH, HEIGHT, HEIGHT - ROOM, WIDTH, lines, dot),
    )


@register.simple_tag
def course_words(values: Sequence[float | None]) -> str:
    """The line in words, of 100; empty where there is none."""
    known = [round(100 * value) for value in values if value is not None]
    if len(known) < 2:
        return ""
    said = (
        gettext("from %(first)s to %(last)s, between %(least)s and %(most)s, not known all along")
        if len(known) < len(values)
        else gettext("from %(first)s to %(last)s, between %(least)s and %(most)s")
    )
    return said % {"first": known[0], "last": known[-1], "least": min(known), "most": max(known)}


def _runs(values: Sequence[float | None]) -> Iterator[list[Point]]:
    """Points that neighbour each other together."""
    run: list[Point] = []
    for place, value in enumerate(values):
        if value is not None:
            down = (HEIGHT - 2 * ROOM) * (1 - max(0.0, min(1.0, value)))
            run.append((round(WIDTH * place / (len(values) - 1), 1), round(ROOM + down, 1)))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _points(run: Sequence[Point]) -> str:
    return " ".join(f"{across},{down}" for across, down in run)
