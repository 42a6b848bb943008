"""Versions of the lexicon, which is in use, and the models that were learned."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from indicators import lexicon_keeping, model_in_use
from indicators.forms import ReasonForm
from indicators.lexicon_keeping import LexiconRefused
from indicators.models import LexiconDraft, LexiconPublication, LexiconVersion, SuggesterModel
from indicators.views.asked import refuse_unknown
from indicators.views.lexicon.listed import entries_sought, sought
from people.access import requires
from people.permissions import Action, may
from r2p_dashboard import clock
from reports.views.seen import person_of

SHOWN = 50
DRAFTS_SHOWN = 5


def said(error: Exception) -> str:
    """An error as a sentence."""
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}."


@require_safe
@requires(Action.DECIDE_EVIDENCE)
def lexicon(request: HttpRequest) -> HttpResponse:
    """All versions, latest first, and what can be done."""
    publications = LexiconPublication.objects.select_related("by").order_by("-pk")
    versions = LexiconVersion.objects.defer("files").select_related("made_by", "based_on").order_by("-number")
    versions = versions.defer("based_on__files").prefetch_related(Prefetch("publications", publications))
    drafts = LexiconDraft.objects.select_related("based_on", "begun_by").defer("based_on__files").order_by("-pk")
    context = {
        "now": lexicon_keeping.published(),
        "versions": list(versions[:SHOWN]),
        "draft": drafts.filter(state="open").first(),
        "dropped": list(drafts.filter(state="dropped")[:DRAFTS_SHOWN]),
        "may_edit": may(request.user, Action.EDIT_LEXICON),
        **_models(),
    }
    return render(request, "indicators/lexicon.html", context)


def _models() -> dict[str, Any]:
    models = SuggesterModel.objects.select_related("lexicon").defer("data", "lexicon__files").order_by("-number")
    switch = model_in_use.last_switch()
    return {
        "models": list(models[:SHOWN]),
        "switch": switch,
        "is_model_allowed": settings.SUGGESTER_TRAINED,
        "refusal": model_in_use.refusal(switch),
    }


@require_safe
@requires(Action.DECIDE_EVIDENCE)
def version(request: HttpRequest, number: int) -> HttpResponse:
    """What a version says: by factor and indicator, or where words stand."""
    refuse_unknown(request, "language", "factor", "q")
    return version_page(request, number)


def version_page(
    request: HttpRequest, number: int, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of a version, with the form to put it to use where it is not in use."""
    row = (
        LexiconVersion.objects.select_related("made_by", "based_on")
        .defer("based_on__files")
        .filter(number=number)
        .first()
    )
    if row is None:
        raise Http404(_("lexicon: found no version of this number"))
    now = lexicon_keeping.published()
    asked = sought(request, row.files)
    context = {
        "version": row,
        "asked": asked,
        "found": entries_sought(row.files, asked),
        "now": now,
        "is_in_use": now is not None and now.version_id == row.pk,
        "publications": list(row.publications.select_related("by").order_by("-pk")),
        "may_edit": may(request.user, Action.EDIT_LEXICON),
        "form": form or ReasonForm(),
    }
    return render(request, "indicators/lexicon_version.html", context, status=status)


@require_POST
@requires(Action.EDIT_LEXICON)
def use(request: HttpRequest, number: int) -> HttpResponse:
    """An earlier version in use again, in one step."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return version_page(request, number, form=form, status=400)
    try:
        lexicon_keeping.put_to_use(
            number=number, reason=form.cleaned_data["reason"], by=person_of(request), at=clock.now()
        )
    except LexiconRefused as error:
        messages.error(request, _("Nothing was changed. %(error)s") % {"error": said(error)})
        return redirect("lexicon")
    messages.success(request, _("Version %(number)s is in use. New reports are searched with it.") % {"number": number})
    return redirect("lexicon")


@require_POST
@requires(Action.EDIT_LEXICON)
def model(request: HttpRequest) -> HttpResponse:
    """Switches a model on, or off."""
    form = ReasonForm(request.POST)
    number = request.POST.get("model", "")
    if not form.is_valid() or not (number == "" or (number.isascii() and number.isdigit() and len(number) < 9)):
        messages.error(request, _("Nothing was changed. Found no reason of 3 to 500 characters; give one."))
        return redirect("lexicon")
    wanted, reason = int(number) if number else None, form.cleaned_data["reason"]
    try:
        model_in_use.switch(number=wanted, reason=reason, by=person_of(request), at=clock.now())
    except LexiconRefused as error:
        messages.error(request, _("Nothing was changed. %(error)s") % {"error": said(error)})
        return redirect("lexicon")
    on = (gettext("Model %(wanted)s is on") % {"wanted": wanted}) if wanted else gettext("The lexicon alone suggests")
    messages.success(request, _("%(on)s, for what is searched from now on.") % {"on": on})
    return redirect("lexicon")
