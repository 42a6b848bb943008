"""The interval along the hindsight line: year ends with the score, the other month ends afterwards, in small steps."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from indicators import frames
from indicators.beside import bands_of
from indicators.models import Band, Evidence, History, MethodVersion, SeriesValue, Snapshot, Standing
from indicators.scored import ScoredCountry, given_of

YEARS = 10  # month ends further back have the band of their year's end alone
STEP = 10  # countries computed at once: a step stays short, so that a changed score need not wait
AT_ONCE = 400  # countries looked at in one step: taking over what is known costs little

Days = Mapping[dt.date, tuple[float, float]]  # (low, high) of days


def as_row(snapshot: Snapshot, part: Band.Part, found: Days, *, at: dt.datetime) -> Band:
    """The row to store."""
    days = sorted(found)
    return Band(
        snapshot=snapshot,
        part=part,
        days=days,
        low=[found[day][0] for day in days],
        high=[found[day][1] for day in days],
        stored_at=at,
    )


def year_bands(
    method: frames.Method, inputs: frames.Inputs, scored: Sequence[ScoredCountry], *, known_on: dt.date
) -> dict[str, Days]:
    """Of each assessed country its year ends and the day of the score; what is known from before is taken over."""
    given = given_of(method, inputs, known_on=known_on)
    assessed = {place: country for place, country in enumerate(scored) if country.interval and country.lines}
    known = _known(method, {country.iso3: country.input_digest for country in assessed.values()})
    found: dict[str, dict[dt.date, tuple[float, float]]] = {}
    missing: dict[int, list[dt.date]] = {}
    for place, country in assessed.items():
        *before, last = country.lines[0].days
        years, own = [day for day in before if _ends_a_year(day)], known.get(country.iso3, {})
        found[country.iso3] = {day: own[day] for day in years if day in own} | {last: country.interval or (0.0, 0.0)}
        missing[place] = [day for day in years if day not in own]
    for place, band in bands_of(given, missing, known_on=known_on).items():
        found[scored[place].iso3] |= band
    return dict(found)


def waiting() -> QuerySet[Standing]:
    """Standing scores whose month ends have no band yet: the method in use first, then what most evidence speaks of."""
    months = Band.objects.filter(snapshot=OuterRef("snapshot"), part=Band.Part.MONTHS)
    years = Band.objects.filter(snapshot=OuterRef("snapshot"), part=Band.Part.YEARS)
    published = Standing.objects.filter(method__in=MethodVersion.objects.published())
    return published.filter(Exists(years), ~Exists(months)).order_by(
        "-method__published_at", "-snapshot__evidence_count", "country"
    )


def fill_waiting(*, at: dt.datetime) -> int:
    """Stores the bands of standing scores until some had to be computed; how many. Safe to run twice."""
    stored = computed = 0
    for row in list(waiting().select_related("country", "method__framework", "snapshot")[:AT_ONCE]):
        was_computed = _fill(row, at=at)
        stored += was_computed is not None
        computed += bool(was_computed)
        if computed == STEP:
            break
    return stored


def _fill(row: Standing, *, at: dt.datetime) -> bool | None:
    """Whether anything had to be computed; None where the inputs changed, and a new score is on its way."""
    snapshot, iso3 = row.snapshot, row.country.iso3
    days = _month_ends(snapshot)
    earlier = _earlier(snapshot)
    found = {day: earlier[day] for day in days if day in earlier}
    missing = [day for day in days if day not in found]
    if missing:
        method = frames.method_of(row.method)
        inputs = frames.inputs(method, [iso3])
        if inputs.digests.get(iso3) != snapshot.input_digest:
            return None
        given = given_of(method, inputs, known_on=snapshot.known_on)
        found |= bands_of(given, {0: missing}, known_on=snapshot.known_on)[0]
    band = as_row(snapshot, Band.Part.MONTHS, found, at=at)
    Band.objects.bulk_create([band], ignore_conflicts=True)  # another worker may have been here
    return bool(missing)


def _ends_a_year(day: dt.date) -> bool:
    return (day.month, day.day) == (12, 31)


def _month_ends(snapshot: Snapshot) -> list[dt.date]:
    """Of the last ten years, those that the snapshot's years do not have."""
    line = History.objects.get(snapshot=snapshot, line=History.Line.HINDSIGHT)
    first = dt.date(snapshot.as_of.year - YEARS, snapshot.as_of.month, 1)
    return [day for day in line.days[:-1] if day >= first and not _ends_a_year(day)]


def _days(bands: Iterable[Band]) -> dict[dt.date, tuple[float, float]]:
    return {day: (low, high) for band in bands for day, low, high in zip(band.days, band.low, band.high, strict=True)}


def _known(method: frames.Method, digests: Mapping[str, str]) -> dict[str, dict[dt.date, tuple[float, float]]]:
    """Bands of standing scores from the very same rows, by country code: the past has not changed."""
    rows = Standing.objects.filter(method=method.version, country__iso3__in=digests)
    rows = rows.select_related("country", "snapshot").prefetch_related("snapshot__bands")
    same = [row for row in rows if row.snapshot.input_digest == digests[row.country.iso3]]
    moved = _moved([row.snapshot for row in same])
    return {row.country.iso3: _days(row.snapshot.bands.all()) for row in same if row.country_id not in moved}


def _earlier(snapshot: Snapshot) -> dict[dt.date, tuple[float, float]]:
    """The bands of the latest other snapshot from the very same rows."""
    bands = Band.objects.filter(
        part=Band.Part.MONTHS,
        snapshot__country=snapshot.country_id,
        snapshot__method=snapshot.method_id,
        snapshot__input_digest=snapshot.input_digest,
    )
    band = bands.exclude(snapshot=snapshot).select_related("snapshot").order_by("-snapshot").first()
    return {} if band is None or _moved([band.snapshot]) else _days([band])


def _moved(snapshots: Sequence[Snapshot]) -> set[int]:
    """Countries with a row that became known, or was retracted, after these snapshots: with it the past changes."""
    if not snapshots:
        return set()
    since = min(snapshot.known_on for snapshot in snapshots)
    later = Q(known_at__date__gt=since) | Q(retracted_at__date__gt=since)
    countries = {snapshot.country_id for snapshot in snapshots}
    evidence = Evidence.objects.ever_accepted().filter(later, country__in=countries).values_list("country")
    series = SeriesValue.objects.filter(later, country__in=countries).values_list("country")
    return {country for (country,) in evidence.union(series)}
