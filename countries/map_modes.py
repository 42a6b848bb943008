"""What the world map can show: levels, the change of the index, coverage, and levels where no war is on record.

Pure: values in, plain dicts for Plotly out; no plotly import.
"""

import dataclasses
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from countries.charts import (
    DASH,
    GRID,
    LAND,
    LEVEL_COLOURS,
    LINE,
    LINE_2,
    LINE_2_MIDDLE,
    LINE_MIDDLE,
    LINE_PALE,
    NOT_ASSESSED,
    NOT_COMPARABLE,
    NOT_SHOWN,
    UNDETERMINED,
    Chart,
    Place,
    areas,
    dots,
    land,
    map_layout,
)

NAMED_MAX = 25  # countries on one step that an alt text names one by one
AT_WAR = "at war, not shown"
STRONG, SLIGHT = 5.0, 1.0  # points of the index over 90 days
UP_STRONGLY = f"up by {STRONG:.0f} or more"
UP = f"up by {SLIGHT:.0f} to {STRONG:.0f}"
SAME = f"changed by less than {SLIGHT:.0f}"
DOWN = f"down by {SLIGHT:.0f} to {STRONG:.0f}"
DOWN_STRONGLY = f"down by {STRONG:.0f} or more"
POOR_BELOW, ADEQUATE_FROM = 0.2, 0.5
POOR, PARTIAL, ADEQUATE = "data-poor, below 20", "partial, 20 to 50", "adequate, 50 or more"


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One colour of a map with its word; `slug` names it in the sheet, `is_named`: an alt text says its countries."""

    word: str
    colour: str
    slug: str
    is_named: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Mode:
    """One thing that the map can show. `heads`: of the table's columns after the country's name."""

    key: str
    name: str
    title: str  # before the day
    unit: str
    note: str
    heads: tuple[str, ...]
    steps: tuple[Step, ...]  # in the order of the legend, what is not known first


_LEVELS = tuple(
    Step(word, colour, word.lower().replace(" ", "-"), word not in {NOT_ASSESSED, UNDETERMINED})
    for word, colour in LEVEL_COLOURS.items()
)
_NOBODY = _LEVELS[0]
_BLURRED = "Pale hatching, or a dot with a cross: "
_KEYBOARD = (
    " The plot cannot be walked by keyboard; its table says the same. A dot stands for a State too small to see."
)

MODES = {
    mode.key: mode
    for mode in (
        Mode(
            key="level",
            name="Level",
            title="Level by country",
            unit="Level, from MINIMAL to SEVERE",
            note=(
                f"Colours and words as in the legend above. {_BLURRED}undetermined, too little is known to say low."
                f"{_KEYBOARD}"
            ),
            heads=("Level", "Index", "Coverage of 100"),
            steps=_LEVELS,
        ),
        Mode(
            key="change",
            name="Change",
            title="Change of the index over 90 days",
            unit="Points of the index, which runs from 0 to 100",
            note=(
                "Brown: the index rose; blue: it fell; the further, the stronger. Each day by what was known on it."
                f" {_BLURRED}too little is known on one of the two days.{_KEYBOARD}"
            ),
            heads=("Change", "Points over 90 days", "Level"),
            steps=(
                _NOBODY,
                Step(NOT_COMPARABLE, LEVEL_COLOURS[UNDETERMINED], "not-comparable", is_named=False),
                Step(DOWN_STRONGLY, LINE, "down-strongly"),
                Step(DOWN, LINE_MIDDLE, "down"),
                Step(SAME, GRID, "same"),
                Step(UP, LINE_2_MIDDLE, "up"),
                Step(UP_STRONGLY, LINE_2, "up-strongly"),
            ),
        ),
        Mode(
            key="coverage",
            name="Coverage",
            title="How much of the Framework is covered by evidence",
            unit="Coverage, 0 to 100",
            note=f"The stronger the colour, the more is known; it says nothing about the risk.{_KEYBOARD}",
            heads=("Coverage", "Of 100", "Level"),
            steps=(
                _NOBODY,
                Step(POOR, LINE_PALE, "poor"),
                Step(PARTIAL, LINE_MIDDLE, "partial"),
                Step(ADEQUATE, LINE, "adequate"),
            ),
        ),
        Mode(
            key="prevention",
            name="Prevention",
            title="Level where no war is on record",
            unit="Level, from MINIMAL to SEVERE; situations at war are left out",
            note=(
                "Where war is on record, prevention comes late: dark grey, its level is on the map of levels. What is"
                " not known to be at war is shown, which does not mean that there is peace."
                f" {_BLURRED}undetermined, too little is known to say low.{_KEYBOARD}"
            ),
            heads=("Shown as", "At war", "Index"),
            steps=(*_LEVELS, Step(AT_WAR, NOT_SHOWN, "at-war")),
        ),
    )
}


def change_step(change: float | None, *, is_undetermined: bool) -> str:
    """The step of a change in points, as it is printed; None: nothing was known then."""
    if change is None or is_undetermined:
        return NOT_COMPARABLE
    if abs(change) < SLIGHT:
        return SAME
    if change > 0:
        return UP_STRONGLY if change >= STRONG else UP
    return DOWN_STRONGLY if change <= -STRONG else DOWN


def coverage_step(share: float) -> str:
    """The step of a coverage from 0 to 1; the bounds are those of `coverage_word`."""
    if share < POOR_BELOW:
        return POOR
    return PARTIAL if share < ADEQUATE_FROM else ADEQUATE


def world_map(
    mode: Mode,
    places: Sequence[Place],
    *,
    points: Mapping[str, tuple[float, float]],
    neutral: Sequence[str],
    geometry: str,
    day: str,
    source: str,
) -> Chart:
    """Areas by country, points (longitude, latitude) for small States, neutral land elsewhere.

    `geometry` is the address of the GeoJSON whose feature ids are the places' codes and those of `neutral`.
    """
    traces = [areas(land(neutral), "no State of the table", LAND, geometry, hover=False)]
    on = {step.word: [place for place in places if place.level == step.word] for step in mode.steps}
    traces += [areas(on[step.word], step.word, step.colour, geometry) for step in mode.steps if on[step.word]]
    for step in mode.steps:
        if small := [place for place in on[step.word] if place.iso3 in points]:
            traces.append(dots(small, step.word, step.colour, points))
    blank = (DASH,) * (len(mode.heads) - 1)
    return Chart(
        key="world-map",
        title=f"{mode.title}, {day}",
        unit=mode.unit,
        source=source,
        note=mode.note,
        alt=_alt(mode, on, day),
        figure={"data": traces, "layout": map_layout()},
        columns=(_("Country"), *mode.heads),
        rows=tuple((place.name, place.level, *(place.cells or blank)) for place in places),
    )


def _alt(mode: Mode, on: Mapping[str, Sequence[Place]], day: str) -> str:
    """What the map shows, in words: every step with its countries, what is not known as counts."""
    parts = []
    for step in reversed(mode.steps):
        names = [place.name for place in on[step.word]]
        if names:
            few = step.is_named and len(names) <= NAMED_MAX
            parts.append(f"{step.word}: {', '.join(names) if few else len(names)}")
    return f"World map: {mode.title}, {day}. " + ("; ".join(parts) or "No country in this selection") + "."
