"""All that was sent in or fetched, with what came of it: nothing that was refused is lost from sight."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from indicators.views.asked import moment_of
from people.access import requires
from people.permissions import Action
from reports.forms import KIND_NAMES
from reports.models import Retrieval
from reports.views.seen import person_of, retrievals_seen_by

PAGE_SIZE = 50
STATES = (
    ("", _("all")),
    (Retrieval.State.FAILED.value, _("failed")),
    (Retrieval.State.WAITING.value, _("waiting")),
    (Retrieval.State.SAME.value, _("here already")),
    (Retrieval.State.DONE.value, _("read")),
)


@require_safe
@requires(Action.INGEST_REPORT)
def sent(request: HttpRequest) -> HttpResponse:
    """Every retrieval that the reader may know of, the latest first; by its state on wish: `?state=failed`."""
    moment_of(request)
    rows = retrievals_seen_by(person_of(request)).select_related("source", "asked_by")
    state = request.GET.get("state", "")
    if state in dict(STATES) and state:
        rows = rows.filter(state=state)
    page = Paginator(rows.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    listed = [(row, KIND_NAMES.get(row.reader, row.reader)) for row in page.object_list]
    context = {"page": page, "rows": listed, "state": state, "states": STATES}
    return render(request, "reports/sent.html", context)
