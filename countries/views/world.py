"""The world page: every country, alphabetical unless asked otherwise; what is not known sorts last."""

import dataclasses
import functools
import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from countries.charts import NOT_ASSESSED, Chart, Place, world_map
from countries.models import Country
from countries.templatetags.words import coverage_word
from indicators.models.score import Level
from indicators.world import World, WorldRow, world
from r2p_dashboard.clock import AsOf, AsOfError, as_of

RAPID_POINTS = 5.0  # points in 90 days: the method's own alarm; the page shows it, nothing is sent
LISTED_MAX = 8
LEVELLED = "known"  # `?level=known`: any of the five words
NAMES = ("name_en", "name_fr", "name_es", "name_ru", "name_zh", "name_ar")

Key = Callable[[WorldRow], Any]
SORT_KEYS: dict[str, Key] = {  # None: not known, and so last in both directions
    "name": lambda row: row.country.name_sort,
    "region": lambda row: (row.country.region, row.country.subregion),
    "level": lambda row: row.level or None,
    "index": lambda row: row.overall,
    "change": lambda row: row.change_90,
    "coverage": lambda row: row.coverage,
    "last": lambda row: row.last_event_on,
}
HEADS = (  # parameter, title, number?, first click sorts downwards?
    ("name", "Country", False, False),
    ("region", "Region", False, False),
    ("level", "Level", False, True),
    ("index", "Index, 0 to 100", True, True),
    ("change", "Change over 90 days", True, True),
    ("coverage", "Coverage", True, True),
    ("last", "Last evidence", True, True),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything unknown in it is left out."""

    sort: str = "name"
    text: str = ""
    region: str = ""
    level: str = ""
    assessed_only: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """A column's header that sorts by link."""

    key: str
    title: str
    number: bool
    href: str
    aria_sort: str
    arrow: str


@dataclasses.dataclass(frozen=True, slots=True)
class Switch:
    """One width of the table."""

    key: str
    title: str
    href: str
    is_chosen: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One line of the legend."""

    level: Level | None
    count: int
    href: str
    is_chosen: bool


@require_safe
def world_page(request: HttpRequest) -> HttpResponse:
    """All countries; `?q=`, `?region=`, `?level=`, `?assessed=1` choose, `?sort=` orders, `?as_of=` turns back."""
    try:
        moment = as_of(request)
    except AsOfError as error:
        return render(request, "400.html", {"reason": str(error)}, status=400)
    seen = world(day=moment.day, known_on=moment.known_on, is_current=moment.is_current)
    asked = asked_of(request.GET)
    context = {
        "as_of": moment,
        "world": seen,
        "asked": asked,
        "rows": ordered(chosen(seen.rows, asked), asked.sort),
        "heads": heads(request.GET, asked.sort),
        "legend": legend(seen, request.GET, asked),
        "switches": switches(seen.rows, request.GET, asked),
    }
    if getattr(request, "htmx", None) and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "countries/_results.html", context)
    return render(request, "countries/world.html", context | _beside(seen, moment))


def asked_of(query: QueryDict) -> Asked:
    """The page's parameters, with what is not understood left at its default."""
    sort, level = query.get("sort", ""), query.get("level", "")
    return Asked(
        sort=sort if sort.removeprefix("-") in SORT_KEYS else "name",
        text=query.get("q", "").strip()[:80],
        region=query.get("region", "")[:60],
        level=level if level in {name.lower() for name in Level.names} | {"unassessed", LEVELLED} else "",
        assessed_only=query.get("assessed") == "1",
    )


def plain(text: str) -> str:
    """Folded case, without accents: what a person types for a name."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in taken_apart if not unicodedata.combining(sign))


def is_named(country: Country, text: str) -> bool:
    """Whether `text` stands in one of the six names, or is one of the ISO codes."""
    wanted = plain(text)
    if wanted in {country.iso2.lower(), country.iso3.lower(), f"{country.m49:03}"}:
        return True
    return any(wanted in plain(getattr(country, name)) for name in NAMES)


def chosen(rows: Iterable[WorldRow], asked: Asked) -> list[WorldRow]:
    """The rows that the filters let through, in their order."""
    kept = [row for row in rows if row.assessed or not asked.assessed_only]
    if asked.region:
        kept = [row for row in kept if asked.region in {row.country.region, row.country.subregion}]
    if asked.level == LEVELLED:
        kept = [row for row in kept if row.level]
    elif asked.level:
        kept = [row for row in kept if _slug(row.level) == asked.level]
    if asked.text:
        kept = [row for row in kept if is_named(row.country, asked.text)]
    return kept


def ordered(rows: Sequence[WorldRow], sort: str) -> list[WorldRow]:
    """Sorted by the key; rows that tie stay alphabetical; unknown last whichever way."""
    key = SORT_KEYS[sort.removeprefix("-")]
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    unknown.sort(key=lambda row: not row.assessed)  # undetermined before not assessed
    return sorted(known, key=key, reverse=sort.startswith("-")) + unknown


def heads(query: QueryDict, sort: str) -> list[Head]:
    """Headers whose links sort, or turn the order round where they already do."""
    found = []
    for key, title, number, falls_first in HEADS:
        is_sorted, falls = sort.removeprefix("-") == key, sort.startswith("-")
        to_fall = not falls if is_sorted else falls_first
        found.append(
            Head(
                key=key,
                title=title,
                number=number,
                href=_href(query, sort=f"-{key}" if to_fall else key),
                aria_sort=("descending" if falls else "ascending") if is_sorted else "",
                arrow=(" ↓" if falls else " ↑") if is_sorted else "",
            )
        )
    return found


def switches(rows: Sequence[WorldRow], query: QueryDict, asked: Asked) -> list[Switch]:
    """The three widths of the table, with how many each shows."""
    assessed = sum(row.assessed for row in rows)
    levelled = sum(bool(row.level) for row in rows)
    is_levelled = asked.level == LEVELLED
    every = not asked.assessed_only and not is_levelled
    return [
        Switch("all", f"All {len(rows)} countries", _href(query, assessed=None, level=None), every),
        Switch(
            "assessed", f"Only the {assessed} assessed", _href(query, assessed="1", level=None), asked.assessed_only
        ),
        Switch(
            "levelled", f"Only the {levelled} with a level", _href(query, assessed=None, level=LEVELLED), is_levelled
        ),
    ]


def legend(seen: World, query: QueryDict, asked: Asked) -> list[Step]:
    """The ramp from the top, then the two greys, each with its count and a link that shows only these."""
    steps: list[Level | None] = [*reversed(Level), None]
    return [
        Step(
            level=level,
            count=seen.counts.get(NOT_ASSESSED if level is None else level.label, 0),
            href=_href(query, level=None if asked.level == _slug(level) else _slug(level), assessed=None),
            is_chosen=asked.level == _slug(level),
        )
        for level in steps
    ]


def _slug(level: Level | None) -> str:
    return "unassessed" if level is None else level.name.lower()


def _href(query: QueryDict, **changes: str | None) -> str:
    """The same address with some parameters changed, or left out where None."""
    changed = query.copy()
    for key, value in changes.items():
        if value is None:
            changed.pop(key, None)
        else:
            changed[key] = value
    return f"{reverse('world')}?{changed.urlencode()}" if changed else reverse("world")


def _beside(seen: World, moment: AsOf) -> dict[str, object]:
    """What stands around the table: map, reading lists, regions to choose from."""
    rising = [row for row in seen.rows if row.change_90 is not None and row.change_90 >= RAPID_POINTS]
    grey = [row for row in seen.rows if row.level is Level.UNDETERMINED]
    grey.sort(key=lambda row: -(row.overall or 0))
    geography = _geography()
    on_map = {row.country.iso3 for row in seen.rows} - geography.missing
    return {
        "chart": _map(seen, moment, geography),
        "follow": reverse("country", kwargs={"iso3": "XXX"}) + moment.query,
        "missing": [row.country.name_en for row in seen.rows if row.country.iso3 not in on_map],
        "regions": sorted({row.country.region for row in seen.rows}),
        "rising": sorted(rising, key=lambda row: -(row.change_90 or 0))[:LISTED_MAX],
        "undetermined": grey[:LISTED_MAX],
        "undetermined_count": len(grey),
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Geography:
    """What the map's files hold besides areas."""

    points: dict[str, tuple[float, float]]
    neutral: tuple[str, ...]
    missing: frozenset[str]


@functools.cache
def _geography() -> Geography:
    """Read once a process: the files come with the code and do not change under it."""
    areas = [feature["id"] for feature in _geo("world.json")["features"]]
    return Geography(
        points={point["id"]: (point["lon"], point["lat"]) for point in _geo("small.json")},
        neutral=tuple(name for name in areas if name.startswith("neutral:")),
        missing=frozenset(one if isinstance(one, str) else one["id"] for one in _geo("missing.json")),
    )


def _geo(name: str) -> Any:
    found = finders.find(f"geo/{name}")
    if not isinstance(found, str):
        raise FileNotFoundError(f"static/geo/{name} is missing; it comes with the code")
    with open(found, encoding="utf-8") as file:
        return json.load(file)


def _map(seen: World, moment: AsOf, geography: Geography) -> Chart:
    return world_map(
        [Place(row.country.iso3, row.country.name_en, _word(row), _said(row)) for row in seen.rows],
        points=geography.points,
        neutral=geography.neutral,
        geometry=static("geo/world.json"),
        day=f"{moment.day:%-d %B %Y}",
    )


def _word(row: WorldRow) -> str:
    return NOT_ASSESSED if row.level is None else row.level.label


def _said(row: WorldRow) -> str:
    """One line for the pointer: a country's name, level, index and coverage."""
    if row.overall is None or row.coverage is None:
        return f"{row.country.name_en}: not assessed"
    share = f"coverage {round(100 * row.coverage)} of 100, {coverage_word(row.coverage)}"
    return f"{row.country.name_en}: {_word(row)}<br>index {row.overall:.1f}, {share}"
