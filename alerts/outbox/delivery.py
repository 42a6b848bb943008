"""The outbox: one mail at a time, and what the mail server answered to it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import enum
import logging
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import parseaddr
from functools import partial

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.encoding import punycode

from alerts import family, messages
from alerts.mailserver import recording, turns
from alerts.mailserver.pace import Pace, host_of
from alerts.mailserver.posting import Answer, Line, Result
from alerts.models import Alert, Delivery, DeliveryAttempt, DeliveryQuerySet
from alerts.outbox import digest_mail, digests, usual
from alerts.subscriptions import holding, matching
from people.models import User
from people.permissions import Action, clearance_of, may

log = logging.getLogger(__name__)

ROUND_TIME = dt.timedelta(minutes=4)  # a call: a task is ended after ten minutes
STANDS_FOR = dt.timedelta(minutes=5)  # so long a mail goes as it was written; later, only if all it says still holds
WRITTEN_AHEAD = 100  # mails a transaction; each is sent in one of its own
_LOCK = 902_2024  # an arbitrary number: PostgreSQL's advisory lock of the sender
_WRITTEN = ("message", "message_id", "fingerprint", "written_at")
_BYTES = messages.POLICY.clone(cte_type="7bit")  # every server takes it

State = Delivery.State
Outcome = DeliveryAttempt.Outcome


class Composed(enum.Enum):
    """What came of composing a mail."""

    NEW = "its words are new"
    HOLDS = "the words that are kept still hold"
    NOT = "it could not be, which was noted"


class DeliveryError(ValueError):
    """A delivery that cannot be put back; the message names ids and states only."""


def waiting(*, at: dt.datetime) -> DeliveryQuerySet:
    """Deliveries of released alerts that are due: the highest level first, then the oldest."""
    due = Delivery.objects.open().filter(next_try_at__lte=at, alert__state=Alert.State.RELEASED)
    due = due.filter(digests.not_carried(), channel=Delivery.Channel.MAIL)
    due = due.filter(digests.stands())  # recalling ends those of a withdrawn alert
    return due.order_by("-alert__level", "next_try_at", "pk")


def send_waiting(*, now: Callable[[], dt.datetime], limit: int | None = None) -> int:
    """Send all that is due, each mail's state committed before the next; how many the mail server took.

    Returns at once where another sender is at work. Stops after `ROUND_TIME` or `limit` mails, and when the server
    cannot be reached or falls silent: what was not tried keeps waiting. Safe to run twice.
    """
    until = now() + ROUND_TIME
    with _only_sender() as alone, usual.statements() as statements, Line(settings.MAIL_SERVER, _sender()) as line:
        round_ = Round(line, now, Pace(settings.MAIL_MOST_A_MINUTE_TO_A_HOST), statements)
        if not alone:
            return 0
        _end_what_is_over(at=now())
        round_.pace.remember(recording.lately(at=now()))
        return turns.take(lambda: _usual(round_) or _next(round_), now=now, until=until, limit=limit)


@contextlib.contextmanager
def _only_sender() -> Iterator[bool]:
    """Whether this connection became the only sender; the lock ends with the block, or with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        alone = bool(cursor.fetchone()[0])
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@dataclasses.dataclass(frozen=True, slots=True)
class Round:
    """What lasts for one call of `send_waiting`."""

    line: Line
    now: Callable[[], dt.datetime]
    pace: Pace
    statements: usual.Statements
    queue: usual.Queue = dataclasses.field(default_factory=usual.Queue)


def _usual(round_: Round) -> Answer | None:
    """Try the next delivery if it is a usual mail; None where it is not, or nothing is due."""
    at = round_.now()
    if round_.queue.is_over(at):
        round_.queue.fill(_in_time(at=at).values_list("pk", flat=True)[: usual.AHEAD], at=at)
    while round_.queue.numbers:
        number = round_.queue.numbers.popleft()
        with transaction.atomic():
            found = round_.statements.asked(number, at=at, stands_for=STANDS_FOR)
            address = _as_servers_read(found[1]) if found is not None else ""
            if found is None or not address:
                break
            if _is_put_off(round_, number, address):
                continue
            answer = round_.line.post(recipient=address, message=found[0])
            if answer.result is Result.SENT:
                log.info("delivery %s: %s at %s (%s)", number, answer.result.value, answer.step, answer.code)
                round_.statements.tell_sent(number, answer, at=round_.now())
            else:
                recording.record(Delivery.objects.select_related("alert").get(pk=number), answer, at=round_.now())
                round_.queue.forget()
            return answer
    round_.queue.forget()
    return None


def _next(round_: Round) -> Answer | None:
    """Try the next delivery; None when nothing is due any more.

    A mail is written and committed in one transaction and sent in a later one, so that whatever happens to us after
    its first byte has left, the next try says the same under the same Message-ID, unless it does not hold any more.
    """
    now = round_.now
    while True:
        with transaction.atomic():
            delivery = _claimed(at=now())
            if delivery is not None:
                address = _wanted_address(delivery, at=now())
                if not address or _written_anew(delivery, address, at=now()):
                    continue
                if _is_put_off(round_, delivery.pk, address):
                    continue
                answer = round_.line.post(recipient=address, message=bytes(delivery.message or b""))
                recording.record(delivery, answer, at=now())
                return answer
        if not _write_some(at=now()) and not digests.gather(at=now()):
            return None


def _is_put_off(round_: Round, delivery_id: int, address: str) -> bool:
    """Whether the host had its mails of this minute: the delivery waits for its turn, which is no try."""
    host, at = host_of(address), round_.now()
    turn = round_.pace.turn(host, at)
    if turn is None:
        round_.pace.note(host, at)
        return False
    Delivery.objects.filter(pk=delivery_id).update(next_try_at=turn)
    return True


def _claimed(*, at: dt.datetime) -> Delivery | None:
    """The first that is written and due and that nobody else holds; ours until the transaction ends."""
    return _free(at=at).exclude(message=None).select_related("person__mail_settings", "subscription").first()


def _free(*, at: dt.datetime) -> DeliveryQuerySet:
    """What is due of warnings that are still in time, but for what somebody else holds."""
    return _in_time(at=at).select_for_update(skip_locked=True, of=("self",))


def _in_time(*, at: dt.datetime) -> DeliveryQuerySet:
    """What is due of warnings that are still in time."""
    return waiting(at=at).filter(digests.ready(), alert__valid_until__gte=at.date())


@transaction.atomic
def _end_what_is_over(*, at: dt.datetime) -> None:
    """A warning that waited until its time was over warns nobody any more."""
    over = waiting(at=at).filter(alert__valid_until__lt=at.date())
    for delivery in over.defer("message").select_for_update(skip_locked=True, of=("self",)):
        recording.cancel(delivery, "the warning's time is over", at=at)


def _written_anew(delivery: Delivery, address: str, *, at: dt.datetime) -> bool:
    """Whether a mail that waited is not true any more: evidence was hidden since, or an address or a rule changed."""
    if delivery.message is None:
        return True  # a digest that lost what is no news any more: it is written anew
    if delivery.written_at is not None and at - delivery.written_at <= STANDS_FOR:
        return False
    if delivery.purpose == Delivery.Purpose.DIGEST and digests.is_in_doubt(delivery):
        return False  # it may be there already: the same bytes go again
    composed = _composed(delivery, address, {}, at=at)
    if composed is Composed.NEW:
        delivery.save(update_fields=_WRITTEN)
    return composed is not Composed.HOLDS


@transaction.atomic
def _write_some(*, at: dt.datetime) -> int:
    """Write the mails of the next few deliveries that have none; how many were looked at."""
    blank = _free(at=at).filter(message=None).select_related(*messages.RELATED)
    found = list(blank.prefetch_related("subscription__countries")[:WRITTEN_AHEAD])
    letters: messages.Letters = {}
    wanted = ((delivery, _wanted_address(delivery, at=at)) for delivery in found)
    written = [one for one, to in wanted if to and _composed(one, to, letters, at=at) is Composed.NEW]
    usual.keep(written, at=at)
    return len(found)


def _wanted_address(delivery: Delivery, *, at: dt.datetime) -> str:
    """Where the mail goes; empty where it must not go at all, which is then its end, or not at this hour."""
    if reason := _unwanted(delivery, at=at):
        recording.cancel(delivery, reason, at=at)
        return ""
    if not digests.goes_by_itself(delivery):
        return ""
    if holding.is_put_off(delivery, at=at):
        return ""
    if not (address := _as_servers_read(delivery.person.email)):
        recording.give_up(delivery, "the person's address is none that a mail server takes", at=at)
    return address


def _unwanted(delivery: Delivery, *, at: dt.datetime) -> str:
    """Why the mail must not go any more; empty when it must. `delivery.subscription` becomes the rule that asks."""
    if not delivery.person.is_active:
        return "the person is no longer active"
    if delivery.purpose == Delivery.Purpose.DIGEST:
        return digests.settle(delivery, at=at)
    if delivery.alert.sensitivity > clearance_of(delivery.person):
        return "the person may not see it any more"
    rule = delivery.subscription
    if rule is None:  # what an office must see, or a correction: no rule asks for it
        return ""
    if rule.ended_at is not None or (rule.changed_at is not None and rule.changed_at >= delivery.made_at):
        now_asking = matching.rule_of(alert=delivery.alert, person_id=delivery.person_id)
        if now_asking is None:
            return "no rule of the person asks for it any more"
        delivery.subscription = now_asking  # in memory: the row keeps the rule that matched, and is never rewritten
    return ""


def _composed(delivery: Delivery, address: str, letters: messages.Letters, *, at: dt.datetime) -> Composed:
    """Give it the bytes that are kept for every try: the caller saves what is NEW. `letters` are shared.

    A mail that cannot be written holds up no other: it is noted and put off.
    """
    try:
        with transaction.atomic():
            fingerprint, made = _words(delivery, letters, at=at)
            if delivery.message is not None and delivery.fingerprint == fingerprint:
                return Composed.HOLDS
            delivery.written_at = at  # its Date
            message = made()
        delivery.message, delivery.message_id = _checked(message, address), str(message["Message-ID"])
    except (OperationalError, InterfaceError):
        raise
    except ValueError as error:  # also how EmailMessage refuses a line break in a header
        found = str(error) if isinstance(error, messages.MessageError) else type(error).__name__
        recording.give_up(delivery, f"the mail must not be sent: {found}", at=at)
    except Exception as error:  # noqa: BLE001  a fault in one mail's words must not hold up other people's warnings
        log.error("delivery %s: the mail could not be written: %s", delivery.pk, type(error).__name__)
        recording.put_off(delivery, Outcome.DEFERRED, f"the mail could not be written ({type(error).__name__})", at=at)
    else:
        delivery.fingerprint = fingerprint
        return Composed.NEW
    return Composed.NOT


def _words(delivery: Delivery, letters: messages.Letters, *, at: dt.datetime) -> tuple[str, Callable[[], EmailMessage]]:
    """A digest of what the mail rests on, and how it is made."""
    if delivery.purpose == Delivery.Purpose.DIGEST:
        digest = digest_mail.digest_of(delivery, at=at)
        return digest.fingerprint(), digest.mail
    letter = messages.letter_of(delivery, letters)
    return messages.fingerprint(delivery, letter), partial(messages.mail_for, delivery, letter)


def _checked(message: EmailMessage, address: str) -> bytes:
    """The mail's bytes; refused when it has another reader, or a header that could make it have one."""
    if any(message[name] is not None for name in ("Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")):
        raise messages.MessageError("it has a copy; wanted one recipient a mail")
    if [one.addr_spec for one in message["To"].addresses] != [address]:
        raise messages.MessageError("it is not to the person of its delivery alone")
    for part in message.walk():
        if any("\r" in str(value) or "\n" in str(value) for _, value in part.raw_items()):
            raise messages.MessageError("a header has a line break in it")
    return message.as_bytes(policy=_BYTES)


def _as_servers_read(address: str) -> str:
    """An address in visible ASCII, its domain as the name system has it; empty when it cannot be."""
    local, _, domain = address.rpartition("@")
    try:
        found = f"{local}@{punycode(domain)}" if local and domain else ""
    except UnicodeError:
        return ""
    return found if re.fullmatch(r"[!-;=?-~]+", found) else ""


def _sender() -> str:
    if found := _as_servers_read(parseaddr(settings.MAIL_FROM)[1]):
        return found
    raise ImproperlyConfigured("MAIL_FROM is no mail address; wanted one such as alerts@example.org")


@transaction.atomic
def retry(*, delivery_id: int, by: User, at: dt.datetime) -> Delivery:
    """Put a mail that was refused, given up or came back to be sent again, with all its tries. Raises DeliveryError."""
    if not may(by, Action.WATCH_OUTBOX):
        raise DeliveryError(f"role {by.role}: may not {Action.WATCH_OUTBOX.value}")
    delivery = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery_id).first()
    if delivery is None:
        raise DeliveryError(f"delivery {delivery_id}: there is none with this number")
    if delivery.state not in {State.REFUSED, State.GIVEN_UP, State.BOUNCED}:
        raise DeliveryError(f"delivery {delivery_id} is {delivery.state}; wanted refused, given_up or bounced")
    if delivery.alert.valid_until < at.date():
        until = delivery.alert.valid_until
        raise DeliveryError(f"delivery {delivery_id}: its alert was valid until {until}; wanted one that still is")
    if later := family.later(delivery.alert).last():
        raise DeliveryError(
            f"delivery {delivery_id}: alert {later.pk} corrects its alert or takes it back; wanted one that stands"
        )
    recording.put_back(delivery, by=by, at=at)
    return delivery
