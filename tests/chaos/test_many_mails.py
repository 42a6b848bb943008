"""Five hundred mails while worker, broker and PostgreSQL are killed with kill -9 in turn."""

from collections.abc import Iterator

import pytest

from alerts.models import Alert, Delivery, DeliveryAttempt, Subscription
from bench.through_kills import VICTIMS, Stage, compare, send_through
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from tests.alerts import outbox
from tests.alerts.smtp_servers import Post, post_office
from tests.conftest import start_worker, stop_worker
from tests.services_plugin import SERVICES

pytestmark = pytest.mark.chaos
MAILS, KILLS = 500, 6


@pytest.fixture
def stage(no_worker: None) -> Iterator[tuple[Stage, Post]]:
    """A worker, and a mail server that nobody kills."""
    with post_office() as post, pytest.MonkeyPatch.context() as environment:
        environment.setenv("MAIL_URL", f"smtp://{post.server.host}:{post.port}")
        stage = Stage(SERVICES, start_worker, lambda: len(post.mails), start_worker())
        yield stage, post
        stop_worker(stage.worker)


def waiting(alert: Alert, count: int) -> None:
    now = clock.now()
    people = User.objects.bulk_create(
        User(email=f"p{number}@test.example", name=f"Person {number}", password="!", role=Role.FOCAL_POINT)
        for number in range(count)
    )
    rules = Subscription.objects.bulk_create(
        Subscription(person=person, is_everywhere=True, created_at=now, confirmed_at=now) for person in people
    )
    Delivery.objects.bulk_create(
        Delivery(alert=alert, person=rule.person, subscription=rule, made_at=now, next_try_at=now) for rule in rules
    )


def test_nothing_is_lost_and_a_kill_makes_one_mail_go_twice_at_most(stage: tuple[Stage, Post]) -> None:
    setting, post = stage
    waiting(outbox.alert(matched_at=clock.now()), MAILS)

    killed = send_through(setting, mails=MAILS, kills=KILLS)

    assert killed == [*VICTIMS, *VICTIMS]
    outcome = compare((str(mail.message["Message-ID"]), mail.content) for mail in post.mails)
    assert (outcome.lost, outcome.changed, outcome.strangers) == (0, 0, 0)
    assert outcome.doubles <= KILLS
    assert len({mail.recipients for mail in post.taken}) == MAILS
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert DeliveryAttempt.objects.filter(outcome="sent").count() == MAILS
