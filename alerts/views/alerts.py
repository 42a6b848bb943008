"""The archive of alerts, and the page of one."""

import dataclasses

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Count, Min, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alerts import family
from alerts.answers.answer_forms import AnswerForm
from alerts.corrections import owing
from alerts.desk.desk_forms import DecisionForm
from alerts.models import Acknowledgement, Alert, AlertQuerySet, AlertReason, Delivery, Signal, SignalQuerySet
from alerts.policy.rules import LEAST_LEVEL
from alerts.views import deciding
from alerts.views.answers import answered, answers_on_page
from alerts.views.deciding import log_of
from alerts.views.ledger import AlertLine, alert_line, alert_lines, signal_lines
from indicators.fields import Pick, offer
from indicators.forms import country_choices
from indicators.models import Evidence, Standing
from indicators.models.score import Level
from indicators.views.asked import is_staff
from indicators.views.review import person
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock
from r2p_dashboard.clock import AsOf

PAGE_SIZE = 30
SIGNALS = 20  # on the archive: what the machine found of late
MAIL, WEBHOOK = Delivery.Channel.MAIL, Delivery.Channel.WEBHOOK
MAILS_SAID = {state: state.label for state in Delivery.State}
POSTS_SAID = MAILS_SAID | {
    Delivery.State.WAITING: _("waiting to be posted"),
    Delivery.State.SENT: _("taken by the machine"),
    Delivery.State.REFUSED: _("refused by the machine"),
}


class AlertFilter(forms.Form):
    """Which alerts the archive shows; every state of it stands in the address."""

    country = Pick(empty=_("every country"), required=False)
    level = Pick(
        [(level.name.lower(), level.label) for level in sorted(Level, reverse=True) if level >= LEAST_LEVEL],
        empty=_("every level"),
        required=False,
    )
    year = Pick(empty=_("every year"), required=False)


@dataclasses.dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason as this reader sees it now."""

    reason: AlertReason
    is_withheld: bool = False
    is_retracted: bool = False


# --- the archive ---------------------------------------------------------------------------------------------
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """Every alert that was released, latest first; what waits for release; what the machine found."""
    form = AlertFilter(request.GET)
    offer(form, "country", country_choices())
    offer(form, "year", _years())
    rows = _chosen(form)
    page = Paginator(rows.select_related("country"), PAGE_SIZE).get_page(request.GET.get("page"))
    today = clock.now().date()
    context = {
        "form": form,
        "page": page,
        "lines": alert_lines(page.object_list, day=today),
        "is_filtered": not form.is_valid() or any(form.cleaned_data.values()),
        "signals": signal_lines(_signals(form), user=request.user, count=SIGNALS),
        "drafts": _drafts(request),
        "is_practising": settings.ALERTS_DRY_RUN and may(request.user, Action.RELEASE_ALERT),
    }
    return render(request, "alerts/alerts.html", context, status=200 if form.is_valid() else 400)


def _years() -> list[tuple[str, str]]:
    """From the first release to now, latest first: an address with a year stays good."""
    now = clock.now()
    first = Alert.objects.released().order_by().aggregate(first=Min("released_at"))["first"] or now
    return [(str(year), str(year)) for year in range(now.year, first.year - 1, -1)]


def _chosen(form: AlertFilter) -> AlertQuerySet:
    if not form.is_valid():
        return Alert.objects.none()
    rows, asked = Alert.objects.released(), form.cleaned_data
    if asked["country"]:
        rows = rows.filter(country__iso3=asked["country"])
    if asked["level"]:
        rows = rows.filter(level=Level[asked["level"].upper()])
    return rows.filter(released_at__year=int(asked["year"])) if asked["year"] else rows


def _signals(form: AlertFilter) -> SignalQuerySet:
    rows = Signal.objects.all()
    country = form.cleaned_data.get("country", "")
    return rows.filter(country__iso3=country) if country else rows


def _drafts(request: HttpRequest) -> list[AlertLine]:
    if not may(request.user, Action.RELEASE_ALERT):
        return []
    return alert_lines(Alert.objects.waiting().select_related("country"), day=clock.now().date())


# --- one alert -----------------------------------------------------------------------------------------------
@require_safe
def alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The permanent page of one alert: 404 for a draft or a refusal, but for those who release."""
    return show(request, found_alert(request, alert_id))


@require_POST
@login_required
def alert_answer(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The answer of somebody who is signed in and belongs to an office."""
    found = found_alert(request, alert_id)
    if refused := answered(request, found, by=person(request), delivery_id=None):
        return show(request, found, refused=refused, status=400)
    if request.POST.get("kind") == Acknowledgement.Kind.DECIDED:  # which measures: the ledger asks
        return redirect(f"{reverse('response_new')}?alert={found.pk}")
    return redirect(f"{found.get_absolute_url()}#answers")


def found_alert(request: HttpRequest, alert_id: int) -> Alert:
    """404 for what this reader may not know of."""
    rows = Alert.objects.visible_to(request.user).with_successor()
    rows = rows.select_related(
        "country", "snapshot__method", "snapshot__run", "signal", "decided_by", "situation", "supersedes"
    )
    return get_object_or_404(rows, pk=alert_id)


def show(
    request: HttpRequest,
    alert: Alert,
    typed: dict[str, DecisionForm] | None = None,
    *,
    refused: dict[str, AnswerForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one alert; of a draft, with what a publisher needs to decide. `typed` are forms that were sent."""
    snapshot, (level_now, index_now) = alert.snapshot, _stands(alert)
    reasons, since = reasons_seen(request.user, alert), list(family.later(alert))
    context = {
        "alert": alert,
        "line": alert_line(alert, day=clock.now().date(), since=since),
        "reasons": reasons,
        "retracted": _retracted(request, alert),
        "then": AsOf(snapshot.as_of, snapshot.known_on),
        "level_now": level_now,
        "index_now": index_now,
        "has_fallen": level_now is not None and level_now < alert.level,
        "shows_names": is_staff(request),
        "deliveries": _deliveries(request, alert),
        "typed": typed or {},
        "about_it": since,
        "is_taken_back": family.is_taken_back(alert, since),
        "may_take_back": may(request.user, Action.RELEASE_ALERT) and _is_out(alert),
        "log": log_of(alert, shows_names=is_staff(request)),
        "is_practising": settings.ALERTS_DRY_RUN and may(request.user, Action.RELEASE_ALERT),
        **answers_on_page(request, alert, refused or {}),
        **deciding.context_of(request, alert, typed or {}),
    }
    response = render(request, "alerts/alert.html", context, status=status)
    if "mail_text" in context:
        add_never_cache_headers(response)  # the mail has links that stand for the reader
    return response


def _is_out(alert: Alert) -> bool:
    """Whether it went out as a warning: that can be corrected."""
    return alert.state == Alert.State.RELEASED and not alert.is_dry_run and alert.corrects_id is None


def _retracted(request: HttpRequest, alert: Alert) -> list[Evidence]:
    """What it rested on and counts no more, with what took its place; an alert that never went out tells nothing."""
    if alert.released_at is None:
        return []
    seen = Evidence.objects.visible_to(request.user).ever_accepted()
    rows = owing.retracted_behind(alert, user=request.user).select_related("indicator")
    return list(rows.prefetch_related(Prefetch("corrections", seen, to_attr="became")))


def _stands(alert: Alert) -> tuple[Level | None, float | None]:
    """Level and index of the country now."""
    standing = Standing.objects.in_use().filter(country=alert.country_id)
    found = standing.values_list("snapshot__shown_level", "snapshot__overall").first()
    return (None, None) if found is None else (Level(found[0]), found[1])


def reasons_seen(user: User | AnonymousUser, alert: Alert) -> list[ReasonLine]:
    """Each reason as far as this reader may see its evidence now: one withdrawn from view takes its words with it."""
    seen = Evidence.objects.visible_to(user).ever_accepted().filter(alert_reasons__alert=alert)
    states = dict(seen.values_list("pk", "status"))
    return [_reason(row, states) for row in AlertReason.objects.filter(alert=alert).order_by("order")]


def _reason(row: AlertReason, states: dict[int, str]) -> ReasonLine:
    if row.evidence_id is None:  # a series, or what was not public when the alert was written
        return ReasonLine(row)
    if row.evidence_id not in states:
        return ReasonLine(row, is_withheld=True)
    return ReasonLine(row, is_retracted=states[row.evidence_id] == Evidence.Status.RETRACTED)


def _sent(channel: str, n: int) -> str:
    if channel == MAIL:
        return ngettext("%(n)s mail %(state)s", "%(n)s mails %(state)s", n)
    return ngettext("%(n)s post %(state)s", "%(n)s posts %(state)s", n)


def _deliveries(request: HttpRequest, alert: Alert) -> list[str]:
    """How many mails and how many posts are in which state, in words, for those who watch the outbox."""
    if not may(request.user, Action.WATCH_OUTBOX):
        return []
    rows = Delivery.objects.filter(alert=alert).values_list("channel", "state").annotate(number=Count("pk")).order_by()
    counts = {(channel, state): number for channel, state, number in rows}
    return [
        _sent(channel, counts[channel, state]) % {"n": counts[channel, state], "state": words[state]}
        for channel, words in ((MAIL, MAILS_SAID), (WEBHOOK, POSTS_SAID))
        for state in Delivery.State
        if (channel, state) in counts
    ]
