"""The ledger as a page: every warning, ours and those of others, with what became of it."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from alerts.ledger.ledger import ANSWERED, UNANSWERED, Asked, read, rows_of
from alerts.policy.rules import LEAST_LEVEL
from alerts.situations.place_forms import PlaceFilter, end_of, start_of
from indicators.fields import Pick
from indicators.models.score import Level

PAGE_SIZE = 30


class LedgerFilter(PlaceFilter):
    """Which warnings the ledger shows; every state of it stands in the address."""

    level = Pick(
        [(level.name.lower(), level.label) for level in sorted(Level, reverse=True) if level >= LEAST_LEVEL],
        empty=_("every level"), required=False, help_text=_("Only our own alerts have one."),
    )  # fmt: skip
    answered = Pick(
        [(ANSWERED, _("answered, or acted on")), (UNANSWERED, _("nothing shown"))],
        empty=_("all"),
        required=False,
        label=_("Answer"),
    )
    field_order = ("country", "region", "level", "answered", "since", "until")

    def asked(self) -> Asked:
        """What was chosen."""
        data: dict[str, Any] = self.cleaned_data
        return Asked(
            country=data["country"],
            region=int(data["region"]) if data["region"] else None,
            level=Level[data["level"].upper()] if data["level"] else None,
            answered=data["answered"],
            since=start_of(data["since"]) if data["since"] else None,
            before=end_of(data["until"]) if data["until"] else None,
        )


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Latest first, 30 a page; each response only for who may see it."""
    form = LedgerFilter(request.GET)
    rows: Any = rows_of(form.asked(), user=request.user) if form.is_valid() else []
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context = {
        "form": form,
        "page": page,
        "entries": read(page.object_list, user=request.user),
        "is_filtered": not form.is_valid() or any(form.cleaned_data.values()),
        "as_data": urlencode(asked),
    }
    return render(request, "alerts/ledger.html", context, status=200 if form.is_valid() else 400)
