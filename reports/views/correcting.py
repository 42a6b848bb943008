"""Setting a report's language and countries right, and taking that back."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from countries.models import Country
from indicators.views.asked import moment_of
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock, pipeline
from reports import correcting
from reports.correcting import CorrectionError, Held, held
from reports.correction_form import CorrectionForm, plain_name
from reports.languages import UN_LANGUAGES, UNKNOWN, language_name
from reports.models import Report, ReportCorrection, Source
from reports.views.seen import person_of

SEARCHED_AGAIN = gettext_lazy("What the machine suggested is searched again in a moment; what is decided stays.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.ENTER_EVIDENCE)
def report_correct(request: HttpRequest, report_id: int) -> HttpResponse:
    """The form on a page of its own; sent from anywhere it leads back to `next`."""
    moment_of(request)
    found = _found(request, report_id)
    back = _back(request, request.POST.get("next") or request.GET.get("next", ""), found)
    holds = held(found)
    if request.method != "POST":
        return _page(request, correction_of(found, holds, back=back))
    form = _form(found, holds, back, request.POST)
    if not form.is_valid():
        return _page(request, correction_of(found, holds, back=back, form=form), status=400)
    try:
        done = correcting.correct(
            report_id=found.pk,
            by=person_of(request),
            at=clock.now(),
            language=form.cleaned_data["language"],
            countries=form.cleaned_data["countries"],
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
        )
    except CorrectionError as error:
        form.add_error(None, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return _page(request, correction_of(found, held(found), back=back, form=form), status=409)
    if done:
        transaction.on_commit(pipeline.ring)
    messages.success(
        request,
        _("Corrected. %(searched_again)s") % {"searched_again": SEARCHED_AGAIN}
        if done
        else _("Nothing to correct: it was so already."),
    )
    return redirect(back)


@require_POST
@requires(Action.ENTER_EVIDENCE)
def correction_undo(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Takes a correction back."""
    correction = ReportCorrection.objects.visible_to(person_of(request)).filter(pk=correction_id).first()
    if correction is None:
        raise Http404(_("correction: found none under this number that you may see"))
    back = _back(request, request.POST.get("next", ""), correction.report)
    try:
        correcting.undo(correction_id=correction_id, by=person_of(request), at=clock.now())
    except CorrectionError as error:
        messages.error(request, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return redirect(back)
    transaction.on_commit(pipeline.ring)
    messages.success(request, _("Taken back. %(SEARCHED_AGAIN)s") % {"SEARCHED_AGAIN": SEARCHED_AGAIN})
    return redirect(back)


def correction_of(
    report: Report, holds: Held | None = None, *, back: str = "", form: CorrectionForm | None = None
) -> dict[str, Any]:
    """What `reports/_correct.html` needs; `back` is the page that it leads back to, the report's own if empty."""
    holds = holds or held(report)
    back = back or reverse("report", args=[report.pk])
    names = dict(Country.objects.alphabetical().values_list("iso3", "name_en"))
    return {
        "report": report,
        "holds": holds,
        "back": back,
        "form": form or _form(report, holds, back),
        "known": [plain_name(iso3, name) for iso3, name in names.items()],
        "lines": [
            (one, _in_words(one.was, one.field, names), _in_words(one.became, one.field, names), _may_undo(one, holds))
            for one in holds.corrections
        ],
    }


def _form(report: Report, holds: Held, back: str, *sent: Any) -> CorrectionForm:
    of_sources = Source.objects.exclude(language="").order_by("language").values_list("language", flat=True).distinct()
    languages = [*UN_LANGUAGES, *of_sources, report.language, UNKNOWN]
    return CorrectionForm(*sent, holds=holds, languages=languages, back=back, prefix_of_ids=f"correct-{report.pk}")


def _may_undo(one: ReportCorrection, holds: Held) -> bool:
    return one == holds.latest(one.field) and one.undoes_id is None


def _in_words(codes: list[str], field: str, names: dict[str, str]) -> str:
    if field == ReportCorrection.Field.LANGUAGE:
        return ", ".join(map(language_name, codes))
    return ", ".join(names.get(code, code) for code in codes) or "none"


def _found(request: HttpRequest, report_id: int) -> Report:
    rows = Report.objects.visible_to(request.user).select_related("source").defer("bytes", "text")
    found = rows.filter(pk=report_id).first()
    if found is None:
        raise Http404(_("report: found none under this number that you may see"))
    return found


def _back(request: HttpRequest, asked: str, report: Report) -> str:
    """Where to go afterwards: an address of our own, or the report's page."""
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else reverse("report", args=[report.pk])


def _page(request: HttpRequest, correction: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "reports/correct.html", {"correction": correction}, status=status)
