"""How far the order of countries hangs on choices of the method."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from countries.charts import OURS, dated
from indicators.frames import NoMethodError
from indicators.ordering import Order, order
from indicators.sensitivity_charts import Placed, whiskers
from indicators.views.asked import moment_of, refuse_unknown


@require_safe
def sensitivity(request: HttpRequest) -> HttpResponse:
    """Takes `as_of` and `known_at`."""
    refuse_unknown(request, "as_of", "known_at")
    moment = moment_of(request)
    context: dict[str, Any] = {"as_of": moment, "order": None}
    try:
        found = order(day=moment.day, known_on=moment.known_on)
    except NoMethodError:
        return render(request, "indicators/sensitivity.html", context)
    context |= {"order": found, "moved": sum(len(row.levels) > 1 for row in found.rows)}
    if found.rows:
        context["chart"] = whiskers(
            _placed(found), day=f"{moment.day:%-d %B %Y}", source=dated(OURS, moment.day, moment.known_on)
        )
    return render(request, "indicators/sensitivity.html", context)


def _placed(found: Order) -> list[Placed]:
    return [
        Placed(row.iso3, row.name, row.now.place, row.place_low, row.place_high, row.half.place, row.double.place)
        for row in found.rows
    ]
