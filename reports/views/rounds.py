"""A round: every source that is on, asked at once, and what came of each."""

import dataclasses
from collections.abc import Iterable
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from indicators.views.asked import moment_of
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock, pipeline
from reports import fetching
from reports.models import Retrieval
from reports.views.seen import person_of, retrievals_seen_by

ROUND_MAX = 200  # retrievals on one page


@dataclasses.dataclass(frozen=True, slots=True)
class Round:
    """Retrievals asked together. Counts are of those that ended."""

    retrievals: tuple[Retrieval, ...]

    @property
    def open_count(self) -> int:
        return sum(row.finished_at is None for row in self.retrievals)

    @property
    def failed_count(self) -> int:
        return sum(row.state == Retrieval.State.FAILED for row in self.retrievals)

    @property
    def totals(self) -> dict[str, int]:
        """Items over all answers, by what became of them."""
        names = ("items_seen", "items_new", "items_same", "items_changed", "items_failed", "items_left_out")
        return {name: sum(getattr(row, name) for row in self.retrievals) for name in names}

    @property
    def seen(self) -> str:
        """A word for this state: as long as it stays, a page that shows it is up to date."""
        return "-".join(f"{row.state[:2]}{row.attempts}" for row in self.retrievals)


@require_POST
@requires(Action.INGEST_REPORT)
def sources_fetch_all(request: HttpRequest) -> HttpResponse:
    """Asks for every source that is on, and leads to the page that says what comes of it."""
    try:
        rows = fetching.ask_all(at=clock.now(), asked_by=person_of(request))
    except fetching.FetchingError as error:
        raise PermissionDenied(_("your role may not fetch them: %(error)s") % {"error": error}) from error
    transaction.on_commit(pipeline.ring_fetch)
    return redirect(_address(rows[:ROUND_MAX]))


@never_cache
@require_safe
@requires(Action.INGEST_REPORT)
def sources_fetched(request: HttpRequest) -> HttpResponse:
    """What came of several retrievals; a page that asks again by itself gets a new piece only when there is news."""
    moment_of(request)
    rows = retrievals_seen_by(person_of(request)).filter(pk__in=_numbers(request), source__isnull=False)
    rows = rows.select_related("source").order_by("source__name", "pk")
    asked = Round(tuple(rows.defer("payload", "about", "headers")))
    is_piece = bool(getattr(request, "htmx", False))
    if is_piece and request.GET.get("seen") == asked.seen:
        return HttpResponse(status=204)
    template = "reports/_round.html" if is_piece else "reports/round.html"
    return render(request, template, {"round": asked, "here": _address(asked.retrievals)})


def _address(rows: Iterable[Retrieval]) -> str:
    numbers = ",".join(str(row.pk) for row in rows)
    return f"{reverse('sources_fetched')}?{urlencode({'of': numbers}, safe=',')}"


def _numbers(request: HttpRequest) -> list[int]:
    said = request.GET.get("of", "").split(",")[:ROUND_MAX]
    return [int(one) for one in said if one.isascii() and one.isdigit() and len(one) < 18]
