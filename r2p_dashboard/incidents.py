"""What is answered, and logged, when the site itself fails: nothing here asks the database, the session or the reader.

An incident has an id of eight letters, which stands on the page and in the log. The log says what kind of error it was
and through which lines it came, but neither an address nor the words of an error: they may hold names or excerpts.
"""

import logging
import secrets
import sys
import traceback
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.cache import add_never_cache_headers

from r2p_dashboard import clock

logger = logging.getLogger(__name__)

DOWN_RETRY_AFTER = 120  # seconds: a database that was started again takes its work up in less
LINES = 6  # of the way an error came, the last ones
CAUSES = 10  # of an error are looked at
# SQLSTATE: no connection, a copy that can only be read, no room for one more, shutting down or starting
_OUT_OF_REACH = ("08", "25006", "53", "57P")
API = "/api/"


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, which is answered in JSON."""
    return request.path.startswith(API)


def failed(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is out of reach, for the error that is being handled."""
    error = sys.exc_info()[1]
    incident = secrets.token_hex(4)
    logger.error("incident %s: %s", incident, _said(error))
    if _is_out_of_reach(error):
        words = "the database does not answer or takes nothing in; wanted one that does. Try again in some minutes"
        response = _answer(request, 503, words, incident)
        response["Retry-After"] = str(DOWN_RETRY_AFTER)
        return response
    return _answer(request, 500, "something broke on our side; nothing was saved. Try again once", incident)


def _answer(request: HttpRequest, status: int, words: str, incident: str) -> HttpResponse:
    at = clock.now()
    if is_api(request):
        body = {"detail": words, "incident": incident, "at": at.isoformat(timespec="seconds")}
        response: HttpResponse = JsonResponse(body, status=status)
    else:
        response = page(f"{status}.html", status, incident=incident, at=at)
    add_never_cache_headers(response)
    return response


def page(template: str, status: int, **context: object) -> HttpResponse:
    """A page that is made of its template alone: no request, so that no context processor asks anything."""
    context["installation_name"] = settings.INSTALLATION_NAME
    return HttpResponse(loader.get_template(template).render(context), status=status)


def _is_out_of_reach(error: BaseException | None) -> bool:
    for one in _causes(error):
        if isinstance(one, DatabaseError | InterfaceError):
            state = getattr(one.__cause__, "pgcode", None)  # none where there was no connection at all
            return state.startswith(_OUT_OF_REACH) if state else isinstance(one, OperationalError | InterfaceError)
    return False


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _said(error: BaseException | None) -> str:
    """The kind of an error and the lines that it came through: "ValueError at views:12 < wsgi:7"."""
    if error is None:
        return "no error is being handled"
    frames = reversed(list(traceback.walk_tb(error.__traceback__)))
    lines = [f"{frame.f_globals.get('__name__', '?')}:{line}" for frame, line in frames][:LINES]
    return f"{type(error).__name__} at {' < '.join(lines) or 'no line'}"
