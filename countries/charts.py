"""The one theme of all charts, and the parts of maps. Pure: values in, plain dicts for Plotly out; no plotly import.

Colours are the light values of static/css/tokens.css; static/js/charts.js exchanges them for the reader's scheme.
"""

import csv
import dataclasses
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_lazy, gettext_noop

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Promise
else:
    from django.utils.functional import Promise

Figure = dict[str, Any]
Said = str | Promise  # in the language of whoever reads it

INK = "#1b2225"
SOFT = "#4b5559"
GRID = "#e4e0d8"
LINE = "#0f5a6e"
LINE_2 = "#8a5a1a"
LAND = "#e3e0da"
EDGE = "#ffffff"
FAINT = "#a8a49b"  # the ring of a dot
PAPER = "#fdfcfa"
DOWN = "#1e6040"
LINE_PALE = "#c8dde1"
LINE_MIDDLE = "#79aab6"
LINE_2_MIDDLE = "#d3b689"
NOT_SHOWN = "#7f8583"
CLEAR = "rgba(0,0,0,0)"
NOT_ASSESSED = gettext_noop("not assessed")
UNDETERMINED = gettext_noop("UNDETERMINED")
NOT_COMPARABLE = gettext_noop("cannot be compared")
HATCHED = (UNDETERMINED, NOT_COMPARABLE)  # too little is known to colour these
LEVEL_COLOURS = {  # in the order of the legend; a page says them in its language
    NOT_ASSESSED: "#eeece8",
    UNDETERMINED: "#cfd3d4",
    gettext_noop("MINIMAL"): "#f5ecd2",
    gettext_noop("LOW"): "#f0cd7f",
    gettext_noop("ELEVATED"): "#e0964a",
    gettext_noop("HIGH"): "#ad4526",
    gettext_noop("SEVERE"): "#63122b",
}
LINES_MAX = 25  # rows that an alt text names one by one
OURS = gettext_lazy("this dashboard’s index, computed from accepted evidence and data series")
DASH = "–"  # a cell where nothing is known
FILE_NAME_MAX = 80
_NUMBER = re.compile(r"[+−-]?[\d,]*\d(\.\d+)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs such a cell; an apostrophe makes it text again


def csv_of(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table as CSV (RFC 4180): numbers that a program can read, nothing where nothing is known."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(columns)
    writer.writerows([_cell(text) for text in row] for row in rows)
    return sheet.getvalue()


def file_name_of(title: str) -> str:
    """What a file is called, without its ending: the title in lower case, words joined by hyphens."""
    return "-".join(re.findall(r"[^\W_]+", title.lower()))[:FILE_NAME_MAX].strip("-")


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """A table that a page offers as a file, without a figure."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def file_name(self) -> str:
        """Without its ending."""
        return file_name_of(self.title)

    @property
    def csv(self) -> str:
        """The table as CSV."""
        return csv_of(self.columns, self.rows)


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """A figure with its words: what is seen, in what unit, from where; its alt text; and its table twin.

    `unit` stands under the title; `source` says from which source and as of which day; `note` tells how to read it.
    """

    key: str
    title: str
    unit: str
    source: str
    note: str
    alt: str
    figure: Figure
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def file_name(self) -> str:
        """What a file of it is called, without its ending."""
        return file_name_of(self.title) or self.key

    @property
    def csv(self) -> str:
        """The table twin as CSV."""
        return csv_of(self.columns, self.rows)


def _cell(text: str) -> str:
    if text == DASH:
        return ""
    if _NUMBER.fullmatch(text):
        return text.replace("−", "-").replace(",", "").removeprefix("+")
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def dated(source: Said, day: dt.date, known_on: dt.date) -> str:
    """A source with the day that a plot is of, and the day of knowledge where it is another one."""
    named = {"source": source, "day": f"{day:%-d %B %Y}", "known_on": f"{known_on:%-d %B %Y}"}
    if known_on == day:
        return gettext("%(source)s, as of %(day)s") % named
    return gettext("%(source)s, as of %(day)s, by what was known on %(known_on)s") % named


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A country on a map; `level` is the word of the step that it is on."""

    iso3: str
    name: str
    level: str
    said: str  # one line for the pointer
    cells: tuple[str, ...] = ()  # of the table, after name and level


def in_points(tenths: int, *, sign: bool = False) -> str:
    """Tenths of a point as points with a true minus: −0.3; with a plus where a sign is asked for."""
    if tenths == 0:
        return "0.0"
    return f"{tenths / 10:{'+' if sign else ''}.1f}".replace("-", "−")


def layout(**more: Any) -> Figure:
    """The theme: no template, no toolbar's room, our inks; `more` wins."""
    return {
        "template": "none",
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": SOFT},
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": SOFT, "font": {"color": INK, "size": 13}, "align": "left"},
        "margin": {"l": 44, "r": 12, "t": 12, "b": 36},
        "showlegend": False,
        "dragmode": False,
    } | more


def land(ids: Iterable[str]) -> list[Place]:
    """Areas of no State of the table."""
    return [Place(iso3=one, name="", level="", said="") for one in ids]


def areas(places: Sequence[Place], key: str, colour: str, geometry: str, *, hover: bool = True) -> Figure:
    """One trace of areas in one colour; `key` is the step's word in English, `geometry` the address of the GeoJSON."""
    trace: Figure = {
        "type": "choropleth",
        "name": gettext(key),
        "geojson": geometry,
        "locationmode": "geojson-id",
        "featureidkey": "id",
        "locations": [place.iso3 for place in places],
        "z": [1] * len(places),
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, colour], [1, colour]],
        "showscale": False,
        "marker": {"line": {"color": EDGE, "width": 0.5}},
    }
    if key in HATCHED:
        trace["meta"] = {"hatched": True}  # by static/js/charts.js: Plotly has no pattern for areas
    if not hover:
        return trace | {"hoverinfo": "skip"}
    return trace | {"text": [place.said for place in places], "hovertemplate": "%{text}<extra></extra>"}


def dots(places: Sequence[Place], key: str, colour: str, points: Mapping[str, tuple[float, float]]) -> Figure:
    """One trace of States too small to see, `key` as of areas, at their (longitude, latitude)."""
    return {
        "type": "scattergeo",
        "name": gettext(key),
        "mode": "markers",
        "lon": [points[place.iso3][0] for place in places],
        "lat": [points[place.iso3][1] for place in places],
        "customdata": [place.iso3 for place in places],
        "text": [place.said for place in places],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": 6, "line": {"color": FAINT, "width": 0.75}}
        | ({"color": PAPER, "symbol": "circle-x"} if key in HATCHED else {"color": colour}),
    }


def map_layout() -> Figure:
    """The world without toolbar and base map."""
    return layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        meta={"legend": True},
        geo={
            "visible": False,
            "scope": "world",
            "resolution": 110,
            "bgcolor": CLEAR,
            "projection": {"type": "natural earth", "rotation": {"lon": 11}},
            "lataxis": {"range": [-57, 84]},
            "lonaxis": {"range": [-169, 191]},
        },
    )
