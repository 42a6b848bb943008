"""What the cells of a file may name, read from the record once for all rows."""

import datetime as dt
from collections.abc import Iterable

from django.utils.functional import Promise

from indicators.models import Evidence, Indicator, SeriesDefinition, TableImport
from indicators.tables.reading import Table
from indicators.tables.rows import Place, SeriesWords, Settings, Words, place_of
from people.english import in_english
from people.permissions import Sensitivity
from reports.models import Family, Passage, Report, Source


def for_import(table: TableImport, found: Table, settings: Settings) -> Words:
    """The words for one file, as its sender may know them."""
    if table.kind == TableImport.Kind.SERIES:
        return Words(series=_series())
    places = {place for _, cells in found.lines if (place := place_of(cells, settings.columns))}
    return Words(
        indicators={code: code for code in Indicator.objects.in_use().values_list("code", flat=True)},
        sources=_named(Source.objects.values_list("slug", "name")),
        families=_named(Family.objects.values_list("slug", "name")),
        actors=_worded(Evidence.Actor.choices),
        claims=_worded(Evidence.Claim.choices),
        sensitivities={word: step for step, label in Sensitivity.choices for word in (str(step), in_english(label))},
        passages=_passages(places, table) if places else {},
    )


def _named(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By short name and by name; a name that two share names nobody."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    pairs = list(rows)
    for slug, name in pairs:
        word = " ".join(name.split()).casefold()
        twice |= {word} if found.setdefault(word, slug) != slug else set()
    return {word: slug for word, slug in found.items() if word not in twice} | {slug: slug for slug, _ in pairs}


def _worded(choices: Iterable[tuple[str, str | Promise]]) -> dict[str, str]:
    return {word: str(value) for value, label in choices for word in (str(value), in_english(label).casefold())}


def _series() -> dict[str, SeriesWords]:
    rows = SeriesDefinition.objects.values_list("slug", "unit", "is_log")
    return {slug: SeriesWords(slug, unit, is_log) for slug, unit, is_log in rows}


def _passages(places: set[Place], table: TableImport) -> dict[Place, tuple[int, dt.date] | None]:
    """Passages by report and place; of a report with one passage also without a place."""
    reports = Report.objects.visible_to(table.sent_by).filter(pk__in={number for number, _ in places})
    rows = Passage.objects.filter(report__in=reports).values_list("report", "locator", "pk", "report__published_on")
    found: dict[Place, tuple[int, dt.date] | None] = {}
    for report, locator, pk, day in rows:
        for place in {(report, ""), (report, " ".join(locator.split()).casefold())}:
            found[place] = None if place in found else (pk, day)
    return {place: passage for place, passage in found.items() if place in places}
