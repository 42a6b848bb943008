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
def correct(
    *, warning_id: int, text: str, source_title: str, source_url: str, by: User | None, at: dt.datetime
) -> PublishedWarning:
    """Puts a row with right words in its place; the former is kept. `by` None: its file says so.

    Raises PublishedError.
    """
    _refuse_others(by)
    found = _standing(warning_id)
    return PublishedWarning.objects.create(
        situation=found.situation, issued_on=found.issued_on, body=found.body, text=text, source_title=source_title,
        source_url=source_url, added_by=by, added_at=at, replaces=found, original_id=found.first_id,
    )  # fmt: skip


@transaction.atomic
def withdraw(*, warning_id: int, reason: str, by: User, at: dt.datetime, is_harmful: bool = False) -> PublishedWarning:
    """Takes back one that was entered wrongly, with the reason; the row stays. Raises PublishedError.

    Responses to it stay in the ledger, tied to no warning. A page turned back to when it stood says that it did,
    without its words; not where it may harm somebody.
    """
    _refuse_others(by)
    found = _standing(warning_id)
    found.withdrawn_at, found.withdrawn_by, found.withdrawal_reason, found.is_harmful = at, by, reason, is_harmful
    found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason", "is_harmful"])
    return found


def _standing(warning_id: int) -> PublishedWarning:
    """Held until the transaction ends."""
    found = PublishedWarning.objects.select_for_update().get(pk=warning_id)
    if not PublishedWarning.objects.standing().filter(pk=found.pk).exists():
        raise PublishedError(
            f"published warning {found.pk}: found it corrected or taken back already; wanted one that stands"
        )
    return found


def _refuse_others(by: User | None) -> None:
    if by is not None and not may(by, Action.KEEP_LEDGER):
        raise PublishedError(f"role {by.role}: may not {Action.KEEP_LEDGER.value}")
