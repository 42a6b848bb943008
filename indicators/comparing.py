"""What the page that compares countries says: the same facts of each, side by side. Reads, never writes."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count, F, Prefetch

from countries.models import Country
from indicators import frames
from indicators.models import Evidence, Factor, History, MethodVersion, Snapshot, Standing
from indicators.models.score import Level
from indicators.scored import PROFILES, ScoredCountry, ScoredLine, score_countries
from indicators.scoring.parameters import Parameters
from indicators.scoring.profiles import profile_weights
from indicators.world import WorldRow, is_stale, latest_run, row_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User

LEADING = 3  # factors that are named as weighing most

Score = Snapshot | ScoredCountry
Bounds = Mapping[dt.date, tuple[float, float]]  # (low, high) by day


@dataclasses.dataclass(frozen=True, slots=True)
class FactorCell:
    """One factor of one country. None: nothing is known of it, which is not 0."""

    factor: Factor
    value: float | None  # F, 0 to 1
    coverage: float | None  # K, 0 to 1


@dataclasses.dataclass(frozen=True, slots=True)
class Course:
    """The monthly line in hindsight; tuples of equal length, oldest first. None: nothing was known yet."""

    days: tuple[dt.date, ...]
    overall: tuple[float | None, ...]
    levels: tuple[Level, ...]  # as shown: UNDETERMINED where too little was known
    band: Bounds  # the interval, of some days


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """One country as the page shows it; where it is not assessed it has no course and knows no factor."""

    row: WorldRow
    day: dt.date  # of the score: what stands may be of an earlier day than was asked for
    last_known_on: dt.date | None
    factors: tuple[FactorCell, ...]  # all of the catalogue, in its order
    leading: tuple[Factor, ...]  # those that weigh most in the index, the weightiest first
    course: Course | None
    pieces: int  # of evidence that counts and that the reader may see
    withheld: int  # that count too, and that the reader may not see


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """Some countries at one (day, known_on), in the order asked for."""

    columns: tuple[Compared, ...]
    factors: tuple[Factor, ...]
    method: MethodVersion
    is_stale: bool


def compared(
    countries: Sequence[Country],
    *,
    day: dt.date,
    known_on: dt.date,
    is_current: bool,
    user: "User | AnonymousUser",
) -> Comparison:
    """The countries as they stand, or at another date computed now. Raises frames.NoMethodError."""
    version = frames.version_in_use()
    factors = tuple(Factor.objects.filter(framework=version.framework).order_by("number"))
    codes = [country.iso3 for country in countries]
    scores = _standing(codes, version) if is_current else _computed(codes, version, day, known_on)
    pieces = _pieces(codes, day, known_on, user)
    oldest = min((score.as_of for score in scores.values() if isinstance(score, Snapshot)), default=None)
    columns = [
        _column(country, scores.get(country.iso3), factors, version, day=day, pieces=pieces.get(country.iso3, {}))
        for country in countries
    ]
    stale = is_current and is_stale(latest_run(version), stands_of=oldest, day=day)
    return Comparison(tuple(columns), factors, version, stale)


def _standing(codes: Sequence[str], version: MethodVersion) -> dict[str, Score]:
    line = History.objects.filter(line=History.Line.HINDSIGHT)
    rows = Standing.objects.filter(method=version, country__iso3__in=codes).select_related("snapshot", "country")
    rows = rows.prefetch_related(Prefetch("snapshot__histories", line), "snapshot__bands")
    return {row.country.iso3: row.snapshot for row in rows}


def _computed(codes: Sequence[str], version: MethodVersion, day: dt.date, known_on: dt.date) -> dict[str, Score]:
    return {one.iso3: one for one in score_countries(frames.method_of(version), codes, day=day, known_on=known_on)}


def _pieces(
    codes: Sequence[str], day: dt.date, known_on: dt.date, user: "User | AnonymousUser"
) -> dict[str, dict[bool, int]]:
    """By country how many pieces of evidence count, those that the reader may see (True) and the others."""
    rows = Evidence.objects.known(day=day, known_on=known_on).filter(country__iso3__in=codes).marked_for(user)
    found: dict[str, dict[bool, int]] = {}
    for iso3, is_visible, count in rows.values_list("country__iso3", F("cleared")).annotate(count=Count("pk")):
        found.setdefault(iso3, {})[is_visible] = count
    return found


def _column(
    country: Country,
    score: Score | None,
    factors: tuple[Factor, ...],
    version: MethodVersion,
    *,
    day: dt.date,
    pieces: Mapping[bool, int],
) -> Compared:
    is_known = score is not None and score.assessed
    return Compared(
        row=row_of(country, score, {factor.number: factor.title for factor in factors}),
        day=score.as_of if isinstance(score, Snapshot) else day,
        last_known_on=score.last_known_on if score is not None and is_known else None,
        factors=tuple(_cell(factor, score if is_known else None) for factor in factors),
        leading=_leading(score, factors, version) if score is not None and is_known else (),
        course=_course(score) if score is not None and is_known else None,
        pieces=pieces.get(True, 0),
        withheld=pieces.get(False, 0),
    )


def _cell(factor: Factor, score: Score | None) -> FactorCell:
    place = factor.number - 1
    if score is None or score.factor_coverage[place] == 0:
        return FactorCell(factor, None, None)
    return FactorCell(factor, score.factors[place], score.factor_coverage[place])


def _leading(score: Score, factors: Sequence[Factor], version: MethodVersion) -> tuple[Factor, ...]:
    """By what each adds to the index: its weight in the leading profile times its strength."""
    weights = profile_weights(Parameters.from_mapping(version.parameters))
    own = weights[[profile.value for profile in PROFILES].index(score.profile)].tolist()
    points = {factor.number: own[factor.number - 1] * score.factors[factor.number - 1] for factor in factors}
    adding = [factor for factor in factors if points[factor.number] > 0]
    return tuple(sorted(adding, key=lambda factor: -points[factor.number])[:LEADING])


def _course(score: Score) -> Course | None:
    line: History | ScoredLine | None
    if isinstance(score, ScoredCountry):
        line = next((one for one in score.lines if one.line == History.Line.HINDSIGHT), None)
        band: Bounds = {line.days[-1]: score.interval} if line and score.interval else {}
    else:
        line, band = next(iter(score.histories.all()), None), _band(score)
    if line is None:
        return None
    known = zip(line.overall, line.coverage, strict=True)
    return Course(
        days=tuple(line.days),
        overall=tuple(value if share > 0 else None for value, share in known),  # nothing known yet is a gap, not 0
        levels=tuple(Level(level) for level in line.shown_levels),
        band=band,
    )


def _band(snapshot: Snapshot) -> Bounds:
    stored = [(row.days, row.low, row.high) for row in snapshot.bands.all()]
    return {day: (low, high) for days, lows, highs in stored for day, low, high in zip(days, lows, highs, strict=True)}
