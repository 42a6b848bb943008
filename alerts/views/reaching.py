"""Settling, with a reason, what of a grave alert has not arrived."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alerts.desk.drafts import DeskError
from alerts.desk.reach import reach
from alerts.models import Alert, AlertDecision
from alerts.outbox.undelivered import undelivered
from alerts.views.desk import sentence
from alerts.views.outbox import missed_of
from indicators.forms import ReasonForm
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.WATCH_OUTBOX)
def outbox_reach(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Asks how everybody was told; what has arrived, or was settled, needs no answer."""
    alert = get_object_or_404(Alert.objects.select_related("country"), pk=alert_id)
    form, status = ReasonForm(request.POST or None), 200
    form.fields["reason"].label = gettext("How they were told, or why they need not be")
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                reach(alert_id=alert.pk, by=person(request), reason=form.cleaned_data["reason"], at=clock.now())
            except DeskError as error:
                form.add_error(None, sentence(error))
                status = 409
            else:
                messages.success(
                    request, _("Kept: alert %(pk)s is settled. It stands here anew if more fails.") % {"pk": alert.pk}
                )
                return redirect("outbox")
    return _page(request, alert, form, status=status)


def _page(request: HttpRequest, alert: Alert, form: ReasonForm, *, status: int) -> HttpResponse:
    found = next((one for one in undelivered(at=clock.now()) if one.alert == alert.pk), None)
    settled = AlertDecision.objects.filter(alert=alert, action=AlertDecision.Action.TOLD).select_related("by")
    context = {
        "alert": alert,
        "form": form,
        "missed": missed_of(found) if found is not None else None,
        "settled": settled.order_by("pk"),
    }
    return render(request, "alerts/outbox_reach.html", context, status=status)
