"""Makers of offices and of the people in them; all made up."""

import datetime as dt
import itertools
from typing import Any

from alerts.models import Absence, Alert, Delivery, Office, OfficeMember
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.make import NOW

DAY = NOW.date()
_numbers = itertools.count(1)


def office(*people: User, **fields: Any) -> Office:
    """An organisation's, with these people in the order in which they are asked."""
    given = {"name": f"Synthetic office {next(_numbers)}", "kind": "organisation", "created_at": NOW}
    made = Office.objects.create(**(given | fields))
    for order, person in enumerate(people, start=1):
        OfficeMember.objects.create(office=made, person=person, order=order, since=NOW - dt.timedelta(days=30))
    return made


def focal_points(count: int) -> list[User]:
    return [make.person(Role.FOCAL_POINT) for _ in range(count)]


def away(person: User, *, day: dt.date = DAY) -> Absence:
    return Absence.objects.create(person=person, first_day=day, last_day=day, said_by=person, said_at=NOW)


def took(of: Alert, person: User, *, at: dt.datetime = NOW, **fields: Any) -> Delivery:
    """A mail of the alert that the mail server took for the person."""
    done = {"state": "sent", "reply_code": 250, "message_id": f"<{next(_numbers)}@test.example>", "next_try_at": None}
    return outbox.delivery(of, to=outbox.subscription(person), **(done | {"finished_at": at} | fields))
