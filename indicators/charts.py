"""Figures about scores. Pure: values in, plain dicts for Plotly out; no plotly, and of Django the words alone."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countries.charts import (
    DASH,
    FAINT,
    LINE,
    LINE_2,
    SOFT,
    UNDETERMINED,
    Chart,
    Figure,
    layout,
)
from indicators.history_marks import (
    MONTH_DAYS_MAX,
    Mark,
    Numbered,
    axis_of_lanes,
    hatched,
    level_changes,
    mark_traces,
    numbered,
    room_of_lanes,
)

DRAWN_DAYS = 3653  # ten years
CHANGES_SAID = 12  # changes of level that an alt text names, the latest; the table has them all
WORDS = ("MINIMAL", "LOW", "ELEVATED", "HIGH", "SEVERE")
INDEX_MAX = 100.0
ROOM_BEFORE = 50  # of the drawn years one such part is left free before them
BAND_OPACITY = 0.2


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One monthly line; tuples of equal length, oldest first. NaN and None are gaps."""

    key: str
    title: str
    days: tuple[dt.date, ...]
    overall: tuple[float | None, ...]
    coverage: tuple[float | None, ...]
    levels: tuple[str, ...]
    band: Mapping[dt.date, tuple[float, float]] = dataclasses.field(default_factory=dict)  # the interval, of some days


def history(
    lines: Sequence[Line], *, country: str, cuts: Sequence[float], source: str, marks: Sequence[Mark] = ()
) -> Chart:
    """The index month by month between the levels' cuts; `cuts` are the method's four, in index points.

    `marks` are numbered by their days, in the figure as in the table.
    """
    told = numbered(marks)
    return Chart(
        key="history",
        title=_history_title(lines, country),
        unit=_("Index, 0 to 100, month by month; not a probability"),
        source=source,
        note=_(
            "The index is our arithmetic over accepted evidence and series. Thin lines are the levels’ cuts; a "
            "level falls after two month ends more than 5 below its cut, so the word can lag behind the line. What "
            "lasts is attested anew each January, and the line steps up. The pale band is the interval: where the "
            "index lies if sources, half-lives and weights are varied; a thin bar where it was computed for a "
            "single day. Hatched: undetermined, too little was known to say low; nothing is drawn where nothing "
            "was known. Numbered signs below the line are alerts, signals and events; several that lie close "
            "together share one. Drawn are ten years at the most; the table has every month."
        ),
        alt=_history_alt(lines, country, told),
        figure={"data": _traces(lines, told), "layout": _history_layout(lines, cuts, told)},
        columns=(*_columns(lines), *((_("Marks"),) if told else ())),
        rows=_rows(lines, told),
    )


def _traces(lines: Sequence[Line], told: Sequence[Numbered]) -> list[Figure]:
    """From the ground up: hatching, interval, lines, marks."""
    ground = [hatch for line in lines[:1] for hatch in hatched(line.days, line.levels, _known(line), INDEX_MAX)]
    bands = [trace for line in lines[:1] for trace in _band_traces(line)]
    drawn = [trace for place, line in enumerate(lines) for trace in _line_traces(line, place)]
    span = _span(lines)
    return [*ground, *bands, *drawn, *(mark_traces(told, span) if told and span else [])]


def _known(line: Line) -> list[bool]:
    return [_number(value) is not None for value in line.overall]


def _history_layout(lines: Sequence[Line], cuts: Sequence[float], told: Sequence[Numbered]) -> Figure:
    span, low = _span(lines), room_of_lanes(told)
    quiet: Figure = {"showgrid": False, "zeroline": False, "fixedrange": True}
    return layout(
        hovermode="x unified" if not told else "x",
        margin={"l": 44, "r": 92, "t": 12, "b": 44},  # two lines of days
        meta={"legend": True},
        shapes=[*_cut_lines(cuts), *(_plumb_lines(told, span) if span else [])],
        annotations=_level_words(cuts),
        xaxis=({"range": _drawn(span)} if span else {})
        | {"type": "date", "showgrid": False, "linecolor": SOFT, "ticks": "outside", "fixedrange": True}
        | {"tickcolor": SOFT, "hoverformat": "%-d %B %Y", "tickangle": 0, "nticks": 6, "anchor": "free", "position": 0},
        yaxis=quiet | {"range": [0, INDEX_MAX], "tickvals": [0, *cuts, INDEX_MAX], "domain": [low, 1]},
        **({"yaxis2": axis_of_lanes(told)} if told else {}),
    )


def _drawn(span: tuple[dt.date, dt.date]) -> list[str]:
    """With a little room before the first day, where a sign may stand."""
    return [(span[0] - (span[1] - span[0]) / ROOM_BEFORE).isoformat(), span[1].isoformat()]


def _span(lines: Sequence[Line]) -> tuple[dt.date, dt.date] | None:
    """From the first month to the last day, or the last ten years of a longer line; the table has all of it."""
    days = [day for line in lines for day in line.days]
    if not days:
        return None
    return max(min(days).replace(day=1), max(days) - dt.timedelta(days=DRAWN_DAYS)), max(days)


def with_gaps(days: Sequence[dt.date], values: Sequence[float | None]) -> tuple[list[str], list[float | None]]:
    """Days as text and values to one decimal; an empty point where a month is missing: no line bridges it."""
    said: list[str] = []
    kept: list[float | None] = []
    before: dt.date | None = None
    for day, value in zip(days, values, strict=True):
        if before is not None and (day - before).days > MONTH_DAYS_MAX:
            said.append((before + dt.timedelta(days=1)).isoformat())
            kept.append(None)
        said.append(day.isoformat())
        kept.append(_number(value))
        before = day
    return said, kept


def _number(value: float | None) -> float | None:
    return None if value is None or value != value else round(value, 1)  # NaN is the one value unlike itself


def _line_traces(line: Line, place: int) -> list[Figure]:
    """The line; the first is dotted grey wherever too little was known to say low."""
    days, values = with_gaps(line.days, line.overall)
    said = line.title.partition(":")[0]
    if place > 0:
        return [_trace(line.title, said, days, values, {"color": LINE_2, "width": 1.75, "dash": "dash"})]
    levels = dict(zip((day.isoformat() for day in line.days), line.levels, strict=True))
    grey = [levels.get(day) == UNDETERMINED for day in days]
    firm = [
        value if not dim or not after else None
        for value, dim, after in zip(values, grey, [*grey[1:], True], strict=True)
    ]
    faint = [value if dim else None for value, dim in zip(values, grey, strict=True)]
    drawn = [_trace(line.title, said, days, firm, {"color": LINE, "width": 2.5, "dash": "solid"})]
    if any(grey):
        drawn.append(
            _trace(
                "undetermined",
                _("%(line)s, undetermined") % {"line": said},
                days,
                faint,
                {"color": SOFT, "width": 1.75, "dash": "dot"},
            )
        )
    return drawn


def _band_traces(line: Line) -> list[Figure]:
    """The interval: an area along neighbouring month ends, a thin bar on a day that stands alone."""
    runs = list(_runs(line))
    areas = [run for run in runs if len(run) > 1]
    alone = [run[0] for run in runs if len(run) == 1]
    return ([_area(areas)] if areas else []) + ([_bars(alone)] if alone else [])


Bounds = tuple[dt.date, float, float]


def _runs(line: Line) -> Iterator[list[Bounds]]:
    """The days with an interval, those that neighbour each other together."""
    days = sorted(day for day in line.band if day in set(line.days))
    run: list[Bounds] = []
    for day in days:
        if run and (day - run[-1][0]).days > MONTH_DAYS_MAX:
            yield run
            run = []
        run.append((day, *line.band[day]))
    if run:
        yield run


def _area(runs: Sequence[Sequence[Bounds]]) -> Figure:
    days: list[str | None] = []
    values: list[float | None] = []
    for run in runs:
        around = [(day, high) for day, _, high in run] + [(day, low) for day, low, _ in reversed(run)]
        days += [*(day.isoformat() for day, _ in around), None]
        values += [*(round(value, 1) for _, value in around), None]
    return (
        _quiet("interval")
        | {"mode": "lines", "x": days, "y": values, "fill": "toself", "fillcolor": LINE}
        | {
            "line": {"width": 0, "color": LINE},
            "opacity": BAND_OPACITY,
        }
    )


def _bars(alone: Sequence[Bounds]) -> Figure:
    middle = [round((low + high) / 2, 1) for _, low, high in alone]
    half = [round((high - low) / 2, 1) for _, low, high in alone]
    return _quiet(_("interval of single days")) | {
        "mode": "markers",
        "x": [day.isoformat() for day, _, _ in alone],
        "y": middle,
        "marker": {"size": 1, "color": LINE},
        "error_y": {"type": "data", "array": half, "color": LINE, "thickness": 3, "width": 0},
        "opacity": 2 * BAND_OPACITY,
    }


def _quiet(name: str) -> Figure:
    return {"type": "scatter", "name": name, "hoverinfo": "skip", "showlegend": False}


def _trace(name: str, said: str, days: list[str], values: list[float | None], line: Figure) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": days,
        "y": values,
        "connectgaps": False,
        "line": line,
        "hovertemplate": "%{y:.1f} " + said + "<extra></extra>",
    }


def _cut_lines(cuts: Sequence[float]) -> list[Figure]:
    """A thin line at each cut, under the index; the ground stays plain paper."""
    across: Figure = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "layer": "below"}
    return [across | {"y0": cut, "y1": cut, "line": {"color": FAINT, "width": 0.75}} for cut in cuts]


def _plumb_lines(told: Sequence[Numbered], span: tuple[dt.date, dt.date]) -> list[Figure]:
    """A thin line from each sign of a mark up to the index."""
    down: Figure = {"type": "line", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    thin = {"color": FAINT, "width": 0.75, "dash": "dot"}
    return [down | {"x0": day, "x1": day, "line": thin} for lane in mark_traces(told, span) for day in lane["x"]]


def _level_words(cuts: Sequence[float]) -> list[Figure]:
    """Each level's word at the edge, in the middle of its room."""
    word_at: Figure = {"xref": "paper", "x": 1.01, "xanchor": "left", "yref": "y", "showarrow": False}
    edges = [0.0, *cuts, INDEX_MAX]
    return [
        word_at | {"y": (low + high) / 2, "text": _(word), "font": {"size": 11, "color": SOFT}}
        for word, low, high in zip(WORDS, edges[:-1], edges[1:], strict=True)
    ]


def _last(line: Line) -> tuple[dt.date, float, str] | None:
    points = [
        (day, value, level)
        for day, value, level in zip(line.days, line.overall, line.levels, strict=True)
        if value is not None and value == value
    ]
    return points[-1] if points else None


def _history_title(lines: Sequence[Line], country: str) -> str:
    last = _last(lines[0]) if lines else None
    if last is None:
        return _("%(country)s: no index yet") % {"country": country}
    day, value, level = last
    return _("%(country)s: index %(value)s (%(level)s) on %(day)s") % {
        "country": country,
        "value": format(value, ".1f"),
        "level": _(level),
        "day": format(day, "%-d %B %Y"),
    }


def _history_alt(lines: Sequence[Line], country: str, told: Sequence[Numbered]) -> str:
    """The course in words: where it began, its highest point, where it stands, the levels shown, what is marked."""
    said = []
    for line in lines:
        last = _last(line)
        if last is None:
            continue
        points = [(v, day) for day, v in zip(line.days, line.overall, strict=True) if v is not None and v == v]
        first_value, first_day = points[0]
        top_value, top_day = max(points)
        said.append(
            _(
                "%(line)s: from %(first).1f on %(since)s to %(last).1f (%(level)s) on %(until)s, "
                "highest %(top).1f on %(at)s"
            )
            % {
                "line": line.title,
                "first": first_value,
                "since": first_day,
                "last": last[1],
                "level": _(last[2]),
                "until": last[0],
                "top": top_value,
                "at": top_day,
            }
        )
    if said:
        said += [_levels_said(lines[0]), *([_marks_said(told)] if told else [])]
    return (
        _("Line chart of the index of %(country)s, 0 to 100. ") % {"country": country}
        + (". ".join(said) or _("No point yet"))
        + "."
    )


def _levels_said(line: Line) -> str:
    changes = level_changes(line.days, line.levels, _known(line))
    told = (_("%(level)s from %(day)s") % {"level": _(word), "day": day} for day, word in changes[-CHANGES_SAID:])
    shown, earlier = ", ".join(told), len(changes) - CHANGES_SAID
    if earlier <= 0:
        return _("Levels shown: %(levels)s") % {"levels": shown}
    return ngettext(
        "Levels shown: %(levels)s; %(n)d earlier one is in the table",
        "Levels shown: %(levels)s; %(n)d earlier ones are in the table",
        earlier,
    ) % {"levels": shown, "n": earlier}


def _marks_said(told: Sequence[Numbered]) -> str:
    kinds = [one.mark.kind for one in told]
    counts = [(kind, kinds.count(kind)) for kind in dict.fromkeys(kinds)]
    return "Marked: " + ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts)


def _columns(lines: Sequence[Line]) -> tuple[str, ...]:
    return (
        _("Day"),
        *(f"{head}, {line.title.partition(':')[0]}" for line in lines for head in _heads(line)),
    )


def _heads(line: Line) -> tuple[str, ...]:
    return (_("Index"), *((_("Interval"),) if line.band else ()), _("Level"), _("Coverage"))


def _rows(lines: Sequence[Line], told: Sequence[Numbered]) -> tuple[tuple[str, ...], ...]:
    """A row a day, the latest first; a mark that lies between the line's days has a row of its own."""
    by_day: dict[dt.date, dict[str, tuple[str, ...]]] = {}
    for line in lines:
        for day, value, level, share in zip(line.days, line.overall, line.levels, line.coverage, strict=True):
            by_day.setdefault(day, {})[line.key] = _cells(line, day, value, level, share)
    marked: dict[dt.date, list[str]] = {}
    for one in told:
        marked.setdefault(one.mark.day, []).append(one.said)
    return tuple(
        (
            day.isoformat(),
            *(cell for line in lines for cell in by_day.get(day, {}).get(line.key, (DASH,) * len(_heads(line)))),
            *(("; ".join(marked.get(day, [])) or DASH,) if told else ()),
        )
        for day in sorted({*by_day, *marked}, reverse=True)
    )


def _cells(line: Line, day: dt.date, value: float | None, level: str, share: float | None) -> tuple[str, ...]:
    """One point in the order of `_heads`; dashes where nothing was known."""
    number = _number(value)
    if number is None:
        return (DASH,) * len(_heads(line))
    cover = DASH if share is None or share != share else str(round(100 * share))
    between = line.band.get(day)
    told = (_between(between) if between else DASH,) if line.band else ()
    return (f"{number:.1f}", *told, _(level), cover)


def _between(bounds: tuple[float, float]) -> str:
    return _("%(low).1f to %(high).1f") % {"low": bounds[0], "high": bounds[1]}
