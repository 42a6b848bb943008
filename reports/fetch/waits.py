"""How long a server asks us to stay away: pure."""

import datetime as dt
from email.utils import parsedate_to_datetime

WAIT_MAX = dt.timedelta(hours=6)  # a server that says more is asked again after that


def wait_asked(said: str, *, at: dt.datetime) -> dt.timedelta | None:
    """The wait that a Retry-After asks for, in seconds or as an HTTP date; None where it says nothing that holds."""
    text = said.strip()
    if text.isascii() and text.isdigit():
        return min(dt.timedelta(seconds=int(text[:9])), WAIT_MAX)
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return min(max(until - at, dt.timedelta()), WAIT_MAX)
