"""The scheduler away for an hour, and a clock that is set back, stage by stage: everybody is warned, and once."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from alerts import comparing, mailing
from alerts.answers import duties
from alerts.channels import endpoints, sending
from alerts.corrections import owing
from alerts.desk import owed
from alerts.models import Alert, Confirmation, Delivery, Duty
from alerts.outbox import delivery
from alerts.raising import raising
from alerts.subscriptions import confirming
from people.permissions import Role
from tests import make
from tests.alerts import given, outbox, rounds
from tests.alerts.smtp_servers import Post
from tests.make import NOW
from tests.reports.serving import Server, serving

pytestmark = pytest.mark.usefixtures("reference", "post", "everybody")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MORNING = NOW.replace(hour=7) + DAY
STAGES: tuple[Callable[[dt.datetime], object], ...] = (
    lambda at: comparing.compare_waiting(at=at),
    lambda at: raising.raise_waiting(at=at),
    lambda at: mailing.match(at=at),
    lambda at: delivery.send_waiting(now=lambda: at),
    lambda at: duties.keep_waiting(at=at),
    lambda at: (owing.find_waiting(at=at), owed.draft_waiting(at=at)),
    lambda at: sending.send_waiting(now=lambda: at),
    lambda at: confirming.send_waiting(now=lambda: at),
)  # as r2p_dashboard.pipeline has them


@pytest.fixture
def machine(settings: Settings) -> Iterator[Server]:
    settings.WEBHOOK_LOOPBACK = True
    with serving(lambda handler: handler.send(b"taken")) as server:
        yield server


@pytest.fixture
def everybody(machine: Server) -> None:
    """Somebody at each way out, and a grave situation that was scored just now."""
    outbox.subscription(make.person(Role.FOCAL_POINT, email="at-once@test.example"))
    outbox.subscription(make.person(Role.FOCAL_POINT, email="daily@test.example"), frequency="daily")
    member = make.person(Role.FOCAL_POINT, email="office@test.example")
    outbox.subscription(member)
    given.office(member)
    owner = make.person(Role.FOCAL_POINT)
    hook = endpoints.add(owner=owner, name="Machine", url=machine.url("/in"), at=NOW)
    outbox.subscription(owner, channel="webhook", endpoint=hook)
    asked = outbox.subscription(make.person(email="asked@test.example"), confirmed_at=None)
    Confirmation.objects.create(subscription=asked, asked_by=owner, made_at=NOW, next_try_at=NOW)
    rounds.grave_situation(indicators=rounds.GRAVE[:9])  # ELEVATED: the rule releases it
    rounds.score()


def run(at: dt.datetime, *, since: int = 0, until: int | None = None) -> None:
    for stage in STAGES[since:until]:
        stage(at)


def came(post: Post) -> Counter[str]:
    return Counter(mail.recipients[0].partition("@")[0] for mail in post.mails)


def assert_all_once(post: Post, machine: Server) -> None:
    """Everybody that is to know at once does."""
    assert came(post) == {"at-once": 1, "office": 1, "asked": 1}
    assert len(machine.asked) == 1
    assert [model._default_manager.count() for model in (Alert, Duty)] == [1, 1]


def assert_the_rest_follows(post: Post) -> None:
    """The digest of the morning, and a week later the reminder of the office, each once."""
    for at in (MORNING, NOW + 8 * DAY, NOW + 8 * DAY + HOUR):
        run(at)
    assert came(post) == {"at-once": 1, "office": 2, "asked": 1, "daily": 1}
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.SENT}


def test_a_scheduler_that_was_away_for_an_hour_catches_up_once(post: Post, machine: Server) -> None:
    for _ in range(4):  # the sweeps it missed, all at once
        run(NOW + HOUR)

    assert_all_once(post, machine)
    assert_the_rest_follows(post)


def test_a_scheduler_that_was_away_until_the_morning_sends_digests_too(post: Post, machine: Server) -> None:
    for _ in range(3):
        run(NOW + HOUR, until=3)
        run(MORNING + HOUR, since=3)

    assert came(post) == {"at-once": 1, "office": 1, "asked": 1, "daily": 1}
    assert len(machine.asked) == 1


@pytest.mark.parametrize("done", [1, 2, 3, 4, 5, 7])
def test_a_clock_that_is_set_back_between_two_stages_loses_nothing_and_doubles_nothing(
    post: Post, machine: Server, done: int
) -> None:
    run(NOW + 2 * HOUR, until=done)
    run(NOW, since=done)
    for at in (NOW - DAY, NOW + HOUR, NOW + 3 * HOUR):  # further back, then on until it is past where it was
        run(at)

    assert_all_once(post, machine)
    assert_the_rest_follows(post)
