"""The page of a search; for the palette (Ctrl-K) its results alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from indicators.views.asked import moment_of
from r2p_dashboard.search.finding import LEAST, MOST, find


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`?q=`: a few words. One that is too short or too long finds nothing, and the page says so."""
    asked = " ".join(request.GET.get("q", "").replace("\x00", "").split())
    trouble = _trouble(asked)
    context = {
        "q": asked,
        "trouble": trouble,
        "found": None if trouble or not asked else find(asked, user=request.user),
        "as_of": moment_of(request),
        "longest": MOST,
    }
    alone = request.headers.get("HX-Request") == "true"
    answer = render(request, "search/_results.html" if alone else "search/search.html", context)
    patch_vary_headers(answer, ["HX-Request", "Cookie"])
    return answer


def _trouble(asked: str) -> str:
    if len(asked) > MOST:
        return f"{len(asked)} letters are too many; wanted at most {MOST}: a name, a code or a few words."
    if asked and len(asked) < LEAST:
        return f"One letter finds too much; wanted at least {LEAST}."
    return ""
