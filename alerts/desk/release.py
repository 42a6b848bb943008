"""Lets a draft go out, or practises it."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from alerts import policy
from alerts.desk.correct import log_correction
from alerts.desk.drafts import DeskError, draft_for, log, reason_of
from alerts.desk.sent import practised, released_by
from alerts.models import Alert, AlertDecision
from alerts.raising import lapsing
from alerts.raising.freshness import why_stale
from alerts.raising.warned import stronger
from indicators.models import Standing
from indicators.models.score import Level
from people.english import in_english
from people.models import User


@transaction.atomic
def release(
    *, alert_id: int, by: User, reason: str, at: dt.datetime, is_dry_run: bool = False, seen: str = ""
) -> Alert:
    """The draft becomes an alert; as practice, or where ALERTS_DRY_RUN is set, a copy of it that goes to nobody.

    Its time is counted from this day. Raises DeskError, also where the scores are old or it no longer holds.
    """
    alert, reason = draft_for(alert_id=alert_id, by=by, seen=seen), reason_of(reason)
    is_warning = alert.kind in policy.RAISING  # what was wrong in a former alert is said whatever holds, however late
    if is_warning and alert.valid_until < at.date():
        raise DeskError(
            f"alert {alert.pk}: it was valid until {alert.valid_until}; wanted one that still is: refuse it"
        )
    if is_warning:
        _refuse_what_does_not_hold(alert, at=at)
    alert.valid_until = lapsing.last_day(alert, day=at.date())
    if is_dry_run or settings.ALERTS_DRY_RUN:
        return practised(alert, by=by, reason=reason, at=at)
    for name, value in (changed := released_by(by, reason, at=at)).items():
        setattr(alert, name, value)
    alert.save(update_fields=[*changed, "valid_until"])
    log(alert, AlertDecision.Action.RELEASED, by=by, reason=reason, at=at)
    if alert.kind == Alert.Kind.CORRECTION:
        log_correction(alert, by=by, reason=reason, at=at)
    return alert


def _refuse_what_does_not_hold(alert: Alert, *, at: dt.datetime) -> None:
    if trouble := why_stale(at=at):
        raise DeskError(
            f"alert {alert.pk}: found that {trouble}; wanted scores of the day: nothing is released from old ones. "
            "See the status page, and release it once a run has come through"
        )
    standing = Standing.objects.in_use().select_related("snapshot").get(country=alert.country_id)
    now = Level(standing.snapshot.shown_level)
    if now < alert.level:
        raise DeskError(
            f"alert {alert.pk}: it warns of {in_english(Level(alert.level).label)}, "
            f"found the country at {in_english(now.label)} now; "
            "wanted the level that it warns of: refuse it, or wait for the next one"
        )
    if lapsing.overdue(day=at.date()).filter(pk=alert.pk).exists():
        raise DeskError(
            f"alert {alert.pk}: found that {lapsing.why_it_ends(alert, standing.snapshot, day=at.date())}; wanted what "
            "it warns of to stand: it lapses within a minute, and what stands is judged anew"
        )
    if (lost := lapsing.retracted_reasons(alert).first()) is not None:
        raise DeskError(
            f"alert {alert.pk}: found evidence {lost.pk}, one of its reasons, retracted since it was drafted; wanted "
            "reasons that stand: it is drafted anew once the country is scored without it"
        )
    if (sent := stronger(alert, at=at)) is not None:
        raise DeskError(
            f"alert {alert.pk}: found alert {sent.pk} of {sent.released_at:%Y-%m-%d}, which warned of "
            f"{in_english(Level(sent.level).label)} already; wanted a higher level: refuse this one"
        )
