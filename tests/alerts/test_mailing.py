"""Rounds of mails: they go on until nothing waits, and an outage of our own server costs no mail its tries."""

import dataclasses
import datetime as dt

import pytest
from django.core.management import call_command
from pytest_django import Settings

from alerts import mailing, tasks
from alerts.models import Alert, Confirmation, Delivery
from alerts.outbox import delivery
from alerts.subscriptions import confirming
from people.models import User
from people.permissions import Role, Sensitivity
from r2p_dashboard import clock
from tests.alerts import outbox
from tests.alerts.smtp_servers import Post, free_port
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference", "post")
State = Delivery.State
HOUR = dt.timedelta(hours=1)


def send(at: dt.datetime) -> int:
    return delivery.send_waiting(now=lambda: at)


def test_a_task_whose_time_is_over_rings_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    rang: list[dict[str, object]] = []
    monkeypatch.setattr(delivery, "ROUND_TIME", dt.timedelta())
    monkeypatch.setattr(tasks.send, "apply_async", lambda **how: rang.append(how))
    outbox.deliveries(3)
    for _ in range(4):
        tasks.send()

    assert (len(post.taken), len(rang)) == (3, 3)  # the last one found nothing


def test_a_task_that_sent_all_does_not_ring_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.send, "apply_async", lambda **_: pytest.fail("rang"))
    outbox.deliveries(3)
    tasks.send()

    assert len(post.taken) == 3


def test_the_command_matches_and_sends_as_the_tasks_do(
    post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(delivery, "ROUND_TIME", dt.timedelta())
    for _ in range(2):
        outbox.subscription()
    outbox.alert(valid_until=clock.now().date())
    call_command("send_mails")
    call_command("send_mails")

    assert capsys.readouterr().out == "2 mails taken by the mail server\n0 mails taken by the mail server\n"
    assert len(post.taken) == 2


def test_a_weekend_without_our_own_server_gives_no_mail_up(post: Post, settings: Settings) -> None:
    there, row, at = settings.MAIL_SERVER, outbox.delivery(), NOW
    settings.MAIL_SERVER = dataclasses.replace(there, port=free_port())
    pauses = []
    for _ in range(6):
        send(at)
        row.refresh_from_db()
        assert (row.state, row.attempts) == (State.DEFERRED, 0)
        assert row.next_try_at is not None
        pauses.append(row.next_try_at - at)
        at = row.next_try_at
    at = NOW + 60 * HOUR
    send(at)
    at += 2 * HOUR
    settings.MAIL_SERVER = there
    post.once["END"] = "451 4.7.1 greylisted"

    assert max(pauses) <= 1.2 * HOUR
    assert (send(at), send(at + HOUR)) == (0, 1)
    assert set(row.tries.values_list("outcome", flat=True)) == {"outage", "deferred", "sent"}


def test_an_outage_costs_no_question_its_tries(settings: Settings) -> None:
    settings.MAIL_SERVER = dataclasses.replace(settings.MAIL_SERVER, port=free_port())
    rule = outbox.subscription(confirmed_at=None)
    row = Confirmation.objects.create(subscription=rule, asked_by=rule.person, made_at=NOW, next_try_at=NOW)
    confirming.send_waiting(now=lambda: NOW)

    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.DEFERRED, 0)


def test_an_outage_ends_with_the_time_of_the_warning(settings: Settings) -> None:
    settings.MAIL_SERVER = dataclasses.replace(settings.MAIL_SERVER, port=free_port())
    row = outbox.delivery(outbox.alert(valid_until=NOW.date()))
    send(NOW)
    send(NOW + 24 * HOUR)

    row.refresh_from_db()
    assert (row.state, row.tries.latest("pk").text) == (State.CANCELLED, "the warning's time is over")


@pytest.mark.parametrize("is_written", [True, False])
def test_who_may_not_see_it_any_more_is_not_written_to(post: Post, is_written: bool) -> None:
    alert = outbox.alert(sensitivity=Sensitivity.INTERNAL)
    row, other = outbox.delivery(alert), outbox.delivery(alert)
    if is_written:
        post.once["RCPT"] = "451 4.7.1 greylisted"
        delivery.send_waiting(now=lambda: NOW, limit=1)
    User.objects.filter(pk=row.person_id).update(role=Role.READER)

    assert send(NOW + dt.timedelta(minutes=2)) == 1
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, other.state) == (State.CANCELLED, State.SENT)
    assert row.tries.latest("pk").text == "the person may not see it any more"


def test_a_mail_is_dated_when_it_is_written_and_says_so_at_every_try(post: Post) -> None:
    outbox.delivery()
    post.once["END"] = "451 4.7.1 greylisted"
    send(NOW + 30 * HOUR)
    send(NOW + 31 * HOUR)

    assert [mail.message["Date"].datetime for mail in post.mails] == [NOW + 30 * HOUR] * 2


def test_matching_goes_on_to_who_got_what_is_corrected() -> None:
    outbox.subscription()
    alert = outbox.alert()

    assert (mailing.match(at=NOW), mailing.match(at=NOW)) == (1, 0)
    assert Alert.objects.get(pk=alert.pk).matched_at == NOW
