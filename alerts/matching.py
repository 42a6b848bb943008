"""The stage that finds who is to be warned: released alerts against the rules of people, in one statement."""

import datetime as dt

from django.db import connection, transaction

from alerts.models import Alert, Subscription

MATCHES = """
    FROM alerts_alert AS alert
    JOIN countries_country AS country ON country.id = alert.country_id
    JOIN alerts_subscription AS rule
        ON rule.ended_at IS NULL AND rule.confirmed_at IS NOT NULL AND rule.least_level <= alert.level
    JOIN people_user AS person ON person.id = rule.person_id AND person.is_active
    WHERE alert.id = ANY(%(alerts)s)
      AND (
        rule.is_everywhere
        OR country.region_code = ANY(rule.regions)
        OR country.subregion_code = ANY(rule.regions)
        OR EXISTS (
            SELECT 1 FROM alerts_subscription_countries AS chosen
            WHERE chosen.subscription_id = rule.id AND chosen.country_id = alert.country_id
        )
      )
"""

_DELIVER = f"""
INSERT INTO alerts_delivery
    (alert_id, person_id, subscription_id, channel, purpose, round, state, attempts, made_at, next_try_at, message_id,
     fingerprint, reply_text)
SELECT DISTINCT ON (alert.id, person.id)
    alert.id, person.id, rule.id, 'mail', 'alert', 0, 'waiting', 0, %(at)s, %(at)s, '', '', ''
{MATCHES}
ORDER BY alert.id, person.id, rule.id
ON CONFLICT DO NOTHING
"""

_RECIPIENTS = f"""
SELECT DISTINCT ON (person.id) rule.id
{MATCHES}
ORDER BY person.id, rule.id
"""

_RULE = f"""
SELECT rule.*
{MATCHES} AND person.id = %(person)s
ORDER BY rule.id LIMIT 1
"""


def match_waiting(*, at: dt.datetime) -> int:
    """Writes the deliveries of every released alert that has none yet; how many. Safe to run twice.

    The rules that count are those of this moment: what somebody subscribes to later brings no old alert.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        unmatched = Alert.objects.unmatched().filter(corrects=None)  # a correction goes to who got what it corrects
        alerts = list(unmatched.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True))
        if not alerts:
            return 0
        cursor.execute(_DELIVER, {"alerts": alerts, "at": at})
        count = int(cursor.rowcount)
        Alert.objects.filter(pk__in=alerts).update(matched_at=at)
    return count


def recipients_of(alert: Alert) -> list[Subscription]:
    """Whom the alert would go to now: one rule a person, with the person; by name."""
    with connection.cursor() as cursor:
        cursor.execute(_RECIPIENTS, {"alerts": [alert.pk]})
        rules = [number for (number,) in cursor.fetchall()]
    return list(Subscription.objects.filter(pk__in=rules).select_related("person").order_by("person__name", "pk"))


def rule_of(*, alert: Alert, person_id: int) -> Subscription | None:
    """The person's rule by which the alert would go to them now; None where none asks for it."""
    found = Subscription.objects.raw(_RULE, {"alerts": [alert.pk], "person": person_id})
    return next(iter(found), None)
