"""Who has a passage in front of them: kept alive by work on it, and taken over by another who says so."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from indicators.models import PassageClaim
from indicators.views.desk.decisions import known_to
from indicators.views.desk.sieve import Sieve
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def claim(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    """Renews one's own claim on the suggestion's passage, or, with `take_over`, takes it from whoever has it.

    Renewing answers who holds it in JSON; it takes nothing from anybody.
    """
    suggestion, by, now = known_to(request, suggestion_id), person(request), clock.now()
    take_over = "take_over" in request.POST
    claims = PassageClaim.objects
    is_mine = claims.claim(passage_id=suggestion.passage_id, by_id=by.pk, at=now, take_over=take_over)
    if not take_over:
        holder = None if is_mine else claims.holding(at=now).filter(passage=suggestion.passage_id).first()
        return JsonResponse({"is_mine": is_mine, "held_by": holder.by.name if holder else ""})
    messages.success(request, _("Taken over: the others are led past this passage while you work on it."))
    return redirect(f"{reverse('suggestions')}{Sieve.of(request).at('item', suggestion.pk)}")
