"""The event of one piece of evidence: what else is part of it, what may be, what people said."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from indicators import linking
from indicators.events import of_event
from indicators.linking import LinkingError, Seen
from indicators.models import EventDecision, Evidence, EvidenceQuerySet
from indicators.views.asked import for_display
from indicators.views.event_forms import RenameForm, UnlinkForm
from indicators.views.event_pieces import candidates, live
from indicators.views.events import decisions_seen, event_of, said, suggested_name, tell
from indicators.views.review import person, sentence
from people.access import requires
from people.models import User
from people.permissions import Action, may

PIECES_SHOWN = 100
CANDIDATES_SHOWN = 12
DECISIONS_SHOWN = 20


@never_cache
@require_safe
@requires(Action.ENTER_EVIDENCE)
def event(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Of which event a piece is part, and with which others."""
    user = person(request)
    evidence = _piece(user, evidence_id)
    name = event_of(evidence)
    rows = for_display(_of(user, evidence)).order_by("event_on", "pk") if name else Evidence.objects.none()
    pieces = list(rows[: PIECES_SHOWN + 1])
    new = suggested_name(evidence.country.iso3, evidence.event_on, (), evidence.pk)
    context = {
        "evidence": evidence,
        "name": name,
        "pieces": pieces[:PIECES_SHOWN],
        "has_more": len(pieces) > PIECES_SHOWN,
        "candidates": candidates(user, evidence, most=CANDIDATES_SHOWN),
        "decisions": _decisions(user, evidence, pieces),
        "rename": RenameForm(initial={"event": name, "name": name or new}, auto_id="rename-%s"),
        "unlink": UnlinkForm(initial={"event": name}, auto_id="unlink-%s") if name else None,
        "may_decide": may(user, Action.DECIDE_EVIDENCE),
    }
    return render(request, "indicators/event.html", context)


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def event_unlink(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Takes a piece out of its event."""
    form = UnlinkForm(request.POST)
    return _done(request, evidence_id, form, lambda seen, how: linking.unlink(one=seen, said=how))


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def event_rename(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Gives the event of a piece another name."""
    form = RenameForm(request.POST)
    return _done(
        request, evidence_id, form,
        lambda seen, how: linking.rename(one=seen, name=form.cleaned_data["name"], said=how),
    )  # fmt: skip


def _done(request: HttpRequest, evidence_id: int, form: forms.Form, do: Any) -> HttpResponse:
    """Back to the event with what was saved, or why nothing was."""
    _piece(person(request), evidence_id)
    if not form.is_valid():
        wrong = " ".join(str(text) for errors in form.errors.values() for text in errors)
        messages.error(request, _("Nothing was saved. %(wrong)s") % {"wrong": wrong})
    else:
        try:
            seen = Seen(evidence_id, form.cleaned_data["event"])
            tell(request, do(seen, said(request, form.cleaned_data["reason"])))
        except LinkingError as error:
            messages.error(request, _("Nothing was saved. %(error)s") % {"error": sentence(error)})
    return redirect(reverse("evidence_event", args=[evidence_id]))


def _piece(user: User, evidence_id: int) -> Evidence:
    row = for_display(live(user)).filter(pk=evidence_id).first()
    if row is None:
        raise Http404(_("evidence: found none under this number that you may see and that counts or may count"))
    return row


def _of(user: User, evidence: Evidence) -> EvidenceQuerySet:
    return live(user).filter(pk__in=of_event(event_of(evidence), evidence.country_id).values("pk"))


def _decisions(user: User, evidence: Evidence, pieces: list[Evidence]) -> list[EventDecision]:
    """What people said of the piece and of the others that stand with it, last first."""
    numbers = {evidence.pk, *(piece.pk for piece in pieces)}
    rows = decisions_seen(user).filter(Q(evidence__in=numbers) | Q(other__in=numbers))
    return list(rows[:DECISIONS_SHOWN])
