"""Warnings that other bodies gave in public: entered by staff in our own words, each with its source."""

import datetime as dt

from django.db import transaction

from alerts.models import PublishedWarning, Situation
from people.models import User
from people.permissions import Action, may


class PublishedError(ValueError):
    """A published warning that cannot be entered or taken back; says what was found and what was wanted."""


@transaction.atomic
def add(
    *,
    situation: Situation,
    issued_on: dt.date,
    body: str,
    text: str,
    source_title: str,
    source_url: str,
    by: User | None,
    at: dt.datetime,
) -> PublishedWarning:
    """Enters one; the same once more is the one that stands. `by` None: it came cited. Raises PublishedError."""
    _refuse_others(by)
    if issued_on > at.date():
        raise PublishedError(f"day: found {issued_on}, which is to come; wanted one up to {at.date()}")
    Situation.objects.select_for_update().get(pk=situation.pk)  # two at once enter one
    same = {"situation": situation, "issued_on": issued_on, "body": body, "source_url": source_url}
    rows = PublishedWarning.objects.filter(**same)
    standing = (rows if by is None else rows.standing()).first()  # what staff took back does not come back with a file
    return standing or PublishedWarning.objects.create(
        **same, text=text, source_title=source_title, added_by=by, added_at=at
    )


@transaction.atomic
def withdraw(*, warning_id: int, by: User, at: dt.datetime) -> PublishedWarning:
    """Takes back one that was entered wrongly; the row stays. Raises PublishedError."""
    _refuse_others(by)
    found = PublishedWarning.objects.select_for_update().get(pk=warning_id)
    if found.withdrawn_at is not None:
        raise PublishedError(f"published warning {found.pk}: found it taken back already; wanted one that stands")
    found.withdrawn_at = at
    found.save(update_fields=["withdrawn_at"])
    return found


def _refuse_others(by: User | None) -> None:
    if by is not None and not may(by, Action.KEEP_LEDGER):
        raise PublishedError(f"role {by.role}: may not {Action.KEEP_LEDGER.value}")
