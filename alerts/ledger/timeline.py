"""From a warning to what came of it: when it was seen, decided on, acted on and ended, and how long each took. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from alerts.ledger.elapsed import Moment, day_of, elapsed

BEGUN = frozenset({"under_way", "done"})  # states of a response that is being carried out, or was


@dataclass(frozen=True, slots=True)
class Step:
    """A later word on a deed: its status, where it says one, and whether it says what became of it."""

    on: dt.date
    status: str
    is_outcome: bool
    text: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One response. `began_on` is None where nobody said a day."""

    decided_on: dt.date
    began_on: dt.date | None
    status: str
    steps: tuple[Step, ...] = ()  # as they were said, those of one day in their order

    @property
    def status_now(self) -> str:
        """The latest that was said; of several on its day, the one that was said last."""
        said = sorted((step for step in self.steps if step.status), key=lambda step: step.on)
        return said[-1].status if said else self.status

    @property
    def acted_on(self) -> dt.date | None:
        """The day it began, or the first on which a step says that it had; None: no day is known."""
        days = [step.on for step in self.steps if step.status in BEGUN]
        return self.began_on or min(days, default=None)

    @property
    def has_begun(self) -> bool:
        """Whether it was acted on at all, by whatever day."""
        return self.acted_on is not None or self.status in BEGUN

    @property
    def ended_on(self) -> dt.date | None:
        """The day of the first outcome."""
        return min((step.on for step in self.steps if step.is_outcome), default=None)


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the five points of a line. `on` None: open, or the day is not known, as `words` says."""

    on: Moment | None
    words: str

    @property
    def is_day(self) -> bool:
        """Whether only its day is known."""
        return self.on is not None and not isinstance(self.on, dt.datetime)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A warning and the four points after it."""

    warned: Moment
    seen: Mark
    decided: Mark
    acted: Mark
    ended: Mark


def timeline(*, warned: Moment, seen: Mark | dt.datetime | None, deeds: Iterable[Deed], still_open: str) -> Timeline:
    """What is known of each point: the first of its kind. `still_open` is what to say where nothing is known.

    `seen` may be a mark of its own, where nobody was asked.
    """
    found = list(deeds)
    begun = [deed for deed in found if deed.has_begun]
    acted = _first((deed.acted_on for deed in begun), warned, still_open)
    if acted.on is None and begun:
        acted = Mark(None, "yes; the day is not known")
    return Timeline(
        warned=warned,
        seen=seen if isinstance(seen, Mark) else _first([seen], warned, still_open),
        decided=_first((deed.decided_on for deed in found), warned, still_open),
        acted=acted,
        ended=_first((deed.ended_on for deed in found), warned, still_open),
    )


def _first(moments: Iterable[Moment | None], warned: Moment, still_open: str) -> Mark:
    known = sorted((one for one in moments if one is not None), key=day_of)
    return Mark(known[0], elapsed(warned, known[0])) if known else Mark(None, still_open)
