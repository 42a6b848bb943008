"""Where a war is on record: by figures of conflict deaths, or by evidence of open war. What neither tells is unknown.

Two stated rules over what is stored and public. Conflict deaths: the sign of armed conflict has a series of UCDP's
country-years; 1,000 deaths in a calendar year are the mark at which UCDP speaks of war. Evidence: on the same sign the
gravest severity stands for open war in most of a country, or at least a thousand killed (framework/guidance/01.toml).
"""

import dataclasses
import datetime as dt
from typing import Any

from django.db.models import CharField, FloatField, QuerySet, Value

from indicators.models import Evidence, SeriesValue
from people.permissions import Sensitivity

SERIES = "ucdp-state-based"
SIGN = "1.1"  # armed conflict
WAR_DEATHS = 1000  # in a calendar year
GRAVEST = 4  # severity
Row = tuple[Any, ...]  # figure or evidence, code of the country, day, known at, number, deaths
YEAR = dt.timedelta(days=366)
FIGURES_LAST = 2 * YEAR  # a year's figures come in the middle of the next


@dataclasses.dataclass(frozen=True, slots=True)
class Wars:
    """What is on record at one (day, known_on), by ISO3 code; a country in neither is not known to be at war or not."""

    at_war: dict[str, str]  # with what says so
    below: tuple[str, ...]  # figures stand below the mark, and no evidence says war
    figures_until: dt.date | None  # the last day that the figures used cover; None: none is here


def wars(*, day: dt.date, known_on: dt.date) -> Wars:
    """What public figures and public evidence say of war. One query."""
    rows = sorted(_figures(day, known_on).union(_evidence(day, known_on), all=True), key=lambda row: row[2:5])
    deaths = {iso3: (ended, value) for of, iso3, ended, _, _, value in rows if of == "figure"}  # the latest of the last
    told = {iso3: last for of, iso3, last, *_ in rows if of == "evidence"}
    at_war = {
        iso3: f"{value:,.0f} deaths in state-based conflict in {ended.year}"
        for iso3, (ended, value) in deaths.items()
        if value >= WAR_DEATHS
    }
    for iso3, last in told.items():
        at_war[iso3] = "; ".join(filter(None, (at_war.get(iso3, ""), f"evidence of open war, last on {last}")))
    return Wars(
        at_war=at_war,
        below=tuple(sorted(deaths.keys() - at_war.keys())),
        figures_until=max((ended for ended, _ in deaths.values()), default=None),
    )


def _figures(day: dt.date, known_on: dt.date) -> QuerySet[SeriesValue, Row]:
    """Of each country the years that have a figure, in every release of them."""
    rows = SeriesValue.objects.filter(definition__slug=SERIES, is_scored=True, report__sensitivity=Sensitivity.PUBLIC)
    known = rows.filter(period_end__lte=day, period_end__gt=day - FIGURES_LAST, known_at__date__lte=known_on)
    standing = known.exclude(retracted_at__date__lte=known_on).annotate(of=Value("figure", CharField()))
    return standing.values_list("of", "country__iso3", "period_end", "known_at", "pk", "value")


def _evidence(day: dt.date, known_on: dt.date) -> QuerySet[Evidence, Row]:
    """Public evidence of open war within a year."""
    rows = Evidence.objects.known(day=day, known_on=known_on).filter(
        indicator__code=SIGN,
        severity=GRAVEST,
        polarity=Evidence.Polarity.RISK,
        event_on__gt=day - YEAR,
        sensitivity=Sensitivity.PUBLIC,
        passage__report__sensitivity=Sensitivity.PUBLIC,
    )
    told = rows.order_by().annotate(of=Value("evidence", CharField()), value=Value(0.0, FloatField()))
    return told.values_list("of", "country__iso3", "event_on", "known_at", "pk", "value")
