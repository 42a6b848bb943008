"""Who may do what and see what: the one permission table."""

import dataclasses
import enum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sensitivity(models.IntegerChoices):
    """How widely something may be shown; our own four steps."""

    PUBLIC = 0, _("public")
    INTERNAL = 1, _("internal")
    CONFIDENTIAL = 2, _("confidential")
    STRICTLY_CONFIDENTIAL = 3, _("strictly confidential")


class Role(models.TextChoices):
    """What a person does here; everybody has exactly one."""

    READER = "reader", _("reader")
    FOCAL_POINT = "focal_point", _("focal point")
    CODER = "coder", _("coder")
    REVIEWER = "reviewer", _("reviewer")
    PUBLISHER = "publisher", _("publisher")
    ADMIN = "admin", _("admin")


class Action(enum.Enum):
    """Something that changes the record."""

    INGEST_REPORT = "ingest report"
    ENTER_EVIDENCE = "enter evidence"
    DECIDE_EVIDENCE = "accept or reject evidence"
    RETRACT_EVIDENCE = "retract evidence"
    SETTLE_READINGS = "settle what two readers disagree on"
    EDIT_LEXICON = "change the suggester's lexicon and publish it"
    RELEASE_ALERT = "release alert"
    KEEP_LEDGER = "keep the ledger: levers, warnings of others, what others did"
    RECORD_RESPONSE = "record a response to a warning"
    WATCH_OUTBOX = "see the outbox and retry mails"
    MANAGE_SUBSCRIPTIONS = "manage other people's subscriptions"
    MANAGE_OFFICES = "manage offices and record their answers"
    CLOSE_NOTICES = "see and close notices to staff"
    MANAGE = "manage sources, people and reference data"


@dataclasses.dataclass(frozen=True, slots=True)
class Grant:
    """What one role may do, and the highest sensitivity that it may see."""

    clearance: Sensitivity
    actions: frozenset[Action] = frozenset()


_CODES = frozenset({Action.INGEST_REPORT, Action.ENTER_EVIDENCE, Action.RECORD_RESPONSE})
_REVIEWS = _CODES | {Action.DECIDE_EVIDENCE, Action.RETRACT_EVIDENCE, Action.KEEP_LEDGER}
_WARNS = frozenset({
    Action.SETTLE_READINGS, Action.RELEASE_ALERT, Action.WATCH_OUTBOX, Action.MANAGE_SUBSCRIPTIONS,
    Action.MANAGE_OFFICES, Action.CLOSE_NOTICES, Action.EDIT_LEXICON,
})  # fmt: skip

NOBODY = Grant(Sensitivity.PUBLIC)
GRANTS: dict[Role, Grant] = {
    Role.READER: Grant(Sensitivity.PUBLIC),
    Role.FOCAL_POINT: Grant(Sensitivity.INTERNAL, frozenset({Action.RECORD_RESPONSE})),
    Role.CODER: Grant(Sensitivity.CONFIDENTIAL, _CODES),
    Role.REVIEWER: Grant(Sensitivity.CONFIDENTIAL, _REVIEWS),
    Role.PUBLISHER: Grant(Sensitivity.STRICTLY_CONFIDENTIAL, _REVIEWS | _WARNS),
    Role.ADMIN: Grant(Sensitivity.STRICTLY_CONFIDENTIAL, frozenset(Action)),
}


def grant_of(user: object) -> Grant:
    """The grant of a signed-in, active person; nobody's for everybody else."""
    role = getattr(user, "role", None)
    if role is None or not getattr(user, "is_active", False):
        return NOBODY
    return GRANTS[Role(role)]


def may(user: object, action: Action) -> bool:
    """Whether `user` may do `action`."""
    return action in grant_of(user).actions


def clearance_of(user: object) -> Sensitivity:
    """The highest sensitivity that `user` may see."""
    return grant_of(user).clearance
