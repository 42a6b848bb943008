"""The steps from a released alert to the mail server, as the worker's tasks and the shell take them."""

import dataclasses
import datetime as dt
from collections.abc import Callable

from alerts.corrections import recalling
from alerts.outbox import delivery
from alerts.subscriptions import matching


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """What one round sent, and whether its time was over while mails went: more may wait."""

    mails: int
    is_cut: bool


def match(*, at: dt.datetime) -> int:
    """Finds who is to be written to, then who got what is corrected or taken back; how many deliveries were made.

    Safe to run twice.
    """
    return matching.match_waiting(at=at) + recalling.recall_waiting(at=at)


def send(*, now: Callable[[], dt.datetime]) -> Sent:
    """One round of mails, highest level first. Safe to run twice, and beside another sender."""
    until = now() + delivery.ROUND_TIME
    mails = delivery.send_waiting(now=now)
    return Sent(mails, is_cut=mails > 0 and now() >= until)


def match_and_send(*, now: Callable[[], dt.datetime]) -> int:
    """Both, until nothing waits that can go now; how many mails the mail server took."""
    match(at=now())
    sent = send(now=now)
    mails = sent.mails
    while sent.is_cut:
        sent = send(now=now)
        mails += sent.mails
    return mails
