"""Reports that look alike: what waits for a person, two beside each other, and what is said of them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import voices
from people.access import requires
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline
from reports import duplicates, judging
from reports.judging import JudgingError, Said
from reports.models import ClusterDecision, Passage, Report, TextPair, TextPairQuerySet
from reports.views.alike_forms import JoinForm, PairFilter, SplitForm, VerdictForm
from reports.views.alike_of import PASSAGES_MAX, Side, latest_decision, share_in_words
from reports.views.seen import person_of

PAGE_SIZE = 50
DONE = {
    "same": gettext_lazy("the same text"),
    "update": gettext_lazy("an update"),
    "different": gettext_lazy("different texts"),
    "split": gettext_lazy("taken out"),
}


@require_safe
@requires(Action.ENTER_EVIDENCE)
def possible_updates(request: HttpRequest) -> HttpResponse:
    """Pairs of reports that share part of their text, newest first."""
    form = PairFilter(request.GET)
    form.is_valid()
    rows = _seen(request).filter(state__in=form.states)
    if source := form.cleaned_data.get("source"):
        rows = rows.filter(Q(first__source=source) | Q(second__source=source))
    page = Paginator(rows.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(pair, share_in_words(pair.of_first), share_in_words(pair.of_second)) for pair in page.object_list],
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "reports/possible_updates.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.ENTER_EVIDENCE)
def text_pair(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Two reports beside each other, what they share marked, and what a person says of them."""
    pair = _seen(request).filter(pk=pair_id).first()
    if pair is None:
        raise Http404(_("pair: found none under this number that you may see"))
    form = VerdictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = _said(request, form.cleaned_data["reason"])
        try:
            decision = judging.judge(
                report_id=pair.first_id, other_id=pair.second_id, verdict=form.cleaned_data["verdict"], said=said
            )
        except JudgingError as error:
            form.add_error(None, str(error))
        else:
            _tell(request, decision)
            return redirect("possible_updates" if _seen(request).waiting().exists() else pair_address(pair))
    sides = _sides(pair)
    waiting = _seen(request).waiting().exclude(pk=pair.pk).order_by("-pk")
    context = {
        "pair": pair,
        "sides": sides,
        "form": form,
        "may_decide": may(request.user, Action.DECIDE_EVIDENCE),
        "next": waiting.filter(pk__lt=pair.pk).first() or waiting.first(),
        "decision": latest_decision(pair.first_id, pair.second_id),
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "reports/text_pair.html", context, status=status)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def report_split(request: HttpRequest, report_id: int) -> HttpResponse:
    """Takes a report out of a cluster."""
    form = SplitForm(request.POST)
    if not form.is_valid():
        return _refused(request, report_id, gettext("Why it does not belong there: found too little; wanted a reason."))
    cluster = form.cleaned_data["cluster"]
    try:
        said = _said(request, form.cleaned_data["reason"])
        decision = judging.split(report_id=report_id, cluster_id=cluster, said=said)
    except JudgingError as error:
        return _refused(request, report_id, str(error))
    _tell(request, decision)
    return redirect("report", report_id)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def report_join(request: HttpRequest, report_id: int) -> HttpResponse:
    """Joins a report with another one, named by number or by address."""
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _refused(request, report_id, " ".join(str(text) for errors in form.errors.values() for text in errors))
    data = form.cleaned_data
    try:
        said = _said(request, data["reason"])
        decision = judging.judge(report_id=report_id, other_id=data["other"], verdict=data["verdict"], said=said)
    except JudgingError as error:
        return _refused(request, report_id, str(error))
    _tell(request, decision)
    return redirect("report", report_id)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def cluster_undo(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Takes a decision back."""
    found = ClusterDecision.objects.filter(pk=decision_id).first()
    if found is None:
        raise Http404(_("decision: found none under this number"))
    reason = " ".join(request.POST.get("reason", "").split()) or "Taken back."
    try:
        judging.undo(decision_id=decision_id, said=_said(request, reason[: judging.REASON_CHARACTERS[1]]))
    except JudgingError as error:
        return _refused(request, found.report_id, str(error))
    messages.success(request, _("Taken back: the reports stand as they did before."))
    pipeline.ring_scores()
    return redirect("report", found.report_id)


def pair_address(pair: TextPair) -> str:
    """The page of a pair."""
    return reverse("text_pair", args=[pair.pk])


def _seen(request: HttpRequest) -> TextPairQuerySet:
    rows = TextPair.objects.visible_to(request.user).select_related("first__source", "second__source")
    return rows.defer("first__bytes", "second__bytes", "first__text", "second__text")


def _said(request: HttpRequest, reason: str) -> Said:
    return Said(person_of(request), reason, clock.now(), voices.ask_for_scores)


def _tell(request: HttpRequest, decision: ClusterDecision) -> None:
    words = gettext("Saved: %(what)s. The scores that rest on these reports are computed anew.") % {
        "what": DONE[decision.action]
    }
    link = reverse("report", args=[decision.report_id])
    messages.success(request, format_html('{} <a href="{}#alike">Look at it, or take it back</a>', words, link))
    pipeline.ring_scores()


def _refused(request: HttpRequest, report_id: int, words: str) -> HttpResponse:
    messages.error(request, _("Nothing was saved. %(words)s") % {"words": words})
    return redirect(f"{reverse('report', args=[report_id])}#alike")


def _sides(pair: TextPair) -> tuple[Side, Side]:
    """Both reports with their passages, each with whether it stands in the other; the earlier first."""
    texts = dict(Report.objects.filter(pk__in=[pair.first_id, pair.second_id]).values_list("pk", "text"))
    of = {pk: duplicates.shingles(text) for pk, text in texts.items()}
    sides = (
        Side(pair.first, pair.of_first, _marked(pair.first_id, of[pair.second_id])),
        Side(pair.second, pair.of_second, _marked(pair.second_id, of[pair.first_id])),
    )
    one, other = sorted(sides, key=lambda side: (side.report.published_on, side.report.pk))
    return one, other


def _marked(report_id: int, other: duplicates.Shingles) -> list[tuple[Passage, bool]]:
    rows: Any = Passage.objects.filter(report=report_id).order_by("order")[:PASSAGES_MAX]
    return [(passage, duplicates.stands_in(passage.text, other)) for passage in rows]
