"""The use cases of saying yes: a rule that somebody else made counts once its person has clicked in a mail."""

import datetime as dt
import logging
import random
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from alerts import links
from alerts.mailserver import turns
from alerts.mailserver.pace import Pace, host_of
from alerts.mailserver.posting import Answer, Line, Result
from alerts.mailserver.recording import JITTER, PAUSES, TRIES_MAX, lately
from alerts.messages import MessageError, describe, frame, language_of, sender
from alerts.messages.headers import address, domain, refuse_breaks
from alerts.messages.mail import composed
from alerts.models import Confirmation, ConfirmationQuerySet, Delivery, Subscription
from alerts.subscriptions import holding
from alerts.subscriptions.wanting import SubscriptionError
from people.models import User
from people.permissions import Action, may

log = logging.getLogger(__name__)

MAILS_A_DAY = 3  # to one person: nobody is flooded with what they did not ask for
BATCH = 100  # mails a call
BATCH_TIME = dt.timedelta(minutes=4)  # and so long, as for warnings
_LOCK = 902_2026  # an arbitrary number: PostgreSQL's advisory lock of this sender
DECLINED = "declined by the person"
REPLACED = "replaced by a rule that the person said yes to"
State = Delivery.State
_ENDS = {Result.SENT: State.SENT, Result.REFUSED: State.REFUSED}


def ask(*, rule: Subscription, by: User, at: dt.datetime, replaces: Subscription | None = None) -> Confirmation:
    """A mail to the rule's person goes out, unless one waits already.

    In the transaction of the caller. Raises SubscriptionError where it is one too many.
    """
    User.objects.select_for_update().get(pk=rule.person_id)  # or two at once count the same mails
    waiting = Confirmation.objects.open().filter(subscription=rule).first()
    if waiting is not None:
        return waiting
    lately = Confirmation.objects.filter(subscription__person=rule.person_id, made_at__gt=at - dt.timedelta(days=1))
    if lately.count() >= MAILS_A_DAY:
        raise SubscriptionError(
            f"found {MAILS_A_DAY} mails in a day that ask this person for a yes; wanted no more: try again tomorrow"
        )
    before = Confirmation.objects.filter(subscription=rule).exclude(replaces=None).first()
    replaced = replaces or (before.replaces if before else None)
    return Confirmation.objects.create(subscription=rule, replaces=replaced, asked_by=by, made_at=at, next_try_at=at)


@transaction.atomic
def ask_again(*, subscription_id: int, by: User, at: dt.datetime) -> Confirmation:
    """Another mail for a rule that waits for its yes. Raises SubscriptionError."""
    if not may(by, Action.MANAGE_SUBSCRIPTIONS):
        raise SubscriptionError(f"role {by.role}: may not {Action.MANAGE_SUBSCRIPTIONS.value}")
    rule = Subscription.objects.select_for_update(of=("self",)).select_related("person").get(pk=subscription_id)
    if rule.confirmed_at is not None or rule.ended_at is not None or not rule.person.is_active:
        raise SubscriptionError(f"rule {rule.pk} does not wait for a yes; wanted one that does")
    return ask(rule=rule, by=by, at=at)


@transaction.atomic
def confirm(*, subscription_id: int, at: dt.datetime) -> Subscription:
    """The person said yes: the rule counts from now on, in place of what it replaces. Safe to run twice.

    Raises SubscriptionError.
    """
    rule = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription_id)
    if rule.ended_at is not None:
        raise SubscriptionError(f"rule {rule.pk} has ended; wanted one that waits for a yes")
    if rule.confirmed_at is None:
        rule.confirmed_at = at
        rule.save(update_fields=["confirmed_at"])
        replaced = Confirmation.objects.filter(subscription=rule).values("replaces")
        Subscription.objects.filter(pk__in=replaced, ended_at=None).update(ended_at=at, ended_how=REPLACED)
    return rule


@transaction.atomic
def decline(*, subscription_id: int, at: dt.datetime) -> Subscription:
    """The person said no: the rule ends before it counted. Safe to run twice; what was said yes to stays."""
    rule = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription_id)
    if rule.confirmed_at is None and rule.ended_at is None:
        rule.ended_at, rule.ended_how = at, DECLINED
        rule.save(update_fields=["ended_at", "ended_how"])
    return rule


def waiting(*, at: dt.datetime) -> ConfirmationQuerySet:
    """Those that are due, the oldest first."""
    return Confirmation.objects.open().filter(next_try_at__lte=at).order_by("next_try_at", "pk")


def send_waiting(*, now: Callable[[], dt.datetime], limit: int = BATCH) -> int:
    """Sends what is due, each one's state committed before the next; how many the mail server took.

    Stops where the server cannot be reached or falls silent: what was not tried keeps waiting. Returns at once where
    another one is at work. Safe to run twice.
    """
    until, pace = now() + BATCH_TIME, Pace(settings.MAIL_MOST_A_MINUTE_TO_A_HOST)
    pace.remember(lately(at=now()))
    with Line(settings.MAIL_SERVER, sender()) as line:
        return turns.take(lambda: _next(line, pace, at=now()), now=now, until=until, limit=limit)


@transaction.atomic
def _next(line: Line, pace: Pace, *, at: dt.datetime) -> Answer | None:
    """Tries the next one; None where nothing is due, or where somebody else sends."""
    if not _is_alone():
        return None
    rows = waiting(at=at).select_for_update(skip_locked=True, of=("self",))
    while (row := rows.select_related("subscription__person__mail_settings").first()) is not None:
        message = _written(row, at=at)
        if message is not None and not _is_put_off(row, message, pace, at=at):
            answer = line.post(recipient=_address(message), message=message.as_bytes())
            _record(row, answer, at=at)
            return answer
    return None


def _is_alone() -> bool:
    """Whether this transaction is the only one that asks for a yes: a relay that hangs holds one worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _is_put_off(row: Confirmation, message: EmailMessage, pace: Pace, *, at: dt.datetime) -> bool:
    """Whether the host had its mails of this minute: the row waits for its turn, which is no try."""
    host = host_of(_address(message))
    turn = pace.turn(host, at)
    if turn is None:
        pace.note(host, at)
        return False
    row.next_try_at = turn
    row.save(update_fields=["next_try_at"])
    return True


def _address(message: EmailMessage) -> str:
    return str(message["To"].addresses[0].addr_spec)


def _written(row: Confirmation, *, at: dt.datetime) -> EmailMessage | None:
    """The mail; None where it must not go, or not at this hour, which is noted."""
    rule = row.subscription
    if rule.confirmed_at is not None or rule.ended_at is not None or not rule.person.is_active:
        _end(row, State.CANCELLED, at=at)
    elif (until := holding.held_until(rule.person, at=at)) is not None:
        row.next_try_at = until
        row.save(update_fields=["next_try_at"])
    else:
        try:
            return mail_for(row)
        except MessageError:
            _end(row, State.GIVEN_UP, at=at)
    return None


def _record(row: Confirmation, answer: Answer, *, at: dt.datetime) -> None:
    log.info("confirmation %s: %s at %s (%s)", row.pk, answer.result.value, answer.step, answer.code)
    row.attempts += not answer.is_about_server  # an outage of our own server is no try
    row.reply_code, row.reply_text = answer.code, answer.text
    if answer.result in _ENDS:
        _end(row, _ENDS[answer.result], at=at)
    elif row.attempts >= TRIES_MAX:
        _end(row, State.GIVEN_UP, at=at)
    else:
        factor = 1 + random.uniform(-JITTER, JITTER)  # noqa: S311  not a secret
        row.state, row.next_try_at = State.DEFERRED, at + PAUSES[max(row.attempts, 1) - 1] * factor
        row.save()


def _end(row: Confirmation, state: State, *, at: dt.datetime) -> None:
    row.state, row.next_try_at, row.finished_at = state, None, at
    row.save()


def mail_for(row: Confirmation) -> EmailMessage:
    """The mail that asks; its link is made anew at each try, and stands for seven days. Raises MessageError."""
    rule = row.subscription
    language = language_of(rule.person)
    with translation.override(language):
        subject = _("Please confirm: warnings by e-mail")
        context = frame.shell(subject=subject, language=language) | {
            "rule": describe(rule),
            "confirm_url": links.confirm_url(rule),
            "days": links.CONFIRM_LASTS.days,
        }
        text = frame.text("emails/confirm.txt", context)
        page = render_to_string("emails/confirm.html", context)
    return composed(_heads(row, subject, language), text, page, name=f"confirmation-{row.pk}")


def name_of(row: Confirmation) -> str:
    """The left part of the mail's Message-ID, the same for every try."""
    return f"confirmation-{row.pk}.{row.made_at.astimezone(dt.UTC):%Y%m%d%H%M%S}"


def _heads(row: Confirmation, subject: str, language: str) -> dict[str, object]:
    person, place = row.subscription.person, f"confirmation {row.pk}"
    head: dict[str, object] = {
        "Subject": subject,
        "From": address(settings.INSTALLATION_NAME, sender(), f"{place}: From"),
        "To": address(person.name, person.email, f"{place}: To"),
        "Date": format_datetime(row.made_at),
        "Message-ID": f"<{name_of(row)}@{domain()}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
        "MIME-Version": "1.0",
    }
    refuse_breaks(head, place)
    return head
