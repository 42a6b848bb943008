"""Where a what-if stands: its address with every change in it, and the links from one state to the next."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext

from indicators import whatif
from indicators.models import Evidence, SeriesValue
from indicators.whatif.changes import PARAMS, written
from indicators.whatif.reading import Counted
from indicators.whatif.words import said, unit_of
from r2p_dashboard.clock import AsOf

Subject = tuple[str, int]  # "piece" or "series", and its number


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """The address of a what-if: path, moment, what is changed, what the list shows."""

    path: str
    moment: AsOf
    changes: tuple[whatif.Change, ...]
    factor: str = ""
    indicator: str = ""

    def pairs(self, changes: Sequence[whatif.Change] | None = None, **more: object) -> list[tuple[str, str]]:
        """The parameters, with these changes or with the same ones."""
        found: list[tuple[str, str]] = []
        if not self.moment.is_current:
            found += [("as_of", str(self.moment.day)), ("known_at", str(self.moment.known_on))]
        found += [(change.param, change.text) for change in (self.changes if changes is None else changes)]
        chosen = {"factor": self.factor, "indicator": self.indicator} | more
        return found + [(name, str(value)) for name, value in chosen.items() if value]

    def to(self, changes: Sequence[whatif.Change] | None = None, **more: object) -> str:
        """The address."""
        query = urlencode(self.pairs(changes, **more), safe=":,")
        return f"{self.path}?{query}" if query else self.path

    def with_change(self, change: whatif.Change | None, of: Subject | None) -> list[whatif.Change]:
        """All changes, with this one in the place of what changed `of` before; None: `of` as it is."""
        kept = [one for one in self.changes if of is None or subject_of(one) != of]
        return kept if change is None else [*kept, change]

    def without(self, number: int) -> list[whatif.Change]:
        """All changes but the one in this place of their list."""
        return [one for place, one in enumerate(self.changes) if place != number]


def subject_of(change: whatif.Change) -> Subject | None:
    """The piece or value that a change speaks of; None for what is made up."""
    if isinstance(change, whatif.Regraded | whatif.LeftOut):
        return "piece", change.evidence
    return None if isinstance(change, whatif.MadeUp) else ("series", change.series)


def pairs_of(query: QueryDict) -> list[tuple[str, str]]:
    """The parameters of an address that may be changes, in the order of `PARAMS`."""
    return [(param, text) for param in PARAMS for text in query.getlist(param)]


@dataclasses.dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change in words, and the address without it."""

    words: str
    undo: str


def change_lines(place: Place, known: whatif.Known) -> list[ChangeLine]:
    """Every change that was applied."""
    pieces, values = known.visible, known.visible_series
    return [
        ChangeLine(said(change, pieces, values), place.to(place.without(number)))
        for number, change in enumerate(place.changes)
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class Deeds:
    """What can be done to a piece or a value: addresses, and the form where it is open."""

    kind: str
    number: int
    name: str  # in words, for whoever hears a link alone
    is_changed: bool
    is_left_out: bool
    change: str
    leave_out: str
    undo: str
    form: Any


def deeds_on(place: Place, without: whatif.LeftOut | whatif.ValueLeftOut, name: str, form: Any) -> Deeds:
    """The links of one row of a list; `without` is the change that leaves it out."""
    of = kind, number = subject_of(without) or ("", 0)
    return Deeds(
        kind=kind,
        number=number,
        name=name,
        is_changed=of in map(subject_of, place.changes),
        is_left_out=without in place.changes,
        change=f"{place.to(None, **{kind: number})}#{kind}-{number}",
        leave_out=f"{place.to(place.with_change(without, of))}#result",
        undo=f"{place.to(place.with_change(None, of))}#result",
        form=form,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class PieceLine:
    """A piece in the list, as it is and as it is made."""

    evidence: Evidence
    now: Counted | None  # None: left out
    can: Deeds


def piece_line(row: Evidence, place: Place, now: dict[int, Counted], form: Any = None) -> PieceLine:
    """One piece with its links."""
    name = gettext("evidence %(number)s on %(indicator)s") % {"number": row.pk, "indicator": row.indicator.code}
    return PieceLine(row, now.get(row.pk), deeds_on(place, whatif.LeftOut(row.pk), name, form))


@dataclasses.dataclass(frozen=True, slots=True)
class ValueLine:
    """A series value in the list, as it is and as it is made."""

    row: SeriesValue
    unit: str
    was: str
    now: str | None  # None: left out
    can: Deeds


def value_line(row: SeriesValue, place: Place, now: dict[int, float], form: Any = None) -> ValueLine:
    """One value with its links."""
    value = written(now[row.pk]) if row.pk in now else None
    can = deeds_on(place, whatif.ValueLeftOut(row.pk), row.definition.title, form)
    return ValueLine(row, unit_of(row.definition), written(row.value), value, can)
