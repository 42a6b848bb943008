"""One post to a webhook: signed, through the one door to the network; and what the machine's answer means."""

import dataclasses
import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import punycode

from alerts.channels.signing import HEADER, OVERLAP, signature
from alerts.mailserver.posting import Answer, Result, cleaned
from alerts.models import Endpoint
from reports.fetch import FetchError, Posted, Rules
from reports.fetch import post as hand_over
from reports.fetch.waits import wait_asked

__all__ = ["OVERLAP", "Told", "post"]

SECONDS = 10.0  # for all of it
BYTES_MAX = 64 * 1024  # of an answer that are read
TEXT_MAX = 200  # characters of it that are kept
GONE = 410
# Said of what the machine is now, or of who we are: mended there, the same post may be taken. Any other 4xx is a no.
_LATER = frozenset({401, 403, 404, 407, 408, 409, 421, 423, 424, 425, 426, 428, 429, 451})


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """What came of a post. `wait` is what the machine asks for before the next one."""

    answer: Answer
    wait: dt.timedelta | None = None

    @property
    def is_gone(self) -> bool:
        """The machine wants nothing any more."""
        return self.answer.code == GONE


def post(endpoint: Endpoint, body: bytes, *, at: dt.datetime) -> Told:
    """Hands it over, signed for this second; follows no redirect."""
    headers = {"content-type": "application/json", HEADER.lower(): signature(endpoint, body, at=at)}
    try:
        found = hand_over(endpoint.url, rules=_rules(endpoint.url), body=body, headers=headers)
    except FetchError as error:
        result = Result.NO_ANSWER if error.is_transient else Result.REFUSED
        return Told(Answer(result, "post", cleaned(str(error))))
    return Told(_answer(found), wait_asked(found.retry_after, at=at))


def _answer(found: Posted) -> Answer:
    text = f"status {found.status}: {cleaned(found.payload)}"[:TEXT_MAX].removesuffix(": ").rstrip()
    if 200 <= found.status < 300:
        return Answer(Result.SENT, "post", text, found.status)
    if 300 <= found.status < 400:
        return Answer(Result.DEFERRED, "post", f"status {found.status}: redirects are not followed", found.status)
    is_no = 400 <= found.status < 500 and found.status not in _LATER
    return Answer(Result.REFUSED if is_no else Result.DEFERRED, "post", text, found.status)


def _rules(url: str) -> Rules:
    """Its own host and no other; this machine's loopback only where the operator allows it."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    also = {("127.0.0.1", port), ("::1", port)} if settings.WEBHOOK_LOOPBACK else set()
    return Rules(
        hosts=frozenset({punycode(parts.hostname or "")}),
        user_agent=f"{settings.FETCH_AGENT} webhook",
        also=frozenset(also),
        bytes_max=BYTES_MAX,
        seconds=SECONDS,
    )
