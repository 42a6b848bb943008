"""The factors of a country as plots: a page of their own, which the country page fetches when a reader opens them."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from countries.charts import OURS, dated
from countries.models import Country
from countries.views.explained import country_asked
from countries.views.fragments import fragment
from indicators.factor_charts import FactorCourse, by_month, now_and_then
from indicators.profile import compared, courses, read, year_before
from indicators.views.asked import moment_of
from people.permissions import clearance_of
from r2p_dashboard.clock import AsOf

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User

MONTHS = 36  # of the heat map, the current one as the last


@require_safe
def factor_plots_page(request: HttpRequest, iso3: str) -> HttpResponse:
    """Dots and whiskers of now against a year ago, and the heat map of months."""
    country, marker = country_asked(iso3)
    moment = moment_of(request)
    body = fragment(
        "countries/_factor_plots_body.html",
        lambda: _plots(country, moment, request.user),
        content=(marker.of(is_current=moment.is_current), moment, clearance_of(request.user)),
        request=request,
    )
    return render(request, "countries/factor_plots.html", {"as_of": moment, "country": country, "body": body})


def _plots(country: Country, moment: AsOf, user: "User | AnonymousUser") -> dict[str, object]:
    asked: dict[str, Any] = {"day": moment.day, "known_on": moment.known_on, "is_current": moment.is_current}
    reading = read(country, **asked, user=user, with_history=False)
    if reading.score is None:
        return {}
    both, went = compared(reading), courses(reading, MONTHS)
    by_factor = [FactorCourse(one.number, one.title, values) for one, values in zip(both, went.factors, strict=True)]
    said: dict[str, Any] = {"country": country.name_en, "source": dated(OURS, reading.day, reading.known_on)}
    return {
        "compared": now_and_then(both, days=(year_before(reading.day), reading.day), **said),
        "months": by_month(by_factor, days=went.days, **said),
    }
