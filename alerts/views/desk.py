"""The release desk: what waits for a publisher, and each decision on it."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts.desk import edit, refuse, release
from alerts.desk.desk_forms import DecisionForm, WordsForm
from alerts.desk.drafts import DeskError, Words
from alerts.desk.told import by_alert, untold
from alerts.models import Alert, AlertQuerySet
from alerts.raising.freshness import why_stale
from alerts.views.alerts import found_alert, show
from alerts.views.ledger import AlertLine, alert_line, alert_lines
from indicators.models import Evidence
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock, pipeline

PAGE_SIZE = 30


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """A draft in the queue: how long it waits, and how many days are left."""

    line: AlertLine
    waits: dt.timedelta
    days_left: int


@dataclasses.dataclass(frozen=True, slots=True)
class Retracted:
    """An alert that went out, and what counted in its score and was retracted since."""

    alert: Alert
    pieces: list[Evidence]
    form: DecisionForm


@require_safe
@requires(Action.RELEASE_ALERT)
def release_desk(request: HttpRequest) -> HttpResponse:
    """Drafts: the highest level first, then the oldest."""
    now = clock.now()
    drafts = list(_drafts())
    context = {
        "drafts": [_waiting(alert, at=now) for alert in drafts],
        "retracted": _retracted(),
        "why_stale": why_stale(at=now),
        "is_practising": settings.ALERTS_DRY_RUN,
    }
    return render(request, "alerts/desk.html", context)


def _retracted() -> list[Retracted]:
    """Alerts of which a piece only counted, and the level still stands: somebody decides. Three queries."""
    found = by_alert(untold())
    drafted = Alert.objects.waiting().filter(corrects=OuterRef("pk"))
    rows = Alert.objects.filter(~Exists(drafted), pk__in=found).select_related("country").order_by("-level", "pk")
    pieces = Evidence.objects.select_related("indicator").in_bulk(set().union(*found.values()))
    return [
        Retracted(alert, [pieces[number] for number in sorted(found[alert.pk])], DecisionForm(f"settle-{alert.pk}"))
        for alert in rows
    ]


def _drafts() -> AlertQuerySet:
    return Alert.objects.waiting().select_related("country", "supersedes", "corrects")


def _waiting(alert: Alert, *, at: dt.datetime) -> Waiting:
    line = alert_line(alert, day=at.date())
    return Waiting(line, waits=at - alert.raised_at, days_left=(alert.valid_until - at.date()).days)


@require_safe
@requires(Action.RELEASE_ALERT)
def practice(request: HttpRequest) -> HttpResponse:
    """What was released for practice, latest first."""
    rows = Alert.objects.practised().select_related("country")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = alert_lines(page.object_list, day=clock.now().date())
    context = {"page": page, "lines": lines, "is_practising": settings.ALERTS_DRY_RUN}
    return render(request, "alerts/practice.html", context)


# --- one draft -----------------------------------------------------------------------------------------------
@require_POST
@requires(Action.RELEASE_ALERT)
def alert_release(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Lets a draft go out, or practises a copy of it, with the reason."""
    form = DecisionForm("release", request.POST)
    is_practice = request.POST.get("as") == "practice" or settings.ALERTS_DRY_RUN

    def decide(**why: Any) -> Alert:
        return release.release(is_dry_run=is_practice, seen=form.cleaned_data["seen"], **why)

    made = _decided(request, alert_id, form, decide, {"release": form})
    if isinstance(made, HttpResponse):
        return made
    if made.is_dry_run:
        messages.success(
            request,
            _("Practised as alert %(pk)s. Nobody is written to; alert %(alert_id)s still waits.")
            % {"pk": made.pk, "alert_id": alert_id},
        )
    else:
        transaction.on_commit(pipeline.ring_warnings)
        messages.success(request, _("Released. The mails go out now; the alert stands here for good."))
    return redirect(made)


@require_POST
@requires(Action.RELEASE_ALERT)
def alert_refuse(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Keeps a draft from going out, with the reason."""
    form = DecisionForm("refuse", request.POST)
    made = _decided(request, alert_id, form, refuse.refuse, {"refuse": form})
    if isinstance(made, HttpResponse):
        return made
    messages.success(request, _("Refused. Nothing goes out; only those who release alerts still see this page."))
    return redirect(made)


def _decided(
    request: HttpRequest,
    alert_id: int,
    form: DecisionForm,
    decide: Callable[..., Alert],
    forms_of_page: dict[str, DecisionForm],
) -> Alert | HttpResponse:
    """The alert as it was decided; else the page with what was typed and why it could not be."""
    found_alert(request, alert_id)
    status = 400
    if form.is_valid():
        try:
            return decide(alert_id=alert_id, by=person(request), reason=form.cleaned_data["reason"], at=clock.now())
        except DeskError as error:
            form.add_error(None, sentence(error))
            status = 409
    return show(request, found_alert(request, alert_id), forms_of_page, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.RELEASE_ALERT)
def alert_edit(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Puts a draft in other words; who comes second sees what stands now and keeps what was typed."""
    alert, day = found_alert(request, alert_id), clock.now().date()
    form, status = WordsForm(request.POST or None, alert=alert, day=day), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                edit.edit(
                    alert_id=alert_id, by=person(request), words=form.words(), seen=form.cleaned_data["seen"],
                    reason=form.cleaned_data["reason"], at=clock.now(),
                )  # fmt: skip
            except DeskError as error:
                form.add_error(None, sentence(error))
                status = 409
            else:
                messages.success(request, _("Saved, with the words before. Read it below as it would go out."))
                return redirect("alert", alert_id)
    return _edit_page(request, found_alert(request, alert_id), form, status=status)


def _edit_page(request: HttpRequest, alert: Alert, form: WordsForm, *, status: int) -> HttpResponse:
    """After a refusal the form stands for what is there now: sent again, it takes its place knowingly."""
    now, seen = Words.of(alert), form["seen"].value()
    context = {
        "alert": alert,
        "form": form,
        "seen": now.digest(),
        "stands": now.as_kept() if seen != now.digest() else {},
        "is_draft": alert.state == Alert.State.DRAFT,
    }
    return render(request, "alerts/alert_edit.html", context, status=status)


def sentence(error: DeskError) -> str:
    """An error as a page says it."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
