"""Webhooks: one's own, or everybody's for staff; one of them, with what was posted to it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alerts.channels import endpoints, sending
from alerts.channels.endpoints import EndpointError
from alerts.channels.sending import ReplayError
from alerts.channels.signing import OVERLAP, secret_of
from alerts.mailserver.posting import Result
from alerts.models import Delivery, Endpoint, Subscription
from alerts.subscriptions import subscribing
from alerts.subscriptions.subscribing import SubscriptionError
from alerts.subscriptions.webhook_forms import AskForm, EndpointForm, PostFilter
from indicators.views.review import person
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline

PAGE_SIZE = 30
ENDED_BY_STAFF = "ended by staff"
REPLAYABLE = frozenset({Delivery.State.SENT, Delivery.State.REFUSED, Delivery.State.GIVEN_UP})

Change = Callable[[HttpRequest, Endpoint], HttpResponse | None]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def webhooks(request: HttpRequest) -> HttpResponse:
    """The list, and a form for another one of one's own."""
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = endpoints.add(owner=person(request), at=clock.now(), **form.cleaned_data)
        except EndpointError as error:
            form.add_error("url", _sentence(error))
        else:
            messages.success(request, _("Added. Say below what is posted to it, and send a test."))
            return redirect("webhook", made.pk)
    page = Paginator(_listed(request), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "is_staff": may(request.user, Action.MANAGE_SUBSCRIPTIONS)}
    return render(request, "alerts/webhooks.html", context, status=400 if form.errors else 200)


def _in_reach(request: HttpRequest) -> QuerySet[Endpoint]:
    rows = Endpoint.objects.select_related("owner")
    return rows if may(request.user, Action.MANAGE_SUBSCRIPTIONS) else rows.filter(owner=person(request))


def _listed(request: HttpRequest) -> QuerySet[Endpoint]:
    """Those that count first, then by name, with what waits for each and when it last took something."""
    sent = Q(deliveries__state=Delivery.State.SENT)
    open_ = Q(deliveries__state__in=[Delivery.State.WAITING, Delivery.State.DEFERRED])
    rows = _in_reach(request).annotate(
        waits=Count("deliveries", filter=open_), last=Max("deliveries__finished_at", filter=sent)
    )
    return rows.order_by("ended_at", "name", "pk")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def webhook(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """One of them: another person's is as good as none, but for staff."""
    found = get_object_or_404(_in_reach(request), pk=endpoint_id)
    if request.method != "POST":
        return _page(request, found)
    if (change := _CHANGES.get(request.POST.get("action", ""))) is None:
        messages.error(request, _("Found no such action. Nothing was changed."))
        return _page(request, found, status=400)
    try:
        answer = change(request, found)
    except ValidationError:
        messages.error(request, _("Found no number; wanted that of a post or a rule. Nothing was changed."))
        return _page(request, found, status=400)
    except (EndpointError, ReplayError, SubscriptionError) as error:
        messages.error(request, _sentence(error))
        return _page(request, found, status=409)
    return answer or redirect("webhook", found.pk)


def _page(request: HttpRequest, found: Endpoint, *, status: int = 200, **more: Any) -> HttpResponse:
    form = PostFilter(request.GET)
    rows = Delivery.objects.filter(endpoint=found).select_related("alert__country").defer("message")
    if form.is_valid() and form.cleaned_data["state"]:
        rows = rows.filter(state=form.cleaned_data["state"])
    page = Paginator(rows.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    rules = list(
        Subscription.objects.filter(endpoint=found, ended_at=None).prefetch_related("countries").order_by("pk")
    )
    at = clock.now()
    context = {
        "endpoint": found,
        "rules": [(rule, subscribing.describe(rule)) for rule in rules],
        "ask": AskForm(auto_id="ask-%s"),
        "form": form,
        "page": page,
        "is_filtered": bool(form.is_valid() and form.cleaned_data["state"]),
        "replayable": REPLAYABLE if found.ended_at is None else (),
        "is_owner": found.owner_id == person(request).pk,
        "both_until": _both_until(found, at),
        "now": at,
    }
    return render(request, "alerts/webhook.html", context | more, status=status if form.is_valid() else 400)


def _both_until(found: Endpoint, at: dt.datetime) -> dt.datetime | None:
    """Until when the former secret signs too."""
    until = found.rotated_at + OVERLAP if found.rotated_at else None
    return until if until is not None and at < until else None


# --- changes ---------------------------------------------------------------------------------------------------
def _ask(request: HttpRequest, found: Endpoint) -> HttpResponse | None:
    form = AskForm(request.POST, auto_id="ask-%s")
    if not form.is_valid():
        return _page(request, found, status=400, ask=form)
    level, place = int(form.cleaned_data["least_level"]), form.cleaned_data["place"]
    endpoints.ask(endpoint_id=found.pk, least_level=level, place=place, by=person(request), at=clock.now())
    messages.success(request, _("Saved. Alerts that match it are posted from now on."))
    return None


def _end_rule(request: HttpRequest, found: Endpoint) -> HttpResponse | None:
    number = forms.IntegerField(min_value=1, max_value=2**62).clean(request.POST.get("rule"))
    rule = get_object_or_404(Subscription.objects.filter(endpoint=found), pk=number)
    subscribing.end(subscription_id=rule.pk, how=_how(request, found), by=person(request), at=clock.now())
    messages.success(request, _("Ended. Nothing is posted by this rule any more."))
    return None


def _test(request: HttpRequest, found: Endpoint) -> HttpResponse | None:
    answer = endpoints.try_out(endpoint_id=found.pk, by=person(request), at=clock.now())
    if answer.result is Result.SENT:
        messages.success(request, _("The test was taken: %(answer)s.") % {"answer": answer.text})
    else:
        messages.error(request, _("The test was not taken: %(answer)s.") % {"answer": answer.text})
    return None


def _show_secret(request: HttpRequest, found: Endpoint) -> HttpResponse | None:
    if found.owner_id != person(request).pk or found.ended_at is not None:
        raise EndpointError("the secret is shown to the owner of a webhook that counts, and to nobody else")
    return _page(request, found, secret=secret_of(found))


def _rotate(request: HttpRequest, found: Endpoint) -> HttpResponse | None:
    changed = endpoints.rotate(endpoint_id=found.pk, by=person(request), at=clock.now())
    messages.success(request, _("There is a new secret. The former one signs beside it for a day."))
    return _page(request, changed, secret=secret_of(changed))


def _end(request: HttpRequest, found: Endpoint) -> HttpResponse | None:
    endpoints.end(endpoint_id=found.pk, how=_how(request, found), by=person(request), at=clock.now())
    messages.success(request, _("Ended. Nothing is posted there any more; what was posted stays below."))
    return None


def _replay(request: HttpRequest, found: Endpoint) -> HttpResponse | None:
    number = forms.IntegerField(min_value=1, max_value=2**62).clean(request.POST.get("post"))
    get_object_or_404(Delivery.objects.filter(endpoint=found).only("pk"), pk=number)
    sending.replay(delivery_id=number, by=person(request), at=clock.now())
    transaction.on_commit(pipeline.ring_warnings)
    messages.success(request, _("Put back. It is posted again now, under the same id."))
    return None


def _how(request: HttpRequest, found: Endpoint) -> str:
    return subscribing.BY_OWNER if found.owner_id == person(request).pk else ENDED_BY_STAFF


_CHANGES: dict[str, Change] = {
    "ask": _ask,
    "end_rule": _end_rule,
    "test": _test,
    "secret": _show_secret,
    "rotate": _rotate,
    "end": _end,
    "replay": _replay,
}


def _sentence(error: ValueError) -> str:
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."
