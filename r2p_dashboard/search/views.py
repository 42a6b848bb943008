"""The page of a search; for the palette (Ctrl-K) its results alone."""

from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.views.asked import moment_of
from r2p_dashboard.search.finding import KINDS, LEAST, MOST, Asked, all_of, find, shown, states_of, title_of
from reports.views.seen import reports_seen_by

PAGE_SIZE = 25
EXAMPLES = ("Birmanie", "SDN", "7.14", "hate speech")  # a name in another language, a code, a number, words


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`?q=`: a few words; `?in=` one kind of result, all of it, in pages.

    Words that are too short or too long find nothing, and the page says so.
    """
    said = " ".join(request.GET.get("q", "").replace("\x00", "").split())
    moment, kind = moment_of(request), request.GET.get("in", "")
    if kind and kind not in KINDS:
        raise BadRequest(
            _("in is %(found)s; wanted one of %(kinds)s") % {"found": repr(kind[:20]), "kinds": ", ".join(KINDS)}
        )
    trouble = _trouble(said)
    context: dict[str, Any] = {"q": said, "trouble": trouble, "as_of": moment, "kind": kind}
    context |= {"longest": MOST, "examples": EXAMPLES}
    if said and not trouble:
        seen = reports_seen_by(request.user, known_on=moment.known_on)
        asked = Asked(said, request.user, moment, seen)
        context |= _all(request, kind, asked) if kind else {"found": find(asked)}
    alone = request.headers.get("HX-Request") == "true"
    answer = render(request, "search/_results.html" if alone else "search/search.html", context)
    patch_vary_headers(answer, ["HX-Request", "Cookie"])
    return answer


def _all(request: HttpRequest, kind: str, asked: Asked) -> dict[str, object]:
    page = Paginator(all_of(kind, asked), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = shown(kind, list(page.object_list), asked)
    return {
        "page": page,
        "rows": rows,
        "title": title_of(kind),
        "is_dated": KINDS[kind].is_dated,
        "may_mean": kind == "countries" and states_of(asked.text)[1],
    }


def _trouble(said: str) -> str:
    if len(said) > MOST:
        return _("%(found)d letters are too many; wanted at most %(most)d: a name, a code or a few words.") % {
            "found": len(said), "most": MOST
        }  # fmt: skip
    if said and len(said) < LEAST:
        return _("One letter finds too much; wanted at least %(least)d.") % {"least": LEAST}
    return ""
