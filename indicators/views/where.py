"""Where there is evidence on some indicators: country by country, for one reader at one moment, as table and map."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, Max, Q
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy

from countries.charts import Chart, dated
from countries.models import Country
from countries.views.geography import read_geography
from indicators.models import Evidence, EvidenceQuerySet, SeriesValue
from indicators.where_map import COLOURS, NONE, Says, Spot, where_map
from r2p_dashboard.clock import AsOf
from reports.models import Report

OURS = gettext_lazy("evidence accepted in this dashboard, and its series of numbers")


@dataclasses.dataclass(frozen=True, slots=True)
class CountryLine:
    """Where evidence stands, or a number; counts are of pieces of evidence that the reader may see."""

    iso3: str
    name: str
    risk: int  # pieces that say that it is there
    absent: int  # that say that it was looked for and not found
    mitigation: int
    severest: str  # the highest severity in words; empty where nothing says that it is there
    codes: tuple[str, ...]  # of the indicators with evidence
    last_event_on: dt.date | None
    numbers_until: dt.date | None  # end of the newest period of which a series has a number

    @property
    def says(self) -> Says:
        """Which way it points, all in all."""
        against = self.absent + self.mitigation
        if self.risk:
            return Says.BOTH if against else Says.RISK
        return Says.AGAINST if against else Says.NUMBERS

    @property
    def pieces(self) -> int:
        """Of evidence."""
        return self.risk + self.absent + self.mitigation

    @property
    def newest(self) -> dt.date | None:
        """Day of the newest event; where there are only numbers the end of their newest period."""
        return self.last_event_on or self.numbers_until


@dataclasses.dataclass(frozen=True, slots=True)
class Where:
    """All of it: the lines alphabetical, the map, and what stands beside the map."""

    lines: tuple[CountryLine, ...]
    chart: Chart
    key: tuple[tuple[Says | str, str, int], ...]  # word, name of its colour's class, and count of countries
    dots: tuple[str, ...]  # names of countries that are dots on the map
    missing: tuple[str, ...]  # and of those that are not on it

    @property
    def pieces(self) -> int:
        """Of evidence in all countries."""
        return sum(line.pieces for line in self.lines)


def where(request: HttpRequest, moment: AsOf, seen: EvidenceQuerySet, *, codes: Sequence[str], subject: str) -> Where:
    """`seen` is the evidence on the indicators `codes` that the reader may see at `moment`. Three queries."""
    names = dict(Country.objects.alphabetical().values_list("iso3", "name_en"))
    numbers = _numbers(request, moment, codes)
    cells = _cells(seen)
    lines = [_line(iso3, name, cells.get(iso3, []), numbers.get(iso3)) for iso3, name in names.items()]
    found = tuple(line for line in lines if line.pieces or line.numbers_until)
    geography = read_geography()
    here = {line.iso3: line.name for line in found}
    chart = where_map(
        [_spot(line) for line in found],
        {iso3: name for iso3, name in names.items() if iso3 not in here},
        subject=subject,
        points=geography.points,
        neutral=geography.neutral,
        geometry=static("geo/world.json"),
        day=moment.day,
        source=dated(OURS, moment.day, moment.known_on),
    )
    return Where(
        lines=found,
        chart=chart,
        key=_key(found, len(names)),
        dots=tuple(name for iso3, name in here.items() if iso3 in geography.points),
        missing=tuple(name for iso3, name in here.items() if iso3 in geography.missing),
    )


def _key(lines: Sequence[CountryLine], states: int) -> tuple[tuple[Says | str, str, int], ...]:
    counts = [(says, says.name.lower(), sum(line.says is says for line in lines)) for says in COLOURS]
    return (*(one for one in counts if one[2]), (NONE, "none", states - len(lines)))


def _spot(line: CountryLine) -> Spot:
    return Spot(line.iso3, line.name, line.says, line.risk, line.absent + line.mitigation, line.newest)


def _cells(seen: EvidenceQuerySet) -> dict[str, list[dict[str, object]]]:
    """By country what one query counts, indicator by indicator."""
    is_risk, is_absent = Q(polarity=Evidence.Polarity.RISK), Q(severity=Evidence.Severity.ABSENT)
    rows = (
        seen.values("country__iso3", "indicator__code", "indicator__order")
        .annotate(
            risk=Count("pk", filter=is_risk & ~is_absent),
            absent=Count("pk", filter=is_risk & is_absent),
            mitigation=Count("pk", filter=~is_risk),
            severest=Max("severity", filter=is_risk & ~is_absent),
            last=Max("event_on"),
        )
        .order_by("indicator__order")
    )
    found: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        found.setdefault(str(row["country__iso3"]), []).append(dict(row))
    return found


def _line(iso3: str, name: str, cells: Sequence[dict[str, object]], numbers_until: dt.date | None) -> CountryLine:
    def counted(what: str) -> int:
        return sum(int(str(cell[what])) for cell in cells)

    severest = max((int(str(cell["severest"])) for cell in cells if cell["severest"] is not None), default=0)
    return CountryLine(
        iso3=iso3,
        name=name,
        risk=counted("risk"),
        absent=counted("absent"),
        mitigation=counted("mitigation"),
        severest=str(Evidence.Severity(severest).label) if severest else "",
        codes=tuple(str(cell["indicator__code"]) for cell in cells),
        last_event_on=max((day for cell in cells if isinstance(day := cell["last"], dt.date)), default=None),
        numbers_until=numbers_until,
    )


def _numbers(request: HttpRequest, moment: AsOf, codes: Sequence[str]) -> dict[str, dt.date]:
    """By country the end of the newest period of which a score at `moment` sees a number that the reader may see."""
    seen = SeriesValue.objects.filter(
        definition__indicator_code__in=codes,
        is_scored=True,
        report__in=Report.objects.visible_to(request.user),
        period_end__lte=moment.day,
        known_at__date__lte=moment.known_on,
    ).exclude(retracted_at__date__lte=moment.known_on)
    return dict(seen.values_list("country__iso3").annotate(newest=Max("period_end")))
