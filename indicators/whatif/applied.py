"""A country's rows as somebody would have them: changed in memory, refused by name where they cannot be."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from indicators.models import SeriesDefinition
from indicators.whatif.changes import (
    Change,
    ChangeError,
    Fault,
    LeftOut,
    MadeUp,
    Regraded,
    Revalued,
    ValueLeftOut,
)
from indicators.whatif.reading import Counted, Known, Measured, counted_of, measured_of

EARLIEST = dt.date(1945, 1, 1)  # the first day that a view can be asked for: an older event would never be seen
MADE_UP = "what-if:"  # begins the name of an event that no real piece is part of, and of a body that found none
NAMED = f"{MADE_UP}named:"  # before a name that a reader gave: none can be that of a numbered or a moved piece
TURNED = f"{MADE_UP}turned:"


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """What a score rests on; `hidden` are the numbers of the pieces that the reader may not see."""

    evidence: tuple[Counted, ...]
    series: tuple[Measured, ...]
    hidden: frozenset[int]
    hidden_series: frozenset[int]


@dataclasses.dataclass(frozen=True, slots=True)
class Applied:
    """The rows before and after the changes, the changes that were applied, and those that were not."""

    before: Rows
    after: Rows
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]


class _Draft:
    """The rows while changes are made to them. A number that may not be seen is refused like one that is unknown."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.visible, self.visible_series = known.visible, known.visible_series
        self.evidence = {row.pk: counted_of(row, known) for row in known.evidence}
        self.series = {row.pk: measured_of(row) for row in known.series}
        self.definitions = {pk: row.definition for pk, row in self.visible_series.items()}
        self.joinable = _joinable(self.evidence.values(), self.hidden)
        self.made_up = 0

    @property
    def hidden(self) -> frozenset[int]:
        return frozenset(row.pk for row in self.known.evidence if not row.is_visible)

    def rows(self) -> Rows:
        hidden_series = frozenset(row.pk for row in self.known.series if row.pk not in self.visible_series)
        return Rows(tuple(self.evidence.values()), tuple(self.series.values()), self.hidden, hidden_series)

    def make(self, change: Change) -> None:
        """Apply one change. Raises ChangeError."""
        if isinstance(change, MadeUp):
            self._add(change)
        elif isinstance(change, Regraded):
            piece = self._piece(change.evidence)
            self.evidence[change.evidence] = _regraded(piece, change, self.known, apart=bool(self.hidden))
        elif isinstance(change, LeftOut):
            del self.evidence[self._piece(change.evidence).pk]
        elif isinstance(change, Revalued):
            row = self._value(change.series)
            check_value(change.value, self.definitions[row.pk])
            self.series[row.pk] = row._replace(value=change.value)
        elif isinstance(change, ValueLeftOut):
            del self.series[self._value(change.series).pk]

    def _piece(self, number: int) -> Counted:
        if number not in self.visible:
            raise ChangeError(
                f"Found the number {number}; wanted that of a piece of evidence that counts at this date and that you "
                "may see. Choose one from the list."
            )
        return self.evidence[number]

    def _value(self, number: int) -> Measured:
        if number not in self.visible_series:
            raise ChangeError(
                f"Found the number {number}; wanted that of a series value that counts at this date and that you may "
                "see. Choose one from the list."
            )
        return self.series[number]

    def _add(self, change: MadeUp) -> None:
        if change.indicator not in self.known.method.catalogue.position:
            raise ChangeError(
                f"Found the indicator “{change.indicator[:20]}”; wanted one of the catalogue, such as 7.3."
            )
        check_day(change.event_on, self.known.latest_day)
        self.made_up += 1
        event = self._event_of(change)
        self.evidence[-self.made_up] = Counted(
            country=self.known.country.iso3,
            indicator=change.indicator,
            polarity=change.polarity,
            severity=change.severity,
            reliability=change.grade[0],
            credibility=int(change.grade[1]),
            event_on=change.event_on,
            known_on=self.known.known_on,
            retracted_on=None,
            family=self._family_of(change, event),
            event_key=event,
            admin1="",
            pk=-self.made_up,
        )

    def _event_of(self, change: MadeUp) -> str:
        """A visible event's name joins it; any other is kept apart, so that no name can be guessed."""
        if (change.indicator, change.event) in self.joinable:
            return change.event
        return f"{NAMED}{change.event}" if change.event else f"{MADE_UP}{self.made_up}"

    def _family_of(self, change: MadeUp, event: str) -> str:
        """The body itself among those of its event, or where nothing is hidden; any other is kept apart.

        The interval draws one weight a body for the whole country: a piece by a body that is hidden would widen it.
        """
        untold = self.known.untold
        bodies = {
            row.family
            for pk, row in self.evidence.items()
            if pk not in untold and (row.indicator, row.event_key) == (change.indicator, event)
        }
        is_open = change.family in bodies or not (self.hidden or untold)
        return change.family if is_open else f"{MADE_UP}{change.family}"


def apply(known: Known, changes: Iterable[Change], faults: Sequence[Fault] = ()) -> Applied:
    """The rows of `known` with the changes made; one that cannot be made joins the faults."""
    draft = _Draft(known)
    before = draft.rows()
    made: list[Change] = []
    refused = list(faults)
    for change in changes:
        try:
            draft.make(change)
            made.append(change)
        except ChangeError as error:
            refused.append(Fault(change.param, change.text, str(error)))
    return Applied(before, draft.rows(), tuple(made), tuple(refused))


def _joinable(rows: Iterable[Counted], hidden: frozenset[int]) -> set[tuple[str, str]]:
    """Named events of which the reader may see every row, each with its indicator."""
    members: Mapping[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        members[row.indicator, row.event_key].append(row.pk)
    return {event for event, numbers in members.items() if event[1] and not hidden.intersection(numbers)}


def _regraded(row: Counted, change: Regraded, known: Known, *, apart: bool) -> Counted:
    """The row as it would be; `apart`: turned the other way it may meet no event, for a hidden one may be there."""
    given: dict[str, Any] = {}
    if change.grade:
        given |= {"reliability": change.grade[0], "credibility": int(change.grade[1])}
    if change.severity is not None:
        given["severity"] = change.severity
    if change.polarity is not None:
        given["polarity"] = change.polarity
    if change.event_on is not None:
        check_day(change.event_on, min(known.latest_day, row.known_on))
        given["event_on"] = change.event_on
    moved = row._replace(**given)
    if moved.event_ref != row.event_ref:  # into another week: an event of its own, so that no hidden one is met there
        return moved._replace(event_key=f"{MADE_UP}moved-{row.pk}")
    if apart and moved.polarity != row.polarity:
        return moved._replace(event_key=f"{TURNED}{row.event_key}" if row.event_key else f"{MADE_UP}moved-{row.pk}")
    return moved


def check_day(day: dt.date, latest: dt.date) -> None:
    """Refuses a day on which nothing can have happened that counts. Raises ChangeError."""
    if not EARLIEST <= day <= latest:
        raise ChangeError(
            f"Found the day {day}; wanted one from {EARLIEST} to {latest}: what happened later was not known or does "
            "not count."
        )


def check_value(value: float, definition: SeriesDefinition) -> None:
    """Refuses a number that the series cannot have. Raises ChangeError."""
    if definition.is_log and value < 0:
        raise ChangeError(f"Found the value {value:g}; wanted 0 or more: this series counts {definition.unit}.")
