"""What stands beside a country's scores and is in none of them: recorded events, and the figures of others."""

import dataclasses

from django.http import HttpRequest
from django.template.loader import render_to_string

from countries.models import Country
from countries.views.fragments import kept
from indicators.published_elsewhere import published_elsewhere
from indicators.recorded_events import recorded
from r2p_dashboard.clock import AsOf


@dataclasses.dataclass(frozen=True, slots=True)
class Beside:
    """Two rendered blocks (safe text), and whether they have anything to show."""

    events: str
    figures: str
    has_events: bool
    has_figures: bool


def beside(request: HttpRequest, country: Country, moment: AsOf, *, content: object) -> Beside:
    """Both blocks, rendered once for the same `content`."""
    return kept("beside", lambda: _beside(request, country, moment), content=content)


def _beside(request: HttpRequest, country: Country, moment: AsOf) -> Beside:
    asked = {"day": moment.day, "known_on": moment.known_on}
    events = recorded(country, **asked, user=request.user)
    figures = published_elsewhere(country, **asked, user=request.user)
    context = {
        "as_of": moment,
        "country": country,
        "events": events,
        "figures": figures,
    }
    return Beside(
        events=render_to_string("countries/_recorded.html", context, request=request),
        figures=render_to_string("countries/_elsewhere.html", context, request=request),
        has_events=events is not None,
        has_figures=bool(figures),
    )
