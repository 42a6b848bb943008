"""The small picture of a mail: a country's index over two years, its band, the levels, and what is not known.

Pure: values and words in, PNG bytes out. It brings its own ground, so that it reads in a dark mail program too, and has
twice the points that it is shown with.
"""

import dataclasses
import io
from collections.abc import Iterator, Sequence

from PIL import Image, ImageColor, ImageDraw, ImageFont

from alerts.messages.letters import Letters, write
from countries.charts import GRID, INK, LEVEL_COLOURS, LINE, NOT_SHOWN, PAPER, SOFT

SHOWN = (320, 140)  # as a mail program shows it
POINTS = 2  # for one of those
SMOOTH = 2  # drawn so much larger, then made smaller: lines without steps
WIDTH, HEIGHT = (POINTS * side for side in SHOWN)
LEFT, RIGHT, TOP, BOTTOM = 58, WIDTH - 148, 16, HEIGHT - 44  # of the plot
INDEX_MAX = 100.0
TINT = 0.34  # of a level's colour on the ground
WORD = 22  # height of letters in points: 11 where it is shown
COLOURS = 48
LEVELS = ("MINIMAL", "LOW", "ELEVATED", "HIGH", "SEVERE")
Value = float | None
Point = tuple[float, float]


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """All that is written in it."""

    levels: tuple[str, ...]  # lowest first
    first: str  # month
    last: str
    now: str  # the index
    unknown: str


@dataclasses.dataclass(frozen=True, slots=True)
class Course:
    """Tuples of equal length, oldest first, a month apart; None is not known."""

    index: tuple[Value, ...]
    low: tuple[Value, ...]
    high: tuple[Value, ...]
    cuts: tuple[float, ...]  # between the levels


def drawn(course: Course, words: Words) -> bytes:
    """The PNG."""
    large = Image.new("RGB", (WIDTH * SMOOTH, HEIGHT * SMOOTH), PAPER)
    brush = ImageDraw.Draw(large, "RGBA")
    _levels(brush, course)
    _gaps(brush, course)
    _band(brush, course)
    _line(brush, course)
    picture = large.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    _write(ImageDraw.Draw(picture), course, words)
    kept = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _x(place: int, count: int) -> float:
    return LEFT + (RIGHT - LEFT) * place / max(1, count - 1)


def _y(value: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / INDEX_MAX


def _large(points: Sequence[Point]) -> list[Point]:
    return [(x * SMOOTH, y * SMOOTH) for x, y in points]


def _bounds(course: Course) -> Iterator[tuple[str, float, float]]:
    """Each level with its lower and upper end."""
    edges = (0.0, *course.cuts, INDEX_MAX)
    return zip(LEVELS, edges, edges[1:], strict=False)


def _levels(brush: ImageDraw.ImageDraw, course: Course) -> None:
    for level, low, high in _bounds(course):
        tint = (*ImageColor.getrgb(LEVEL_COLOURS[level])[:3], round(255 * TINT))
        brush.rectangle(_large([(LEFT, _y(high)), (RIGHT, _y(low))]), fill=tint)
        brush.line(_large([(LEFT, _y(high)), (RIGHT, _y(high))]), fill=PAPER, width=SMOOTH)


def _gaps(brush: ImageDraw.ImageDraw, course: Course) -> None:
    """Months of which nothing is known have the ground of nothing."""
    count = len(course.index)
    step = (RIGHT - LEFT) / max(1, count - 1)
    for place, value in enumerate(course.index):
        if value is None:
            left, right = max(LEFT, _x(place, count) - step / 2), min(RIGHT, _x(place, count) + step / 2)
            brush.rectangle(_large([(left, TOP), (right, BOTTOM)]), fill=GRID)


def _runs(course: Course, values: Sequence[Value]) -> Iterator[list[int]]:
    """Places that follow each other and have a value."""
    run: list[int] = []
    for place, value in enumerate(values):
        if value is None and run:
            yield run
            run = []
        elif value is not None:
            run.append(place)
    if run:
        yield run


def _band(brush: ImageDraw.ImageDraw, course: Course) -> None:
    count = len(course.index)
    for run in _runs(course, course.high):
        upper = [(_x(place, count), _y(course.high[place] or 0)) for place in run]
        lower = [(_x(place, count), _y(course.low[place] or 0)) for place in run]
        ink = (*ImageColor.getrgb(LINE)[:3], 82)
        if len(run) == 1:
            brush.line(_large([upper[0], lower[0]]), fill=ink, width=6 * SMOOTH)
        else:
            brush.polygon(_large([*upper, *reversed(lower)]), fill=ink)


def _line(brush: ImageDraw.ImageDraw, course: Course) -> None:
    count = len(course.index)
    for run in _runs(course, course.index):
        points = _large([(_x(place, count), _y(course.index[place] or 0)) for place in run])
        brush.line(points, fill=INK, width=4 * SMOOTH, joint="curve")
        _dot(brush, points[-1], 3)
    if course.index[-1] is not None:
        _dot(brush, _large([(RIGHT, _y(course.index[-1]))])[0], 8)


def _dot(brush: ImageDraw.ImageDraw, at: Point, radius: int) -> None:
    (x, y), reach = at, radius * SMOOTH
    brush.ellipse((x - reach, y - reach, x + reach, y + reach), fill=INK)


def _write(brush: ImageDraw.ImageDraw, course: Course, words: Words) -> None:
    small, large = ImageFont.load_default(WORD), ImageFont.load_default(WORD + 12)
    brush.rectangle((0, 0, WIDTH - 1, HEIGHT - 1), outline=NOT_SHOWN, width=POINTS)
    for value in (0, 50, 100):
        write(brush, (LEFT - 10, _y(value)), str(value), fill=SOFT, font=small, anchor="rm" if value else "rb")
    write(brush, (LEFT, BOTTOM + 10), words.first, fill=SOFT, font=small, anchor="la")
    write(brush, (RIGHT, BOTTOM + 10), words.last, fill=SOFT, font=small, anchor="ra")
    now, places = course.index[-1], []
    if now is not None:
        places.append(max(TOP + 14, min(BOTTOM - 14, _y(now))))
        write(brush, (RIGHT + 16, places[0]), words.now, fill=INK, font=large, anchor="lm")
    for (_, low, high), word in zip(_bounds(course), words.levels, strict=True):
        middle = (_y(low) + _y(high)) / 2
        if all(abs(middle - taken) > WORD * 1.25 for taken in places):
            write(brush, (RIGHT + 14, middle), word, fill=SOFT, font=small, anchor="lm")
            places.append(middle)
    _name_gap(brush, course, words, small)


def _name_gap(brush: ImageDraw.ImageDraw, course: Course, words: Words, font: Letters) -> None:
    """The word in the widest gap, where it has room."""
    missing = [1.0 if value is None else None for value in course.index]
    run = max(_runs(course, missing), key=len, default=[])
    if run:
        left, right = _x(run[0], len(course.index)), _x(run[-1], len(course.index))
        if right - left > font.getlength(words.unknown):
            write(brush, ((left + right) / 2, (TOP + BOTTOM) / 2), words.unknown, fill=SOFT, font=font, anchor="mm")
