"""Mails put back by those who watch the outbox: one, those that were ticked, all that match the filters."""

from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alerts.models import Delivery
from alerts.outbox import delivery as sending
from alerts.outbox.delivery import DeliveryError
from alerts.outbox.putting_back import MOST, can_be_put_back, put_back_all
from alerts.views.outbox import PAGE_SIZE
from alerts.views.outbox_filter import OutboxFilter, address
from people.access import requires
from people.models import User
from people.permissions import Action
from r2p_dashboard import clock, pipeline


@require_POST
@requires(Action.WATCH_OUTBOX)
def delivery_retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Puts one mail back; the page that asked is shown again."""
    get_object_or_404(Delivery.objects.only("pk"), pk=delivery_id)
    _put_back(request, [delivery_id])
    return _back_to_list(request) if "query" in request.POST else redirect("delivery", delivery_id)


@require_POST
@requires(Action.WATCH_OUTBOX)
def outbox_retry(request: HttpRequest) -> HttpResponse:
    """Puts back every mail that was ticked."""
    numbers = [
        int(one) for one in request.POST.getlist("delivery") if one.isascii() and one.isdigit() and len(one) < 19
    ]
    if numbers:
        _put_back(request, numbers[:PAGE_SIZE])
    else:
        messages.error(request, gettext("Nothing was put back: no mail was selected."))
    return _back_to_list(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.WATCH_OUTBOX)
def outbox_retry_all(request: HttpRequest) -> HttpResponse:
    """Asks before everything that matches the filters is put back; a second click finds nothing left to put back."""
    query = QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET
    form = OutboxFilter(query)
    _, chosen = form.found()
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)  # `requires` let nobody else in
        _tell(request, put_back_all(deliveries=chosen, by=request.user, at=clock.now()))
        return redirect(address(query.dict()))
    free = can_be_put_back(chosen, day=clock.now().date()).order_by()
    context = {
        "form": form,
        "states": [
            (Delivery.State(state).label, count) for state, count in free.values_list("state").annotate(Count("pk"))
        ],
        "total": free.count(),
        "alerts": free.values("alert").distinct().count(),
        "filters": form.said() if form.is_valid() else [],
        "query": query.urlencode(),
        "back": address(query.dict()),
        "most": MOST,
    }
    return render(request, "alerts/outbox_retry_all.html", context, status=200 if form.is_valid() else 400)


def _put_back(request: HttpRequest, numbers: Sequence[int]) -> None:
    """Says of each whether it was, and rings once."""
    assert isinstance(request.user, User)  # `requires` let nobody else in
    done = 0
    for number in dict.fromkeys(numbers):
        try:
            sending.retry(delivery_id=number, by=request.user, at=clock.now())
            done += 1
        except DeliveryError as error:
            messages.error(request, gettext("Not put back: %(error)s.") % {"error": error})
    if done:
        _tell(request, done)


def _tell(request: HttpRequest, done: int) -> None:
    if not done:
        messages.error(
            request, gettext("Nothing was put back: no mail that matches can be. It may have been done already.")
        )
        return
    transaction.on_commit(pipeline.ring_warnings)
    said = ngettext(
        "Put back. It is tried again now; what the mail server answers stands here.",
        "%(count)s mails put back. They are tried again now; what the mail server answers stands here.",
        done,
    )
    messages.success(request, said % {"count": done})


def _back_to_list(request: HttpRequest) -> HttpResponse:
    """To the list, with the filters that were in use."""
    return redirect(address(QueryDict(request.POST.get("query", "")).dict()))
