"""Figures about the fourteen factors of one country. Pure: values in, plain dicts for Plotly out."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _

from countries.charts import CLEAR, DASH, FAINT, GRID, INK, LINE, PAPER, SOFT, Chart, Figure, layout

KEY = (0, 25, 50, 75, 100)
KEY_MONTHS = 3  # the width of a cell of the key, in cells of months
KEY_PLACE = -2.0  # in rows of titles and cells, downwards
CELL_WIDTH = 0.94  # of a month
ROW = 2.7  # of the axis of the heat map: a title, of two lines on a phone, and a cell of 1 under it
TITLE = 1.2  # from the place of a row to where its title ends and its cells begin
SAME_BELOW = 1  # points of 100: what changed by less is called unchanged
LABEL_SIZE = 12
HATCH: Figure = {"shape": "/", "fgcolor": FAINT, "bgcolor": CLEAR, "size": 6, "solidity": 0.15}
UNKNOWN = gettext_lazy("not assessed")
UNIT = gettext_lazy("Strength of each factor, 0 to 100; not a probability")
QUIET: Figure = {"ticks": "", "showgrid": False, "zeroline": False, "fixedrange": True}


@dataclasses.dataclass(frozen=True, slots=True)
class FactorNow:
    """A factor now and a year ago, shares from 0 to 1; None where nothing was known. `band`: the interval of now."""

    number: int
    title: str
    now: float | None
    then: float | None
    band: tuple[float, float] | None

    @property
    def label(self) -> str:
        return f"{self.number} {self.title}"


@dataclasses.dataclass(frozen=True, slots=True)
class FactorCourse:
    """A factor with a share from 0 to 1 for each month, None where nothing was known."""

    number: int
    title: str
    values: tuple[float | None, ...]

    @property
    def label(self) -> str:
        return f"{self.number} {self.title}"


def now_and_then(factors: Sequence[FactorNow], *, country: str, days: tuple[dt.date, dt.date], source: str) -> Chart:
    """A dot for now with the interval as whisker, a ring for a year ago; `days` are then and now."""
    then, now = (f"{day:%-d %B %Y}" for day in days)
    return Chart(
        key="factors-now-and-then",
        title=_compared_title(factors, country),
        unit=str(UNIT),
        source=source,
        note=_(
            "Dot: %(now)s; its whisker is the interval, how far sources and half-lives move it. Ring: "
            "%(then)s. Both by what is known on the view’s day of knowledge: a difference is what changed on "
            "record, not what was learnt later. No dot: nothing is known, which is not 0."
        )
        % {"now": now, "then": then},
        alt=_compared_alt(factors, country, then, now),
        figure={"data": _compared_traces(factors, then, now), "layout": _compared_layout(factors)},
        columns=(
            _("Factor"),
            _("Strength %(now)s") % {"now": now},
            _("Interval"),
            _("Strength %(then)s") % {"then": then},
            _("Change"),
        ),
        rows=tuple(_compared_row(factor) for factor in factors),
    )


def _points(share: float) -> int:
    return round(100 * share)


def _change(factor: FactorNow) -> int | None:
    if factor.now is None or factor.then is None:
        return None
    return _points(factor.now) - _points(factor.then)


def _compared_title(factors: Sequence[FactorNow], country: str) -> str:
    changes = [change for factor in factors if (change := _change(factor)) is not None]
    if not changes:
        return _("%(country)s: no factor is known both now and a year ago") % {"country": country}
    up, down = sum(one >= SAME_BELOW for one in changes), sum(one <= -SAME_BELOW for one in changes)
    return _("%(country)s: %(up)s of %(all)s factors stronger than a year ago, %(down)s weaker") % {
        "country": country,
        "up": up,
        "all": len(factors),
        "down": down,
    }


def _compared_alt(factors: Sequence[FactorNow], country: str, then: str, now: str) -> str:
    said = [
        (
            gettext("%(label)s: %(now)s, %(then)s a year ago")
            % {"label": factor.label, "now": _now(factor), "then": _then(factor)}
        )
        for factor in factors
    ]
    return (
        _("Dots and whiskers of the factors of %(country)s on %(now)s and %(then)s. ")
        % {"country": country, "now": now, "then": then}
        + "; ".join(said)
        + "."
    )


def _now(factor: FactorNow) -> str:
    return str(UNKNOWN) if factor.now is None else str(_points(factor.now))


def _then(factor: FactorNow) -> str:
    return str(UNKNOWN) if factor.then is None else str(_points(factor.then))


def _compared_row(factor: FactorNow) -> tuple[str, ...]:
    change, band = _change(factor), factor.band
    return (
        factor.label,
        DASH if factor.now is None else _now(factor),
        DASH
        if band is None
        else (gettext("%(first)s to %(last)s") % {"first": _points(band[0]), "last": _points(band[1])}),
        DASH if factor.then is None else _then(factor),
        DASH if change is None else f"{change:+d}".replace("-", "−") if change else "0",
    )


def _compared_traces(factors: Sequence[FactorNow], then: str, now: str) -> list[Figure]:
    """Places run downwards from 0. From the ground up: the way from then to now, rings, whiskers with dots."""
    way: Figure = {"type": "scatter", "mode": "lines", "name": "change", "hoverinfo": "skip", "showlegend": False}
    both = [(place, one) for place, one in enumerate(factors) if one.now is not None and one.then is not None]
    way |= {"line": {"color": FAINT, "width": 1.5}, "connectgaps": False}
    way["x"] = [value for _, one in both for value in (_of_100(one.then), _of_100(one.now), None)]
    way["y"] = [value for place, _ in both for value in (place, place, None)]
    rings = [(place, one) for place, one in enumerate(factors) if one.then is not None]
    dots = [(place, one) for place, one in enumerate(factors) if one.now is not None]
    return [
        way,
        _dots(then, [(place, one.label, one.then) for place, one in rings])
        | {"marker": {"size": 9, "color": PAPER, "line": {"color": SOFT, "width": 1.5}}},
        _dots(now, [(place, one.label, one.now) for place, one in dots])
        | {"marker": {"size": 10, "color": LINE}, "error_x": _whiskers([one for _, one in dots])},
    ]


def _of_100(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _dots(name: str, points: Sequence[tuple[int, str, float | None]]) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "cliponaxis": False,
        "x": [_of_100(value) for _, _, value in points],
        "y": [place for place, _, _ in points],
        "customdata": [label for _, label, _ in points],
        "hovertemplate": "%{customdata}<br>%{x:.0f} on " + name + "<extra></extra>",
    }


def _whiskers(factors: Sequence[FactorNow]) -> Figure:
    known = [(one.now or 0.0, *(one.band or (one.now or 0.0,) * 2)) for one in factors]
    return {
        "type": "data",
        "symmetric": False,
        "array": [round(100 * max(0.0, high - now), 1) for now, _, high in known],
        "arrayminus": [round(100 * max(0.0, now - low), 1) for now, low, _ in known],
        "color": LINE,
        "thickness": 1.5,
        "width": 0,
    }


def _compared_layout(factors: Sequence[FactorNow]) -> Figure:
    said = [_label(place - 0.18, factor.label) for place, factor in enumerate(factors)]
    blank = [_label(place, str(UNKNOWN)) for place, factor in enumerate(factors) if factor.now is None]
    return layout(
        margin={"l": 8, "r": 16, "t": 28, "b": 8},
        meta={"legend": True},
        shapes=[_rule(place) for place in range(len(factors))],
        annotations=said + [one | {"yanchor": "middle", "font": {"size": LABEL_SIZE, "color": SOFT}} for one in blank],
        xaxis={"range": [0, 100], "tickvals": [0, 25, 50, 75, 100], "showgrid": True, "gridcolor": GRID, "side": "top"}
        | {"zeroline": False, "fixedrange": True},
        yaxis=QUIET | {"range": [len(factors) - 0.6, -0.8], "showticklabels": False},
    )


def _label(place: float, text: str) -> Figure:
    """A factor's title above its marks; static/js/charts.js breaks what "wraps" into lines where there is no room."""
    left: Figure = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -2, "showarrow": False, "align": "left"}
    above: Figure = {"yref": "y", "y": place, "yanchor": "bottom"}
    return left | above | {"name": "wraps", "text": text, "font": {"size": LABEL_SIZE, "color": INK}}


def _rule(place: int) -> Figure:
    across: Figure = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "layer": "below"}
    return across | {"y0": place, "y1": place, "line": {"color": GRID, "width": 0.75}}


def by_month(courses: Sequence[FactorCourse], *, country: str, days: Sequence[dt.date], source: str) -> Chart:
    """A row of cells a factor, a cell a month, darker where stronger; hatched where nothing was known.

    `days` are month ends and the view's day as the last, rising.
    """
    months = [f"{day:%Y-%m}" for day in days]
    return Chart(
        key="factors-by-month",
        title=_("%(country)s: the factors month by month, %(first)s to %(last)s")
        % {"country": country, "first": format(days[0], "%B %Y"), "last": format(days[-1], "%B %Y")},
        unit=str(UNIT),
        source=source,
        note=_(
            "A row is a factor, a cell the end of a month, or the view’s day as the last. The further from the "
            "paper’s colour, the stronger. Hatched: nothing was known, which is not 0. By what is known on the "
            "view’s day of knowledge."
        ),
        alt=_months_alt(courses, country, days),
        figure={"data": _cells(courses, months), "layout": _months_layout(courses, days)},
        columns=(_("Factor"), *months),
        rows=tuple((one.label, *(DASH if v is None else str(_points(v)) for v in one.values)) for one in courses),
    )


def _months_alt(courses: Sequence[FactorCourse], country: str, days: Sequence[dt.date]) -> str:
    said = []
    for one in courses:
        known = [_points(value) for value in one.values if value is not None]
        if not known:
            said.append(f"{one.label}: {UNKNOWN}")
            continue
        gaps = len(one.values) - len(known)
        course = gettext("%(label)s: %(first)s to %(last)s, highest %(top)s") % {
            "label": one.label,
            "first": known[0],
            "last": known[-1],
            "top": max(known),
        }
        if gaps:
            course = gettext("%(course)s, %(gaps)s months not known") % {"course": course, "gaps": gaps}
        said.append(course)
    return (
        _("Heat map of the factors of %(country)s, %(first)s to %(last)s. ")
        % {"country": country, "first": format(days[0], "%B %Y"), "last": format(days[-1], "%B %Y")}
        + "; ".join(said)
        + "."
    )


def _cells(courses: Sequence[FactorCourse], months: Sequence[str]) -> list[Figure]:
    """What is known on the ramp, what is not under hatching; above each row is the room of its title.

    Bars, since Plotly's own heat map writes a style into the page, which our content policy refuses.
    """
    told = [(place, month, one) for place, one in enumerate(courses) for month in range(len(months))]
    known = [cell for cell in told if cell[2].values[cell[1]] is not None]
    blank = [cell for cell in told if cell[2].values[cell[1]] is None]
    hatch: Figure = {"color": CLEAR, "line": {"width": 0}, "pattern": HATCH}
    return [
        _key(),
        *(
            [_bars("strength", known, months, _ramp([one.values[month] or 0.0 for _, month, one in known]))]
            if known
            else []
        ),
        *([_bars(str(UNKNOWN), blank, months, hatch) | {"width": 1}] if blank else []),
    ]


def _ramp(shares: Sequence[float]) -> Figure:
    ends: Figure = {"cmin": 0, "cmax": 100, "colorscale": [[0, GRID], [1, LINE]], "line": {"width": 0}}
    return {"color": [_points(share) for share in shares]} | ends


def _key() -> Figure:
    """What the colours mean, as cells above the first row: Plotly's own key writes a style into the page too."""
    return {
        "type": "bar",
        "name": "key",
        "hoverinfo": "skip",
        "x": [KEY_MONTHS * (step + 0.5) - 0.5 for step in range(len(KEY))],
        "base": [KEY_PLACE] * len(KEY),
        "y": [0.7] * len(KEY),
        "width": KEY_MONTHS,
        "marker": _ramp([share / 100 for share in KEY]),
    }


def _key_words() -> list[Figure]:
    at: Figure = {"xref": "x", "yref": "y", "y": KEY_PLACE - 0.5, "showarrow": False, "font": {"size": 11}}
    return [at | {"x": KEY_MONTHS * (step + 0.5) - 0.5, "text": str(share)} for step, share in enumerate(KEY)]


def _cells_at(place: int) -> float:
    """Where on the axis the cells of a row begin and its title ends."""
    return round(ROW * place + TITLE, 1)


Cell = tuple[int, int, FactorCourse]  # place of the factor, place of the month


def _bars(name: str, cells: Sequence[Cell], months: Sequence[str], marker: Figure) -> Figure:
    return {
        "type": "bar",
        "name": name,
        "x": [month for _, month, _ in cells],
        "base": [_cells_at(place) for place, _, _ in cells],
        "y": [1] * len(cells),
        "width": CELL_WIDTH,
        "marker": marker,
        "customdata": [_cell_said(one, months[month], one.values[month]) for _, month, one in cells],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _cell_said(one: FactorCourse, month: str, value: float | None) -> str:
    return f"{one.label}<br>{month}: {UNKNOWN if value is None else _points(value)}"


def _months_layout(courses: Sequence[FactorCourse], days: Sequence[dt.date]) -> Figure:
    years = [(place, day) for place, day in enumerate(days) if day.month == 1]
    return layout(
        barmode="overlay",
        margin={"l": 4, "r": 4, "t": 4, "b": 28},
        annotations=[*_key_words(), *(_label(_cells_at(place), one.label) for place, one in enumerate(courses))],
        xaxis=QUIET
        | {"range": [-0.5, len(days) - 0.5], "ticks": "outside", "tickcolor": SOFT}
        | {"tickvals": [place for place, _ in years], "ticktext": [f"{day:%b %Y}" for _, day in years]},
        yaxis=QUIET | {"range": [ROW * len(courses) - 0.4, -3.0], "showticklabels": False},
    )
