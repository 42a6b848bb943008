"""One risk factor of one country: its signs, each with its evidence. The country page fetches it when it is opened."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countries.models import Country
from countries.views.country import reader_of
from countries.views.explained import country_asked
from countries.views.fragments import kept
from countries.views.pieces import factor_block
from countries.views.told import factor_rows, named_in_reasons
from indicators.profile import country_profile
from indicators.scoring.parameters import FACTORS
from indicators.views.asked import moment_of
from r2p_dashboard.clock import AsOf


@require_safe
def country_factor_page(request: HttpRequest, iso3: str, number: int) -> HttpResponse:
    """A page of its own; the country page takes the element `factor-part-7` from it (static/js/lazy.js)."""
    moment = moment_of(request)
    country, marker = country_asked(iso3)
    if not 1 <= number <= FACTORS:
        raise Http404(
            _("factor: found %(number)s; wanted one from 1 to %(most)s") % {"number": number, "most": FACTORS}
        )
    if iso3 != country.iso3:
        return redirect("country_factor", country.iso3, number, permanent=True)
    content = (marker.of(is_current=moment.is_current), moment, reader_of(request), number)
    title, body = kept("country-factor", lambda: _made(request, country, moment, number), content=content)
    context = {"as_of": moment, "country": country, "body": body, "number": number, "title": title}
    return render(
        request, "countries/factor.html", context | {"before": number - 1, "after": (number + 1) % (FACTORS + 1)}
    )


def _made(request: HttpRequest, country: Country, moment: AsOf, number: int) -> tuple[str, str]:
    """The factor's title and its rendered body (safe text)."""
    asked: dict[str, Any] = {"day": moment.day, "known_on": moment.known_on, "is_current": moment.is_current}
    profile = country_profile(country, **asked, user=request.user, with_history=False)
    row = factor_rows(profile)[number - 1]
    context = {
        "as_of": moment,
        "country": country,
        "profile": profile,
        "row": row,
        "factor": factor_block(row.view, named_in_reasons(profile)),
    }
    return row.view.title, render_to_string("countries/_factor_body.html", context, request=request)
