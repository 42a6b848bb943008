"""Makers of what the ledger holds: synthetic levers, warnings of others, responses and their steps."""

import datetime as dt
import itertools
from typing import Any

from alerts.models import Acknowledgement, Alert, Lever, Measure, PublishedWarning, Response, ResponseStep
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox

DAY = dt.date(2024, 6, 3)
_numbers = itertools.count(1)


def lever(**fields: Any) -> Lever:
    """One that comes on 12 July 2024, about Myanmar unless `fields` say otherwise. Needs the fixture `reference`."""
    day = fields.pop("day", dt.date(2024, 7, 12))
    given = {
        "kind": "mandate", "title": "Synthetic mandate ends", "first_day": day, "last_day": day,
        "source_title": "Synthetic source", "added_at": make.NOW,
    }  # fmt: skip
    about = {} if "country" in fields or "situation" in fields else {"country": make.country()}
    return Lever.objects.create(**(given | about | fields))


def warning(**fields: Any) -> PublishedWarning:
    """One of another body about Myanmar, of 1 June 2024."""
    number = next(_numbers)
    given = {
        "issued_on": dt.date(2024, 6, 1), "body": f"Synthetic body {number}", "text": "A synthetic warning.",
        "source_title": "Synthetic source", "source_url": f"https://warning-{number}.test.example/",
        "added_at": make.NOW,
    }  # fmt: skip
    about = {} if "situation" in fields else {"situation": outbox.situation()}
    return PublishedWarning.objects.create(**(given | about | fields))


def response(*, steps: int = 0, **fields: Any) -> Response:
    """A public one of 3 June 2024; to nothing but the situation of Myanmar unless `fields` name a warning."""
    number = next(_numbers)
    of = fields.get("alert") or fields.get("warning")
    given = {
        "situation": of.situation if of else outbox.situation(), "measure": Measure.objects.get(code="good-offices"),
        "actor": f"Synthetic actor {number}", "text": "A synthetic response.", "decided_on": DAY,
        "status": "planned", "sensitivity": Sensitivity.PUBLIC, "entered_at": make.NOW,
    }  # fmt: skip
    row = Response.objects.create(**(given | fields))
    for _ in range(steps):
        step(row)
    return row


def step(of: Response, **fields: Any) -> ResponseStep:
    """It is under way since 5 June 2024, unless `fields` say otherwise."""
    given = {"status": "under_way", "on": dt.date(2024, 6, 5), "entered_at": make.NOW}
    return ResponseStep.objects.create(response=of, **(given | fields))


def answer(to: Alert, *, by: User | None = None, hours: int = 5, **fields: Any) -> Acknowledgement:
    """Seen, some hours after the release."""
    assert to.released_at is not None
    at = to.released_at + dt.timedelta(hours=hours)
    person = by or make.person(Role.FOCAL_POINT)
    return Acknowledgement.objects.create(**({"alert": to, "person": person, "kind": "seen", "at": at} | fields))
