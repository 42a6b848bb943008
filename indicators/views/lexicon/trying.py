"""A passage pasted in: what the version in use and the draft make of it, and why. Nothing of it is kept."""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from indicators import lexicon_keeping, model_in_use
from indicators.fields import Pick
from indicators.forms import TEXT_LIMIT
from indicators.matching import editing
from indicators.matching.explained import scale_words
from indicators.matching.head import chosen
from indicators.matching.measuring import Lexicons, all_hits_in, hits_in, of_language
from indicators.matching.suggester import Hit
from indicators.models import Indicator
from indicators.views.lexicon.listed import LANGUAGES
from people.access import requires
from people.permissions import Action


class TryForm(forms.Form):
    """The passage and its language."""

    text = forms.CharField(
        max_length=TEXT_LIMIT, label=_("A passage"), widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": _("Found no text; paste a passage of some sentences.")},
    )  # fmt: skip
    language = Pick([("", _("not known: searched if it looks English")), *LANGUAGES.items()], required=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Fired:
    """One factor that the passage touches, and what came of it."""

    hit: Hit
    phrase: str
    label: str
    scale: str
    is_suggested: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What one version makes of the passage."""

    title: str
    is_known: bool  # whether there is a lexicon for the language
    fired: list[Fired]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE_EVIDENCE)
def trying(request: HttpRequest) -> HttpResponse:
    """The form, and below it what fires."""
    form = TryForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        text, language = form.cleaned_data["text"], form.cleaned_data["language"]
        labels = dict(Indicator.objects.in_use().values_list("code", "label"))
        now, draft = lexicon_keeping.in_use(), lexicon_keeping.open_draft()
        context["readings"] = [
            _reading(
                (gettext("Lexicon %(label)s, in use") % {"label": now.label}), text, language, now.lexicons, labels
            )
        ]
        if draft is not None:
            title = gettext("Draft %(number)s") % {"number": draft.draft.pk}
            context["readings"].append(_reading(title, text, language, editing.parsed(draft.files), labels))
        context["by_model"] = _by_model(text, language, now.lexicons)
    return render(request, "indicators/lexicon_try.html", context, status=400 if form.errors else 200)


def _reading(title: str, text: str, language: str, lexicons: Lexicons, labels: dict[str, str]) -> Reading:
    suggested = set(hits_in(text, language, lexicons))
    words = of_language(text, language, lexicons)
    fired = [
        Fired(
            hit=hit,
            phrase=text[hit.start : hit.end],
            label=labels.get(hit.indicator, ""),
            scale=scale_words(text, hit.start, hit.end, words=words) if hit.polarity > 0 else "",
            is_suggested=hit in suggested,
        )
        for hit in all_hits_in(text, language, lexicons)
    ]
    return Reading(title, words is not None, fired)


def _by_model(text: str, language: str, lexicons: Lexicons) -> list[Hit] | None:
    """What the model that is switched on makes of it; None where none is."""
    model = model_in_use.learned()
    if model.head is None:
        return None
    hits = all_hits_in(text, language, lexicons)
    return list(chosen(text, hits, model.head)) if hits else []
