"""A mail tried out on oneself before others get it: over the same line to the mail server, and told in the record."""

import copy
import datetime as dt

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from alerts.mailserver.posting import Answer, Line
from alerts.messages import POLICY, MessageError, sender, test_mail
from alerts.models import Alert, Delivery, Subscription
from alerts.raising.lapsing import last_day
from people.models import User
from people.permissions import Action, may

PAUSE = dt.timedelta(seconds=20)  # between two to one person: a double click sends one
PATIENCE = 25.0  # seconds for the mail server: a person waits before a page, and their web server for 60
SAID = "test mail to oneself"
_BYTES = POLICY.clone(cte_type="7bit")  # every server takes it


class TryingError(ValueError):
    """A mail that cannot be tried out; says what was found and what was wanted, with numbers only."""


def as_it_would_go(alert: Alert, reader: User, *, at: dt.datetime) -> Delivery:
    """Not kept: the mail that the reader would get if they followed every country."""
    rule = Subscription(person=reader, created_by=reader, is_everywhere=True, least_level=alert.level)
    if alert.state == Alert.State.DRAFT:
        alert = copy.copy(alert)
        alert.valid_until = last_day(alert, day=at.date())
    row = Delivery(alert=alert, person=reader, subscription=rule, made_at=at)
    row.message_id = f"<preview-{alert.pk}.{at:%Y%m%d%H%M%S}@{sender().rpartition('@')[2]}>"
    return row


def try_out(*, alert_id: int, by: User, language: str, at: dt.datetime) -> Answer:
    """Sends the mail to `by` alone, marked as a test, and records what the mail server answered.

    Raises TryingError.
    """
    if not may(by, Action.RELEASE_ALERT):
        raise TryingError(f"role {by.role}: may not {Action.RELEASE_ALERT.value}")
    row = _take_turn(alert_id, by, at=at)
    delivery = as_it_would_go(Alert.objects.select_related(*_RELATED).get(pk=alert_id), by, at=at)
    delivery.message_id = f"<test-{row.pk}.{at:%Y%m%d%H%M%S}@{sender().rpartition('@')[2]}>"
    try:
        message = test_mail(delivery, language=language)
    except MessageError as error:
        raise TryingError(f"the mail cannot be made: {error}") from error
    to = message["To"].addresses[0].addr_spec
    with Line(settings.MAIL_SERVER, sender(), patience=PATIENCE) as line:
        answer = line.post(recipient=to, message=message.as_bytes(policy=_BYTES))
    LogEntry.objects.filter(pk=row.pk).update(change_message=f"{SAID}: {answer.result.value} ({answer.code})")
    return answer


_RELATED = ("country", "situation", "snapshot__method")


@transaction.atomic
def _take_turn(alert_id: int, by: User, *, at: dt.datetime) -> LogEntry:
    """The record of it, made before anything is sent. Raises TryingError."""
    alert = Alert.objects.filter(pk=alert_id).first()
    if alert is None:
        raise TryingError(f"alert {alert_id}: found none")
    User.objects.select_for_update().get(pk=by.pk)  # two at once: the second sees the first
    kind = ContentType.objects.get_for_model(Alert)
    earlier = LogEntry.objects.filter(user=by, content_type=kind, change_message__startswith=SAID)
    if earlier.filter(action_time__gt=at - PAUSE, action_time__lte=at).exists():
        raise TryingError(f"one went to you less than {PAUSE.seconds} seconds ago; wanted a pause between two")
    return LogEntry.objects.create(
        action_time=at,
        user=by,
        content_type=kind,
        object_id=str(alert_id),
        object_repr=str(alert),
        action_flag=CHANGE,
        change_message=SAID,
    )
