"""Small multiples: the courses of some countries below each other, on one scale. Pure: values in, plain dicts out."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from html import escape

from django.utils.translation import gettext as _

from countries.charts import (
    DASH,
    FAINT,
    INK,
    LINE,
    PAPER,
    SOFT,
    UNDETERMINED,
    Chart,
    Figure,
    layout,
)
from indicators.charts import INDEX_MAX, WORDS, with_gaps
from indicators.history_marks import hatched

DRAWN_DAYS = 3653  # ten years
HEAD = 0.3  # of a panel's height, for the two lines above it
EMPTY = 0.55  # height of a panel without a line, where one with a line has 1
BAND_OPACITY = 0.2
NAME_MAX = 38  # characters of a name that stand in one line on a phone


@dataclasses.dataclass(frozen=True, slots=True)
class Panel:
    """One country; the tuples are of equal length, oldest first, and empty where nothing was assessed."""

    name: str
    word: str  # the level's, or "not assessed"
    said: str  # index and interval in words; empty where nothing was assessed
    days: tuple[dt.date, ...] = ()
    overall: tuple[float | None, ...] = ()
    levels: tuple[str, ...] = ()
    band: Mapping[dt.date, tuple[float, float]] = dataclasses.field(default_factory=dict)


def side_by_side(panels: Sequence[Panel], *, day: dt.date, cuts: Sequence[float], source: str) -> Chart:
    """The index of each country, month by month over the same ten years; `cuts` are the method's four."""
    first = day - dt.timedelta(days=DRAWN_DAYS)
    shown = [_since(panel, first) for panel in panels]
    data = [trace for place, panel in enumerate(shown, 1) for trace in _traces(panel, place)]
    marks = ", ".join(
        _("%(level)s from %(cut)s") % {"level": _(word), "cut": f"{cut:g}"}
        for word, cut in zip(WORDS[1:], cuts, strict=True)
    )
    return Chart(
        key="compared",
        title=_("%(countries)s: the index over ten years, on one scale")
        % {"countries": _listed([panel.name for panel in panels])},
        unit=_("Index, 0 to 100, month by month; not a probability"),
        source=source,
        note=_(
            "Every panel has the same years and the same scale. Thin lines are the levels’ cuts: %(marks)s. "
            "The pale band is the interval: where the index lies if sources, half-lives and weights are "
            "varied; two lines are apart only where their bands are. Hatched, with a dotted line: "
            "undetermined, too little was known to say low; the index might lie anywhere there. A gap, or an "
            "empty panel: nothing was known, which is not low either. Drawn are ten years; each country’s "
            "page has every month. The plot cannot be walked by keyboard; its table says the same."
        )
        % {"marks": marks},
        alt=_alt(shown),
        figure={"data": data, "layout": _layout(shown, first, day, cuts)},
        columns=(
            _("Month"),
            *(
                head
                for panel in shown
                for head in (panel.name, _("%(country)s: interval") % {"country": panel.name}, _("Level"))
            ),
        ),
        rows=_rows(shown),
    )


def _since(panel: Panel, first: dt.date) -> Panel:
    """The part that is drawn: from the last day before the years begin, so that the line enters at their edge."""
    places = [place for place, day in enumerate(panel.days) if day >= first]
    return dataclasses.replace(
        panel,
        days=tuple(panel.days[place] for place in places),
        overall=tuple(panel.overall[place] for place in places),
        levels=tuple(panel.levels[place] for place in places),
        band={day: bounds for day, bounds in panel.band.items() if day >= first},
    )


def _layout(panels: Sequence[Panel], first: dt.date, last: dt.date, cuts: Sequence[float]) -> Figure:
    axes: Figure = {}
    domains = _domains(panels)
    for place, panel in enumerate(panels, 1):
        axes[f"yaxis{_number(place)}"] = {
            "domain": list(domains[place - 1]),
            "range": [0, INDEX_MAX],
            "tickvals": [0, 50, INDEX_MAX],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "visible": bool(panel.days),
        }
    xaxis = {"type": "date", "range": [first.isoformat(), last.isoformat()], "showgrid": False, "linecolor": SOFT}
    xaxis |= {"ticks": "outside", "tickcolor": SOFT, "tickangle": 0, "nticks": 6, "fixedrange": True}
    xaxis |= {"hoverformat": "%-d %B %Y", "anchor": "free", "position": 0}
    return layout(
        hovermode="x",
        hoversubplots="axis",
        margin={"l": 34, "r": 12, "t": 4, "b": 44},
        xaxis=xaxis,
        shapes=[one for place, panel in enumerate(panels, 1) if panel.days for one in _cut_lines(place, cuts)],
        annotations=[one for panel, room in zip(panels, domains, strict=True) for one in _words(panel, room)],
        **axes,
    )


def _number(place: int) -> str:
    """Plotly's first axis has no number."""
    return "" if place == 1 else str(place)


def _domains(panels: Sequence[Panel]) -> list[tuple[float, float]]:
    """From where to where each panel reaches in the figure, without the lines above it."""
    heights = [1.0 if panel.days else EMPTY for panel in panels]
    whole, found, top = sum(heights), [], 1.0
    for height in heights:
        found.append((round(top - (height - 0.06) / whole, 4), round(top - HEAD / whole, 4)))
        top -= height / whole
    return found


def _cut_lines(place: int, cuts: Sequence[float]) -> list[Figure]:
    across: Figure = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": f"y{_number(place)}", "layer": "below"}
    thin = {"color": FAINT, "width": 0.75}
    ground = across | {"y0": 0, "y1": 0, "line": {"color": SOFT, "width": 0.75}}
    return [ground, *(across | {"y0": cut, "y1": cut, "line": thin} for cut in cuts)]


def _words(panel: Panel, room: tuple[float, float]) -> list[Figure]:
    """Name and standing above the panel; in it, where there is no line, that there is none."""
    bottom, top = room
    at: Figure = {"xref": "paper", "yref": "paper", "showarrow": False, "align": "left", "xanchor": "left"}
    name = panel.name if len(panel.name) <= NAME_MAX else panel.name[: NAME_MAX - 1].rpartition(" ")[0] + "…"
    said = ", ".join(part for part in (_(panel.word), panel.said) if part)
    over = at | {"x": 0, "y": top, "yanchor": "bottom"}
    found = [  # two of them: bold words within one would need a style attribute, which our content policy refuses
        over | {"text": escape(name), "yshift": 17, "font": {"size": 14, "color": INK, "weight": 600}},
        over | {"text": escape(said), "font": {"size": 13, "color": SOFT}},
    ]
    if panel.word == UNDETERMINED:
        corner = at | {"x": 1, "y": top, "xanchor": "right", "yanchor": "top", "bgcolor": PAPER}
        found.append(corner | {"text": _("too little is known to say low")})
    if not panel.days:
        empty = _("No line: nobody has entered evidence.<br>That says nothing about the risk.")
        found.append(at | {"x": 0, "y": (bottom + top) / 2, "yanchor": "middle", "text": empty})
    return found


def _traces(panel: Panel, place: int) -> list[Figure]:
    if not panel.days:
        return []
    days, values = with_gaps(panel.days, panel.overall)
    levels = dict(zip((day.isoformat() for day in panel.days), panel.levels, strict=True))
    grey = [levels.get(day) == UNDETERMINED for day in days]
    after = [*grey[1:], True]
    firm = [
        value if not dim or not next_dim else None for value, dim, next_dim in zip(values, grey, after, strict=True)
    ]
    faint = [value if dim else None for value, dim in zip(values, grey, strict=True)]
    known = [value is not None for value in panel.overall]
    ground = hatched(panel.days, panel.levels, known, INDEX_MAX)
    drawn = [one | {"yaxis": f"y{_number(place)}"} for one in ground]
    drawn += [*_band(panel, place), _line(panel, place, days, firm, {"color": LINE, "width": 2.25})]
    if any(grey):
        drawn.append(_line(panel, place, days, faint, {"color": SOFT, "width": 1.75, "dash": "dot"}))
    return drawn


def _line(panel: Panel, place: int, days: list[str], values: list[float | None], line: Figure) -> Figure:
    word = f" {_(UNDETERMINED)}" if "dash" in line else ""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": panel.name,
        "x": days,
        "y": values,
        "yaxis": f"y{_number(place)}",
        "connectgaps": False,
        "line": line,
        "hovertemplate": f"{escape(panel.name)} %{{y:.1f}}{word}<extra></extra>",
    }


def _band(panel: Panel, place: int) -> list[Figure]:
    """The interval as an area along the month ends that have one; a bar on a day that stands alone."""
    days = sorted(day for day in panel.band if day in set(panel.days))
    if not days:
        return []
    base: Figure = {"type": "scatter", "name": _("interval"), "hoverinfo": "skip", "yaxis": f"y{_number(place)}"}
    if len(days) == 1:
        low, high = panel.band[days[0]]
        bar = {"type": "data", "array": [round((high - low) / 2, 1)], "color": LINE, "thickness": 3, "width": 0}
        middle = {"x": [days[0].isoformat()], "y": [round((low + high) / 2, 1)], "mode": "markers"}
        return [base | middle | {"marker": {"size": 1, "color": LINE}, "error_y": bar, "opacity": 2 * BAND_OPACITY}]
    around = [(day, panel.band[day][1]) for day in days] + [(day, panel.band[day][0]) for day in reversed(days)]
    area = {"x": [day.isoformat() for day, _ in around], "y": [round(value, 1) for _, value in around]}
    style = {"mode": "lines", "fill": "toself", "fillcolor": LINE, "line": {"width": 0, "color": LINE}}
    return [base | area | style | {"opacity": BAND_OPACITY}]


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(others)s and %(last)s") % {"others": ", ".join(names[:-1]), "last": names[-1]}


def _alt(panels: Sequence[Panel]) -> str:
    """Each course in words: where it begins, its highest point, where it ends."""
    return _("Small line charts of the index, 0 to 100, on one scale. ") + " ".join(_course(panel) for panel in panels)


def _course(panel: Panel) -> str:
    pairs = zip(panel.overall, panel.days, strict=True)
    points = [(value, day) for value, day in pairs if value is not None]
    if not points:
        if not panel.days:
            return _("%(country)s: not assessed, no line.") % {"country": panel.name}
        return _("%(country)s: nothing known in these years, no line.") % {"country": panel.name}
    (start, since), (end, until), (top, at) = points[0], points[-1], max(points)
    return _(
        "%(country)s: from %(start).1f on %(since)s to %(end).1f (%(level)s) on %(until)s, highest %(top).1f on %(at)s."
    ) % {
        "country": panel.name,
        "start": start,
        "since": since,
        "end": end,
        "level": _(panel.word),
        "until": until,
        "top": top,
        "at": at,
    }


def _rows(panels: Sequence[Panel]) -> tuple[tuple[str, ...], ...]:
    """A row a month, the latest first; dashes where nothing was known."""
    cells = [_cells(panel) for panel in panels]
    days = sorted({day for found in cells for day in found}, reverse=True)
    nothing = (DASH, DASH, DASH)
    return tuple((day.isoformat(), *(cell for found in cells for cell in found.get(day, nothing))) for day in days)


def _cells(panel: Panel) -> dict[dt.date, tuple[str, str, str]]:
    found = {}
    for day, value, level in zip(panel.days, panel.overall, panel.levels, strict=True):
        if value is not None:
            low_high = panel.band.get(day)
            between = _interval(low_high) if low_high else DASH
            found[day] = (f"{value:.1f}", between, _(level))
    return found


def _interval(bounds: tuple[float, float]) -> str:
    return _("%(low).1f to %(high).1f") % {"low": bounds[0], "high": bounds[1]}
