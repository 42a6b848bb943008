"""What the index is, with the parameters of the method in use."""

import math
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from indicators.methods import versions_told
from indicators.models import Evidence, Indicator, MethodVersion, SeriesDefinition
from indicators.models.score import Level
from indicators.scoring.parameters import Parameters
from indicators.views.asked import moment_of
from indicators.views.natures import NATURES
from reports.models import Reliability

DAYS_A_YEAR = 365
LEVELS = [level for level in Level if level is not Level.UNDETERMINED]


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    moment = moment_of(request)
    current = MethodVersion.objects.by_use().select_related("framework").first()
    context: dict[str, Any] = {"as_of": moment, "method": current, "versions": versions_told(current)}
    if current is not None:
        numbers = list(current.framework.indicators.values_list("number_confirmed", flat=True))
        context |= {
            "p": Parameters.from_mapping(current.parameters).as_mapping(),  # older versions leave some out
            "levels": _levels(current.parameters["up"]),
            "reliabilities": _grades(Reliability.choices, current.parameters["rel"]),
            "credibilities": _grades(Evidence.Credibility.choices, current.parameters["cred"]),
            "natures": _natures(current.parameters),
            "series": _series(current.goalposts),
            "indicator_count": len(numbers),
            "unconfirmed": numbers.count(False),
            "confirmed": numbers.count(True),
            "mitigation_factor": math.exp(-current.parameters["mu"]),
        }
    return render(request, "indicators/method.html", context)


def _series(goalposts: dict[str, dict[str, Any]]) -> list[tuple[SeriesDefinition, dict[str, Any]]]:
    """Each series of the method with the goalposts that are frozen in it, in the catalogue's order."""
    found = [(one, goalposts[one.slug]) for one in SeriesDefinition.objects.filter(slug__in=goalposts)]
    return sorted(found, key=lambda pair: [int(part) for part in pair[1]["indicator"].split(".")])


def _levels(cuts: list[float]) -> list[tuple[Level, str]]:
    """Each level with the index it stands for."""
    edges = [0, *cuts, None]
    return [
        (
            level,
            _("from %(low)s") % {"low": f"{low:g}"}
            if high is None
            else _("%(low)s up to but not %(high)s") % {"low": f"{low:g}", "high": f"{high:g}"},
        )
        for level, low, high in zip(LEVELS, edges[:-1], edges[1:], strict=True)
        if low is not None
    ]


def _grades(choices: Any, table: dict[str, float]) -> list[tuple[str, str, float]]:
    return [(str(value), str(label).partition(": ")[2], table[str(value)]) for value, label in choices]


def _natures(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a nature: words, half-life in days and years, and what one certain, grave, fresh event gives."""
    return [
        {
            "name": nature.label,
            "words": NATURES[nature],
            "half_life": _span(parameters["H"][nature.value]),
            "coverage_half_life": _span(parameters["Hcov"][nature.value]),
            "full": parameters["rho"][nature.value],
        }
        for nature in Indicator.Nature
    ]


def _span(days: float) -> str:
    years = days / DAYS_A_YEAR
    told = {"days": f"{days:g}", "years": f"{years:g}"}
    if years < 1:
        return ngettext("%(days)s day", "%(days)s days", math.ceil(days)) % told
    return (
        ngettext("%(days)s days (about %(years)s year)", "%(days)s days (about %(years)s years)", math.ceil(years))
        % told
    )
