"""Searching reports that are here again: what would change, then the decision."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from indicators import lexicon_keeping, searching_again
from indicators.lexicon_keeping import LexiconRefused
from indicators.models import SearchOrder
from indicators.views.lexicon.versions import said
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock, pipeline
from reports.views.seen import person_of

SHOWN = 20


class DaysForm(forms.Form):
    """How far back."""

    days = forms.IntegerField(
        min_value=1, max_value=searching_again.DAYS_MAX, initial=14, label=_("Reports received within the last … days"),
        error_messages={
            "required": _("Found no number; wanted days from 1 to 365."),
            "invalid": _("Found no whole number; wanted 1 to 365."),
        },
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT_LEXICON)
def again(request: HttpRequest) -> HttpResponse:
    """Asks a worker to count; the orders before it, with their counts."""
    form = DaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            searching_again.ask(days=form.cleaned_data["days"], by=person_of(request), at=clock.now())
        except LexiconRefused as error:
            form.add_error(None, said(error))
        else:
            transaction.on_commit(pipeline.ring_lexicon)
            return redirect("lexicon_again")
    orders = SearchOrder.objects.select_related("version", "asked_by", "decided_by").defer("version__files")
    shown = list(orders.order_by("-pk")[:SHOWN])
    context = {
        "form": form,
        "orders": shown,
        "is_busy": any(one.state in (SearchOrder.State.COUNTING, SearchOrder.State.CONFIRMED) for one in shown),
        "now": lexicon_keeping.published(),
    }
    return render(request, "indicators/lexicon_again.html", context, status=400 if form.errors else 200)


@require_POST
@requires(Action.EDIT_LEXICON)
def confirm(request: HttpRequest, order_id: int) -> HttpResponse:
    try:
        searching_again.confirm(order_id=order_id, by=person_of(request), at=clock.now())
    except LexiconRefused as error:
        messages.error(request, gettext("Nothing was changed. %(error)s") % {"error": said(error)})
    else:
        transaction.on_commit(pipeline.ring_lexicon)
        messages.success(request, gettext("A worker searches the reports again."))
    return redirect("lexicon_again")


@require_POST
@requires(Action.EDIT_LEXICON)
def drop(request: HttpRequest, order_id: int) -> HttpResponse:
    try:
        searching_again.drop(order_id=order_id, by=person_of(request), at=clock.now())
    except LexiconRefused as error:
        messages.error(request, gettext("Nothing was changed. %(error)s") % {"error": said(error)})
    else:
        messages.success(request, gettext("Set aside. Nothing was changed."))
    return redirect("lexicon_again")
