"""What one country's page says, for one reader. Reads, never writes."""

import dataclasses
import datetime as dt
from collections.abc import Mapping

from countries.models import Country
from indicators.models import Evidence, MethodVersion, ScoreRun, SeriesValue, Snapshot
from indicators.models.score import Level
from indicators.world import Flags

CHANGE_DAYS = 90  # scoring.md §4: the change that a page tells

Band = Mapping[dt.date, tuple[float, float]]  # (low, high) by day


@dataclasses.dataclass(frozen=True, slots=True)
class ProfileScore:
    """The three profiles beside each other; the highest is the index."""

    key: str  # genocide, cah, war
    title: str
    value: float
    is_headline: bool  # it alone is the highest; on a tie none leads
    is_known: bool  # something is known of its own two factors


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """One contribution, largest first. `evidence` is None where the reader may not see it, or for a series."""

    kind: str  # event, series, mitigation, withheld
    indicator_code: str
    indicator_label: str
    factor: int
    points: float  # exact; may be negative
    printed: str  # to one decimal; the column adds up to the printed index
    family: str  # display name; empty for series and mitigation
    counted_with: str  # display name of the body with which it counts as one source: their reports are one text
    event_key: str
    evidence: Evidence | None
    series: SeriesValue | None


@dataclasses.dataclass(frozen=True, slots=True)
class IndicatorView:
    """One indicator of a factor for one country."""

    code: str
    label: str
    description: str
    nature: str
    number_confirmed: bool
    assessed: bool
    value: float  # x, 0 to 1
    coverage: float  # kappa, 0 to 1
    points: float
    evidence: tuple[Evidence, ...]  # what this reader may see, newest attestation first
    withheld: int  # pieces of evidence this reader may not see
    series: tuple[SeriesValue, ...]  # the values that are visible at the view's date, latest period first


@dataclasses.dataclass(frozen=True, slots=True)
class NewEvent:
    """An event under one indicator that became known in the last days, with the rows of it that the reader may see."""

    indicator_code: str
    indicator_label: str
    event_key: str  # empty where the week is the event
    evidence: tuple[Evidence, ...]  # at least one


@dataclasses.dataclass(frozen=True, slots=True)
class NewEvents:
    """Of the days up to the score's: a flag beside it."""

    shown: tuple[NewEvent, ...]
    withheld: int  # of how many others the reader may see no row

    @property
    def count(self) -> int:
        """How many there are, shown or not."""
        return len(self.shown) + self.withheld

    @property
    def by_indicator(self) -> list[tuple[NewEvent, ...]]:
        """Those of one indicator together, in the order in which each is first told."""
        found: dict[str, list[NewEvent]] = {}
        for one in self.shown:
            found.setdefault(one.indicator_code, []).append(one)
        return [tuple(events) for events in found.values()]


@dataclasses.dataclass(frozen=True, slots=True)
class FactorView:
    """One of the fourteen."""

    number: int
    title: str
    scope: str
    summary: str
    assessed: bool
    value: float  # F, 0 to 1
    coverage: float  # K_f, 0 to 1
    points: float
    evidence_count: int
    indicators: tuple[IndicatorView, ...]
    course: tuple[float | None, ...]  # F at the month ends of two years and at last now; None: nothing was known


@dataclasses.dataclass(frozen=True, slots=True)
class HistoryLine:
    """One monthly line; tuples of equal length, oldest first."""

    key: str  # hindsight, known_then
    title: str
    days: tuple[dt.date, ...]
    overall: tuple[float, ...]
    coverage: tuple[float, ...]
    levels: tuple[Level, ...]  # as shown: UNDETERMINED where the silence rule applies
    band: Band  # the interval, of some days of the line


@dataclasses.dataclass(frozen=True, slots=True)
class CountryProfile:
    """Everything on the page; where `assessed` is False only the country, method and dates mean anything."""

    country: Country
    day: dt.date
    known_on: dt.date
    is_current: bool
    assessed: bool
    level: Level | None
    overall: float | None
    coverage: float | None
    cannot_exclude: float | None
    change_90: float | None
    interval: tuple[float, float] | None
    flags: Flags
    new_events: NewEvents
    leans_on: str  # display name of the family behind a raised concentration; empty where it may not be seen
    profiles: tuple[ProfileScore, ...]
    reasons: tuple[Reason, ...]  # every contribution row, points descending
    factors: tuple[FactorView, ...]
    history: tuple[HistoryLine, ...]
    evidence: tuple[Evidence, ...]  # visible to the reader, latest event first; select_related for display
    evidence_count: int  # pieces the score rests on, whether shown or not
    withheld: int
    bodies_count: int  # whose findings of risk the visible evidence is; reports of one text are one body's
    documents_count: int  # reports behind the visible evidence
    passages_count: int
    corrections: tuple[Evidence, ...]  # retracted pieces that the reader may see, latest first
    is_held: bool  # the index alone would give a lower level: it falls only after two months below
    unscored_series: tuple[SeriesValue, ...]  # shown with their note, counted in no score
    last_event_on: dt.date | None
    last_known_on: dt.date | None
    last_reviewed_at: dt.datetime | None
    method: MethodVersion | None
    run: ScoreRun | None
    snapshot: Snapshot | None  # what stands, the current view only
    is_stale: bool
    is_recomputing: bool  # inputs changed after the run; a new one is on its way

    @property
    def input_digest(self) -> str | None:
        """What the standing score was computed from; None for a score that was computed when asked for."""
        return self.snapshot.input_digest if self.snapshot else None

    @property
    def is_first_known(self) -> bool:
        """Whether nothing that counts was known 90 days ago, so that nothing can be compared."""
        return bool(self.overall) and self.change_90 is None

    @property
    def retracted_since(self) -> tuple[Evidence, ...]:
        """Of the pieces shown those that were retracted after the view's day of knowledge: they counted then."""
        return tuple(row for row in self.evidence if row.retracted_at is not None)

    @property
    def leads(self) -> bool:
        """Whether one profile alone is the highest."""
        return any(profile.is_headline for profile in self.profiles)

    @property
    def mitigates(self) -> bool:
        """Whether anything that mitigates was entered, whatever it offsets."""
        return any(row.polarity < 0 for row in self.evidence)

    @property
    def reasons_up(self) -> tuple[Reason, ...]:
        """The three that add most, one a factor's indicator."""
        return _distinct([reason for reason in self.reasons if reason.points > 0], 3)

    @property
    def reasons_down(self) -> tuple[Reason, ...]:
        """The one that mitigates most."""
        return _distinct(sorted((r for r in self.reasons if r.points < 0), key=lambda r: r.points), 1)


def _distinct(reasons: list[Reason], most: int) -> tuple[Reason, ...]:
    seen: dict[str, Reason] = {}
    for reason in reasons:
        seen.setdefault(reason.indicator_code, reason)
    return tuple(seen.values())[:most]
