"""What followed the system's own alerts."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alerts.numbers.following import HORIZONS, Following
from alerts.numbers.scorecard import scorecard as followed
from indicators.models import OutcomeList
from indicators.views.asked import refuse_unknown
from r2p_dashboard import clock


@require_safe
def scorecard(request: HttpRequest) -> HttpResponse:
    """`?outcomes=` names the list that says what followed; else the latest onset list."""
    refuse_unknown(request, "outcomes")
    lists = list(OutcomeList.objects.order_by("-imported_at", "-pk"))
    chosen = _chosen(request.GET.get("outcomes", ""), lists)
    context = {
        "lists": lists,
        "outcomes": chosen,
        "card": followed(outcomes=chosen, day=clock.installation_day()),
        "horizons": HORIZONS,
        "kinds": list(Following),
        "day": clock.installation_day(),
    }
    return render(request, "alerts/scorecard.html", context)


def _chosen(asked: str, lists: list[OutcomeList]) -> OutcomeList | None:
    if not asked:
        onsets = (one for one in lists if one.kind == OutcomeList.Kind.ONSET)
        return next(onsets, None)
    found = next((one for one in lists if one.slug == asked), None)
    if found is None:
        raise BadRequest(_("outcomes is %(found)s; wanted the name of a loaded list") % {"found": repr(asked[:40])})
    return found
