"""The draft: entries edited one by one, what it changes, and how it goes: published, set aside, taken up again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import lexicon_keeping
from indicators.lexicon_keeping import Drafted, LexiconRefused
from indicators.matching import editing
from indicators.matching.lexicon import LexiconError
from indicators.views.asked import refuse_unknown
from indicators.views.lexicon.draft_page import PublishForm, draft_page
from indicators.views.lexicon.entry_form import EntryForm, initial_of
from indicators.views.lexicon.listed import LANGUAGES, RIGHT_TO_LEFT
from indicators.views.lexicon.versions import said
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock
from reports.views.seen import person_of


@never_cache
@require_safe
@requires(Action.DECIDE_EVIDENCE)
def draft(request: HttpRequest) -> HttpResponse:
    """The open draft; without one, the way to begin one."""
    refuse_unknown(request, "language", "factor", "q")
    return draft_page(request)


@require_POST
@requires(Action.EDIT_LEXICON)
def begin(request: HttpRequest) -> HttpResponse:
    try:
        lexicon_keeping.begin(by=person_of(request), at=clock.now())
    except LexiconRefused as error:
        messages.error(request, said(error))
    return redirect("lexicon_draft")


@require_POST
@requires(Action.EDIT_LEXICON)
def drop(request: HttpRequest) -> HttpResponse:
    try:
        gone = lexicon_keeping.drop(by=person_of(request), at=clock.now())
    except LexiconRefused as error:
        messages.error(request, _("Nothing was changed. %(error)s") % {"error": said(error)})
    else:
        messages.success(request, _("Draft %(pk)s is set aside. It can be taken up again here.") % {"pk": gone.pk})
    return redirect("lexicon")


@require_POST
@requires(Action.EDIT_LEXICON)
def take_up(request: HttpRequest, draft_id: int) -> HttpResponse:
    try:
        lexicon_keeping.take_up(draft_id=draft_id, by=person_of(request))
    except LexiconRefused as error:
        messages.error(request, _("Nothing was changed. %(error)s") % {"error": said(error)})
        return redirect("lexicon")
    return redirect("lexicon_draft")


@require_POST
@requires(Action.EDIT_LEXICON)
def publish(request: HttpRequest) -> HttpResponse:
    """The draft becomes a version and is in use from now on."""
    form = PublishForm(request.POST)
    if not form.is_valid():
        return draft_page(request, publish_form=form, status=400)
    try:
        made = lexicon_keeping.publish(
            seen=form.cleaned_data["seen"], reason=form.cleaned_data["reason"], by=person_of(request), at=clock.now()
        )
    except LexiconRefused as error:
        messages.error(request, _("Nothing was published. %(error)s") % {"error": said(error)})
        return redirect("lexicon_draft")
    messages.success(
        request,
        _(
            "Version %(number)s is in use: new reports are searched with it. Reports that are here already "
            "are searched again only if you ask for it."
        )
        % {"number": made.version.number},
    )
    return redirect("lexicon")


@require_POST
@requires(Action.EDIT_LEXICON)
def undo(request: HttpRequest, edit_id: int) -> HttpResponse:
    """Takes the latest edit of an entry back."""
    try:
        lexicon_keeping.undo_edit(edit_id=edit_id, by=person_of(request), at=clock.now())
    except LexiconRefused as error:
        messages.error(request, _("Nothing was changed. %(error)s") % {"error": said(error)})
    else:
        messages.success(request, _("Taken back."))
    return redirect("lexicon_draft")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT_LEXICON)
def entry(request: HttpRequest, language: str, place: int) -> HttpResponse:
    """One entry of the open draft."""
    now = _draft_with(language)
    entries = editing.entries_of(now.base[language])
    edited = [one for one in now.edits if (one.language, one.place) == (language, place)]
    if place >= len(entries) and not edited:
        raise Http404(_("lexicon: found no entry at this place"))
    standing = edited[-1].entry if edited else entries[place]
    return _entry(request, now, language, place, standing)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.EDIT_LEXICON)
def new_entry(request: HttpRequest, language: str) -> HttpResponse:
    """An entry that does not stand yet."""
    code = request.GET.get("indicator", "")[:8]
    return _entry(request, _draft_with(language), language, None, {"indicator": code, "weight": 0.6, "severity": 2})


def _draft_with(language: str) -> Drafted:
    now = lexicon_keeping.open_draft()
    if now is None or language not in now.base:
        raise Http404(_("lexicon: found no open draft with this language; begin one on the page of the lexicon"))
    return now


def _entry(
    request: HttpRequest, now: Drafted, language: str, place: int | None, standing: dict[str, Any] | None
) -> HttpResponse:
    groups = editing.groups_of(now.base[language])
    seen = 0 if place is None else lexicon_keeping.last_edit(now, language, place)
    base = editing.entries_of(now.base[language])
    before = standing or (base[place] if place is not None and place < len(base) else {})
    form = EntryForm(request.POST or None, groups=groups, initial=initial_of(before, seen))
    status = 200
    if request.method == "POST":
        is_gone = "remove" in request.POST
        if is_gone or form.is_valid():
            made = None if is_gone else form.entry()
            if (refused := _edit(request, language, place, made)) is None:
                return redirect(_back(language, str((made or before).get("indicator", ""))))
            form.add_error(None, refused)
            status = 409
        else:
            status = 400
    context = {
        "form": form,
        "language": language,
        "language_name": LANGUAGES.get(language, language),
        "place": place,
        "is_gone": standing is None,
        "groups": sorted(groups.items()),
        "seen": seen,
        "before": before,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "back": _back(language, str(before.get("indicator", ""))),
    }
    return render(request, "indicators/lexicon_entry.html", context, status=status)


def _edit(request: HttpRequest, language: str, place: int | None, made: dict[str, Any] | None) -> str | None:
    """Why the edit was refused; None where it stands."""
    seen = request.POST.get("seen", "")
    try:
        with transaction.atomic():
            lexicon_keeping.edit(
                language=language,
                place=place,
                entry=made,
                seen=int(seen) if seen.isdecimal() else -1,
                by=person_of(request),
                at=clock.now(),
            )
    except (LexiconRefused, LexiconError) as error:
        return said(error)
    messages.success(
        request,
        _("Kept in the draft. Nothing is published yet.") if made else _("Removed in the draft; it can be undone."),
    )
    return None


def _back(language: str, code: str) -> str:
    factor = code.partition(".")[0]
    query = {"language": language} | ({"factor": factor} if factor.isdecimal() else {})
    return f"{reverse('lexicon_draft')}?{urlencode(query)}"
