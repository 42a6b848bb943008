"""Makers of what stands at the release desk."""

import dataclasses
import datetime as dt
from typing import Any

from alerts.desk import edit
from alerts.desk.drafts import Words
from alerts.models import Alert
from indicators.models import Standing
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox


def draft(*, iso3: str = "MMR", **fields: Any) -> Alert:
    """One that may be released: its country stands at its level."""
    given: dict[str, Any] = {"state": "draft", "valid_until": dt.date(2024, 9, 1)}
    row = outbox.alert(iso3=iso3, **(given | fields))
    Standing.objects.update_or_create(
        country=row.country, method=row.snapshot.method, defaults={"snapshot": row.snapshot}
    )
    return row


def edited(row: Alert, *, by: User | None = None, seen: str | None = None, reason: str = "clearer", **to: Any) -> Alert:
    """In other words, by a publisher who saw it as `row` has it."""
    was = Words.of(row)
    return edit.edit(
        alert_id=row.pk, by=by or make.person(Role.PUBLISHER), words=dataclasses.replace(was, **to),
        seen=was.digest() if seen is None else seen, reason=reason, at=make.NOW,
    )  # fmt: skip
