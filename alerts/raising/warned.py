"""What was said already of a country in a situation, as the policy takes it (alerts/policy)."""

import datetime as dt
from collections.abc import Collection

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from alerts import policy
from alerts.models import Alert, AlertQuerySet, Situation
from alerts.policy.rules import COOL_DOWN_DAYS, VALID_DAYS

_LONGEST = dt.timedelta(days=max(COOL_DOWN_DAYS, *VALID_DAYS.values()) + 1)  # what is older neither mutes nor stands


def warned(
    *, situation: Situation | None, country_id: int, at: dt.datetime, without: Collection[int] = ()
) -> list[policy.Warned]:
    """Drafts, released alerts and refusals that may still count, of one situation or (None) of all; one query.

    Of the country alone: who follows one country of a situation hears nothing of what is said about another.
    """
    rows = _of_the_policy(Alert.objects.filter(country=country_id)).exclude(pk__in=without)
    rows = rows.filter(situation=situation) if situation is not None else rows
    return [_warned(alert, vars(alert)["posted"]) for alert in _lately(rows, at=at)]


def _lately(rows: AlertQuerySet, *, at: dt.datetime) -> AlertQuerySet:
    """Those that may still count, each with `posted`, the states of its deliveries."""
    lately = Q(state__in=[Alert.State.RELEASED, Alert.State.REFUSED], decided_at__gt=at - _LONGEST)
    posted = ArrayAgg("deliveries__state", filter=Q(deliveries__isnull=False), default=[], distinct=True)
    return rows.filter(Q(state=Alert.State.DRAFT) | lately).annotate(posted=posted).select_related("signal")


def stronger(alert: Alert, *, at: dt.datetime) -> Alert | None:
    """What warned of the alert's kind and level, or of a higher one, so that it would come too late or twice.

    In its situation within the cool-down; in any other where it was sent since the draft was written: a country's
    home may have moved. One query.
    """
    rows = _of_the_policy(Alert.objects.filter(country=alert.country_id, state=Alert.State.RELEASED))
    rows = rows.filter(Q(situation=alert.situation_id) | Q(released_at__gte=alert.raised_at)).exclude(pk=alert.pk)
    alerts = {one.pk: one for one in _lately(rows, at=at)}
    sent = [_warned(one, vars(one)["posted"]) for one in alerts.values()]
    level = policy.warned_level(sent, kind=alert.kind, at=at)
    if level < alert.level:
        return None
    number = max(one.number for one in sent if one.kind == alert.kind and one.level == level and one.is_sent)
    return alerts[number]


def is_taken_back(situation: Situation, country_id: int, level: int, *, at: dt.datetime) -> bool:
    """Whether a person withdrew such a warning within the cool-down: what one took back no rule says again."""
    since = at - dt.timedelta(days=COOL_DOWN_DAYS)
    rows = _of_the_policy(Alert.objects.filter(situation=situation, country=country_id, is_dry_run=False))
    taken = Q(withdrawn_at__gt=since) | Q(corrections__withdrawn_at__gt=since)  # by what let it stand again
    return rows.filter(taken, level__gte=level).exists()


def _of_the_policy(alerts: AlertQuerySet) -> AlertQuerySet:
    return alerts.filter(kind__in=policy.RAISING).order_by("pk")


def _warned(alert: Alert, deliveries: Collection[str]) -> policy.Warned:
    is_draft, is_refused = alert.state == Alert.State.DRAFT, alert.state == Alert.State.REFUSED
    is_withdrawn = alert.withdrawn_at is not None
    is_practice = alert.is_dry_run and alert.decided_by_id is None  # by a person it is a copy: the draft waits on
    was_sent = policy.was_sent(is_dry_run=alert.is_dry_run, is_withdrawn=is_withdrawn, deliveries=deliveries)
    return policy.Warned(
        number=alert.pk,
        kind=alert.kind,
        level=alert.level,
        released_at=alert.released_at,
        valid_until=alert.valid_until,
        found_with=alert.signal.after_id,
        stood=alert.snapshot_id,
        is_sent=is_draft or (was_sent and not is_refused),
        is_posted=not policy.may_fail(is_matched=alert.matched_at is not None, deliveries=deliveries),
        is_declined=is_refused or is_withdrawn or is_practice,
        is_practice=is_practice,
    )
