"""Figure: from the release of an alert to its mails at the mail server, with 1,000 subscribers and a real worker.

Beside it, for all of them: the same bytes to the same server by a bare smtplib loop.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.test import override_settings

from alerts.models import Alert, Delivery
from bench import demonstration, mails
from bench.accepted_to_mail import mails_to
from bench.evidence_to_score import worker
from bench.figure import Figure, wall
from r2p_dashboard import clock, pipeline

FIRST = "released alert to its first mail at the mail server, 1,000 subscribers"
ALL = "the same to its last mail"
WAIT_S = 300


def measure(*, full: bool = False, people: int = 1000) -> list[Figure]:
    """Loads the demonstration, starts a mail server and a worker; `full` changes nothing: this is the whole size."""
    demonstration.load("*ghana*")
    mails.asking(people)
    with tempfile.TemporaryDirectory(prefix="r2p-bench-mail-") as folder, mails.mailbox(Path(folder)) as server:
        with mails_to(f"smtp://{server.host}:{server.port}"), worker():
            began = _release()
            first = _seconds(lambda: any(Path(folder).glob("*.eml")), began)
            last = _seconds(lambda: _sent() == people, began)
        if (came := len(list(Path(folder).glob("*.eml")))) != people:
            raise RuntimeError(f"{came} mails came; wanted {people}")
        with override_settings(MAIL_SERVER=server, MAIL_FROM=mails.SENDER):
            bare = wall(lambda: mails.send_bare(server))
    beside = "a bare smtplib loop over all of them"
    return [
        Figure(FIRST, first, "s", beside, bare, "≤ 5 s", details={"people": people}),
        Figure(ALL, last, "s", beside, bare, "≤ 20 s", details={"a_second": people / last}),
    ]


def _release() -> float:
    """The rows are there, then the bell is rung. It is never a draft: the worker would end one before."""
    now = clock.now()
    mails.warning(state=Alert.State.RELEASED, decided_at=now, decision_reason="a measurement", released_at=now)
    began = time.perf_counter()
    pipeline.ring_warnings()
    return began


def _sent() -> int:
    return Delivery.objects.filter(state=Delivery.State.SENT).count()


def _seconds(is_so: Callable[[], bool], began: float) -> float:
    while not is_so():
        if time.perf_counter() - began > WAIT_S:
            raise TimeoutError(f"still not so after {WAIT_S} s; {_sent()} mails were sent")
        time.sleep(0.02)
    return time.perf_counter() - began
