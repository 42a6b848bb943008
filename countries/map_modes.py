"""What the world map can show: levels, the change of the index, coverage, and levels where no war is on record.

Pure: values in, plain dicts for Plotly out; no plotly import.
"""

import dataclasses
from collections.abc import Mapping, Sequence

from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

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
    Said,
    areas,
    dots,
    land,
    map_layout,
)

NAMED_MAX = 25  # countries on one step that an alt text names one by one
AT_WAR = gettext_noop("at war, not shown")
STRONG, SLIGHT = 5.0, 1.0  # points of the index over 90 days
UP_STRONGLY = gettext_noop("up by 5 or more")
UP = gettext_noop("up by 1 to 5")
SAME = gettext_noop("changed by less than 1")
DOWN = gettext_noop("down by 1 to 5")
DOWN_STRONGLY = gettext_noop("down by 5 or more")
POOR_BELOW, ADEQUATE_FROM = 0.2, 0.5
POOR = gettext_noop("data-poor, below 20")
PARTIAL = gettext_noop("partial, 20 to 50")
ADEQUATE = gettext_noop("adequate, 50 or more")


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One colour of a map with its word, a key in English; `slug` names it in the sheet.

    `is_named`: an alt text says its countries.
    """

    word: str
    colour: str
    slug: str
    is_named: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Mode:
    """One thing that the map can show. `heads`: of the table's columns after the country's name."""

    key: str
    name: Said
    title: Said  # before the day
    unit: Said
    note: Said
    heads: tuple[Said, ...]
    steps: tuple[Step, ...]  # in the order of the legend, what is not known first


_LEVELS = tuple(
    Step(word, colour, word.lower().replace(" ", "-"), word not in {NOT_ASSESSED, UNDETERMINED})
    for word, colour in LEVEL_COLOURS.items()
)
_NOBODY = _LEVELS[0]
_BLURRED = _("Pale hatching, or a dot with a cross: ")
_KEYBOARD = _(
    " The plot cannot be walked by keyboard; its table says the same. A dot stands for a State too small to see."
)

MODES = {
    mode.key: mode
    for mode in (
        Mode(
            key="level",
            name=_("Level"),
            title=_("Level by country"),
            unit=_("Level, from MINIMAL to SEVERE"),
            note=format_lazy(
                _(
                    "Colours and words as in the legend above. {blurred}undetermined, too little is known to "
                    "say low.{keyboard}"
                ),
                blurred=_BLURRED,
                keyboard=_KEYBOARD,
            ),
            heads=(_("Level"), _("Index"), _("Coverage of 100")),
            steps=_LEVELS,
        ),
        Mode(
            key="change",
            name=_("Change"),
            title=_("Change of the index over 90 days"),
            unit=_("Points of the index, which runs from 0 to 100"),
            note=format_lazy(
                _(
                    "Brown: the index rose; blue: it fell; the further, the stronger. Each day by what was "
                    "known on it. {blurred}too little is known on one of the two days.{keyboard}"
                ),
                blurred=_BLURRED,
                keyboard=_KEYBOARD,
            ),
            heads=(_("Change"), _("Points over 90 days"), _("Level")),
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
            name=_("Coverage"),
            title=_("How much of the Framework is covered by evidence"),
            unit=_("Coverage, 0 to 100"),
            note=format_lazy(
                _("The stronger the colour, the more is known; it says nothing about the risk.{keyboard}"),
                keyboard=_KEYBOARD,
            ),
            heads=(_("Coverage"), _("Of 100"), _("Level")),
            steps=(
                _NOBODY,
                Step(POOR, LINE_PALE, "poor"),
                Step(PARTIAL, LINE_MIDDLE, "partial"),
                Step(ADEQUATE, LINE, "adequate"),
            ),
        ),
        Mode(
            key="prevention",
            name=_("Prevention"),
            title=_("Level where no war is on record"),
            unit=_("Level, from MINIMAL to SEVERE; situations at war are left out"),
            note=format_lazy(
                _(
                    "Where war is on record, prevention comes late: dark grey, its level is on the map of "
                    "levels. What is not known to be at war is shown, which does not mean that there is "
                    "peace. {blurred}undetermined, too little is known to say low.{keyboard}"
                ),
                blurred=_BLURRED,
                keyboard=_KEYBOARD,
            ),
            heads=(_("Shown as"), _("At war"), _("Index")),
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
    traces = [areas(land(neutral), gettext_noop("no State of the table"), LAND, geometry, hover=False)]
    on = {step.word: [place for place in places if place.level == step.word] for step in mode.steps}
    traces += [areas(on[step.word], step.word, step.colour, geometry) for step in mode.steps if on[step.word]]
    for step in mode.steps:
        if small := [place for place in on[step.word] if place.iso3 in points]:
            traces.append(dots(small, step.word, step.colour, points))
    blank = (DASH,) * (len(mode.heads) - 1)
    return Chart(
        key="world-map",
        title=f"{mode.title}, {day}",
        unit=str(mode.unit),
        source=source,
        note=str(mode.note),
        alt=_alt(mode, on, day),
        figure={"data": traces, "layout": map_layout()},
        columns=(gettext("Country"), *map(str, mode.heads)),
        rows=tuple((place.name, gettext(place.level), *(place.cells or blank)) for place in places),
    )


def _alt(mode: Mode, on: Mapping[str, Sequence[Place]], day: str) -> str:
    """What the map shows, in words: every step with its countries, what is not known as counts."""
    parts = []
    for step in reversed(mode.steps):
        names = [place.name for place in on[step.word]]
        if names:
            few = step.is_named and len(names) <= NAMED_MAX
            parts.append(f"{gettext(step.word)}: {', '.join(names) if few else len(names)}")
    return (
        gettext("World map: %(title)s, %(day)s. ") % {"title": mode.title, "day": day}
        + ("; ".join(parts) or gettext("No country in this selection"))
        + "."
    )
