"""Correcting an accepted piece, and the public list of what was corrected or retracted."""

import dataclasses
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators.entering import CORRECTED, EntryError, correct
from indicators.events import event_now
from indicators.forms import CorrectionForm
from indicators.models import Evidence
from indicators.views.asked import for_display, moment_of, seen_by
from indicators.views.entry import entry_of, event_keys, tell
from indicators.views.help_beside import Typed, beside, is_warned_of
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock

PAGE_SIZE = 50
NAMED_BY = {"country": "iso3", "indicator": "code", "family": "slug"}  # how a form names what a row points at


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.ENTER_EVIDENCE)
def evidence_correct(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """The entry form, filled in from the accepted piece whose place it is to take."""
    seen = Evidence.objects.visible_to(request.user).annotate(event=event_now())
    evidence = for_display(seen).filter(pk=evidence_id).first()
    if evidence is None:
        raise Http404(_("evidence: found none under this number that you may see"))
    if evidence.status != Evidence.Status.ACCEPTED:
        messages.error(
            request,
            _("Not to be corrected: it is %(status)s, and only what counts is corrected.")
            % {"status": evidence.status},
        )
        return redirect("evidence_detail", evidence_id)
    user, passage = person(request), evidence.passage
    if request.method != "POST":
        form = CorrectionForm(user=user, passage=passage, initial=_initial(evidence))
        return _page(request, form, evidence, Typed.of(form.initial))
    typed = Typed.of(request.POST)
    if "explain" in request.POST:
        form = CorrectionForm(user=user, passage=passage, initial=dict(request.POST.items()))
        return _page(request, form, evidence, typed)
    form = CorrectionForm(request.POST, user=user, passage=passage)
    status = 400
    if form.is_valid():
        if is_warned_of(form, typed, user=user, corrected=evidence.pk):
            return _page(request, form, evidence, typed, status=409)
        became = _correct(request, form, evidence)
        if became is not None:
            return redirect("evidence_detail", became.pk)
        status = 409
    return _page(request, form, evidence, typed, status=status)


def _initial(evidence: Evidence) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(evidence, name) for name in CORRECTED}
    values |= {name: getattr(values[name], key) for name, key in NAMED_BY.items()}
    values["event_key"] = evidence.__dict__["event"]  # as held now: people may have linked it since it was entered
    source = evidence.passage.report.source
    if evidence.family_id == source.family_id:
        values["family"] = ""
    if evidence.reliability == source.reliability:
        values["reliability"] = ""
    return values


def _page(
    request: HttpRequest, form: CorrectionForm, evidence: Evidence, typed: Typed, *, status: int = 200
) -> HttpResponse:
    moment = moment_of(request)
    context = {"form": form, "corrected": evidence, "passage": evidence.passage, "keys": event_keys(request, form)}
    context |= beside(typed, user=person(request), known_on=moment.known_on, corrected=evidence.pk)
    return render(request, "indicators/evidence_correct.html", context, status=status)


def _correct(request: HttpRequest, form: CorrectionForm, evidence: Evidence) -> Evidence | None:
    """The proposed row; None where it was refused, with the reason on the form."""
    try:
        became = correct(
            evidence_id=evidence.pk,
            entry=entry_of(form.cleaned_data, evidence.passage),
            reason=form.cleaned_data["correction_reason"],
            coder=person(request),
            at=clock.now(),
            installation_day=clock.installation_day(),
        )
    except EntryError as error:
        tell(form, error)
        return None
    messages.success(
        request,
        _(
            "Proposed as evidence %(pk)s. Evidence %(old)s counts until another person accepts it, and is "
            "retracted in that moment."
        )
        % {"pk": became.pk, "old": evidence.pk},
    )
    return became


@dataclasses.dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A piece that counts no more, and what took its place where this reader may see that."""

    evidence: Evidence
    became: Evidence | None


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """What was retracted, alone or for a correction, latest first: for everybody, as far as each may see it."""
    moment = moment_of(request)
    gone = seen_by(request).filter(status=Evidence.Status.RETRACTED, retracted_at__date__lte=moment.known_on)
    page = Paginator(for_display(gone).order_by("-retracted_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"as_of": moment, "page": page, "lines": _lines(request, list(page.object_list))}
    return render(request, "indicators/corrections.html", context)


def _lines(request: HttpRequest, rows: list[Evidence]) -> list[CorrectionLine]:
    took = seen_by(request).ever_accepted().filter(corrects__in=[row.pk for row in rows])
    by_old = {row.corrects_id: row for row in took.select_related("indicator", "country")}
    return [CorrectionLine(row, by_old.get(row.pk)) for row in rows]
