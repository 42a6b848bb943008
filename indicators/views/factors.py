"""The Framework's fourteen factors and what is known of each, country by country."""

import dataclasses
import datetime as dt

from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from indicators.guidance import Guidance, guidance_of
from indicators.models import Evidence, EvidenceQuerySet, Factor, Framework, Indicator
from indicators.views.asked import moment_of
from indicators.views.natures import NATURES

SCOPES = (
    (Factor.Scope.COMMON, "Common factors", "They bear on every atrocity crime."),
    (
        Factor.Scope.GENOCIDE,
        "Genocide",
        "Two more that bear on genocide: on national, ethnical, racial and religious groups.",
    ),
    (Factor.Scope.CRIMES_AGAINST_HUMANITY, "Crimes against humanity", "Two more that bear on crimes against humanity."),
    (
        Factor.Scope.WAR_CRIMES,
        "War crimes",
        "Two more that bear on war crimes. They presuppose an armed conflict: without one they cannot be present.",
    ),
)


@dataclasses.dataclass(frozen=True, slots=True)
class FactorLine:
    """One factor in the browser, with how much is known of it."""

    factor: Factor
    indicators: int
    confirmed: int
    pieces: int
    countries: int


@dataclasses.dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator of a factor, with how much is known of it."""

    indicator: Indicator
    pieces: int
    countries: int

    @property
    def guidance(self) -> Guidance | None:
        """How it is coded."""
        return guidance_of(self.indicator.code)


@dataclasses.dataclass(frozen=True, slots=True)
class CountryLine:
    """Where evidence for a factor stands."""

    iso3: str
    name: str
    risk: int
    mitigation: int
    codes: tuple[str, ...]
    last_event_on: dt.date


@require_safe
def factors(request: HttpRequest) -> HttpResponse:
    moment = moment_of(request)
    seen = Evidence.objects.visible_to(request.user).known(day=moment.day, known_on=moment.known_on)
    counts = _counts(seen, "indicator__factor__number")
    lines = [_factor_line(one, *counts.get(str(one.number), (0, 0))) for one in _in_use()]
    context = {
        "as_of": moment,
        "framework": lines[0].factor.framework if lines else None,
        "scopes": [(title, text, [line for line in lines if line.factor.scope == key]) for key, title, text in SCOPES],
        "unconfirmed": sum(line.indicators - line.confirmed for line in lines),
        "total": sum(line.indicators for line in lines),
    }
    return render(request, "indicators/factors.html", context)


def _in_use() -> list[Factor]:
    latest = Framework.objects.order_by("-version").values("pk")[:1]
    rows = Factor.objects.filter(framework=latest).select_related("framework").order_by("number")
    return list(
        rows.annotate(
            indicator_count=Count("indicators"),
            confirmed_count=Count("indicators", filter=Q(indicators__number_confirmed=True)),
        )
    )


def _counts(seen: EvidenceQuerySet, by: str) -> dict[str, tuple[int, int]]:
    """Pieces of evidence and countries, by one of its fields."""
    rows = seen.values_list(by).annotate(pieces=Count("pk"), countries=Count("country", distinct=True))
    return {str(key): (int(pieces), int(countries)) for key, pieces, countries in rows}


def _factor_line(found: Factor, pieces: int, countries: int) -> FactorLine:
    return FactorLine(
        found,
        indicators=getattr(found, "indicator_count", 0),
        confirmed=getattr(found, "confirmed_count", 0),
        pieces=pieces,
        countries=countries,
    )


@require_safe
def factor(request: HttpRequest, number: int) -> HttpResponse:
    moment = moment_of(request)
    found = next((one for one in _in_use() if one.number == number), None)
    if found is None:
        raise Http404(f"factor: found the number {number}; wanted one from 1 to 14")
    seen = Evidence.objects.visible_to(request.user).known(day=moment.day, known_on=moment.known_on)
    seen = seen.filter(indicator__factor__number=number)
    lines = _indicator_lines(found, seen)
    natures = {line.indicator.nature for line in lines}
    context = {
        "as_of": moment,
        "factor": found,
        "scope": next(((title, text) for key, title, text in SCOPES if key == found.scope), ("", "")),
        "needs_conflict": found.scope == Factor.Scope.WAR_CRIMES,
        "indicators": lines,
        "natures": [(nature.label, words) for nature, words in NATURES.items() if nature.value in natures],
        "countries": _country_lines(seen),
    }
    return render(request, "indicators/factor.html", context)


def _indicator_lines(found: Factor, seen: EvidenceQuerySet) -> list[IndicatorLine]:
    counts = _counts(seen, "indicator__code")
    return [
        IndicatorLine(
            indicator,
            *counts.get(indicator.code, (0, 0)),
        )
        for indicator in found.indicators.order_by("order")
    ]


def _country_lines(seen: EvidenceQuerySet) -> list[CountryLine]:
    rows = (
        seen.values("country__iso3", "country__name_en", "country__name_sort", "indicator__code", "polarity")
        .annotate(pieces=Count("pk"), last=Max("event_on"))
        .order_by("country__name_sort", "indicator__code")
    )
    found: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        found.setdefault(str(row["country__iso3"]), []).append(dict(row))
    return [_country_line(iso3, cells) for iso3, cells in found.items()]


def _country_line(iso3: str, cells: list[dict[str, object]]) -> CountryLine:
    def pieces(polarity: int) -> int:
        return sum(int(str(cell["pieces"])) for cell in cells if cell["polarity"] == polarity)

    codes = sorted({str(cell["indicator__code"]) for cell in cells}, key=lambda code: int(code.partition(".")[2]))
    return CountryLine(
        iso3,
        str(cells[0]["country__name_en"]),
        risk=pieces(Evidence.Polarity.RISK),
        mitigation=pieces(Evidence.Polarity.MITIGATION),
        codes=tuple(codes),
        last_event_on=max(day for cell in cells if isinstance(day := cell["last"], dt.date)),
    )
