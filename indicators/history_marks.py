"""What is marked along the history of an index: alerts, signals and events, and where too little was known. Pure."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from countries.charts import CLEAR, FAINT, INK, LINE, LINE_2, PAPER, UNDETERMINED, Figure

KINDS = ("alert", "signal", "event")  # the lowest lane first
APART = 18  # marks of a lane that lie closer than the drawn span divided by this are one sign with a range of numbers
MONTH_DAYS_MAX = 31  # two points of a monthly line that lie further apart have a gap between them
LANES_ROOM = 0.05  # of the figure's height, a lane
LANES_GAP = 0.07
SIGNS: dict[str, Figure] = {
    "alert": {"symbol": "triangle-up", "size": 10, "color": INK},
    "signal": {"symbol": "diamond", "size": 9, "color": PAPER, "line": {"color": LINE, "width": 1.5}},
    "event": {"symbol": "circle", "size": 8, "color": LINE_2},
}


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is marked at its day; `href` leads to it, empty where nothing does."""

    day: dt.date
    kind: str  # of KINDS
    words: str
    href: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Numbered:
    """A mark with its number, the same in figure, list and table."""

    number: int
    mark: Mark

    @property
    def said(self) -> str:
        """As the table has it."""
        return f"{self.number} {self.mark.kind}: {self.mark.words}"


def numbered(marks: Sequence[Mark]) -> tuple[Numbered, ...]:
    """All marks, oldest first, from 1 on."""
    ordered = sorted(marks, key=lambda mark: (mark.day, KINDS.index(mark.kind), mark.words))
    return tuple(Numbered(place, mark) for place, mark in enumerate(ordered, start=1))


def lanes(marks: Sequence[Numbered]) -> list[str]:
    """The kinds that are there."""
    present = {one.mark.kind for one in marks}
    return [kind for kind in KINDS if kind in present]


def room_of_lanes(marks: Sequence[Numbered]) -> float:
    """The share of the figure's height that the lanes take, below the index."""
    count = len(lanes(marks))
    return LANES_GAP + LANES_ROOM * count if count else 0.0


def axis_of_lanes(marks: Sequence[Numbered]) -> Figure:
    """The second axis of the figure: a lane a kind, called by its word."""
    kinds = lanes(marks)
    return {
        "domain": [0, LANES_ROOM * len(kinds)],
        "range": [-0.5, len(kinds) - 0.5],
        "tickvals": list(range(len(kinds))),
        "ticktext": [f"{kind}s" for kind in kinds],
        "tickfont": {"size": 11},
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def mark_traces(marks: Sequence[Numbered], span: tuple[dt.date, dt.date]) -> list[Figure]:
    """A row of signs a kind, each with its number or, where several lie close together, with the first and last."""
    kinds = enumerate(lanes(marks))
    return [_lane(kind, place, [one for one in marks if one.mark.kind == kind], span) for place, kind in kinds]


def _lane(kind: str, place: int, marks: Sequence[Numbered], span: tuple[dt.date, dt.date]) -> Figure:
    drawn = [one for one in marks if span[0] <= one.mark.day <= span[1]]
    signs = list(_together(drawn, (span[1] - span[0]).days / APART))
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": f"{kind}s",
        "yaxis": "y2",
        "x": [sign[0].mark.day.isoformat() for sign in signs],
        "y": [place] * len(signs),
        "text": [_numbers(sign) for sign in signs],
        "textposition": "middle right",
        "textfont": {"size": 11, "color": INK},
        "marker": SIGNS[kind],
        "cliponaxis": False,
        "customdata": ["<br>".join(f"{one.mark.day}, {one.said}" for one in sign[:8]) for sign in signs],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _together(marks: Sequence[Numbered], days: float) -> Iterator[list[Numbered]]:
    sign: list[Numbered] = []
    for one in marks:
        if sign and (one.mark.day - sign[0].mark.day).days > days:
            yield sign
            sign = []
        sign.append(one)
    if sign:
        yield sign


def _numbers(sign: Sequence[Numbered]) -> str:
    """The numbers of one sign: 3, 3–5, or 3, 7 where another kind has those between."""
    numbers = [one.number for one in sign]
    if len(numbers) == 1:
        return str(numbers[0])
    runs = numbers[-1] - numbers[0] + 1 == len(numbers)
    return f"{numbers[0]}–{numbers[-1]}" if runs else ", ".join(map(str, numbers[:2])) + (" …" if numbers[2:] else "")


def hatched(days: Sequence[dt.date], levels: Sequence[str], known: Sequence[bool], top: float) -> list[Figure]:
    """Hatching over the whole height along the months in which too little was known to say low; none where nothing is.

    A stretch ends where the next month is said, or where a month is missing.
    """
    around: list[str | None] = []
    height: list[float | None] = []
    for first, last in _stretches(days, levels, known):
        around += [first.isoformat(), last.isoformat(), last.isoformat(), first.isoformat(), None]
        height += [0.0, 0.0, top, top, None]
    if not around:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "too little known",
            "hoverinfo": "skip",
            "x": around,
            "y": height,
            "line": {"width": 0, "color": FAINT},
            "fill": "toself",
            "fillcolor": CLEAR,
            "fillpattern": {"shape": "/", "fgcolor": FAINT, "bgcolor": CLEAR, "size": 9, "solidity": 0.08},
        }
    ]


def _stretches(
    days: Sequence[dt.date], levels: Sequence[str], known: Sequence[bool]
) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last day of each run of UNDETERMINED months; a single one reaches back over its month."""
    first: dt.date | None = None
    last: dt.date | None = None
    for day, level, is_known in zip(days, levels, known, strict=True):
        grey = level == UNDETERMINED and is_known
        if grey and last is not None and (day - last).days > MONTH_DAYS_MAX:
            yield first or last, last
            first = day.replace(day=1)
        if grey:
            first, last = first or day.replace(day=1), day
        elif first is not None and last is not None:
            yield first, last
            first = last = None
    if first is not None and last is not None:
        yield first, last


def level_changes(days: Sequence[dt.date], levels: Sequence[str], known: Sequence[bool]) -> list[tuple[dt.date, str]]:
    """Each level that was shown with its first day; "unknown" where the line has a gap."""
    found: list[tuple[dt.date, str]] = []
    for day, level, is_known in zip(days, levels, known, strict=True):
        word = level if is_known else "unknown"
        if not found or found[-1][1] != word:
            found.append((day, word))
    return found
