"""Outcome lists into the database: from a CSV file, or derived from deaths in one-sided violence."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models.functions import TruncDate
from django.utils.text import slugify

from countries.models import Country
from countries.reference import read_event_territories, read_ucdp_releases, territory_in
from indicators.backtest import one_sided
from indicators.backtest.errors import BacktestError
from indicators.backtest.outcomes import WORDS_MAX, read_outcomes
from indicators.backtest.outcomes import Outcome as Row
from indicators.models import Outcome, OutcomeList, SeriesDefinition, SeriesValue
from reports.readers import ucdp_country_year
from reports.readers.ucdp_country_year import ONE_SIDED, STATE_BASED

ONE_SIDED_SLUG = "ucdp-one-sided"
STATE_BASED_SLUG = "ucdp-state-based"


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """Deaths of one country and calendar year in one series, and the day from which they were known."""

    country: str
    year: int
    known_on: dt.date
    value: float
    series: str = ONE_SIDED_SLUG


def load_csv(
    *,
    payload: bytes,
    name: str,
    at: dt.datetime,
    title: str = "",
    definition: str = "",
    covers_from: dt.date | None = None,
    covers_until: dt.date | None = None,
) -> tuple[OutcomeList, bool]:
    """The list of a CSV file, and whether it is new; all of it or, with a BacktestError that names the line, nothing.

    The same bytes and bounds twice are one list.
    """
    codes = set(Country.objects.values_list("iso3", flat=True))
    rows = read_outcomes(payload, codes)
    _refuse_title(title or name)
    _refuse_unknown_series(made_from := sorted({slug for row in rows for slug in row.made_from}))
    days = [row.start for row in rows] + [row.end for row in rows if row.end]
    begins = covers_from or dt.date(min(row.start for row in rows).year, 1, 1)
    ends = covers_until or dt.date(max(days).year, 12, 31)
    if ends < begins:
        raise BacktestError("days that the list covers", f"{begins} to {ends}", "a last day not before the first one")
    sha256 = hashlib.sha256(payload + f"|{begins}|{ends}".encode()).hexdigest()
    return _stored(
        OutcomeList(
            slug=f"{slugify(name)[:60] or 'outcomes'}-{sha256[:8]}",
            title=title or name,
            kind=OutcomeList.Kind.ONSET,
            definition=definition or f"As its source defines it: {_joined((row.kind for row in rows), 300)}.",
            source=_joined(row.source for row in rows),
            licence=_joined(row.licence for row in rows),
            made_from=made_from,
            covers_from=begins,
            covers_until=ends,
            sha256=sha256,
            imported_at=at,
        ),
        rows,
    )


def load_derived(
    *, figures: Sequence[Figure], rule: one_sided.Rule, origin: str, at: dt.datetime
) -> tuple[OutcomeList, bool]:
    """The list that `rule` makes of deaths in one-sided violence, and whether it is new. Raises BacktestError."""
    deaths = deaths_of(figures)
    rows = one_sided.outcomes_from(deaths, rule)
    first, last = one_sided.first_year(deaths, rule), one_sided.last_year(deaths)
    canonical = [
        rule.words,
        origin,
        first,
        last,
        [[row.country, str(row.start), str(row.end), row.begins] for row in rows],
    ]
    sha256 = hashlib.sha256(json.dumps(canonical, ensure_ascii=False).encode()).hexdigest()
    return _stored(
        OutcomeList(
            slug=f"one-sided-{rule.slug}-{sha256[:8]}",
            title=f"One-sided violence, {rule.kind}: {rule.at_least} deaths a year or more",
            kind=OutcomeList.Kind(rule.kind),
            definition=rule.words,
            source=f"Derived here from {origin}",
            licence=one_sided.LICENCE,
            made_from=[ONE_SIDED_SLUG],
            covers_from=dt.date(first, 1, 1),
            covers_until=dt.date(last, 12, 31),
            sha256=sha256,
            imported_at=at,
        ),
        rows,
    )


def figures_in_file(payload: bytes) -> tuple[str, list[Figure]]:
    """Origin in words, and the deaths of every country and year of a UCDP country-year file, by both series.

    Territories follow the reviewed table: what belongs to no country here, or is not scored, is left out.

    Raises ReaderError for a broken file, BacktestError for a release whose day is not known.
    """
    version, rows = ucdp_country_year.parse(payload)
    releases = {release.version: release.known_at for release in read_ucdp_releases()}
    if version not in releases:
        raise BacktestError("column version", repr(version), f"a release whose day is known: {', '.join(releases)}")
    territories = read_event_territories()
    found = []
    for row in rows:
        territory = territory_in(territories, country_id=row.gw_code, year=row.year)
        if territory is None or territory.treatment != "attach":
            continue
        for column, series in ((ONE_SIDED, ONE_SIDED_SLUG), (STATE_BASED, STATE_BASED_SLUG)):
            value = float(row.deaths[column])
            found += [Figure(iso3, row.year, releases[version], value, series) for iso3 in territory.iso3]
    return f"UCDP organized violence, country-year, version {version}", found


def figures_stored() -> tuple[str, list[Figure]]:
    """The same from the series that stand in the database."""
    rows = (
        SeriesValue.objects.filter(definition__slug__in=[ONE_SIDED_SLUG, STATE_BASED_SLUG], is_scored=True)
        .filter(retracted_at=None)
        .annotate(known_on=TruncDate("known_at"))
        .order_by("pk")
        .values_list("country__iso3", "period_end__year", "known_on", "value", "definition__slug", "report__title")
    )
    found = [(Figure(iso3, year, day, value, slug), title) for iso3, year, day, value, slug, title in rows]
    return _joined(title for _, title in found), [figure for figure, _ in found]


def deaths_of(figures: Iterable[Figure], series: str = ONE_SIDED_SLUG) -> dict[str, dict[int, float]]:
    """Country → year → deaths in one series, by the latest release that gives the year."""
    deaths: dict[str, dict[int, float]] = {}
    for figure in sorted(figures, key=lambda one: one.known_on):
        if figure.series == series:
            deaths.setdefault(figure.country, {})[figure.year] = figure.value
    return deaths


@transaction.atomic
def _stored(outcomes: OutcomeList, rows: Sequence[Row]) -> tuple[OutcomeList, bool]:
    stands = OutcomeList.objects.filter(sha256=outcomes.sha256).first()
    if stands is not None:
        return stands, False
    outcomes.save()
    ids = dict(Country.objects.values_list("iso3", "pk"))
    Outcome.objects.bulk_create(
        Outcome(
            outcomes=outcomes,
            country_id=ids[row.country],
            start_on=row.start,
            end_on=row.end,
            begins=row.begins,
            kind=row.kind,
            source=row.source,
            licence=row.licence,
        )
        for row in rows
    )
    return outcomes, True


def _refuse_unknown_series(slugs: Sequence[str]) -> None:
    known = set(SeriesDefinition.objects.values_list("slug", flat=True))
    if unknown := [slug for slug in slugs if slug not in known]:
        raise BacktestError("column made_from", repr(unknown[0][:40]), f"one of {', '.join(sorted(known)) or 'none'}")


def _refuse_title(title: str) -> None:
    if len(title) > WORDS_MAX:
        raise BacktestError("title", f"{len(title)} characters", f"at most {WORDS_MAX}: --title gives another")


def _joined(words: Iterable[str], most: int = 400) -> str:
    text = "; ".join(sorted(set(words)))
    return text if len(text) <= most else f"{text[: most - 1]}…"
