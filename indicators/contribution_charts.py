"""Bars of contributions: what an index is made of, and what moved it. Pure, as charts.py is."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countries.charts import DOWN, FAINT, GRID, LINE, LINE_2, NOT_SHOWN, SOFT, Chart, Figure, in_points, layout

KINDS = {  # in the order of the columns
    "event": (gettext_lazy("Evidence"), LINE),
    "series": (gettext_lazy("Series"), FAINT),
    "withheld": (gettext_lazy("Not shown to you"), NOT_SHOWN),
    "aged": (gettext_lazy("Ageing"), LINE_2),
    "mitigation": (gettext_lazy("Mitigation"), DOWN),
}
NAMED = 3  # parts that a title or an alt text names


@dataclasses.dataclass(frozen=True, slots=True)
class FactorBar:
    """A factor with its printed points by kind, in tenths."""

    number: int
    title: str
    tenths: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.tenths.values())


@dataclasses.dataclass(frozen=True, slots=True)
class CauseBar:
    """One cause of a change with its printed points, in tenths."""

    title: str
    tenths: int


def made_of(bars: Sequence[FactorBar], *, country: str, source: str) -> Chart:
    """The index by factor: what its evidence would add were it fresh, and what ageing and mitigation take off."""
    kinds = [kind for kind in KINDS if any(bar.tenths.get(kind) for bar in bars)]
    total = sum(bar.total for bar in bars)
    return Chart(
        key="made-of",
        title=_made_of_title(bars, country, total),
        unit=_("Points of the index, by factor"),
        source=source,
        note=_(
            "To the right: what evidence and series would add were they fresh."
            " To the left: what ageing and mitigation take off. The two together are the factor’s points."
        ),
        alt=_("Bar chart. %(title)s. ") % {"title": _made_of_title(bars, country, total)}
        + "; ".join(f"{_('factor')} {bar.number}, {bar.title}: {in_points(bar.total)}" for bar in bars),
        figure={"data": [_stack(kind, bars) for kind in kinds], "layout": _made_of_layout(bars)},
        columns=(_("Factor"), *(str(KINDS[kind][0]) for kind in kinds), _("Points")),
        rows=(
            *((f"{bar.number} {bar.title}", *_cells(bar, kinds), in_points(bar.total)) for bar in bars),
            (
                _("Index"),
                *(in_points(sum(bar.tenths.get(kind, 0) for bar in bars)) for kind in kinds),
                in_points(total),
            ),
        ),
    )


def _made_of_title(bars: Sequence[FactorBar], country: str, total: int) -> str:
    if not bars:
        return _("%(country)s: nothing adds to the index") % {"country": country}
    most = max(bars, key=lambda bar: bar.total)
    return _("%(country)s: “%(title)s” adds most, %(points)s of %(all)s points") % {
        "country": country,
        "title": most.title,
        "points": in_points(most.total),
        "all": in_points(total),
    }


def _cells(bar: FactorBar, kinds: Sequence[str]) -> list[str]:
    return [in_points(bar.tenths[kind]) if bar.tenths.get(kind) else "–" for kind in kinds]


def _stack(kind: str, bars: Sequence[FactorBar]) -> Figure:
    name, colour = str(KINDS[kind][0]), KINDS[kind][1]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": [bar.tenths.get(kind, 0) / 10 for bar in bars],
        "y": [_("Factor %(number)s") % {"number": bar.number} for bar in bars],
        "text": [bar.title for bar in bars],
        "textposition": "none",
        "marker": {"color": colour},
        "hovertemplate": "%{text}<br>" + name + " %{x:.1f}<extra></extra>",
    }


def _made_of_layout(bars: Sequence[FactorBar]) -> Figure:
    return layout(
        barmode="relative",
        bargap=0.35,
        margin={"l": 72, "r": 12, "t": 30, "b": 36},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        xaxis=_points_axis(),
        yaxis={"autorange": "reversed", "type": "category", "fixedrange": True, "ticks": "", "showgrid": False},
    )


def _points_axis() -> Figure:
    return {
        "title": {"text": _("Points of the index"), "font": {"size": 12}},
        "gridcolor": GRID,
        "zeroline": True,
        "zerolinecolor": SOFT,
        "fixedrange": True,
    }


def what_moved(
    causes: Sequence[CauseBar], *, country: str, before: tuple[str, int] | None, after: tuple[str, int], source: str
) -> Chart:
    """The index from one moment to another in steps, one a cause; `before` is None where nothing was known.

    A moment is its words and the printed index in tenths; the causes add up to the difference.
    """
    start = before[1] if before else 0
    steps = _steps(causes, start)
    ends = ([(_("Before"), 0, before[1], before[0])] if before else []), [(_("After"), 0, after[1], after[0])]
    return Chart(
        key="what-moved",
        title=_moved_title(causes, country, before, after),
        unit=_("Points of the index"),
        source=source,
        note=_("Every step starts where the one above it ends."),
        alt=_("Bar chart. %(title)s. ") % {"title": _moved_title(causes, country, before, after)}
        + "; ".join(f"{cause.title}: {in_points(cause.tenths, sign=True)}" for cause in causes),
        figure={
            "data": [_moments([*ends[0], *ends[1]]), _causes(steps)],
            "layout": _moved_layout([*(one[0] for one in ends[0]), *(one[0] for one in steps), _("After")]),
        },
        columns=(_("Step"), _("Points")),
        rows=(
            *(((_("Before, %(day)s") % {"day": before[0]}, in_points(before[1])),) if before else ()),
            *((cause.title, in_points(cause.tenths, sign=True)) for cause in causes),
            (_("After, %(day)s") % {"day": after[0]}, in_points(after[1])),
        ),
    )


def _steps(causes: Sequence[CauseBar], start: int) -> list[tuple[str, int, int]]:
    """Title, where the step begins, how far it goes."""
    found = []
    for cause in causes:
        found.append((cause.title, start, cause.tenths))
        start += cause.tenths
    return found


def _moved_title(
    causes: Sequence[CauseBar], country: str, before: tuple[str, int] | None, after: tuple[str, int]
) -> str:
    if before is None:
        return _("%(country)s: index %(points)s on %(day)s; nothing that counts was known before") % {
            "country": country,
            "points": in_points(after[1]),
            "day": after[0],
        }
    largest = sorted(causes, key=lambda cause: -abs(cause.tenths))[:NAMED]
    told = ", ".join(f"{cause.title.lower()} {in_points(cause.tenths, sign=True)}" for cause in largest if cause.tenths)
    moved = in_points(after[1] - before[1], sign=True)
    return _("%(country)s: %(moved)s points from %(before)s to %(after)s") % {
        "country": country,
        "moved": moved,
        "before": before[0],
        "after": after[0],
    } + (f" ({told})" if told else "")


def _moments(ends: Sequence[tuple[str, int, int, str]]) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "name": "index",
        "x": [tenths / 10 for _, _, tenths, _ in ends],
        "y": [name for name, *_ in ends],
        "text": [in_points(tenths) for _, _, tenths, _ in ends],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": FAINT},
        "hovertemplate": "%{y}: %{x:.1f}<extra></extra>",
    }


def _causes(steps: Sequence[tuple[str, int, int]]) -> Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "name": "moved",
        "base": [start / 10 for _, start, _ in steps],
        "x": [tenths / 10 for *_, tenths in steps],
        "y": [title for title, *_ in steps],
        "text": [in_points(tenths, sign=True) for *_, tenths in steps],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": [LINE if tenths >= 0 else LINE_2 for *_, tenths in steps]},
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }


def _moved_layout(order: Sequence[str]) -> Figure:
    axis: dict[str, Any] = _points_axis() | {"rangemode": "tozero"}
    return layout(
        barmode="overlay",
        bargap=0.4,
        margin={"l": 12, "r": 40, "t": 12, "b": 36},
        xaxis=axis,
        yaxis={"autorange": "reversed", "type": "category", "categoryorder": "array", "categoryarray": list(order)}
        | {"fixedrange": True, "ticks": "", "showgrid": False, "automargin": True},
    )
