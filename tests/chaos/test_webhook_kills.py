"""kill -9 around a post to a webhook: nothing is lost, at most one goes twice, and its id says that it is the same."""

import json
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from alerts.channels import endpoints
from alerts.models import Delivery
from r2p_dashboard import clock, pipeline
from r2p_dashboard.celery import app
from tests import make
from tests.alerts import outbox
from tests.chaos.test_kills import held, kill
from tests.conftest import start_worker
from tests.reports.serving import Handler, Server, serving
from tests.waiting import Bell, somebody_waits_for_a_lock, until

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("loopback", "worker")]
Workers = list[subprocess.Popen[bytes]]
POSTS = 3


@pytest.fixture(scope="module")
def loopback() -> Iterator[None]:
    """Workers of this module may post to this machine."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("WEBHOOK_LOOPBACK", "1")
        yield


@pytest.fixture
def machine(settings: Settings) -> Iterator[Server]:
    with serving(lambda handler: handler.send(b"taken")) as server:
        yield server


@pytest.fixture
def slow(settings: Settings) -> Iterator[tuple[Server, threading.Event]]:
    """A machine that answers once the event is set."""
    go_on = threading.Event()

    def answer(handler: Handler) -> None:
        go_on.wait(30)
        handler.send(b"taken")

    with serving(answer) as server:
        yield server, go_on
        go_on.set()


def waiting(server: Server, settings: Settings) -> None:
    settings.WEBHOOK_LOOPBACK = True
    at = clock.now()
    made = endpoints.add(owner=make.person(), name="Machine", url=server.url("/in"), at=at)
    rule, warning = outbox.subscription(made.owner, channel="webhook", endpoint=made), outbox.alert()
    for _ in range(POSTS):
        row = outbox.alert() if Delivery.objects.exists() else warning
        outbox.delivery(row, to=rule, channel="webhook", endpoint=made, made_at=at, next_try_at=at)


def sweep() -> None:
    pipeline.sweep(day=make.TODAY, known_on=clock.now().date())


def all_sent() -> bool:
    return not Delivery.objects.exclude(state=Delivery.State.SENT).exists()


def nothing_is_done() -> bool:
    """Twice in a row: between two stages of a chain there is a moment without one."""
    return not any(Bell().rung or any((app.control.inspect(timeout=5, limit=1).active() or {}).values()) for _ in "ab")


def assert_all_came(server: Server) -> None:
    """Every post was taken, one of them twice under its id."""
    came = Counter(json.loads(asked.body)["id"] for asked in server.asked)
    assert set(came) == set(Delivery.objects.values_list("message_id", flat=True))
    assert sorted(came.values()) == [1] * (POSTS - 1) + [2]


def test_a_worker_killed_while_a_machine_makes_up_its_mind(
    slow: tuple[Server, threading.Event], settings: Settings, workers: Workers
) -> None:
    server, go_on = slow
    waiting(server, settings)
    sweep()
    until(lambda: server.asked, what="the machine to have the first post")
    kill(workers[0])
    assert set(Delivery.objects.values_list("state", "attempts")) == {(Delivery.State.WAITING, 0)}
    go_on.set()

    workers[:] = [start_worker()]
    sweep()
    until(all_sent, seconds=60, what="every post to be taken")
    until(nothing_is_done, seconds=60, what="the stages after it to end")

    assert_all_came(server)


def test_a_worker_killed_between_the_machines_answer_and_the_commit(
    machine: Server, settings: Settings, workers: Workers
) -> None:
    waiting(machine, settings)
    with held("alerts_deliveryattempt"):
        sweep()
        until(somebody_waits_for_a_lock, what="the answer to be written down")
        kill(workers[0])
    assert len(machine.asked) == 1

    workers[:] = [start_worker()]
    sweep()
    until(all_sent, seconds=60, what="every post to be taken")

    until(nothing_is_done, seconds=60, what="the stages after it to end")  # or they hold tables that are emptied next

    assert_all_came(machine)
