"""The evidence that scores rest on, as columns of numbers: a million rows without an object for each."""

import dataclasses
import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import numpy as np
from django.db.models import DateField, F, Value
from django.db.models.functions import Coalesce, TruncDate

from countries.models import Country
from indicators import copy_out
from indicators.copy_out import Number
from indicators.events import event_digest_line, links_of
from indicators.models import EventLinkQuerySet, Evidence, EvidenceQuerySet, Indicator
from indicators.scoring.arrays import I64
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.days import NEVER
from indicators.scoring.evidence_rows import EvidenceColumns
from indicators.scoring.inputs import Named
from indicators.scoring.parameters import RELIABILITIES
from indicators.voices import Voice, digest_line, voices
from reports.models import Family

_LAST = dt.date.max  # stands for "not retracted" on the way out: COPY gives no NULL
_TEXTS = ("event_key", "admin1")
_COLUMNS = {
    "pk": Number("pk"),
    "country": Number("country_id"),
    "indicator": Number("indicator_id"),
    "family": Number("family_id"),
    "polarity": Number("polarity"),
    "severity": Number("severity"),
    "reliability": Number(copy_out.letter("reliability")),
    "credibility": Number("credibility"),
    "event_on": Number("event_on", is_day=True),
    "known_on": Number(TruncDate("known_at"), is_day=True),
    "retracted_on": Number(Coalesce(TruncDate("retracted_at"), Value(_LAST, output_field=DateField())), is_day=True),
}


class HasCatalogue(Protocol):
    """What a method gives here."""

    @property
    def catalogue(self) -> Catalogue:
        """The indicators that it scores."""


class CollisionError(RuntimeError):
    """Texts of a column share their hash under every seed: cannot happen by chance."""


@dataclasses.dataclass(frozen=True, slots=True)
class EvidenceTable:
    """Evidence of the catalogue's indicators by number, in the order country, number; arrays are (N,)."""

    iso3s: tuple[str, ...]  # of the countries that have any, alphabetically
    country: I64  # positions in `iso3s`
    indicator: I64  # positions in the catalogue
    numbers: dict[str, I64]  # the rest of _COLUMNS
    family: Named
    event: Named
    admin1: Named
    voices: dict[int, Voice]  # of evidence that counts as another body's, by number
    links: dict[int, str]  # events that people gave evidence, by its number

    def columns(self, order: Sequence[str]) -> EvidenceColumns:
        """What the arithmetic takes; countries are positions in `order`, which has all of them."""
        place = {iso3: number for number, iso3 in enumerate(order)}
        position = np.array([place[iso3] for iso3 in self.iso3s], np.int64)
        named = ("polarity", "severity", "credibility", "event_on", "known_on", "retracted_on")
        return EvidenceColumns(
            country=position[self.country],
            indicator=self.indicator,
            reliability=self.numbers["reliability"] - ord(RELIABILITIES[0]),
            family=self.family,
            event=self.event,
            admin1=self.admin1,
            row_id=self.numbers["pk"],
            **{name: self.numbers[name] for name in named},
        )

    def digest_lines(self) -> dict[str, list[str]]:
        """Of each country what its digest is made over: kind, number, day of retraction, body it counts as or event."""
        edges = np.searchsorted(self.country, range(len(self.iso3s) + 1)).tolist()
        lines: dict[str, list[str]] = {}
        for iso3, (first, after) in zip(self.iso3s, itertools.pairwise(edges), strict=True):
            pk = self.numbers["pk"][first:after].tolist()
            gone = self.numbers["retracted_on"][first:after].tolist()
            lines[iso3] = [
                f"evidence:{number}:{'' if day == NEVER else dt.date.fromordinal(day)}"
                for number, day in zip(pk, gone, strict=True)
            ]
            if self.voices:
                lines[iso3] += [digest_line(one, self.voices[one].family) for one in pk if one in self.voices]
            if self.links:
                lines[iso3] += [event_digest_line(one, self.links[one]) for one in pk if one in self.links]
        return lines


def evidence_table(
    method: HasCatalogue, countries: Sequence[str] | None, known_by: dt.date | None, without: Collection[int]
) -> EvidenceTable:
    """Evidence that was ever accepted, of some countries or all, known by a day, without some numbers."""
    rows = Evidence.objects.ever_accepted()
    if countries is not None:
        rows = rows.filter(country__iso3__in=countries)
    if known_by is not None:
        rows = rows.filter(known_at__lt=dt.datetime.combine(known_by, dt.time(), dt.UTC) + dt.timedelta(days=1))
    if without:
        rows = rows.exclude(pk__in=without)
    found, texts = _read(rows, links_of(countries))
    position = method.catalogue.position
    place = _looked_up(found["indicator"], {pk: position.get(code, -1) for pk, code in texts["indicator"].items()})
    order = np.lexsort((found["pk"], found["country"]))
    order = order[place[order] >= 0]  # what stands on a code that the catalogue lacks is left out
    found = {name: column[order] for name, column in found.items()}
    said, links = voices(countries), texts["link"]
    found["family"] = _replaced(found["family"], found["pk"], {one: said[one].family_id for one in said})
    given, events = _as_linked(links, texts["event_key"])
    found["event_key"] = _replaced(found["event_key"], found["pk"], given)
    families = texts["family"] | {voice.family_id: voice.family for voice in said.values()}
    found["retracted_on"][found["retracted_on"] == _LAST.toordinal()] = NEVER
    country = _named(found["country"], texts["country"]).in_order()
    return EvidenceTable(
        iso3s=country.names,
        country=country.codes,
        indicator=place[order],
        numbers=found,
        family=_named(found["family"], families),
        event=_named(found["event_key"], events),
        admin1=_named(found["admin1"], texts["admin1"]),
        voices=said,
        links=links,
    )


def _read(rows: EvidenceQuerySet, links: EventLinkQuerySet) -> tuple[dict[str, I64], dict[str, dict[int, str]]]:
    """Numbers, and the texts that some of them stand for. The texts are read last: no row lacks its own.

    The events that people gave evidence come along as texts by the number of the evidence: `link`.
    """
    small = {
        "country": (Country.objects.all(), "iso3", F("pk")),
        "indicator": (Indicator.objects.all(), "code", F("pk")),
        "family": (Family.objects.all(), "slug", F("pk")),
        "link": (links, "event_key", F("evidence_id")),
    }
    for seed in copy_out.seeds():
        hashes = {field: copy_out.hashed(field, seed) for field in _TEXTS}
        found = copy_out.numbers(rows, _COLUMNS | {field: Number(number) for field, number in hashes.items()})
        texts = copy_out.texts(small | {field: (rows, field, number) for field, number in hashes.items()})
        whole = {field: names for field, names in texts.items() if names is not None}
        if len(whole) == len(texts):
            return found, whole
    raise CollisionError(f"evidence: found two texts with one hash under each of {len(copy_out.seeds())} seeds")


def _replaced(column: I64, pk: I64, values: Mapping[int, int]) -> I64:
    """The column with other numbers for some rows, (N,); `pk` says which rows stand where."""
    if not values:
        return column
    numbers = np.array(sorted(values), np.int64)
    given = np.array([values[number] for number in numbers.tolist()], np.int64)
    place = np.searchsorted(numbers, pk).clip(max=numbers.size - 1)
    return np.where(numbers[place] == pk, given[place], column)


def _as_linked(links: Mapping[int, str], names: dict[int, str]) -> tuple[dict[int, int], dict[int, str]]:
    """The number of each linked row's event, and the names of all events with those that no row has of itself."""
    known = {name: number for number, name in names.items()}
    unused = (number for number in itertools.count() if number not in names)
    known |= {name: next(unused) for name in sorted(set(links.values()) - known.keys())}
    return {pk: known[name] for pk, name in links.items()}, {number: name for name, number in known.items()}


def _looked_up(numbers: I64, values: dict[int, int]) -> I64:
    """The value of each number, (N,)."""
    distinct, codes = np.unique(numbers, return_inverse=True)
    return np.array([values[number] for number in distinct.tolist()], np.int64)[codes]


def _named(numbers: I64, names: dict[int, str]) -> Named:
    distinct, codes = np.unique(numbers, return_inverse=True)
    return Named(codes, tuple(names[number] for number in distinct.tolist()))
