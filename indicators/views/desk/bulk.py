"""A source or a report gone wrong: what waits of it, shown first, then rejected at once; and taken back for a day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from indicators import bulk_rejecting
from indicators.coding import CodingError
from indicators.fields import Line
from indicators.forms import sources_seen_by
from indicators.models import BulkRejection, Suggestion
from indicators.views.desk import queue
from indicators.views.review import number, person, sentence
from people.access import requires
from people.models import User
from people.permissions import Action, clearance_of
from r2p_dashboard import clock
from reports.models import Report, Source

EXAMPLES = 5
PAST_SHOWN = 20


class BulkForm(forms.Form):
    """Why, and the name of it typed: nobody rejects a thousand suggestions by a slip."""

    reason = Line(min_length=3, max_length=500, label=_("Why (3 to 500 characters)"))
    typed = Line(max_length=100, label=_("To confirm, type its short name"))
    up_to = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, wanted: str, **options: Any) -> None:
        super().__init__(data, **options)
        self.wanted = wanted
        self.fields["typed"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if typed != self.wanted:
            raise forms.ValidationError(
                gettext("Found “%(typed)s”; wanted “%(wanted)s”. Nothing was rejected.")
                % {"typed": typed[:40], "wanted": self.wanted}
            )
        return typed


@dataclasses.dataclass(frozen=True, slots=True)
class Preview:
    """What a bulk rejection would take: how many, from when to when, the last of them, and some examples."""

    count: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    reports: int
    up_to: int
    examples: list[Suggestion]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.DECIDE_EVIDENCE)
def bulk(request: HttpRequest) -> HttpResponse:
    user = person(request)
    of = _asked_for(request, user)
    if of is None:
        return _choose(request, user)
    wanted = of.slug if isinstance(of, Source) else str(of.pk)
    if request.method != "POST":
        preview = _preview(of, user)
        return _page(request, user, of, BulkForm(wanted=wanted, initial={"up_to": preview.up_to}), preview)
    form = BulkForm(request.POST, wanted=wanted)
    if not form.is_valid():
        return _page(request, user, of, form, _preview(of, user), status=400)
    said = form.cleaned_data
    try:
        made = bulk_rejecting.reject_all(
            of=of, up_to=said["up_to"], by=user, reason=said["reason"], at=clock.now()
        )  # fmt: skip
    except CodingError as error:
        form.add_error(None, sentence(error))
        return _page(request, user, of, form, _preview(of, user), status=409)
    messages.success(
        request,
        gettext("Rejected: %(suggestions_count)s suggestions. It can be taken back for a day, here.")
        % {"suggestions_count": made.suggestions_count},
    )
    return redirect("suggestions_bulk")


@require_POST
@requires(Action.DECIDE_EVIDENCE)
def undo(request: HttpRequest, bulk_id: int) -> HttpResponse:
    try:
        made = bulk_rejecting.undo_all(bulk_id=bulk_id, by=person(request), at=clock.now())
    except CodingError as error:
        messages.error(request, gettext("Not taken back. %(error)s") % {"error": sentence(error)})
        return redirect("suggestions_bulk")
    messages.success(
        request,
        gettext("Taken back: %(undone_count)s of %(suggestions_count)s suggestions wait again.")
        % {"undone_count": made.undone_count, "suggestions_count": made.suggestions_count},
    )
    return redirect(reverse("suggestions"))


def _asked_for(request: HttpRequest, user: User) -> Source | Report | None:
    """What the address names, of what the person may see."""
    slug, report_id = request.GET.get("source", ""), number(request.GET.get("report"))
    if report_id is not None:
        reports = Report.objects.visible_to(user).select_related("source").defer("bytes", "text")
        return reports.filter(pk=report_id).first()
    return sources_seen_by(user).filter(slug=slug).first() if slug and "\x00" not in slug else None


def _preview(of: Source | Report, user: User) -> Preview:
    rows = bulk_rejecting.waiting_of(of, by=user)
    found = rows.order_by().aggregate(
        n=Count("pk"), first=Min("suggested_at"), last=Max("suggested_at"), up_to=Max("pk"),
        reports=Count("passage__report", distinct=True),
    )  # fmt: skip
    examples = queue.shown(user).filter(pk__in=rows.order_by("-pk").values("pk")[:EXAMPLES]).order_by("-pk")
    return Preview(
        found["n"], found["first"], found["last"], found["reports"], found["up_to"] or 0, list(examples)
    )  # fmt: skip


def _choose(request: HttpRequest, user: User) -> HttpResponse:
    return render(request, "indicators/suggestions_bulk.html", {"sources": _sources(user), "past": _past(user)})


def _page(
    request: HttpRequest, user: User, of: Source | Report, form: BulkForm, preview: Preview, *, status: int = 200
) -> HttpResponse:
    context = {
        "of": of,
        "is_source": isinstance(of, Source),
        "form": form,
        "preview": preview,
        "sources": _sources(user),
        "past": _past(user),
    }
    return render(request, "indicators/suggestions_bulk.html", context, status=status)


def _sources(user: User) -> list[Source]:
    return list(sources_seen_by(user).order_by("name"))


def _past(user: User) -> list[tuple[BulkRejection, str, bool]]:
    """Each with its name and whether it can still be taken back; not those of reports above the reader's clearance."""
    rows = BulkRejection.objects.select_related("by", "source", "report", "undone_by")
    rows = rows.defer("report__bytes", "report__text").order_by("-pk")
    seen = rows.filter(Q(report=None) | Q(report__sensitivity__lte=clearance_of(user)))
    return [(row, _name(row), _can_be_undone(row)) for row in seen[:PAST_SHOWN]]


def _name(row: BulkRejection) -> str:
    return row.report.title if row.report is not None else row.source.name if row.source is not None else ""


def _can_be_undone(row: BulkRejection) -> bool:
    return row.undone_at is None and clock.now() - row.at <= bulk_rejecting.UNDONE_WITHIN
