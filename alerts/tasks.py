"""Tasks of the alerts' queue: ids and nothing else in their arguments."""

import contextlib
from typing import Any

from celery import shared_task
from kombu.exceptions import OperationalError

from alerts import comparing, mailing
from alerts.answers import duties
from alerts.channels import sending
from alerts.corrections import owing
from alerts.desk import owed
from alerts.raising import raising
from alerts.subscriptions import confirming
from r2p_dashboard import clock


@shared_task(name="alerts.compare")
def compare(**_later: Any) -> None:
    """Safe to run twice: a pair of snapshots makes one signal."""
    comparing.compare_waiting(at=clock.now())


@shared_task(name="alerts.raise_alerts")
def raise_alerts(**_later: Any) -> None:
    """Safe to run twice: a signal has one verdict."""
    raising.raise_waiting(at=clock.now())


@shared_task(name="alerts.match")
def match(**_later: Any) -> None:
    """Safe to run twice: one delivery per alert, person and channel; then who got what is corrected."""
    mailing.match(at=clock.now())


@shared_task(name="alerts.send")
def send(**_later: Any) -> None:
    """Safe to run twice: one sender at a time, and what was sent is sent no more. Rings again when its time is over."""
    if mailing.send(now=clock.now).is_cut:
        with contextlib.suppress(OperationalError):  # the sweep picks up
            send.apply_async(retry=False)


@shared_task(name="alerts.send_confirmations")
def send_confirmations(**_later: Any) -> None:
    """Safe to run twice: what was sent is sent no more."""
    confirming.send_waiting(now=clock.now)


@shared_task(name="alerts.send_webhooks")
def send_webhooks(**_later: Any) -> None:
    """Safe to run twice: one post at a time to each machine, and what was taken is posted no more."""
    sending.send_waiting(now=clock.now)


@shared_task(name="alerts.find_duties")
def find_duties(**_later: Any) -> None:
    """Safe to run twice: one duty a mail and piece of evidence, one draft of a correction an alert, a notice a day."""
    owing.find_waiting(at=clock.now())
    owed.draft_waiting(at=clock.now())
    owed.remind_waiting(at=clock.now())


@shared_task(name="alerts.see_to_answers")
def see_to_answers(**_later: Any) -> None:
    """Safe to run twice: a duty goes one step on when it is due, however late that is."""
    duties.keep_waiting(at=clock.now())
