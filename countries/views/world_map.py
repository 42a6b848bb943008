"""The world page's map in the mode that the address asks for, with its legend and what it cannot show."""

import dataclasses
from collections.abc import Sequence

from django.http import QueryDict
from django.templatetags.static import static
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from countries.charts import DASH, NOT_ASSESSED, OURS, Chart, Place, dated
from countries.map_modes import AT_WAR, MODES, Mode, Step, change_step, coverage_step, world_map
from countries.templatetags.words import coverage_word, signed
from countries.views.geography import Geography
from countries.views.table import href_with
from indicators.at_war import Wars
from indicators.models.score import Level
from indicators.world import World, WorldRow
from r2p_dashboard.clock import AsOf


@dataclasses.dataclass(frozen=True, slots=True)
class ModeLink:
    """One way to see the map."""

    key: str
    name: str
    href: str
    is_chosen: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """A colour of the map with its word and how many countries have it."""

    step: Step
    count: int


def mode_of(query: QueryDict) -> Mode:
    """The mode that `?map=` asks for; levels where it is none."""
    return MODES.get(query.get("map", ""), MODES["level"])


def mode_links(query: QueryDict, chosen: Mode) -> list[ModeLink]:
    """Links to every mode; the first needs no parameter."""
    return [
        ModeLink(key, str(mode.name), href_with(query, map=None if key == "level" else key), mode is chosen)
        for key, mode in MODES.items()
    ]


def places_of(rows: Sequence[WorldRow], mode: Mode, wars: Wars | None) -> list[Place]:
    """Every country on its step, in the order of the rows; `wars` for the mode that leaves them out."""
    return [_place(row, mode, wars) for row in rows]


def legend_of(places: Sequence[Place], mode: Mode) -> list[Key]:
    """Every step of the mode with its count, what is known first, the strongest on top."""
    return [Key(step, sum(place.level == step.word for place in places)) for step in reversed(mode.steps)]


def chart_of(
    places: Sequence[Place], mode: Mode, moment: AsOf, geography: Geography, wars: Wars | None = None
) -> Chart:
    """The map; where it leaves out wars its source says by what."""
    source = dated(OURS, moment.day, moment.known_on)
    return world_map(
        mode,
        places,
        points=geography.points,
        neutral=geography.neutral,
        geometry=static("geo/world.json"),
        day=f"{moment.day:%-d %B %Y}",
        source=source if wars is None else gettext("%(source)s; war %(by)s") % {"source": source, "by": _by_what(wars)},
    )


def _by_what(wars: Wars) -> str:
    if wars.figures_until is None:
        return gettext("by public evidence alone")
    return gettext("by UCDP’s country-years to %(year)s and public evidence") % {"year": wars.figures_until.year}


def war_counts(seen: World, wars: Wars) -> dict[str, object]:
    """How many countries are at war by what is on record, how many are not by figures, of how many nothing says."""
    codes = {row.country.iso3 for row in seen.rows}
    known = codes & {*wars.at_war, *wars.below}
    return {
        "count": len(codes & set(wars.at_war)),
        "below": len(codes & set(wars.below)),
        "unknown": len(codes - known),
        "figures_until": wars.figures_until,
    }


def _place(row: WorldRow, mode: Mode, wars: Wars | None) -> Place:
    if mode.key == "change":
        return _changed(row)
    if mode.key == "coverage":
        return _covered(row)
    return _levelled(row) if wars is None else _before_war(row, wars)


def _named(row: WorldRow, word: str, said: str, *cells: str) -> Place:
    return Place(row.country.iso3, row.country.name_en, word, f"{row.country.name_en}: {said}", cells)


def _word(row: WorldRow) -> str:
    return NOT_ASSESSED if row.level is None else row.level.name


def _levelled(row: WorldRow) -> Place:
    """On its level: name, level, index and coverage."""
    if row.overall is None or row.coverage is None:
        return _named(row, NOT_ASSESSED, _(NOT_ASSESSED))
    of_100 = round(100 * row.coverage)
    said = _("%(level)s<br>index %(index).1f, coverage %(share)d of 100, %(word)s") % {
        "level": _(_word(row)),
        "index": row.overall,
        "share": of_100,
        "word": coverage_word(row.coverage),
    }
    return _named(row, _word(row), said, f"{row.overall:.1f}", str(of_100))


def _changed(row: WorldRow) -> Place:
    if row.overall is None:
        return _named(row, NOT_ASSESSED, _(NOT_ASSESSED))
    change = row.change_printed
    word = change_step(change, is_undetermined=row.level is Level.UNDETERMINED)
    points = DASH if change is None else signed(change)
    level = _(_word(row))
    named = {"step": _(word), "points": points, "level": level}
    if change is None:
        said = _("%(step)s<br>nothing known 90 days before, level %(level)s") % named
    else:
        said = _("%(step)s<br>%(points)s points, level %(level)s") % named
    return _named(row, word, said, points, level)


def _covered(row: WorldRow) -> Place:
    if row.coverage is None:
        return _named(row, NOT_ASSESSED, _(NOT_ASSESSED))
    of_100 = round(100 * row.coverage)
    word = coverage_step(row.coverage)
    level = _(_word(row))
    named = {"step": _(word), "share": of_100, "level": level}
    said = _("%(step)s<br>coverage %(share)d of 100, level %(level)s") % named
    return _named(row, word, said, str(of_100), level)


def _before_war(row: WorldRow, wars: Wars) -> Place:
    iso3 = row.country.iso3
    index = DASH if row.overall is None else f"{row.overall:.1f}"
    if said := wars.at_war.get(iso3):
        return _named(row, AT_WAR, f"{_(AT_WAR)}<br>{said}", said, index)
    war = _("no war by the figures") if iso3 in wars.below else _("not known")
    said = _("%(level)s<br>at war: %(war)s") % {"level": _(_word(row)), "war": war}
    return _named(row, _word(row), said, war, index)
