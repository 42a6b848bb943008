"""Releases of event data into events and months: the stage that pulls the releases which have none yet."""

import datetime as dt
import logging
from collections.abc import Iterable

import numpy as np
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet

from countries.reference import read_event_territories, territory_in
from indicators.copy_in import copy_in
from indicators.event_months import sum_up
from indicators.models import EventLoad, EventMonth, EventPlace, EventRecord
from reports.models import Report
from reports.readers import EVENTS, recording
from reports.readers.draft import ReaderError
from reports.readers.events import Events

log = logging.getLogger(__name__)

_YEARS = 10_000  # a territory and a year in one number
SHRINKS_TO = 0.5  # of what stands: a complete file with less is taken for a part that was sent as a whole


class EventError(ValueError):
    """A release that cannot be loaded; says what was found and what was wanted."""


def waiting() -> QuerySet[Report]:
    """Releases of event data that have been read and not yet loaded, oldest first."""
    return Report.objects.filter(kind=Report.Kind.DATASET, reader__in=EVENTS, event_load=None).order_by("pk")


def load_waiting(*, at: dt.datetime) -> int:
    """Loads every waiting release, one transaction each; how many. Safe to run twice."""
    return sum(_load(report_id, at=at) for report_id in waiting().values_list("pk", flat=True))


@transaction.atomic
def _load(report_id: int, *, at: dt.datetime) -> int:
    rows = Report.objects.select_for_update(skip_locked=True, of=("self",))
    report = rows.filter(pk=report_id, event_load=None).first()
    if report is None:
        return 0
    known_at = dt.datetime.combine(report.published_on, dt.time(), dt.UTC)
    load = EventLoad(report=report, loaded_at=at, known_at=known_at)
    try:
        with transaction.atomic():
            _store(load, recording(report.reader)(bytes(report.bytes)))
    except (DataError, IntegrityError, KeyError, ValueError) as error:  # ReaderError and EventError among them
        # One broken release must not stop the others, nor be read for ever.
        log.error("release %s: loading its events broke: %s", report.pk, type(error).__name__)
        said = str(error) if isinstance(error, ReaderError | EventError) else type(error).__name__
        EventLoad.objects.create(report=report, loaded_at=at, known_at=known_at, failure=said[:500])
    return 1


def _store(load: EventLoad, found: Events) -> None:
    rows = found.rows
    load.is_complete, load.contradictory = found.is_complete, found.contradictory
    load.covers_from, load.covers_until = found.covers_from, found.covers_until
    load.first_on, load.last_on = rows["starts_on"].min().item(), rows["ends_on"].max().item()
    load.events_count = len(rows)
    load.not_covered = _not_covered(found)
    if found.is_complete:
        _refuse_a_part(load, found)
    load.save()
    places = _place_ids(found.places)
    fields = {name: rows[name] for name in rows.dtype.names or () if name != "place"}
    columns = {"load_id": np.full(len(rows), load.pk, np.int64), "place_id": places[rows["place"]], **fields}
    copy_in(EventRecord._meta.db_table, columns)
    sum_up(load)


def _refuse_a_part(load: EventLoad, found: Events) -> None:
    """Whoever sends one country's cut as a complete file would take away everybody else's events."""
    last = found.covers_until
    months = EventMonth.objects.filter(month__gte=found.covers_from, month__lt=last)
    count = sum(months.standing(day=last, known_on=load.known_at.date()).values_list("events", flat=True))
    if len(found.rows) < SHRINKS_TO * count:
        raise EventError(
            f"events of {found.covers_from} to {last}: found {len(found.rows)}, where {count} stand; wanted a complete "
            "file with at least half of them. A country's cut or a sample is sent as `ucdp-ged-part`"
        )


def _place_ids(places: Iterable[tuple[int, str]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The ids of the places, which are made where they are new, in the given order."""
    wanted = list(places)
    EventPlace.objects.bulk_create(
        (EventPlace(territory=territory, admin1=admin1) for territory, admin1 in wanted), ignore_conflicts=True
    )
    found = EventPlace.objects.filter(territory__in={territory for territory, _ in wanted})
    ids = {(territory, admin1): pk for pk, territory, admin1 in found.values_list("pk", "territory", "admin1")}
    return np.array([ids[place] for place in wanted], np.int64)


def _not_covered(found: Events) -> list[dict[str, object]]:
    """Territories of the release that the reviewed table attaches to nobody, with why."""
    territories = read_event_territories()
    years = found.rows["starts_on"].astype("datetime64[Y]").astype(np.int64) + 1970
    pairs = np.bincount(found.rows["territory"].astype(np.int64) * _YEARS + years)  # sorting a million takes longer
    missing: dict[int, tuple[str, str]] = {}
    for territory, year in (divmod(pair, _YEARS) for pair in np.flatnonzero(pairs).tolist()):
        row = territory_in(territories, country_id=territory, year=year)
        if row is None:
            why = "no decision about it stands in countries/data/event_territories.csv"
            missing[territory] = (f"territory {territory}", why)
        elif row.treatment == "not_covered":
            missing[territory] = (row.name_in_source, row.note)
    return [{"id": one, "name": missing[one][0], "why": missing[one][1]} for one in sorted(missing)]
