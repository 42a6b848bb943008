"""The usual mail: one question before it, one statement after it. Whatever is unusual goes the long way of `delivery`.

Usual is a mail that was written a moment ago and that nothing has happened to since. Its row is locked while the mail
server talks, so that nobody else sends it, and its state is committed before the next mail.
"""

import contextlib
import dataclasses
import datetime as dt
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection
from django.db.backends.utils import CursorWrapper

from alerts.mailserver.posting import Answer
from alerts.models import Delivery
from people.permissions import GRANTS

AHEAD = 50  # numbers looked up at once
_CLEARANCES = json.dumps({role.value: grant.clearance.value for role, grant in GRANTS.items()})
FRESH = dt.timedelta(seconds=2)  # so long the order of these numbers is believed: then a graver alert may be here

# The row stays locked until the transaction ends. No row: it is not usual, or somebody else has it.
_ASK = f"""(bigint, timestamptz, timestamptz, date) AS
SELECT delivery.message, person.email
FROM alerts_delivery AS delivery
JOIN alerts_alert AS alert ON alert.id = delivery.alert_id
JOIN people_user AS person ON person.id = delivery.person_id
LEFT JOIN alerts_subscription AS rule ON rule.id = delivery.subscription_id
WHERE delivery.id = $1 AND delivery.state IN ('waiting', 'deferred') AND delivery.next_try_at <= $2
  AND delivery.message IS NOT NULL AND delivery.written_at >= $3 AND delivery.purpose <> 'digest'
  AND alert.state = 'released' AND alert.withdrawn_at IS NULL AND alert.valid_until >= $4
  AND person.is_active AND alert.sensitivity <= ('{_CLEARANCES}'::jsonb ->> person.role)::int AND NOT EXISTS (
    SELECT 1 FROM alerts_mailsettings AS hours
    WHERE hours.person_id = person.id AND (hours.quiet_from IS NOT NULL OR hours.paused_until > $2)
  )
  AND (rule.id IS NULL OR rule.ended_at IS NULL AND (rule.changed_at IS NULL OR rule.changed_at < delivery.made_at))
FOR UPDATE OF delivery SKIP LOCKED
"""  # noqa: S608  made of our own table of permissions

_TELL = """(bigint, timestamptz, smallint, text) AS
WITH sent AS (
    UPDATE alerts_delivery
    SET state = 'sent', attempts = attempts + 1, next_try_at = NULL, finished_at = $2,
        reply_code = $3, reply_text = $4
    WHERE id = $1 RETURNING id
)
INSERT INTO alerts_deliveryattempt (delivery_id, at, outcome, code, text)
SELECT id, $2, 'sent', $3, $4 FROM sent
"""

_PREPARED = {"usual_mail": _ASK, "usual_mail_sent": _TELL}

_KEEP = """
UPDATE alerts_delivery AS delivery
SET message = written.message, message_id = written.message_id, fingerprint = written.fingerprint, written_at = %s
FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::text[]) AS written(id, message, message_id, fingerprint)
WHERE delivery.id = written.id
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


@dataclasses.dataclass(frozen=True, slots=True)
class Statements:
    """The two of a usual mail, each planned once for all mails of a round: planning took as long as their work."""

    prepared: set[str] = dataclasses.field(default_factory=set)

    def asked(self, delivery_id: int, *, at: dt.datetime, stands_for: dt.timedelta) -> tuple[bytes, str] | None:
        """The mail's bytes and the person's address, with its row locked; None where it is not a usual one."""
        with connection.cursor() as cursor:
            self._execute(cursor, "usual_mail", [delivery_id, at, at - stands_for, at.date()])
            row = cursor.fetchone()
        return None if row is None else (bytes(row[0]), str(row[1]))

    def tell_sent(self, delivery_id: int, answer: Answer, *, at: dt.datetime) -> None:
        """The mail server took it: the state and the try, in one statement."""
        with connection.cursor() as cursor:
            self._execute(cursor, "usual_mail_sent", [delivery_id, at, answer.code, answer.text[:500]])

    def _execute(
        self, cursor: CursorWrapper, name: str, parameters: Sequence[int | str | dt.datetime | dt.date | None]
    ) -> None:
        if name not in self.prepared:
            cursor.execute(f"PREPARE {name} {_PREPARED[name]}")
            self.prepared.add(name)
        cursor.execute(f"EXECUTE {name} (%s, %s, %s, %s)", parameters)


@contextlib.contextmanager
def statements() -> Iterator[Statements]:
    """For the connection of this thread: it forgets them at the end."""
    found = Statements()
    try:
        yield found
    finally:
        if found.prepared:
            with connection.cursor() as cursor:
                cursor.execute("; ".join(f"DEALLOCATE {name}" for name in sorted(found.prepared)))


def keep(written: Sequence[Delivery], *, at: dt.datetime) -> None:
    """The bytes of many mails, in one statement."""
    columns = [[getattr(one, name) for one in written] for name in ("pk", "message", "message_id", "fingerprint")]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [at, *columns])
