"""The table of countries as the address asks for it: choice, order, headers, switches, legend."""

import dataclasses
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from countries.charts import NOT_ASSESSED
from countries.models import Country
from countries.naming import country_named, states_beginning
from indicators.models.score import Level
from indicators.world import World, WorldRow

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
    ("name", _("Country"), False, False),
    ("region", _("Region"), False, False),
    ("level", _("Level"), False, True),
    ("index", _("Index, 0 to 100"), True, True),
    ("change", _("Change over 90 days"), True, True),
    ("coverage", _("Coverage"), True, True),
    ("last", _("Last evidence"), True, True),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything unknown in it is left out."""

    sort: str = "name"
    text: str = ""
    region: str = ""
    level: str = ""
    assessed_only: bool = False
    in_one_table: bool = False  # those that are not assessed as rows too, not as names below


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """What the filters let through: rows of the table, and the names below it of those that nobody has assessed."""

    rows: list[WorldRow]
    names: list[WorldRow]  # alphabetical; empty where one table holds all
    may_mean: bool  # no country has the name that was asked for: these are spelt much like it

    @property
    def count(self) -> int:
        """Of all countries shown."""
        return len(self.rows) + len(self.names)


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


def asked_of(query: QueryDict) -> Asked:
    """The page's parameters, with what is not understood left at its default."""
    sort, level = query.get("sort", ""), query.get("level", "")
    return Asked(
        sort=sort if sort.removeprefix("-") in SORT_KEYS else "name",
        text=query.get("q", "").strip()[:80],
        region=query.get("region", "")[:60],
        level=level if level in {name.lower() for name in Level.names} | {"unassessed", LEVELLED} else "",
        assessed_only=query.get("assessed") == "1",
        in_one_table=query.get("all") == "1",
    )


def plain(text: str) -> str:
    """Folded case, without accents: what a person types for a name."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in taken_apart if not unicodedata.combining(sign))


def states_meant(text: str, among: Iterable[Country]) -> tuple[frozenset[str], bool]:
    """ISO3 codes that `text` finds, and whether they are only spelt much like it.

    As the search of the site: by any code, by a name or its beginning in six languages; else by a part of a name;
    else what is spelt much like it.
    """
    named = country_named(text)
    if found := {*named.iso3, *states_beginning(text)}:
        return frozenset(found), False
    wanted = plain(text)
    within = {one.iso3 for one in among if any(wanted in plain(getattr(one, name)) for name in NAMES)}
    return frozenset(within or named.nearest), not within and bool(named.nearest)


def listed(rows: Sequence[WorldRow], asked: Asked) -> Listed:
    """The countries that the filters let through, in the order asked for."""
    meant, may_mean = states_meant(asked.text, [row.country for row in rows]) if asked.text else (None, False)
    kept = [row for row in _chosen(rows, asked) if meant is None or row.country.iso3 in meant]
    if asked.in_one_table:
        return Listed(ordered(kept, asked.sort), [], may_mean)
    assessed = [row for row in kept if row.assessed]
    return Listed(ordered(assessed, asked.sort), [row for row in kept if not row.assessed], may_mean)


def _chosen(rows: Iterable[WorldRow], asked: Asked) -> list[WorldRow]:
    """Without a word for the name, whose search has its own rule."""
    kept = [row for row in rows if row.assessed or not asked.assessed_only]
    if asked.region:
        kept = [row for row in kept if asked.region in {row.country.region, row.country.subregion}]
    if asked.level == LEVELLED:
        return [row for row in kept if row.level]
    return [row for row in kept if slug_of(row.level) == asked.level] if asked.level else kept


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
                title=str(title),
                number=number,
                href=href_with(query, sort=f"-{key}" if to_fall else key),
                aria_sort=("descending" if falls else "ascending") if is_sorted else "",
                arrow=(" ↓" if falls else " ↑") if is_sorted else "",
            )
        )
    return found


def switches(rows: Sequence[WorldRow], query: QueryDict, asked: Asked) -> list[Switch]:
    """The three widths of the table."""
    levelled = sum(bool(row.level) for row in rows)
    is_levelled = asked.level == LEVELLED
    widths = (
        (
            "first",
            gettext("Assessed first"),
            (None, None),
            not (asked.in_one_table or is_levelled or asked.assessed_only),
        ),
        (
            "levelled",
            gettext("Only the %(n)s with a level") % {"n": levelled},
            (None, LEVELLED),
            is_levelled,
        ),
        (
            "all",
            gettext("All %(n)s in one table") % {"n": len(rows)},
            ("1", None),
            asked.in_one_table and not is_levelled,
        ),
    )
    return [
        Switch(key, title, href_with(query, assessed=None, all=every, level=level), is_chosen)
        for key, title, (every, level), is_chosen in widths
    ]


def legend(seen: World, query: QueryDict, asked: Asked) -> list[Step]:
    """The ramp from the top, then the two greys, each with its count and a link that shows only these."""
    steps: list[Level | None] = [*reversed(Level), None]
    return [
        Step(
            level=level,
            count=seen.counts.get(NOT_ASSESSED if level is None else level.name, 0),
            href=href_with(query, level=None if asked.level == slug_of(level) else slug_of(level), assessed=None),
            is_chosen=asked.level == slug_of(level),
        )
        for level in steps
    ]


def slug_of(level: Level | None) -> str:
    return "unassessed" if level is None else level.name.lower()


def href_with(query: QueryDict, **changes: str | None) -> str:
    """The same address with some parameters changed, or left out where None."""
    changed = query.copy()
    for key, value in changes.items():
        if value is None:
            changed.pop(key, None)
        else:
            changed[key] = value
    return f"{reverse('world')}?{changed.urlencode()}" if changed else reverse("world")
