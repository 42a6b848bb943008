"""kill -9 around a mail: nothing is lost, at most one goes twice, and it says by its Message-ID that it is the same."""

import contextlib
import datetime as dt
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError, connection

from alerts.answers import duties
from alerts.models import Delivery, DutyStep
from people.permissions import Role
from r2p_dashboard import clock, pipeline
from r2p_dashboard.celery import app
from tests import make
from tests.alerts import given, outbox
from tests.alerts.smtp_servers import HANG, Post, post_office
from tests.chaos.test_kills import held, kill
from tests.conftest import start_worker
from tests.services_plugin import SERVICES
from tests.waiting import somebody_waits_for_a_lock, until

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("post", "worker")]
Workers = list[subprocess.Popen[bytes]]
MAILS = 3
State = Delivery.State


@pytest.fixture(scope="module", autouse=True)
def office() -> Iterator[Post]:
    """The mail server of every worker that is started in this module."""
    with post_office() as post, pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAIL_URL", f"smtp://{post.server.host}:{post.port}")
        yield post


@pytest.fixture
def post(office: Post) -> Iterator[Post]:
    """The same, having heard nothing yet, and saying yes again in the end."""
    office.forget()
    yield office
    office.forget()


def waiting(*, since: dt.timedelta = dt.timedelta()) -> list[Delivery]:
    due = clock.now() - since
    warning = outbox.alert()
    return [outbox.delivery(warning, made_at=due, next_try_at=due) for _ in range(MAILS)]


def sweep() -> None:
    pipeline.sweep(day=make.TODAY, known_on=clock.now().date())


def all_sent() -> bool:
    return not Delivery.objects.exclude(state=State.SENT).exists()


def sweep_until_all_sent() -> None:
    sweep()
    until(all_sent, seconds=60, what="every mail to be sent")


def arrived(post: Post) -> Counter[str]:
    """How often each mail's whole text came, by Message-ID, whether or not its answer came back."""
    return Counter(str(mail.message["Message-ID"]) for mail in post.mails)


def assert_nothing_lost(post: Post, *, doubles: int) -> None:
    """Every mail was taken; so many went twice, with the same bytes."""
    sent = set(Delivery.objects.values_list("message_id", flat=True))
    assert len(sent) == MAILS
    assert {mail.message["Message-ID"] for mail in post.taken} == sent
    assert sum(arrived(post).values()) - MAILS == doubles
    assert len({mail.content for mail in post.mails}) == MAILS


@pytest.mark.parametrize(("step", "doubles"), [("MAIL", 0), ("TEXT", 0), ("END", 1)])
def test_a_worker_killed_before_during_or_after_the_text_of_a_mail(
    post: Post, workers: Workers, step: str, doubles: int
) -> None:
    waiting()
    post.says[step] = HANG
    sweep()
    post.wait_for(step)
    kill(workers[0])
    assert set(Delivery.objects.values_list("state", "attempts")) == {(State.WAITING, 0)}
    post.says.clear()

    workers[:] = [start_worker()]
    sweep_until_all_sent()

    assert_nothing_lost(post, doubles=doubles)


def test_a_worker_killed_between_the_servers_answer_and_the_commit(post: Post, workers: Workers) -> None:
    waiting()
    with held("alerts_deliveryattempt"):
        sweep()
        until(somebody_waits_for_a_lock, what="the answer to be written down")
        kill(workers[0])
    assert (len(post.taken), Delivery.objects.filter(state=State.WAITING).count()) == (1, MAILS)

    workers[:] = [start_worker()]
    sweep_until_all_sent()

    assert_nothing_lost(post, doubles=1)


def test_a_worker_killed_between_the_answer_to_a_digest_and_the_commit(post: Post, workers: Workers) -> None:
    rule, at = outbox.subscription(frequency="daily"), clock.now()
    for iso3 in ("SDN", "TCD", "MMR"):
        alert = outbox.alert(iso3=iso3, matched_at=at)
        outbox.delivery(alert, to=rule, purpose="digest", made_at=at, next_try_at=at)
    with held("alerts_deliveryattempt"):
        sweep()
        until(somebody_waits_for_a_lock, what="the answer to be written down")
        kill(workers[0])
    assert (len(post.taken), Delivery.objects.filter(state=State.WAITING).count()) == (1, MAILS)

    workers[:] = [start_worker()]
    sweep_until_all_sent()

    assert list(arrived(post).values()) == [2]  # one digest, twice under one Message-ID
    assert len({mail.content for mail in post.mails}) == 1


def test_a_worker_killed_while_it_reminds_an_office_reminds_it_once(post: Post, workers: Workers) -> None:
    member, long_ago = make.person(Role.FOCAL_POINT), clock.now() - dt.timedelta(days=8)
    given.office(member)
    given.took(outbox.alert(), member, at=long_ago)
    duties.keep_waiting(at=long_ago)
    with held("alerts_dutystep"):
        sweep()
        until(somebody_waits_for_a_lock, what="the reminder to be written down")
        kill(workers[0])
    reminders = Delivery.objects.filter(purpose=Delivery.Purpose.REMINDER)
    assert not reminders.exists()

    workers[:] = [start_worker()]
    sweep()
    until(reminders.exists, seconds=60, what="the office to be reminded")
    sweep_until_all_sent()

    assert (reminders.count(), len(post.mails)) == (1, 1)
    assert DutyStep.objects.filter(kind=DutyStep.Kind.REMINDED).count() == 1


def kill_database_at(step: str, post: Post) -> None:
    post.says[step] = HANG
    sweep()
    post.wait_for(step)
    SERVICES.kill_database()
    post.says.clear()


def kill_database_before_the_commit(post: Post) -> None:
    with held("alerts_deliveryattempt"):
        sweep()
        until(somebody_waits_for_a_lock, what="the answer to be written down")
        SERVICES.kill_database()


@pytest.mark.parametrize(
    "kill_it",
    [
        lambda post: kill_database_at("MAIL", post),
        lambda post: kill_database_at("END", post),
        kill_database_before_the_commit,
    ],
    ids=["between claim and send", "after the text", "between answer and commit"],
)
def test_a_database_killed_around_a_mail(post: Post, kill_it: Callable[[Post], None]) -> None:
    waiting()
    with contextlib.suppress(OperationalError):  # our own connection goes with it
        kill_it(post)
    connection.close()
    SERVICES.start_database()

    sweep_until_all_sent()

    assert_nothing_lost(post, doubles=1)  # the one that was on its way, whose answer could not be written down


def test_a_broker_whose_memory_is_lost_between_claim_and_send(post: Post) -> None:
    waiting()
    post.says["MAIL"] = HANG
    sweep()
    post.wait_for("MAIL")
    SERVICES.kill_broker(wipe=True)
    try:
        assert pipeline.ring() is False
    finally:
        SERVICES.start_broker()
    post.says.clear()

    until(lambda: app.control.ping(timeout=0.3), seconds=60, what="the worker to find the broker again")
    sweep_until_all_sent()

    assert_nothing_lost(post, doubles=0)


def test_mails_that_were_due_while_the_scheduler_was_away_go_once(post: Post) -> None:
    waiting(since=dt.timedelta(hours=1))

    for _ in range(60):  # the sweeps it missed, all at once
        sweep()
    until(all_sent, what="every mail to be sent")

    until(lambda: not any((app.control.inspect(timeout=5, limit=1).active() or {}).values()), what="the rest to end")
    assert_nothing_lost(post, doubles=0)
