"""What came of a try, written down: the state of a delivery, its next try, and a row that is kept for ever."""

import datetime as dt
import itertools
import logging
import random

from django.conf import settings

from alerts.mailserver.pace import WINDOW, host_of
from alerts.mailserver.posting import Answer, Result
from alerts.models import Confirmation, Delivery, DeliveryAttempt
from people.models import User

log = logging.getLogger(__name__)

PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480, 960))  # 29 h 21 min in all
OUTAGE_PAUSES = PAUSES[:4]  # of our own server: up to an hour, as often as it takes
JITTER = 0.2  # of a pause: what failed together is not tried again together
TRIES_MAX = len(PAUSES) + 1
GIVE_UP_AFTER = dt.timedelta(hours=48)  # from the first try: before it nobody had said no

State = Delivery.State
Outcome = DeliveryAttempt.Outcome
_STATES = {Result.SENT: State.SENT, Result.REFUSED: State.REFUSED}
_ENDS = {State.SENT: Outcome.SENT, State.REFUSED: Outcome.REFUSED, State.GIVEN_UP: Outcome.GIVEN_UP}
_OUTCOMES = {
    Result.SENT: Outcome.SENT,
    Result.REFUSED: Outcome.REFUSED,
    Result.DEFERRED: Outcome.DEFERRED,
    Result.NO_ANSWER: Outcome.NO_ANSWER,
}


def record(delivery: Delivery, answer: Answer, *, at: dt.datetime, not_before: dt.datetime | None = None) -> None:
    """What a server answered, or that it did not. It is not asked again before `not_before`."""
    log.info("delivery %s: %s at %s (%s)", delivery.pk, answer.result.value, answer.step, answer.code)
    delivery.reply_code, delivery.reply_text = answer.code, answer.text
    outcome = _OUTCOMES[answer.result]
    if answer.result in _STATES:
        delivery.attempts += 1
        _finish(delivery, _STATES[answer.result], at=at)
        note(delivery, outcome, answer.text, at=at, code=answer.code)
    elif answer.is_about_server:
        _wait_for_the_server(delivery, answer, at=at)
    else:
        put_off(delivery, outcome, answer.text, at=at, code=answer.code, not_before=not_before)


def _wait_for_the_server(delivery: Delivery, answer: Answer, *, at: dt.datetime) -> None:
    """Our mail server takes no mail at all: no try of this one, which waits until it goes or its alert is over."""
    note(delivery, Outcome.OUTAGE, answer.text, at=at, code=answer.code)
    latest = delivery.tries.order_by("-pk").values_list("outcome", flat=True)[: len(OUTAGE_PAUSES)]
    outages = len(list(itertools.takewhile(lambda one: one == Outcome.OUTAGE, latest)))
    _try_again(delivery, at + _jittered(OUTAGE_PAUSES[outages - 1]))


def put_off(
    delivery: Delivery,
    outcome: Outcome,
    text: str,
    *,
    at: dt.datetime,
    code: int | None = None,
    not_before: dt.datetime | None = None,
) -> None:
    """Try again after a pause, or never when it was tried long enough."""
    delivery.attempts += 1
    delivery.reply_code, delivery.reply_text = code, text
    note(delivery, outcome, text, at=at, code=code)
    if delivery.attempts >= TRIES_MAX or at - _first_try(delivery) >= GIVE_UP_AFTER:
        give_up(delivery, text, at=at, code=code)
        return
    again = at + _jittered(PAUSES[delivery.attempts - 1])
    _try_again(delivery, again if not_before is None else max(again, not_before))


def _try_again(delivery: Delivery, again: dt.datetime) -> None:
    delivery.state, delivery.next_try_at = State.DEFERRED, again
    delivery.save(update_fields=["state", "attempts", "next_try_at", "reply_code", "reply_text"])


def _jittered(pause: dt.timedelta) -> dt.timedelta:
    return pause * (1 + random.uniform(-JITTER, JITTER))  # noqa: S311  not a secret


def pause_ends(*, attempts: int, last_try: dt.datetime) -> dt.datetime:
    """The latest instant at which what was deferred is tried again by itself: later only where something holds it."""
    return last_try + PAUSES[max(attempts, 1) - 1] * (1 + JITTER)


def _first_try(delivery: Delivery) -> dt.datetime:
    """When it was tried first since it was made, or since a person put it back."""
    tries = delivery.tries.exclude(outcome=Outcome.OUTAGE).order_by("-pk").values_list("outcome", "at")
    since = list(itertools.takewhile(lambda one: one[0] != Outcome.RETRY, tries))
    return since[-1][1]


def cancel(delivery: Delivery, reason: str, *, at: dt.datetime) -> None:
    """It need not go any more."""
    _finish(delivery, State.CANCELLED, at=at)
    note(delivery, Outcome.CANCELLED, reason, at=at)


def give_up(delivery: Delivery, text: str, *, at: dt.datetime, code: int | None = None) -> None:
    """It is tried no more, though nobody said no to it."""
    delivery.reply_code, delivery.reply_text = code, text
    _finish(delivery, State.GIVEN_UP, at=at)
    note(delivery, Outcome.GIVEN_UP, text, at=at, code=code)


def _finish(delivery: Delivery, state: State, *, at: dt.datetime) -> None:
    delivery.state, delivery.next_try_at, delivery.finished_at = state, None, at
    delivery.save(update_fields=["state", "attempts", "next_try_at", "finished_at", "reply_code", "reply_text"])
    if delivery.carried_by_id == delivery.pk:
        _finish_carried(delivery, state, at=at)


def _finish_carried(carrier: Delivery, state: State, *, at: dt.datetime) -> None:
    """What a digest carries shares its end; what a cancelled one carried is gathered anew."""
    rows = Delivery.objects.open().filter(carried_by=carrier)
    if state not in _ENDS:
        rows.update(carried_by=None, next_try_at=at)
        return
    numbers = list(rows.select_for_update().values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=numbers).update(
        state=state, next_try_at=None, finished_at=at, reply_code=carrier.reply_code, reply_text=carrier.reply_text
    )
    said = f"in the digest of delivery {carrier.pk}"
    DeliveryAttempt.objects.bulk_create(
        DeliveryAttempt(delivery_id=number, at=at, outcome=_ENDS[state], code=carrier.reply_code, text=said)
        for number in numbers
    )


def put_back(delivery: Delivery, *, by: User, at: dt.datetime) -> None:
    """To be sent again, with all its tries."""
    delivery.state, delivery.attempts, delivery.next_try_at, delivery.finished_at = State.WAITING, 0, at, None
    delivery.carried_by = None  # of a digest: gathered anew
    delivery.save(update_fields=["state", "attempts", "next_try_at", "finished_at", "carried_by"])
    note(delivery, Outcome.RETRY, "put back", at=at, by=by)


def note(
    delivery: Delivery, outcome: Outcome, text: str, *, at: dt.datetime, code: int | None = None, by: User | None = None
) -> None:
    """One more row of its tries."""
    DeliveryAttempt.objects.create(delivery=delivery, at=at, outcome=outcome, code=code, text=text[:500], by=by)


def lately(*, at: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """To which host a mail went in the last minute, oldest first: a new call goes on with the same pace.

    Mails that ask for a yes count too, but for their tries that were put off.
    """
    if not settings.MAIL_MOST_A_MINUTE_TO_A_HOST:
        return []
    mails = DeliveryAttempt.objects.filter(delivery__channel=Delivery.Channel.MAIL, at__gt=at - WINDOW)
    asking = Confirmation.objects.filter(finished_at__gt=at - WINDOW, attempts__gt=0, reply_code__isnull=False)
    found = mails.filter(code__isnull=False).values_list("delivery__person__email", "at")
    found = found.union(asking.values_list("subscription__person__email", "finished_at"), all=True)
    return sorted(((host_of(email), when) for email, when in found), key=lambda one: one[1])
