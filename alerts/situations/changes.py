"""The record of what was changed in situations and offices: written with the change itself, never rewritten."""

import datetime as dt

from alerts.models import Change, Office, Situation
from people.models import User


def log(
    of: Situation | Office,
    what: str,
    *,
    by: User,
    at: dt.datetime,
    person: User | None = None,
    reason: str = "",
    before: dict[str, str] | None = None,
) -> Change:
    """`what` names no person: of an office, `person` is whom it is about. `before` is what stood until now."""
    about = {"situation": of} if isinstance(of, Situation) else {"office": of, "person": person}
    return Change.objects.create(**about, what=what, by=by, at=at, reason=reason, before=before or {})
