"""Whose the numbers of a dataset's territory are: by reviewed tables, never by a name that looks alike."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from countries.reference import (
    EventTerritory,
    Treatment,
    read_countries,
    read_dataset_territories,
    read_event_territories,
    territory_in,
)

BY_GLEDITSCH_WARD = frozenset({"ucdp-country-year"})  # the other datasets go by ISO 3166-1 codes


@dataclass(frozen=True, slots=True)
class Attachment:
    """One decision. attach: the one State in `iso3` · shown_not_scored: shown on each · not_covered: nobody's."""

    treatment: Treatment
    iso3: tuple[str, ...]
    note: str


Decide = Callable[[str, int], Attachment]


def decisions(dataset: str) -> Decide:
    """What becomes of a territory of `dataset`, by its id there and the year. Raises ReferenceDataError."""
    return _by_gleditsch_ward() if dataset in BY_GLEDITSCH_WARD else _by_iso(dataset)


def event_territories_of(iso3: str) -> tuple[EventTerritory, ...]:
    """UCDP's territories that are shown for a State: its own, and those that mix its people with another's."""
    return tuple(row for row in _event_territories() if iso3 in row.iso3)


@functools.cache
def _event_territories() -> tuple[EventTerritory, ...]:
    return read_event_territories()


def _by_gleditsch_ward() -> Decide:
    territories = read_event_territories()
    undecided = _nobodys("no decision about it stands in countries/data/event_territories.csv")

    def decide(territory: str, year: int) -> Attachment:
        row = territory_in(territories, country_id=int(territory), year=year)
        return undecided if row is None else Attachment(row.treatment, row.iso3, row.note)

    return decide


def _by_iso(dataset: str) -> Decide:
    decided = {
        row.territory: Attachment(row.treatment, row.iso3, row.note)
        for row in read_dataset_territories()
        if row.dataset == dataset
    }
    states = {row.iso3: Attachment("attach", (row.iso3,), "") for row in read_countries()}
    undecided = _nobodys("counted apart in the dataset; its code is that of no Member or observer State")
    return lambda territory, _year: decided.get(territory) or states.get(territory) or undecided


def _nobodys(why: str) -> Attachment:
    return Attachment("not_covered", (), why)
