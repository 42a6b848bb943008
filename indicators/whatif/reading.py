"""What a what-if starts from: one country's rows as they count at (t, k), marked by who may see them."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from countries.models import Country
from indicators import frames
from indicators.events import ever_linked
from indicators.models import Evidence, Indicator, SeriesValue
from indicators.reproducing import CountryRows
from indicators.scoring.days import week_name
from indicators.voices import Voice, ever_clustered
from people.permissions import Sensitivity, clearance_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class Counted(NamedTuple):
    """A piece of evidence as the arithmetic takes it: the columns of `frames.evidence_tuple`, by name."""

    country: str
    indicator: str
    polarity: int
    severity: int
    reliability: str
    credibility: int
    event_on: dt.date
    known_on: dt.date
    retracted_on: dt.date | None
    family: str
    event_key: str
    admin1: str
    pk: int

    @property
    def grade(self) -> str:
        """Such as B2."""
        return f"{self.reliability}{self.credibility}"

    @property
    def event_ref(self) -> str:
        """The name under which the arithmetic knows its event (scoring.md §4)."""
        return self.event_key or f"~{self.indicator}|{self.admin1}|{week_name(self.event_on.toordinal())}"


class Measured(NamedTuple):
    """A series value as the arithmetic takes it: the columns of `frames.series_tuple`, by name."""

    country: str
    slug: str
    value: float
    period_end: dt.date
    known_on: dt.date
    retracted_on: dt.date | None
    pk: int


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """Everything that the score of a country at (day, known_on) rests on."""

    country: Country
    day: dt.date
    known_on: dt.date
    method: frames.Method
    indicators: Sequence[Indicator]
    evidence: Sequence[Evidence]  # that counts, latest event first, each with `is_visible` for the reader
    series: Sequence[SeriesValue]  # that may count, latest period first
    clearance: Sensitivity
    voices: Mapping[int, Voice]  # of the evidence that counts as another body's, by number
    links: Mapping[int, str]  # events that people gave evidence, by its number

    @property
    def visible(self) -> dict[int, Evidence]:
        """The pieces that the reader may see and so may change, by number."""
        return {row.pk: row for row in self.evidence if row.is_visible}

    @property
    def visible_series(self) -> dict[int, SeriesValue]:
        """The values that the reader may see and so may change, by number."""
        return {row.pk: row for row in self.series if row.report.sensitivity <= self.clearance}

    @property
    def untold(self) -> frozenset[int]:
        """The pieces that count as a body of which the reader may not know: only a closed report says what they say."""
        return frozenset(pk for pk, voice in self.voices.items() if voice.sensitivity > self.clearance)

    @property
    def withheld(self) -> int:
        """Pieces that count and that the reader may not see."""
        return sum(not row.is_visible for row in self.evidence)

    @property
    def withheld_series(self) -> int:
        """Series values that may count and that the reader may not see."""
        return len(self.series) - len(self.visible_series)

    @property
    def latest_day(self) -> dt.date:
        """The last day on which something made up can have happened, and so count at (day, known_on)."""
        return min(self.day, self.known_on)


def known_of(country: Country, *, day: dt.date, known_on: dt.date, user: "User | AnonymousUser") -> Known:
    """Four queries, and one each where reports of one text speak and where events are linked.

    Raises frames.NoMethodError.
    """
    version = frames.version_in_use()
    indicators = list(version.framework.indicators.select_related("factor").order_by("order"))
    evidence = _evidence(country, {row.code for row in indicators}, day=day, known_on=known_on, user=user)
    rows = CountryRows(country, evidence, [])
    return Known(
        country=country,
        day=day,
        known_on=known_on,
        method=frames.method_with(version, indicators),
        indicators=indicators,
        evidence=evidence,
        voices=rows.voices(None),
        links=rows.links(None),
        series=_series(country, version.goalposts, day=day, known_on=known_on),
        clearance=clearance_of(user),
    )


def _evidence(
    country: Country, codes: set[str], *, day: dt.date, known_on: dt.date, user: "User | AnonymousUser"
) -> list[Evidence]:
    rows = Evidence.objects.known(day=day, known_on=known_on).filter(country=country).marked_for(user)
    rows = rows.annotate(was_clustered=ever_clustered(), was_linked=ever_linked())
    rows = rows.select_related("family", "indicator", "country").order_by("-event_on", "-pk")
    return [row for row in rows if row.indicator.code in codes]


def _series(country: Country, scored: Iterable[str], *, day: dt.date, known_on: dt.date) -> list[SeriesValue]:
    rows = SeriesValue.objects.filter(
        country=country, is_scored=True, period_end__lte=day, definition__slug__in=list(scored)
    ).select_related("definition", "country", "report__source")
    rows = rows.defer("report__bytes", "report__text", "report__headers").order_by("-period_end", "-known_at", "-pk")
    return [row for row in rows if frames.stands(row.known_at, row.retracted_at, known_on)]


def counted_of(row: Evidence, known: Known) -> Counted:
    """A loaded piece as the arithmetic takes it, by the body as which it counts, in the event that people gave it."""
    counted, voice = Counted(*frames.evidence_tuple(row)), known.voices.get(row.pk)
    counted = counted._replace(event_key=known.links.get(row.pk, row.event_key))
    return counted if voice is None else counted._replace(family=voice.family)


def measured_of(row: SeriesValue) -> Measured:
    """A loaded value as the arithmetic takes it."""
    return Measured(*frames.series_tuple(row))
