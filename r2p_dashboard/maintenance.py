"""Read only for a while (MAINTENANCE=1): pages can be read; what would write is refused before anything is asked.

One writing address stays open, that which ends a person's mails (`docs/decisions/0079-maintenance.md`).
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers

from r2p_dashboard import clock, incidents

RETRY_AFTER = 900  # seconds: a quarter of an hour; a program that comes too early is told so again
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def only_reading(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stands before sessions and forms: a refusal reads and writes nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.MAINTENANCE and request.method not in READING and not _ends_mails(request):
            return refused(request)
        return get_response(request)

    return middleware


def refused(request: HttpRequest) -> HttpResponse:
    """503 with the time after which to try again."""
    minutes = RETRY_AFTER // 60
    if incidents.is_api(request):
        words = f"under maintenance: found {request.method}, wanted GET. Try again in {minutes} minutes"
        response: HttpResponse = JsonResponse({"detail": words}, status=503)
    else:
        response = incidents.page("503.html", 503, is_maintenance=True, minutes=minutes, at=clock.now())
    response["Retry-After"] = str(RETRY_AFTER)
    add_never_cache_headers(response)
    return response


def _ends_mails(request: HttpRequest) -> bool:
    """Whether this is somebody's wish to get no more mails, from a mail program or the page's button."""
    try:
        name = resolve(request.path_info).url_name
    except Resolver404:
        return False
    return name == "unsubscribe" and request.method == "POST" and request.POST.get("action") != "resume"
