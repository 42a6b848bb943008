"""Reports that no machine could read: what waits for a person's eyes, and typing their words."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators.views.asked import moment_of
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock, pipeline
from reports import transcribing
from reports.ingest import IngestError
from reports.models import Report
from reports.retry_forms import TypedForm
from reports.views.scan import pictures_of
from reports.views.seen import person_of

PAGE_SIZE = 50


@require_safe
@requires(Action.INGEST_REPORT)
def unread(request: HttpRequest) -> HttpResponse:
    """Scans whose words nobody has typed yet, the latest first."""
    moment_of(request)
    rows = Report.objects.visible_to(person_of(request)).unread().select_related("source").defer("bytes", "text")
    page = Paginator(rows.order_by("-received_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "reports/unread.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.INGEST_REPORT)
def report_type(request: HttpRequest, report_id: int) -> HttpResponse:
    """Typing the words of a scan: they become passages of a report of their own, which names the scan."""
    moment_of(request)
    person = person_of(request)
    scans = Report.objects.visible_to(person).filter(is_unread=True).select_related("source").defer("bytes", "text")
    scan = scans.filter(pk=report_id).first()
    if scan is None:
        raise Http404(_("report: found none under this number that no machine could read and that you may see"))
    form = TypedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            report = transcribing.type_words(
                scan_id=scan.pk, text=form.cleaned_data["text"], locator=form.cleaned_data["locator"], by=person,
                at=clock.now(),
            )  # fmt: skip
        except IngestError as error:
            form.add_error(None, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        else:
            transaction.on_commit(pipeline.ring)
            messages.success(request, _("Kept. Its passages can be coded now."))
            return redirect("report", report.pk)
    typed = Report.objects.visible_to(person).filter(carrier=scan).defer("bytes", "text").order_by("pk")
    pictures = range(1, len(pictures_of(scan.pk, person)) + 1)
    context = {"report": scan, "form": form, "typed": typed, "pictures": pictures}
    return render(request, "reports/type.html", context, status=400 if form.errors else 200)
