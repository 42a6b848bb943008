"""One mail after the other through one line, until nothing is due or the server is ill."""

import datetime as dt
import itertools
from collections.abc import Callable

from alerts.mailserver.posting import Answer, Result

TROUBLES_MAX = 3  # mails in a row without an answer, or with one about the relay: it is ill, the others wait


def take(
    send: Callable[[], Answer | None], *, now: Callable[[], dt.datetime], until: dt.datetime, limit: int | None = None
) -> int:
    """How many the mail server took. `send` tries the next mail, None where nothing is due.

    Stops where the server takes no mail, after several troubles in a row, at `until`, or after `limit` mails.
    """
    sent, troubles = 0, 0
    for _ in itertools.islice(itertools.count(), limit):
        answer = send()
        if answer is None:
            break
        sent += answer.result is Result.SENT
        troubles = troubles + 1 if answer.is_trouble else 0
        if answer.is_about_server or troubles == TROUBLES_MAX or now() >= until:
            break
    return sent
