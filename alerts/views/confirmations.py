"""Saying yes or no to a rule that somebody else made: by the link of a mail, or signed in; and asking once more."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from alerts import links
from alerts.links import ExpiredLinkError
from alerts.messages import describe, sender
from alerts.models import Subscription
from alerts.subscriptions import confirming
from alerts.subscriptions.subscribing import SubscriptionError
from alerts.views.subscriptions import broken, private, reachable, sentence
from people.access import requires
from people.models import User
from people.permissions import Action
from r2p_dashboard import clock, pipeline


@csrf_exempt  # `_by_link` is protected: the path must be replaced before a refusal can log it
@private(referrer="strict-origin")  # never the path; with "no-referrer" a browser sends its forms as from nowhere
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The rule that waits for its person's yes. Looking changes nothing."""
    page: HttpResponse = _by_link(request, token)
    return page


@csrf_protect
def _by_link(request: HttpRequest, token: str) -> HttpResponse:
    try:
        rule = links.rule_to_confirm(token)
    except ExpiredLinkError:
        context = {"sender": sender(), "days": links.CONFIRM_LASTS.days}
        return render(request, "alerts/confirm_link_expired.html", context, status=410)
    if rule is None:
        return broken(request)
    if request.method == "POST":
        _answer(request, rule)
        return redirect("confirm", token)
    context = {
        "here": reverse("confirm", args=[token]),
        "rule": rule,
        "words": describe(rule),
        "rules": reverse("my_subscriptions", args=[links.manage_token(rule.person)]),
    }
    return render(request, "alerts/confirm.html", context)


@require_POST
@login_required
def subscription_confirm(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """One's own rule: yes or no, signed in."""
    rule = reachable(request, subscription_id)
    assert isinstance(request.user, User)  # login_required let nobody else in
    if rule.person_id != request.user.pk:
        messages.error(request, _("Found somebody else's rule; wanted your own. Only they can say yes to it."))
    else:
        _answer(request, rule)
    return redirect("subscriptions")


@require_POST
@requires(Action.MANAGE_SUBSCRIPTIONS)
def subscription_ask(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Another mail that asks for a yes."""
    rule = reachable(request, subscription_id)
    assert isinstance(request.user, User)  # the table let nobody else in
    try:
        confirming.ask_again(subscription_id=rule.pk, by=request.user, at=clock.now())
    except SubscriptionError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("A mail asks %(name)s to say yes.") % {"name": rule.person.name})
        transaction.on_commit(pipeline.ring_confirmations)
    return redirect("subscriptions")


def _answer(request: HttpRequest, rule: Subscription) -> None:
    """What the button said, once; another word changes nothing."""
    said = request.POST.get("said")
    try:
        if said == "yes":
            confirming.confirm(subscription_id=rule.pk, at=clock.now())
            messages.success(request, _("Thank you. Warnings that match go to you from now on."))
        elif said == "no":
            confirming.decline(subscription_id=rule.pk, at=clock.now())
        else:
            messages.error(request, _("Found neither yes nor no; wanted one of the two buttons."))
    except SubscriptionError as error:
        messages.error(request, sentence(error))
