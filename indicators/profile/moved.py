"""What moved a country's index between two moments, by cause and by factor, with the evidence behind it."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable

from django.utils.translation import gettext_lazy as _

from countries.charts import Said
from countries.models import Country
from indicators import frames
from indicators.models import Evidence, EvidenceQuerySet, MethodVersion, SeriesValue
from indicators.models.score import Profile
from indicators.profile.reading import is_measured
from indicators.profile.values import CHANGE_DAYS
from indicators.published_then import method_on
from indicators.scored import PROFILES
from indicators.scoring.apportion import apportioned, tenths_of
from indicators.scoring.arrays import Bool
from indicators.scoring.change import Cause, Change, ChangePart, change
from indicators.scoring.given import Given, compared
from indicators.scoring.kernel import score
from indicators.scoring.series_rows import SeriesRows
from indicators.scoring.units import Units

USUAL = ("new", "retracted", "aged")  # told even where they moved nothing
CAUSES: dict[Cause, Said] = {
    "new": _("What is new"),
    "retracted": _("What was retracted"),
    "aged": _("Ageing"),
    "parameters": _("Another version of the method"),
    "profile": _("Another profile led before"),
}


class OrderError(ValueError):
    """The first moment is later than the second."""


@dataclasses.dataclass(frozen=True, slots=True)
class Moment:
    """A day of validity (t) and a day of knowledge (k)."""

    day: dt.date
    known_on: dt.date

    @property
    def in_words(self) -> str:
        """Such as "30 June 2024", with the day of knowledge where that is another."""
        known = f", as known on {self.known_on:%-d %B %Y}" if self.known_on != self.day else ""
        return f"{self.day:%-d %B %Y}{known}"


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Two moments, neither day of the first later than that of the second. Raises OrderError.

    `corrected_by`: what was retracted after the second day of knowledge and by this day is gone at the second moment
    (docs/decisions/0041); None: knowledge ends with the second moment.
    """

    before: Moment
    after: Moment
    corrected_by: dt.date | None = None

    def __post_init__(self) -> None:
        if self.before.day > self.after.day:
            raise OrderError(f"from is {self.before.day}; wanted a day not later than as_of, {self.after.day}")
        if self.before.known_on > self.after.known_on:
            raise OrderError(
                f"from_known_at is {self.before.known_on}; wanted a day not later than known_at, {self.after.known_on}"
            )

    @property
    def query(self) -> str:
        """The query string that leads to this change."""
        before, after = self.before, self.after
        moments = f"?from={before.day}&from_known_at={before.known_on}&as_of={after.day}&known_at={after.known_on}"
        return moments if self.corrected_by is None else f"{moments}&corrected_by={self.corrected_by}"

    @property
    def last_known_on(self) -> dt.date:
        """The last day of which anything is known here."""
        return self.corrected_by or self.after.known_on

    @classmethod
    def of_change(cls, day: dt.date, known_on: dt.date) -> "Span":
        """The 90 days up to `day`, as known on each of the two days and not beyond `known_on`; corrected by then."""
        past = day - dt.timedelta(days=CHANGE_DAYS)
        corrected_by = known_on if known_on > day else None
        return cls(Moment(past, min(past, known_on)), Moment(day, min(day, known_on)), corrected_by)


@dataclasses.dataclass(frozen=True, slots=True)
class FactorPart:
    """What a factor has of one cause; `tenths` as printed."""

    number: int
    title: str
    points: float
    tenths: int


@dataclasses.dataclass(frozen=True, slots=True)
class CausePart:
    """What one cause moved; its factors add up to it."""

    cause: Cause
    title: str
    points: float
    tenths: int
    by_factor: tuple[FactorPart, ...]  # all fourteen


@dataclasses.dataclass(frozen=True, slots=True)
class Moved:
    """The change between two moments. Printed: before and the causes add up to after."""

    span: Span
    before: float | None  # None: nothing that counts was known, so there is nothing to compare with
    after: float | None
    profile: Profile | None  # that leads at the second moment, in whose points the causes are told
    parts: tuple[CausePart, ...]  # in the order of `CAUSES`; empty where nothing is known at the second moment
    has_new_numbers: bool  # values of series count at the second moment that did not at the first, moved or not
    method_before: MethodVersion
    method: MethodVersion

    @property
    def before_tenths(self) -> int | None:
        """The first index as printed."""
        return None if self.before is None else tenths_of(self.before)

    @property
    def after_tenths(self) -> int | None:
        """The second index as printed."""
        return None if self.after is None else tenths_of(self.after)

    @property
    def change_tenths(self) -> int | None:
        """Their difference, to which the causes add up; None where there is nothing to compare."""
        if self.before_tenths is None or self.after_tenths is None:
            return None
        return self.after_tenths - self.before_tenths

    @property
    def change(self) -> float | None:
        """In points; None where nothing was known at one of the moments."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def is_ageing_alone(self) -> bool:
        """Whether the index fell, and nothing but the passing of time moved it: the evidence has gone stale."""
        moving = {part.cause for part in self.parts if part.tenths}
        return self.change_tenths is not None and self.change_tenths < 0 and moving == {"aged"}

    @property
    def shown(self) -> tuple[CausePart, ...]:
        """The causes that every change has, and the others where they moved anything."""
        return tuple(part for part in self.parts if part.cause in USUAL or part in self.telling)

    @property
    def telling(self) -> tuple[CausePart, ...]:
        """The causes that moved anything that can be printed."""
        return tuple(part for part in self.parts if part.tenths or any(one.tenths for one in part.by_factor))


def moved(
    country: Country, span: Span, *, method: frames.Method | None = None, inputs: frames.Inputs | None = None
) -> Moved:
    """The change of the country's index, from its inputs under the method in use or from those given.

    The first moment is read under the method that was in use on its day of knowledge, where one was. Raises
    frames.NoMethodError.
    """
    method = method or frames.method_in_use()
    earlier = _method_at(span.before.known_on, method)
    given = _given(country, method, span, inputs)
    given_before = given if earlier is method else _given(country, earlier, span)
    has_before, has_after = _is_assessed(given_before, span.before), _is_assessed(given, span.after)
    parts: tuple[CausePart, ...] = ()
    found = None
    if has_after:
        moments = ((one.day, one.known_on) for one in (span.before, span.after))
        found = change(given, 0, before=next(moments), after=next(moments), given_before=given_before)
        parts = _parts(found, method, has_before=has_before)
    return Moved(
        span=span,
        before=found.before if found and has_before else None,
        after=found.after if found else None,
        profile=PROFILES[found.profile] if found else None,
        parts=parts,
        has_new_numbers=_has_new_numbers(given.series, span),
        method_before=earlier.version,
        method=method.version,
    )


def came_in(country: Country, span: Span) -> EvidenceQuerySet:
    """What counts at the second moment and did not at the first."""
    return _after(country, span).exclude(pk__in=_at(country, span.before).values("pk"))


def went_out(country: Country, span: Span) -> EvidenceQuerySet:
    """What counted at the first moment and was retracted before the second."""
    return _at(country, span.before).exclude(pk__in=_after(country, span).values("pk"))


def _after(country: Country, span: Span) -> EvidenceQuerySet:
    return _at(country, span.after).not_retracted_by(span.last_known_on)


def numbers_in(country: Country, span: Span, *, series: Collection[str]) -> list[SeriesValue]:
    """Of these series (slugs) the values that count at the second moment and did not at the first, by indicator."""
    rows = SeriesValue.objects.filter(country=country, is_scored=True, definition__slug__in=series)
    related = rows.select_related("definition", "report__source")
    found = list(related.defer("report__bytes", "report__text", "report__headers").order_by("period_end", "known_at"))
    before, after = (_latest(found, moment) for moment in (span.before, span.after))
    new = [row for slug, row in after.items() if row != before.get(slug)]
    return sorted(new, key=lambda row: [int(part) for part in row.definition.indicator_code.split(".")])


def _latest(rows: Iterable[SeriesValue], moment: Moment) -> dict[str, SeriesValue]:
    """Of each series the last of the rows, given in order, that is visible at the moment."""
    return {row.definition.slug: row for row in rows if is_measured(row, moment.day, moment.known_on)}


def _at(country: Country, moment: Moment) -> EvidenceQuerySet:
    return Evidence.objects.known(day=moment.day, known_on=moment.known_on).filter(country=country)


def _method_at(day: dt.date, method: frames.Method) -> frames.Method:
    """The method that was in use at the end of `day`; the one in use now where none was."""
    version = method_on(day)
    return method if version is None or version == method.version else frames.method_of(version)


def _given(country: Country, method: frames.Method, span: Span, inputs: frames.Inputs | None = None) -> Given:
    inputs = inputs or frames.inputs(method, [country.iso3])
    given = Given(inputs.evidence, inputs.series, method.catalogue, method.parameters)
    return compared(given, span.after.known_on, span.last_known_on)


def _is_assessed(given: Given, moment: Moment) -> bool:
    units = Units.of(0, moment.day, moment.known_on)
    return bool(score(given.evidence, given.series, given.catalogue, given.parameters, units).assessed[0])


def _has_new_numbers(rows: SeriesRows, span: Span) -> bool:
    before, after = (_counting(rows, moment) for moment in (span.before, span.after))
    return bool((after & ~before).any())


def _counting(rows: SeriesRows, moment: Moment) -> Bool:
    known = moment.known_on.toordinal()
    is_known = (rows.known_on <= known) & (rows.retracted_on > known)
    return is_known & (rows.period_end <= moment.day.toordinal())


def _parts(found: Change, method: frames.Method, *, has_before: bool) -> tuple[CausePart, ...]:
    by_cause = {part.cause: part for part in found.parts}
    order = [by_cause[cause] for cause in CAUSES]
    total = tenths_of(found.after) - (tenths_of(found.before) if has_before else 0)
    shares = apportioned(total, [part.points for part in order])
    return tuple(_part(part, share, method.titles) for part, share in zip(order, shares, strict=True))


def _part(part: ChangePart, tenths: int, titles: dict[int, str]) -> CausePart:
    shares = apportioned(tenths, part.by_factor)
    return CausePart(
        cause=part.cause,
        title=str(CAUSES[part.cause]),
        points=part.points,
        tenths=tenths,
        by_factor=tuple(
            FactorPart(number, titles.get(number, ""), points, share)
            for number, (points, share) in enumerate(zip(part.by_factor, shares, strict=True), start=1)
        ),
    )
