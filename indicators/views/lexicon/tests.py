"""Testing the draft on labelled passages: asked for, watched, read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from indicators import lexicon_testing
from indicators.lexicon_keeping import LexiconRefused
from indicators.matching import measuring
from indicators.matching.measuring import LabelledError
from indicators.models import Indicator, LabelledSet, LexiconTest
from indicators.views.lexicon.draft_page import draft_page
from indicators.views.lexicon.labelled_form import LabelledForm
from indicators.views.lexicon.versions import said
from people.access import requires
from people.models import User
from people.permissions import Action
from r2p_dashboard import clock, pipeline
from reports.models import Passage, Report
from reports.views.seen import person_of

CHANGED_SHOWN = 50
Passages = LexiconTest.Passages


@require_POST
@requires(Action.EDIT_LEXICON)
def ask(request: HttpRequest) -> HttpResponse:
    """Asks a worker for a test."""
    form = LabelledForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            with transaction.atomic():
                made = _asked(form.cleaned_data, person_of(request))
        except LabelledError as error:
            form.add_error("file", said(error))
        except LexiconRefused as error:
            messages.error(request, said(error))
            return redirect("lexicon_draft")
        else:
            transaction.on_commit(pipeline.ring_lexicon)
            return redirect("lexicon_test", made.pk)
    return draft_page(request, test_form=form, status=400)


def _asked(said_so: Mapping[str, Any], by: User) -> LexiconTest:
    at, file, choice = clock.now(), said_so.get("file"), said_so["passages"]
    sent = None
    if file is not None:
        payload = file.read(lexicon_testing.SET_BYTES_MAX + 1)
        sent = lexicon_testing.store_set(name=said_so["name"] or file.name, payload=payload, by=by, at=at)
    elif choice.startswith("sent-"):
        sent = LabelledSet.objects.get(pk=int(choice.removeprefix("sent-")))
    return lexicon_testing.ask(passages=Passages.SENT if sent else choice, sent=sent, by=by, at=at)


@never_cache
@require_safe
@requires(Action.DECIDE_EVIDENCE)
def test(request: HttpRequest, test_id: int) -> HttpResponse:
    """One test: its progress, or what it says."""
    rows = LexiconTest.objects.select_related("draft", "before", "sent", "asked_by", "draft__became")
    rows = rows.defer("before__files", "draft__became__files")
    row = rows.filter(pk=test_id).first()
    if row is None:
        raise Http404(_("lexicon: found no test of this number"))
    context: dict[str, Any] = {"test": row}
    if row.result is not None:
        context |= _read(row, row.result, person_of(request))
    return render(request, "indicators/lexicon_test.html", context)


test.__test__ = False  # type: ignore[attr-defined]  # a view


def _read(row: LexiconTest, result: Mapping[str, Any], user: User) -> dict[str, Any]:
    titles = dict(Indicator.objects.in_use().values_list("factor__number", "factor__title").distinct())
    before, after = result["before"], result["after"]
    factors = [
        {"number": number, "title": titles.get(number, ""), "before": one, "after": after["factors"][str(number)]}
        for number, one in sorted((int(key), value) for key, value in before["factors"].items())
    ]
    changed = result["changed"][:CHANGED_SHOWN]
    texts = _texts(row, [one["id"] for one in changed], user)
    return {
        "result": result,
        "factors": factors,
        "changed": [one | {"text": texts.get(one["id"])} for one in changed],
        "is_better": (after["overall"]["f1"] or 0) - (before["overall"]["f1"] or 0),
    }


def _texts(row: LexiconTest, ids: list[str], user: User) -> dict[str, str]:
    """The passages that changed; of stored ones those that this person may see."""
    if row.passages != Passages.DECISIONS:
        payload = bytes(row.sent.payload) if row.sent else measuring.HELD_OUT.read_bytes()
        wanted = set(ids)
        return {one.id: one.text for one in measuring.read_labelled(payload) if one.id in wanted}
    numbers = [int(one.removeprefix("passage ")) for one in ids]
    seen = Passage.objects.filter(pk__in=numbers, report__in=Report.objects.visible_to(user))
    return {(gettext("passage %(pk)s") % {"pk": pk}): text for pk, text in seen.values_list("pk", "text")}
