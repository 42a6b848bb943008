"""What was rejected of the machine's suggestions, by whom and why: for everybody who works at the desk."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from indicators.models import Suggestion, SuggestionDecision
from indicators.views.desk.sieve import Sieve
from indicators.views.review import person
from people.access import requires
from people.permissions import Action

PAGE_SIZE = 50
RELATED = (
    "by", "suggestion__indicator__factor", "suggestion__country", "suggestion__passage__report",
)  # fmt: skip
TEXTS = ("suggestion__passage__report__bytes", "suggestion__passage__report__text")


@require_safe
@requires(Action.ENTER_EVIDENCE)
def rejected(request: HttpRequest) -> HttpResponse:
    """Rejections that stand, latest first, under the queue's filters."""
    user, sieve = person(request), Sieve.of(request)
    seen = sieve.narrow(Suggestion.objects.visible_to(user).filter(state=Suggestion.State.REJECTED)).order_by()
    later = SuggestionDecision.objects.filter(suggestion=OuterRef("suggestion"), pk__gt=OuterRef("pk"))
    rows = SuggestionDecision.objects.filter(~Exists(later), suggestion__in=seen.values("pk"))
    rows = rows.select_related(*RELATED).defer(*TEXTS).order_by("-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "indicators/suggestions_rejected.html", {"page": page, "sieve": sieve})
