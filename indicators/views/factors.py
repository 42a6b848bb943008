"""The Framework's fourteen factors and what is known of each, country by country."""

import dataclasses

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countries.views.fragments import kept
from indicators.guidance import Guidance, guidance_of
from indicators.models import Evidence, EvidenceQuerySet, Factor, Framework, Indicator
from indicators.scoring.parameters import FACTORS
from indicators.views.asked import moment_of
from indicators.views.natures import NATURES
from indicators.views.sign_marker import marked_factor
from indicators.views.where import where
from people.permissions import Action, clearance_of, may
from r2p_dashboard.clock import AsOf

SCOPES = (
    (Factor.Scope.COMMON, gettext_lazy("Common factors"), gettext_lazy("They bear on every atrocity crime.")),
    (
        Factor.Scope.GENOCIDE,
        gettext_lazy("Genocide"),
        gettext_lazy("Two more that bear on genocide: on national, ethnical, racial and religious groups."),
    ),
    (
        Factor.Scope.CRIMES_AGAINST_HUMANITY,
        gettext_lazy("Crimes against humanity"),
        gettext_lazy("Two more that bear on crimes against humanity."),
    ),
    (
        Factor.Scope.WAR_CRIMES,
        gettext_lazy("War crimes"),
        gettext_lazy(
            "Two more that bear on war crimes. They presuppose an armed conflict: without one they cannot be present."
        ),
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
    if not 1 <= number <= FACTORS:
        raise Http404(
            _("factor: found the number %(number)s; wanted one from 1 to %(most)s")
            % {"number": number, "most": FACTORS}
        )
    reader = (clearance_of(request.user), may(request.user, Action.ENTER_EVIDENCE))
    content = (marked_factor(number), moment, reader, number)
    title, body = kept("factor", lambda: _made(request, number, moment), content=content)
    return render(request, "indicators/factor.html", {"as_of": moment, "title": title, "body": body})


def _made(request: HttpRequest, number: int, moment: AsOf) -> tuple[str, str]:
    """Title and rendered body (safe text). Raises Http404."""
    found = next((one for one in _in_use() if one.number == number), None)
    if found is None:
        raise Http404(_("factor: no framework is loaded; wanted `manage.py load_reference` first"))
    seen = Evidence.objects.visible_to(request.user).known(day=moment.day, known_on=moment.known_on)
    seen = seen.filter(indicator__factor__number=number)
    lines = _indicator_lines(found, seen)
    natures = {line.indicator.nature for line in lines}
    subject = gettext("factor %(number)s, %(title)s") % {"number": number, "title": found.title}
    context = {
        "as_of": moment,
        "factor": found,
        "scope": next(((title, text) for key, title, text in SCOPES if key == found.scope), ("", "")),
        "needs_conflict": found.scope == Factor.Scope.WAR_CRIMES,
        "indicators": lines,
        "natures": [(nature.label, words) for nature, words in NATURES.items() if nature.value in natures],
        "where": where(request, moment, seen, codes=[line.indicator.code for line in lines], subject=subject),
    }
    body = render_to_string("indicators/_factor_body.html", context, request=request)
    return _("Factor %(number)s: %(title)s") % {"number": number, "title": found.title}, body


def _indicator_lines(found: Factor, seen: EvidenceQuerySet) -> list[IndicatorLine]:
    counts = _counts(seen, "indicator__code")
    return [
        IndicatorLine(
            indicator,
            *counts.get(indicator.code, (0, 0)),
        )
        for indicator in found.indicators.order_by("order")
    ]
