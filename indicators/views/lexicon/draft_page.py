"""The page of the draft, as it is shown from several addresses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from indicators import lexicon_keeping
from indicators.forms import ReasonForm
from indicators.lexicon_keeping import Drafted
from indicators.models import LexiconDraft
from indicators.views.lexicon.labelled_form import LabelledForm
from indicators.views.lexicon.listed import LANGUAGES, entries_sought, sought
from people.permissions import Action, may

TESTS_SHOWN = 5


class PublishForm(ReasonForm):
    """Why, and the very content that was looked at."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


def draft_page(
    request: HttpRequest,
    *,
    publish_form: PublishForm | None = None,
    test_form: LabelledForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The draft with its differences, tests and entries."""
    now = lexicon_keeping.open_draft()
    context: dict[str, Any] = {
        "may_edit": may(request.user, Action.EDIT_LEXICON),
        "dropped": LexiconDraft.objects.filter(state="dropped").order_by("-pk").first() if now is None else None,
    }
    if now is not None:
        context |= _of_draft(request, now)
        context["publish_form"] = publish_form or PublishForm(initial={"seen": now.sha256})
        context["test_form"] = test_form or LabelledForm()
    return render(request, "indicators/lexicon_draft.html", context, status=status)


def _of_draft(request: HttpRequest, now: Drafted) -> dict[str, Any]:
    asked = sought(request, now.base)
    publication = lexicon_keeping.published()
    last = {(one.language, one.place): one.pk for one in now.edits}
    tests = now.draft.tests.select_related("asked_by", "sent").defer("result", "sent__payload").order_by("-pk")
    return {
        "draft": now.draft,
        "differences": [(one, last[one.language, one.place], LANGUAGES.get(one.language)) for one in now.differences],
        "edits": [one for one in now.edits if last[one.language, one.place] == one.pk],
        "asked": asked,
        "found": entries_sought(now.base, asked, {(one.language, one.place): one.entry for one in now.edits}),
        "tests": [(test, test.sha256 == now.sha256) for test in tests[:TESTS_SHOWN]],
        "good_test": lexicon_keeping.good_test(now),
        "is_behind": publication is not None and publication.version_id != now.draft.based_on_id,
        "publication": publication,
    }
