"""Sets right what an alert said that went out."""

import dataclasses
import datetime as dt

from django.db import transaction

from alerts.desk.drafts import DeskError, Words, log, reason_of
from alerts.desk.edit import refuse_other_end, refuse_unfit, tidy
from alerts.desk.hidden import refuse_hidden
from alerts.desk.sent import WAS_WRONG, end_drafts, latest_about, make, named, released_by, sent_for, wrong_of
from alerts.desk.told import close_notices
from alerts.models import Alert, AlertDecision
from people.models import User


@transaction.atomic
def correct(*, alert_id: int, by: User, wrong: str, words: Words, seen: int, reason: str, at: dt.datetime) -> Alert:
    """The alert in right words, which goes to everybody who got it; also undoes a withdrawal.

    `seen` is the number of the last correction that the person saw, 0 for none. Raises DeskError.
    """
    alert, reason = sent_for(alert_id=alert_id, by=by), reason_of(reason)
    if (last := latest_about(alert)) != seen:
        raise DeskError(
            f"alert {alert.pk}: found alert {last} about it, made since you opened this; wanted a correction of what "
            "stands. Read that one, then correct what is still wrong"
        )
    wrong, words = wrong_of(wrong, alert=alert), tidy(words)
    refuse_unfit(words)
    refuse_other_end(words.valid_until, level=alert.level, since=at.date(), day=at.date())
    refuse_hidden(words.as_kept().values(), old=Words.of(alert).as_kept().values(), country_id=alert.country_id)
    said = f"Corrects {named(alert)}. {WAS_WRONG}{wrong} Right is: {words.what_changed}"
    end_drafts(alert, reason="somebody corrected the alert in their own words", at=at)
    made = make(
        alert, Alert.Kind.CORRECTION, dataclasses.replace(words, what_changed=said), at=at, wrong=wrong,
        **released_by(by, reason, at=at),
    )  # fmt: skip
    log_correction(made, by=by, reason=reason, at=at)
    log(made, AlertDecision.Action.RELEASED, by=by, reason=reason, at=at)
    return made


def log_correction(made: Alert, *, by: User, reason: str, at: dt.datetime) -> None:
    """Says it in the record of the alert that is set right, and to who waits that people are told."""
    assert made.corrects is not None  # a correction has its alert
    log(made.corrects, AlertDecision.Action.CORRECTED, by=by, reason=reason, at=at, before={"alert": made.pk})
    close_notices(made.corrects, by=by, note=f"alert {made.pk} corrects alert {made.corrects_id}", at=at)
