"""The whole document of a passage, with the passage in view: one key away from the queue, and back."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.views.desk import queue
from indicators.views.desk.sieve import Sieve
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from reports.models import Report


@require_safe
@requires(Action.ENTER_EVIDENCE)
def document(request: HttpRequest, suggestion_id: int) -> HttpResponse:
    suggestion = queue.shown(person(request)).filter(pk=suggestion_id).first()
    if suggestion is None:
        raise Http404(_("suggestion: found none under this number that you may see"))
    passage = suggestion.passage
    text = Report.objects.values_list("text", flat=True).get(pk=passage.report_id)
    context = {
        "suggestion": suggestion,
        "passage": passage,
        "report": passage.report,
        "before": text[: passage.start],
        "after": text[passage.end :],
        "back": Sieve.of(request).at("item", suggestion.pk),
    }
    return render(request, "indicators/suggestion_document.html", context)
