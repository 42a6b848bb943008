"""The stage that finds who is to be warned: released alerts against the rules of people, in one statement.

The same statement answers for a rule that nobody has saved yet: what it would have sent.
"""

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from alerts.models import Alert, Delivery, Subscription
from alerts.subscriptions.mornings import wait_for_mornings
from people.permissions import GRANTS

# What each role may see, as the permission table has it: numbers and words of ours, nobody's input.
_CLEARANCES = ", ".join(f"('{role.value}', {grant.clearance.value})" for role, grant in GRANTS.items())

_STORED = """
    (SELECT asked.*, ARRAY(
        SELECT named.country_id FROM alerts_subscription_countries AS named WHERE named.subscription_id = asked.id
     ) AS named
     FROM alerts_subscription AS asked
     WHERE ended_at IS NULL AND confirmed_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM alerts_endpoint AS machine WHERE machine.id = asked.endpoint_id AND machine.ended_at IS NOT NULL
     ) {fence}) AS rule
"""

_DRAFTED = """
    (SELECT 0::bigint AS id, %(person)s::bigint AS person_id, %(is_everywhere)s AS is_everywhere,
        %(regions)s::smallint[] AS regions, %(countries)s::bigint[] AS named, %(least_level)s::int AS least_level,
        %(factors)s::smallint[] AS factors, %(scopes)s::varchar[] AS scopes) AS rule
"""

_FENCE = "OFFSET 0"  # PostgreSQL works out what stands before it on its own, as no plan of many rules would begin


def _matches(rules: str, *, fence: str = "") -> str:
    """Where and from which level on AND about what AND nothing that the person may not see.

    An alert that names no factor, such as one of a blackout, is about all of them. What corrects an alert goes to
    those who got it, and practice to nobody: neither is matched. `fence` is for many alerts and everybody's rules: the
    countries of each rule are found once, and joined with those of the alerts by equality, not pair by pair.
    """
    return f"""
    FROM (
        SELECT rule.*, country.id AS country_id
        FROM {rules.format(fence=fence)}
        JOIN countries_country AS country ON rule.is_everywhere
            OR country.region_code = ANY(rule.regions)
            OR country.subregion_code = ANY(rule.regions)
            OR country.id = ANY(rule.named)
        {fence}
    ) AS rule
    JOIN (
        SELECT released.*, ARRAY(
            SELECT factor.scope FROM indicators_factor AS factor
            WHERE factor.number = ANY(released.factors)
              AND factor.framework_id = (SELECT id FROM indicators_framework ORDER BY version DESC LIMIT 1)
        ) AS scopes
        FROM alerts_alert AS released
        WHERE released.id = ANY(%(alerts)s) AND released.corrects_id IS NULL AND NOT released.is_dry_run
        {fence}
    ) AS alert ON alert.country_id = rule.country_id AND rule.least_level <= alert.level
    JOIN people_user AS person ON person.id = rule.person_id AND person.is_active
    JOIN (VALUES {_CLEARANCES}) AS clearance(role, most)
        ON clearance.role = person.role AND alert.sensitivity <= clearance.most
    WHERE (
        cardinality(rule.factors) + cardinality(rule.scopes) = 0
        OR cardinality(alert.factors) = 0
        OR rule.factors && alert.factors
        OR rule.scopes && alert.scopes
      )
"""  # noqa: S608  made of the texts above and of the permission table


MATCHES = _matches(_STORED, fence=_FENCE)
_FOR_ONE = _matches(_STORED)  # an alert, or a person
_BEST = "rule.frequency = 'at_once' DESC, rule.frequency = 'daily' DESC, rule.id"  # the soonest, then the oldest

# The key is named, so that no other index is asked before each row: half of what ON CONFLICT costs without it.
_DELIVER = f"""
INSERT INTO alerts_delivery
    (alert_id, person_id, subscription_id, channel, endpoint_id, purpose, round, state, attempts, made_at, next_try_at,
     message_id, fingerprint, reply_text)
SELECT DISTINCT ON (alert.id, person.id, rule.channel, rule.endpoint_id)
    alert.id, person.id, rule.id, rule.channel, rule.endpoint_id,
    CASE rule.frequency WHEN 'at_once' THEN 'alert' ELSE 'digest' END, 0, 'waiting', 0, %(at)s, %(at)s, '', '', ''
{MATCHES}
ORDER BY alert.id, person.id, rule.channel, rule.endpoint_id, {_BEST}
ON CONFLICT (
    alert_id, person_id, channel, coalesce(endpoint_id, 0::bigint),
    (CASE WHEN purpose IN ('alert', 'digest') THEN 'alert'::varchar ELSE purpose END), round
) DO NOTHING
"""

_RECIPIENTS = f"""
SELECT DISTINCT ON (person.id) rule.id
{_FOR_ONE}
ORDER BY person.id, {_BEST}
"""

_RULE = f"""
SELECT rule.*
{_FOR_ONE} AND person.id = %(person)s AND rule.channel = %(channel)s
    AND coalesce(rule.endpoint_id, 0) = %(endpoint)s
ORDER BY {_BEST} LIMIT 1
"""

_LOOK_BACK = f"SELECT alert.id {_matches(_DRAFTED)} ORDER BY alert.released_at DESC, alert.id DESC"


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A rule that is not saved: what the statement asks of one."""

    person_id: int
    is_everywhere: bool
    countries: Collection[int]
    regions: Collection[int]
    least_level: int
    factors: Collection[int] = ()
    scopes: Collection[str] = ()


@contextlib.contextmanager
def joined_by_equality(cursor: CursorWrapper) -> Iterator[None]:
    """For `MATCHES` of many alerts, in a transaction: pair by pair took PostgreSQL 12 s, and this a fraction of one.

    It expects a handful of rules, whatever their number: it knows nothing of conditions joined by OR.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute("SET LOCAL enable_nestloop = on")


def match_waiting(*, at: dt.datetime) -> int:
    """Writes the deliveries of every released alert that has none yet; how many. Safe to run twice.

    The rules that count are those of this moment: what somebody subscribes to later brings no old alert.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        unmatched = Alert.objects.unmatched().filter(corrects=None)  # a correction goes to who got what it corrects
        alerts = list(unmatched.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True))
        if not alerts:
            return 0
        with joined_by_equality(cursor):
            cursor.execute(_DELIVER, {"alerts": alerts, "at": at})
            count = int(cursor.rowcount)
        wait_for_mornings(Delivery.objects.filter(alert__in=alerts))
        Alert.objects.filter(pk__in=alerts).update(matched_at=at)
    return count


def recipients_of(alert: Alert) -> list[Subscription]:
    """Whom the alert would go to now: one rule a person, with the person; by name."""
    with connection.cursor() as cursor:
        cursor.execute(_RECIPIENTS, {"alerts": [alert.pk]})
        rules = [number for (number,) in cursor.fetchall()]
    return list(Subscription.objects.filter(pk__in=rules).select_related("person").order_by("person__name", "pk"))


def rule_of(
    *, alert: Alert, person_id: int, channel: str = Subscription.Channel.MAIL, endpoint_id: int | None = None
) -> Subscription | None:
    """The person's rule by which the alert would go to them now by this channel; None where none asks for it."""
    asked = {"alerts": [alert.pk], "person": person_id, "channel": channel, "endpoint": endpoint_id or 0}
    return next(iter(Subscription.objects.raw(_RULE, asked)), None)


def would_have_sent(draft: Draft, *, since: dt.datetime, until: dt.datetime) -> list[int]:
    """The numbers of the alerts released from `since` to before `until` that the rule would have sent, latest first."""
    released = Alert.objects.filter(state=Alert.State.RELEASED, released_at__gte=since, released_at__lt=until)
    asked: dict[str, Any] = {name: _listed(value) for name, value in dataclasses.asdict(draft).items()}
    with connection.cursor() as cursor:
        asked |= {"person": draft.person_id, "alerts": list(released.values_list("pk", flat=True))}
        cursor.execute(_LOOK_BACK, asked)
        return [number for (number,) in cursor.fetchall()]


def _listed(value: object) -> object:
    return list(value) if isinstance(value, Collection) and not isinstance(value, str) else value
