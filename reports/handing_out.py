"""Gives the original bytes of a report to a person, and writes down who took them."""

import dataclasses
import datetime as dt
import hashlib

from django.db import transaction

from people.models import User
from people.permissions import Action, may
from reports.custody import Deed, note
from reports.models import Report


class HandingOutError(ValueError):
    """Bytes that cannot be given; says what was found and what was wanted."""


@dataclasses.dataclass(frozen=True, slots=True)
class HandedOut:
    """The bytes, and whether they are what was stored."""

    payload: bytes
    sha256: str


@transaction.atomic
def hand_out(*, report_id: int, by: User, at: dt.datetime) -> HandedOut:
    """The bytes as they stand, with their digest of this moment; an entry says who took which. Raises HandingOutError.

    Bytes that are not what was stored are given too: whoever finds out what happened needs them.
    """
    if not may(by, Action.ENTER_EVIDENCE):
        raise HandingOutError(f"role {by.role}: may not {Action.ENTER_EVIDENCE.value}")
    row = Report.objects.visible_to(by).filter(pk=report_id).values_list("bytes", flat=True).first()
    if row is None:
        raise HandingOutError(f"report {report_id}: found none that you may see")
    payload = bytes(row)
    sha256 = hashlib.sha256(payload).hexdigest()
    note(Deed.HANDED_OUT, at=at, report_id=report_id, by_id=by.pk, sha256=sha256, size=len(payload))
    return HandedOut(payload, sha256)
