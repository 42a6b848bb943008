"""The usual mail: one question before it, one statement after it. Whatever is unusual goes the long way of `delivery`.

Usual is a mail that was written a moment ago and that nothing has happened to since. Its row is locked while the mail
server talks, so that nobody else sends it, and its state is committed before the next mail.
"""

import dataclasses
import datetime as dt
import json
from collections import deque
from collections.abc import Iterable

from django.db import connection

from alerts.posting import Answer
from people.permissions import GRANTS

AHEAD = 50  # numbers looked up at once
_CLEARANCES = json.dumps({role.value: grant.clearance.value for role, grant in GRANTS.items()})
FRESH = dt.timedelta(seconds=2)  # so long the order of these numbers is believed: then a graver alert may be here

# The row stays locked until the transaction ends. No row: it is not usual, or somebody else has it.
_ASK = """
SELECT delivery.message, person.email
FROM alerts_delivery AS delivery
JOIN alerts_alert AS alert ON alert.id = delivery.alert_id
JOIN people_user AS person ON person.id = delivery.person_id
LEFT JOIN alerts_subscription AS rule ON rule.id = delivery.subscription_id
WHERE delivery.id = %(id)s AND delivery.state IN ('waiting', 'deferred') AND delivery.next_try_at <= %(at)s
  AND delivery.message IS NOT NULL AND delivery.written_at >= %(written_since)s AND delivery.purpose <> 'digest'
  AND alert.state = 'released' AND alert.withdrawn_at IS NULL AND alert.valid_until >= %(day)s
  AND person.is_active AND alert.sensitivity <= (%(clearances)s::jsonb ->> person.role)::int AND NOT EXISTS (
    SELECT 1 FROM alerts_mailsettings AS hours
    WHERE hours.person_id = person.id AND (hours.quiet_from IS NOT NULL OR hours.paused_until > %(at)s)
  )
  AND (rule.id IS NULL OR rule.ended_at IS NULL AND (rule.changed_at IS NULL OR rule.changed_at < delivery.made_at))
FOR UPDATE OF delivery SKIP LOCKED
"""

_TELL = """
WITH sent AS (
    UPDATE alerts_delivery
    SET state = 'sent', attempts = attempts + 1, next_try_at = NULL, finished_at = %(at)s,
        reply_code = %(code)s, reply_text = %(text)s
    WHERE id = %(id)s RETURNING id
)
INSERT INTO alerts_deliveryattempt (delivery_id, at, outcome, code, text)
SELECT id, %(at)s, 'sent', %(code)s, %(text)s FROM sent
"""


@dataclasses.dataclass(slots=True)
class Queue:
    """Numbers of deliveries that are due, in their order, as they were a moment ago."""

    numbers: deque[int] = dataclasses.field(default_factory=deque)
    looked_at: dt.datetime | None = None

    def is_over(self, at: dt.datetime) -> bool:
        """Whether the order has to be looked up again; a clock that was set back counts as time that passed."""
        return not self.numbers or self.looked_at is None or not self.looked_at <= at <= self.looked_at + FRESH

    def fill(self, numbers: Iterable[int], *, at: dt.datetime) -> None:
        """With the numbers that are due now."""
        self.numbers, self.looked_at = deque(numbers), at

    def forget(self) -> None:
        """After something unusual: the order is looked up again."""
        self.numbers.clear()


def asked(delivery_id: int, *, at: dt.datetime, stands_for: dt.timedelta) -> tuple[bytes, str] | None:
    """The mail's bytes and the person's address, with its row locked; None where it is not a usual one."""
    with connection.cursor() as cursor:
        times = {"at": at, "written_since": at - stands_for, "day": at.date()}
        cursor.execute(_ASK, {"id": delivery_id, "clearances": _CLEARANCES, **times})
        row = cursor.fetchone()
    return None if row is None else (bytes(row[0]), str(row[1]))


def tell_sent(delivery_id: int, answer: Answer, *, at: dt.datetime) -> None:
    """The mail server took it: the state and the try, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL, {"id": delivery_id, "at": at, "code": answer.code, "text": answer.text[:500]})
