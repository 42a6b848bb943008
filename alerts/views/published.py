"""Warnings of other bodies: entered and taken back by staff; shown in the ledger."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alerts.answers.response_forms import WarningForm, WithdrawalForm
from alerts.ledger import published
from alerts.ledger.published import PublishedError
from alerts.models import PublishedWarning, Situation
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.KEEP_LEDGER)
def warning_new(request: HttpRequest) -> HttpResponse:
    """`?situation=sudan` says what it is about."""
    situation = get_object_or_404(Situation, slug=request.GET.get("situation", ""))
    form = WarningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            published.add(situation=situation, **form.cleaned_data, by=person(request), at=clock.now())
        except PublishedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Entered. It stands in the ledger and with its situation."))
            return redirect(situation)
    context = {"form": form, "situation": situation}
    return render(request, "alerts/warning_new.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.KEEP_LEDGER)
def warning_withdraw(request: HttpRequest, warning_id: int) -> HttpResponse:
    """Asks why, then takes back one that was entered wrongly."""
    found = get_object_or_404(PublishedWarning.objects.select_related("situation"), pk=warning_id)
    form, error = WithdrawalForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        try:
            published.withdraw(warning_id=warning_id, **form.cleaned_data, by=person(request), at=clock.now())
        except PublishedError as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("Taken back. The row is kept with your name and reason, and shown no more."))
            return redirect(found.situation)
    status = 400 if form.errors else 200
    context = {"warning": found, "error": error, "form": form}
    return render(request, "alerts/warning_withdraw.html", context, status=409 if error else status)
