"""Takes back an alert that went out."""

import datetime as dt

from django.db import transaction

from alerts import family
from alerts.answers import asking
from alerts.desk.drafts import DeskError, Words, log, reason_of
from alerts.desk.sent import WAS_WRONG, end_drafts, make, named, released_by, sent_for, wrong_of
from alerts.desk.told import close_notices
from alerts.models import Alert, AlertDecision, Duty
from alerts.raising import lapsing
from indicators.models.score import Level
from people.english import in_english
from people.models import User


@transaction.atomic
def withdraw(*, alert_id: int, by: User, wrong: str, reason: str, at: dt.datetime) -> Alert:
    """The withdrawal, which goes to everybody who got the alert. `wrong` is for them, `reason` for the record.

    What should have been said after all is said by a correction, which can be withdrawn by its alert. Raises
    DeskError, also where it is withdrawn already.
    """
    alert, reason = sent_for(alert_id=alert_id, by=by), reason_of(reason)
    since = list(family.later(alert))
    if family.is_taken_back(alert, since):
        on = since[-1].released_at if since else alert.withdrawn_at
        raise DeskError(f"alert {alert.pk}: found it withdrawn on {on:%Y-%m-%d}; wanted one that stands")
    stands = family.as_it_stands(alert, since)
    wrong = wrong_of(wrong, alert=alert)
    words = _words(stands, wrong, day=at.date())
    made = make(alert, Alert.Kind.WITHDRAWAL, words, at=at, wrong=wrong, **released_by(by, reason, at=at))
    stands.withdrawn_at = at
    stands.save(update_fields=["withdrawn_at"])
    end_drafts(alert, reason=f"alert {alert.pk} was withdrawn", at=at)
    _end_duties(stands, at=at)
    log(alert, AlertDecision.Action.WITHDRAWN, by=by, reason=reason, at=at, before={"alert": made.pk})
    log(made, AlertDecision.Action.RELEASED, by=by, reason=reason, at=at)
    close_notices(alert, by=by, note=f"alert {made.pk} withdraws alert {alert.pk}", at=at)
    return made


def _end_duties(alert: Alert, *, at: dt.datetime) -> None:
    """One that the stage is at just now is ended by its next round."""
    owed = Duty.objects.filter(alert=alert, closed_at=None).order_by("pk")
    for duty in owed.select_for_update(skip_locked=True, of=("self",)):
        asking.close(duty, Duty.Closing.WITHDRAWN, at=at)


def _words(alert: Alert, wrong: str, *, day: dt.date) -> Words:
    level = in_english(Level(alert.level).label)
    return Words(
        headline=f"Alert {alert.pk} is withdrawn",
        what_changed=f"Withdrawn: {named(alert)}, which warned of {level} in {alert.country.name_en}. "
        f"{WAS_WRONG}{wrong}",
        how_sure="That alert counts no more: rest nothing on it.",
        not_known="Its withdrawal does not say that the country is safe; what is known stands on the country’s page.",
        can_be_done="If you passed the alert on, pass this on to the same people.",
        who_is_at_risk="",
        valid_until=lapsing.goes_until(alert, day=day),
    )
