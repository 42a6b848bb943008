"""The order of countries with its whiskers. Pure: values in, plain dicts for Plotly out."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from countries.charts import GRID, INK, LINE, LINE_2, SOFT, Chart, Figure, layout

DRAWN = 40
"""Countries in the plot, from the highest index; the table has every one."""
NAME_MAX = 18
"""Letters of a name beside the plot, so that it fits a phone; the pointer and the table say the whole."""


def place_said(place: float) -> str:
    """A place with one decimal where it is no whole number: 3 or 3.5."""
    return span_said(place, place)


def span_said(low: float, high: float, *, digits: int = 0) -> str:
    """Two ends with as many decimals each, `digits` at least and one at most; one number where both print alike.

    3 to 4, but 3.0 to 3.5, and 23 alone for 23.0 to 23.04.
    """
    ends = [round(low, 1) + 0.0, round(high, 1) + 0.0]
    digits = digits if all(end.is_integer() for end in ends) else 1
    said = [f"{end:.{digits}f}" for end in ends]
    return said[0] if said[0] == said[1] else (gettext("%(first)s to %(last)s") % {"first": said[0], "last": said[1]})


@dataclass(frozen=True, slots=True)
class Placed:
    """One country: its place now, and how far it moves."""

    iso3: str
    name: str
    place: float
    place_low: float
    place_high: float
    place_half: float
    place_double: float


def whiskers(rows: Sequence[Placed], *, day: str, source: str) -> Chart:
    """Places as dots, their span under other weights as whiskers, other half-lives as small marks."""
    drawn = sorted(rows, key=lambda row: (row.place, row.name))[:DRAWN]
    return Chart(
        key="places",
        title=_("How far places move, %(day)s") % {"day": day},
        unit=_("Place by the index, 1 = highest"),
        source=source,
        note=_(
            "Dot: place by the index now. Whisker: 5th to 95th percentile over draws of the factor weights. "
            "Triangles: place with half-lives halved (left) and doubled (right). Long whiskers: the order "
            "says little. Drawn are the %(n)s highest of %(all)s; the table below has all."
        )
        % {"n": len(drawn), "all": len(rows)},
        alt=_alt(drawn),
        figure={"data": [_dots(drawn), *_marks(drawn)], "layout": _layout(drawn)},
        columns=(_("Country"), _("Place"), _("Under other weights"), _("Half-lives halved"), _("Half-lives doubled")),
        rows=tuple(_cells(row) for row in sorted(rows, key=lambda row: (row.place, row.name))),
    )


def _cells(row: Placed) -> tuple[str, ...]:
    between = span_said(row.place_low, row.place_high)
    return (row.name, place_said(row.place), between, place_said(row.place_half), place_said(row.place_double))


def _dots(rows: Sequence[Placed]) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row.place for row in rows],
        "y": [row.iso3 for row in rows],
        "text": [_said(row) for row in rows],
        "marker": {"size": 9, "color": LINE},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [max(0.0, row.place_high - row.place) for row in rows],
            "arrayminus": [max(0.0, row.place - row.place_low) for row in rows],
            "color": LINE,
            "thickness": 1.5,
            "width": 3,
        },
        "hovertemplate": "%{text}<extra>" + _("now") + "</extra>",
    }


def _marks(rows: Sequence[Placed]) -> list[Figure]:
    kinds = (
        ("place_half", "triangle-left-open", _("half-lives halved")),
        ("place_double", "triangle-right-open", _("doubled")),
    )
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [getattr(row, field) for row in rows],
            "y": [row.iso3 for row in rows],
            "text": [f"{row.name}: {place_said(getattr(row, field))}" for row in rows],
            "marker": {"size": 8, "color": LINE_2, "symbol": symbol},
            "hovertemplate": "%{text}<extra>" + words + "</extra>",
        }
        for field, symbol, words in kinds
    ]


def _layout(rows: Sequence[Placed]) -> Figure:
    return layout(
        margin={"l": 60, "r": 16, "t": 12, "b": 44},
        xaxis={"title": {"text": _("place, 1 = highest index"), "font": {"size": 12}}, "rangemode": "tozero"}
        | {"gridcolor": GRID, "zeroline": False, "fixedrange": True},
        yaxis={"autorange": "reversed", "fixedrange": True, "tickfont": {"size": 11, "color": INK}, "automargin": True}
        | {"categoryorder": "array", "categoryarray": [row.iso3 for row in rows], "gridcolor": GRID}
        | {"tickvals": [row.iso3 for row in rows], "ticktext": [_short(row.name) for row in rows], "linecolor": SOFT},
    )


def _short(name: str) -> str:
    return name if len(name) <= NAME_MAX else f"{name[: NAME_MAX - 1]}…"


def _said(row: Placed) -> str:
    return f"{row.name}: {place_said(row.place)} ({span_said(row.place_low, row.place_high)})"


def _alt(rows: Sequence[Placed]) -> str:
    said = [_said(row) for row in rows]
    return _("Places with their span under other weights: ") + ("; ".join(said) or _("no country is assessed")) + "."
