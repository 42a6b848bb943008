"""Notices to staff: raised by stages, counted up while open, closed by a person with a note."""

import datetime as dt

from django.db import transaction
from django.db.models import F, QuerySet

from people.models import StaffNotice, User


class ClosingError(ValueError):
    """A notice that cannot be closed; says what was found and what was wanted."""


@transaction.atomic
def raise_notice(*, kind: str, subject: str, words: str, at: dt.datetime) -> StaffNotice:
    """Opens a notice, or counts up the one of this kind and subject that is open and says the latest words.

    `subject` and `words` hold ids and codes only, never a person's name or an excerpt.
    """
    notice, is_new = StaffNotice.objects.get_or_create(
        kind=kind,
        subject=subject,
        closed_at=None,
        defaults={"words": words, "raised_at": at, "last_raised_at": at},
    )
    if not is_new:
        StaffNotice.objects.filter(pk=notice.pk).update(words=words, last_raised_at=at, times=F("times") + 1)
        notice.refresh_from_db()
    return notice


def reword_notice(*, kind: str, subject: str, words: str) -> bool:
    """Says the latest words of an open notice without raising it again; whether there was one."""
    return StaffNotice.objects.filter(kind=kind, subject=subject, closed_at=None).update(words=words) == 1


@transaction.atomic
def close_notice(*, notice_id: int, by: User, note: str, at: dt.datetime) -> StaffNotice:
    """Raises ClosingError for an empty note, for one that is no text, and where somebody closed it before."""
    if not note.strip():
        raise ClosingError("note: found none; wanted what was done about it")
    if "\x00" in note:
        raise ClosingError("note: found a character that is none (0x00); wanted text")
    notice = StaffNotice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None or notice.closed_at is not None:
        raise ClosingError(f"notice {notice_id}: found none open; wanted one that nobody has closed")
    notice.closed_at, notice.closed_by, notice.closing_note = at, by, note.strip()
    notice.save(update_fields=["closed_at", "closed_by", "closing_note"])
    return notice


def open_notices() -> QuerySet[StaffNotice]:
    """Those that nobody has closed, latest first."""
    return StaffNotice.objects.filter(closed_at=None).order_by("-last_raised_at", "-pk")


def closed_notices() -> QuerySet[StaffNotice]:
    """Those that somebody closed, with who it was, latest first."""
    closed = StaffNotice.objects.exclude(closed_at=None)
    return closed.select_related("closed_by").order_by("-closed_at", "-pk")
