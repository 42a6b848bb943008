"""What a publisher does with an alert that went out: takes it back, or sets it right."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alerts import family
from alerts.corrections import recalling
from alerts.desk import correct, settle, withdraw
from alerts.desk.desk_forms import CorrectForm, DecisionForm, WithdrawForm
from alerts.desk.drafts import DeskError
from alerts.desk.sent import latest_about
from alerts.models import Alert
from alerts.views.alerts import found_alert, show
from alerts.views.desk import sentence
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock, pipeline


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.RELEASE_ALERT)
def alert_withdraw(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Takes it back, with what was wrong and the reason."""
    form, status = WithdrawForm(request.POST or None), 200
    found_alert(request, alert_id)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            asked = form.cleaned_data
            try:
                made = withdraw.withdraw(
                    alert_id=alert_id, by=person(request), wrong=asked["wrong"], reason=asked["reason"], at=clock.now()
                )
            except DeskError as error:
                form.add_error(None, sentence(error))
                status = 409
            else:
                return _done(
                    request,
                    made,
                    (
                        gettext("Alert %(alert_id)s is withdrawn. Everybody who got it is written to now.")
                        % {"alert_id": alert_id}
                    ),
                )
    return _page(request, "alerts/alert_withdraw.html", alert_id, form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.RELEASE_ALERT)
def alert_correct(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Sets it right, with what was wrong and the reason."""
    alert = found_alert(request, alert_id)
    form, status = CorrectForm(request.POST or None, alert=alert, day=clock.now().date()), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            asked = form.cleaned_data
            try:
                made = correct.correct(
                    alert_id=alert_id, by=person(request), wrong=asked["wrong"], words=form.words(),
                    seen=asked["last"], reason=asked["reason"], at=clock.now(),
                )  # fmt: skip
            except DeskError as error:
                form.add_error(None, sentence(error))
                status = 409
            else:
                return _done(
                    request,
                    made,
                    (
                        gettext("Alert %(alert_id)s is corrected. Everybody who got it is written to now.")
                        % {"alert_id": alert_id}
                    ),
                )
    return _page(request, "alerts/alert_correct.html", alert_id, form, status=status)


@require_POST
@requires(Action.RELEASE_ALERT)
def alert_settle(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Decides that what was retracted behind it needs no correction."""
    form = DecisionForm(f"settle-{alert_id}", request.POST)
    alert = found_alert(request, alert_id)
    if form.is_valid():
        try:
            settle.settle(alert_id=alert_id, by=person(request), reason=form.cleaned_data["reason"], at=clock.now())
        except DeskError as error:
            form.add_error(None, sentence(error))
            return show(request, alert, {"settle": form}, status=409)
        messages.success(
            request,
            _("Kept: alert %(alert_id)s needs no correction for what was retracted so far.") % {"alert_id": alert_id},
        )
        return redirect("release_desk")
    return show(request, alert, {"settle": form}, status=400)


def _done(request: HttpRequest, made: Alert, said: str) -> HttpResponse:
    transaction.on_commit(pipeline.ring_warnings)
    messages.success(request, said)
    return redirect("alert", made.pk)


def _page(
    request: HttpRequest, template: str, alert_id: int, form: WithdrawForm | CorrectForm, *, status: int
) -> HttpResponse:
    alert = found_alert(request, alert_id)
    went_out = alert.state == Alert.State.RELEASED and not alert.is_dry_run and alert.corrects_id is None
    context = {
        "alert": alert,
        "form": form,
        "people": recalling.who_got(alert),
        "can_be_corrected": went_out,
        "can_be_withdrawn": went_out and not family.is_taken_back(alert, list(family.later(alert))),
        "last": latest_about(alert),
    }
    return render(request, template, context, status=status)
