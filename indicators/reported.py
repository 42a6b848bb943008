"""How many public reports came about each country, and about all of them: what the blackout flag looks at."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

import numpy as np
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.fields import CharField

from indicators.models import Evidence
from indicators.scoring.arrays import I64
from people.permissions import Sensitivity
from reports.models import Report

KINDS = (Report.Kind.DOCUMENT, Report.Kind.CODING_NOTE, Report.Kind.ENTRY)  # datasets and feeds' answers are carriers
EVERYWHERE = "*"


@dataclasses.dataclass(frozen=True, slots=True)
class Reported:
    """Ordinals of the days of publication, sorted, one for each report."""

    about: dict[str, I64]
    everywhere: I64  # of reports about any country at all

    def days_of(self, iso3: str) -> I64:
        """Of the reports about one country."""
        return self.about.get(iso3, np.array([], np.int64))


def reported(
    countries: Collection[str] | None, *, since: dt.date, until: dt.date, as_at: dt.datetime | None = None
) -> Reported:
    """Public reports published up to `until`, about some countries or all; everywhere only from `since` on.

    A report is about a country that its metadata name, or in which evidence in it was ever accepted and is public. The
    same text a second time does not count. With `as_at`, what came in or was decided later is not yet there.
    """
    reports = Report.objects.filter(
        kind__in=KINDS,
        sensitivity=Sensitivity.PUBLIC,
        duplicate_of=None,
        published_on__lte=until,
        **({"received_at__lte": as_at} if as_at else {}),
    )
    evidence = Evidence.objects.ever_accepted().filter(sensitivity=Sensitivity.PUBLIC)
    if as_at:
        evidence = evidence.filter(decided_at__lte=as_at)
    days: dict[str, list[int]] = defaultdict(list)
    for iso3, published_on, _ in _pairs(reports, evidence, countries, since):
        days[iso3].append(published_on.toordinal())
    ordinals = {iso3: np.array(sorted(found), np.int64) for iso3, found in days.items()}
    return Reported(ordinals, ordinals.pop(EVERYWHERE, np.array([], np.int64)))


def _pairs(
    reports: QuerySet[Report], evidence: QuerySet[Evidence], countries: Collection[str] | None, since: dt.date
) -> Iterable[tuple[str, dt.date, int]]:
    """(country, day of publication, report), each once, and once more under EVERYWHERE: one query."""
    said, coded = reports.exclude(countries_said=[]), evidence.filter(passage__report__in=reports)
    any_coded = Exists(evidence.filter(passage__report=OuterRef("pk")))
    if countries is not None:
        said = said.filter(countries_said__overlap=list(countries))
        coded = coded.filter(country__iso3__in=countries)
    by_name = said.annotate(iso3=Func(F("countries_said"), function="unnest", output_field=CharField()))
    of_any = reports.filter(~Q(countries_said=[]) | any_coded, published_on__gte=since).annotate(iso3=Value(EVERYWHERE))
    return by_name.values_list("iso3", "published_on", "pk").union(
        coded.values_list("country__iso3", "passage__report__published_on", "passage__report"),
        of_any.values_list("iso3", "published_on", "pk"),
    )
