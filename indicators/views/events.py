"""Pieces of evidence that may be one event: what is proposed, two beside each other, what people said."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import linking
from indicators.forms import country_choices
from indicators.linking import EventChangedError, LinkingError, Said, Seen
from indicators.matching import events as matching
from indicators.matching.events import Alike
from indicators.models import EventDecision, Evidence
from indicators.views.asked import for_display
from indicators.views.event_forms import EventFilter, PairForm
from indicators.views.event_pieces import live, proposals, told
from indicators.views.review import person, sentence
from people.access import requires
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline

Did = EventDecision.Action

PROPOSED_MAX = 30  # on a page: what is left comes when these are decided
PAGE_SIZE = 50
DECISIONS_SHOWN = 10


@require_safe
@requires(Action.ENTER_EVIDENCE)
def events(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = EventFilter(request.GET, countries=country_choices())
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    iso3, before = asked.get("country") or "", asked.get("before")
    pairs = proposals(user, iso3=iso3, before=before)
    named = _named(user, iso3, before) if iso3 else None
    context = {
        "form": form,
        "iso3": iso3,
        "pairs": pairs[:PROPOSED_MAX],
        "count": len(pairs),
        "page": Paginator(named, PAGE_SIZE).get_page(request.GET.get("page")) if named is not None else None,
        "decisions": decisions_seen(user)[:DECISIONS_SHOWN],
        "may_decide": may(user, Action.DECIDE_EVIDENCE),
        "query": f"?{urlencode({'country': iso3})}" if iso3 else "",
    }
    return render(request, "indicators/events.html", context, status=200 if form.is_valid() else 400)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.ENTER_EVIDENCE)
def event_pair(request: HttpRequest, first_id: int, second_id: int) -> HttpResponse:
    """Two pieces beside each other, and what a person says of them."""
    first, second = _two(person(request), first_id, second_id)
    alike = _alike(person(request), first, second)
    form = PairForm(request.POST or None, initial=_initial(first, second, alike))
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                decision = _decide(request, first, second, form.cleaned_data)
            except LinkingError as error:
                form.add_error(None, sentence(error))
                status = 409 if isinstance(error, EventChangedError) else 400
            else:
                tell(request, decision)
                return redirect(f"{reverse('events')}{_kept(request)}")
        status = status if status != 200 else 400
    context = {
        "sides": (first, second),
        "alike": alike,
        "form": form,
        "kept": _kept(request),
        "may_decide": may(request.user, Action.DECIDE_EVIDENCE),
    }
    return render(request, "indicators/event_pair.html", context, status=status)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def event_undo(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Takes a decision back."""
    decision = decisions_seen(person(request)).filter(pk=decision_id).first()
    if decision is None:
        raise Http404(_("decision: found none under this number that you may see"))
    reason = " ".join(request.POST.get("reason", "").split())[: linking.REASON_CHARACTERS[1]] or "Taken back."
    try:
        linking.undo(decision_id=decision.pk, said=said(request, reason))
    except LinkingError as error:
        messages.error(request, _("Nothing was taken back. %(error)s") % {"error": sentence(error)})
    else:
        messages.success(request, _("Taken back: the evidence stands in the events in which it stood before."))
        pipeline.ring_scores()
    return redirect("evidence_event", decision.evidence_id)


def decisions_seen(user: User) -> QuerySet[EventDecision]:
    """What people said of evidence that this person may see, last first."""
    seen = Evidence.objects.visible_to(user).values("pk")
    rows = EventDecision.objects.filter(evidence__in=seen).exclude(other__isnull=False, other__in=_hidden(user))
    return rows.select_related("by", "undone_by", "evidence__country").order_by("-pk")


def _hidden(user: User) -> QuerySet[Evidence, Any]:
    return Evidence.objects.exclude(pk__in=Evidence.objects.visible_to(user).values("pk")).values("pk")


def said(request: HttpRequest, reason: str) -> Said:
    """Who says it, why, and now."""
    return Said(person(request), reason, clock.now())


def tell(request: HttpRequest, decision: EventDecision) -> None:
    """Says what was saved and where it is taken back; the scores that rest on it are computed anew."""
    link = reverse("evidence_event", args=[decision.evidence_id])
    words = f"Saved: {decision.get_action_display()}."
    if decision.action != Did.DIFFERENT or decision.event_key:
        words += " " + gettext("The country's scores are computed anew.")
        pipeline.ring_scores()
    messages.success(request, format_html('{} <a href="{}#said">Look at it, or take it back</a>', words, link))


def suggested_name(iso3: str, day: dt.date, names: tuple[str, ...], evidence_id: int) -> str:
    """A name to begin with: the country, what both texts name, the day."""
    place = next((slug for slug in (slugify(name) for name in names) if slug), f"evidence-{evidence_id}")
    return f"{iso3.lower()}-{place[:80]}-{day}"


def _named(user: User, iso3: str, before: dt.date | None) -> Any:
    """Named events of a country, the latest first: name, number of pieces, first and last day, one of its pieces."""
    rows: Any = live(user).filter(country__iso3=iso3)
    grouped = (
        rows.exclude(event="")
        .values("event")
        .annotate(pieces=Count("pk"), first_on=Min("event_on"), last_on=Max("event_on"), piece=Min("pk"))
    )
    return (grouped.filter(last_on__lt=before) if before else grouped).order_by("-last_on", "event")


def _two(user: User, first_id: int, second_id: int) -> tuple[Evidence, Evidence]:
    """404 where the person may not know of one, or where no two pieces of one country are named."""
    rows = {row.pk: row for row in for_display(live(user)).filter(pk__in={first_id, second_id})}
    if len(rows) < 2 or len({row.country_id for row in rows.values()}) > 1:
        raise Http404(
            _("pair: found no two pieces of one country under these numbers that you may see and that may count")
        )
    return rows[min(rows)], rows[max(rows)]


def _alike(user: User, first: Evidence, second: Evidence) -> Alike:
    one, other = told(live(user).filter(pk__in=[first.pk, second.pk]).order_by("pk"))
    return matching.compared(one.piece, other.piece)


def _initial(first: Evidence, second: Evidence, alike: Alike) -> dict[str, str]:
    """What the form begins with: the name of the more open piece, the reasons that the comparison found."""
    sides = sorted((first, second), key=lambda row: max(row.sensitivity, row.passage.report.sensitivity))
    events = [event_of(row) for row in sides if event_of(row)]
    new = suggested_name(first.country.iso3, first.event_on, alike.names, first.pk)
    return {
        "first_event": event_of(first),
        "second_event": event_of(second),
        "name": events[0] if events else new,
        "reason": capfirst(alike.in_words)[: linking.REASON_CHARACTERS[1]],
    }


def event_of(row: Evidence) -> str:
    """The event of a row of `live`."""
    return str(row.__dict__["event"])


def _decide(request: HttpRequest, first: Evidence, second: Evidence, data: dict[str, str]) -> EventDecision:
    one, other = Seen(first.pk, data["first_event"]), Seen(second.pk, data["second_event"])
    how = said(request, data["reason"])
    if data["verdict"] == Did.SAME:
        return linking.same(one=one, other=other, name=data["name"], said=how)
    return linking.different(one=one, other=other, said=how)


def _kept(request: HttpRequest) -> str:
    """The list's filter, which the way back keeps."""
    iso3 = request.GET.get("country", "")
    return f"?{urlencode({'country': iso3})}" if iso3.isascii() and iso3.isalpha() and len(iso3) == 3 else ""
