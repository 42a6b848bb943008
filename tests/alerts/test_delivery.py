"""The state of a mail is what a real mail server answered to it."""

import datetime as dt
import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from alerts import messages
from alerts.mailserver import posting
from alerts.models import Delivery, DeliveryAttempt
from alerts.outbox import delivery
from people.permissions import Role
from r2p_dashboard.addresses import MailServer
from tests import make
from tests.alerts import outbox
from tests.alerts.smtp_servers import DROP, HANG, HOST, Post, free_port
from tests.make import NOW
from tests.waiting import Aside

pytestmark = pytest.mark.usefixtures("reference")
State = Delivery.State


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "mail_for", lambda row, _letter: outbox.mail_for(row))
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 0.3)


def send(at: dt.datetime = NOW, *, limit: int = 100) -> int:
    return delivery.send_waiting(now=lambda: at, limit=limit)


def tried(row: Delivery) -> list[tuple[str, int | None]]:
    row.refresh_from_db()
    return list(row.tries.order_by("pk").values_list("outcome", "code"))


def test_a_mail_that_the_server_took_is_sent_with_its_answer_and_its_message_id(post: Post) -> None:
    post.says["END"] = "250 2.0.0 queued as\t7\x00F"
    row = outbox.delivery()

    assert send() == 1

    row.refresh_from_db()
    assert (row.state, row.reply_code, row.reply_text, row.attempts) == (State.SENT, 250, "2.0.0 queued as 7 F", 1)
    assert (row.finished_at, row.next_try_at) == (NOW, None)
    assert tried(row) == [("sent", 250)]
    [mail] = post.taken
    assert (mail.sender, mail.recipients) == ("alerts@r2p.example", (row.person.email,))
    assert mail.message["Message-ID"] == row.message_id == f"<{row.pk}@r2p.example>"
    assert mail.content == bytes(row.message or b"")
    assert mail.content.isascii()
    assert mail.message.get_body(("plain",)).get_content() == ".a line with a dot\nSão Tomé\n"  # type: ignore[union-attr]


def test_one_recipient_a_mail_and_one_connection_for_all(post: Post) -> None:
    rows = outbox.deliveries(3)

    assert send() == 3

    assert [mail.recipients for mail in post.taken] == [(row.person.email,) for row in rows]
    assert [mail.message["To"] for mail in post.taken] == [row.person.email for row in rows]
    assert len({mail.message["Message-ID"] for mail in post.taken}) == 3
    assert post.connections == 1
    assert send() == 0


@pytest.mark.parametrize(
    ("step", "said", "state", "outcome"),
    [
        ("RCPT", "550 5.1.1 no such person", State.REFUSED, "refused"),
        ("RCPT", "451 4.7.1 greylisted", State.DEFERRED, "deferred"),
        ("RCPT", "550 5.7.1 relaying denied", State.DEFERRED, "deferred"),
        ("RCPT", "530 5.5.1 log in first", State.DEFERRED, "deferred"),
        ("RCPT", "550 15.7.1 no such person", State.REFUSED, "refused"),
        ("DATA", "554 5.3.2 no mail taken", State.DEFERRED, "deferred"),
        ("DATA", "554 5.5.1 no", State.REFUSED, "refused"),
        ("DATA", "452 4.3.1 disk full", State.DEFERRED, "deferred"),
        ("END", "554 5.7.1 looks like spam", State.DEFERRED, "deferred"),
        ("END", "535 wrong password", State.DEFERRED, "deferred"),
        ("END", "538 encrypt first", State.DEFERRED, "deferred"),
        ("END", "552 5.2.2 mailbox full", State.REFUSED, "refused"),
        ("END", "451 4.3.0 later", State.DEFERRED, "deferred"),
        ("END", "421 4.3.2 going down", State.DEFERRED, "deferred"),
        ("MAIL", "530 5.7.0 log in first", State.DEFERRED, "outage"),
    ],
)
def test_a_no_is_permanent_or_not_as_the_server_says(
    post: Post, step: str, said: str, state: str, outcome: str
) -> None:
    post.says[step] = said
    row = outbox.delivery()

    assert send() == 0

    row.refresh_from_db()
    assert (row.state, f"{row.reply_code} {row.reply_text}") == (state, said)
    assert tried(row) == [(outcome, int(said[:3]))]
    assert (row.next_try_at is None) == (state == State.REFUSED)


@pytest.mark.parametrize("what", [HANG, DROP])
@pytest.mark.parametrize(
    ("step", "named"),
    [("MAIL", "MAIL"), ("RCPT", "RCPT"), ("DATA", "DATA"), ("TEXT", "end of message"), ("END", "end of message")],
)
def test_silence_is_no_answer_and_says_at_which_step(post: Post, step: str, named: str, what: str) -> None:
    post.says[step] = what
    row = outbox.delivery()

    assert send() == 0

    row.refresh_from_db()
    why = "timed out" if what == HANG else "the connection was dropped"
    assert (row.state, row.reply_code, row.reply_text) == (State.DEFERRED, None, f"no answer at {named}: {why}")
    assert tried(row) == [("no_answer", None)]


def test_a_mail_whose_answer_was_lost_goes_again_with_the_same_bytes(post: Post) -> None:
    post.says["END"] = DROP
    row = outbox.delivery()
    send()
    post.says.clear()

    assert send(NOW + dt.timedelta(minutes=2)) == 1

    first, second = post.mails
    assert first == second
    assert first.message["Message-ID"] == outbox.kept(row)["Message-ID"]


def test_some_are_taken_and_some_are_not_and_each_has_its_own_state(post: Post) -> None:
    rows = outbox.deliveries(4)
    post.says |= {rows[1].person.email: "550 5.1.1 unknown", rows[2].person.email: DROP}

    assert send() == 2

    assert [tried(row) for row in rows] == [[("sent", 250)], [("refused", 550)], [("no_answer", None)], [("sent", 250)]]
    assert post.connections == 2


@pytest.mark.parametrize("how", ["421 4.7.0 enough for one connection", DROP])
def test_a_connection_that_the_server_closes_between_two_mails_costs_no_try(post: Post, how: str) -> None:
    rows = outbox.deliveries(3)
    post.then["MAIL"] = how

    assert send() == 3

    assert [tried(row) for row in rows] == [[("sent", 250)]] * 3
    assert post.connections == 2


def test_a_server_that_cannot_be_reached_is_asked_once_and_all_mails_wait(settings: Settings) -> None:
    rows = outbox.deliveries(3)
    settings.MAIL_SERVER = MailServer(HOST, free_port())

    assert send() == 0

    assert (tried(rows[0]), rows[0].attempts) == ([("outage", None)], 0)
    assert rows[0].reply_text == "no answer at connect: connection refused"
    assert [(tried(row), row.state, row.attempts) for row in rows[1:]] == [([], State.WAITING, 0)] * 2


@pytest.mark.parametrize("said", [DROP, "550 5.7.1 relaying denied", "554 5.3.4 too busy"])
def test_a_server_that_is_silent_or_ill_stops_the_batch(post: Post, said: str) -> None:
    post.says["RCPT"] = said
    rows = outbox.deliveries(5)

    send()

    assert [len(tried(row)) for row in rows] == [1, 1, 1, 0, 0]


def test_a_server_that_takes_one_in_between_is_not_ill(post: Post) -> None:
    rows = outbox.deliveries(5)
    post.says |= {rows[number].person.email: "550 5.7.1 not for this one" for number in (0, 1, 3, 4)}

    assert send() == 1

    assert [len(tried(row)) for row in rows] == [1] * 5


def test_a_relay_that_denies_us_for_two_days_ends_in_given_up_and_never_in_refused(post: Post) -> None:
    post.says["RCPT"] = "550 5.7.1 relaying denied"
    row, at = outbox.delivery(), NOW
    for _ in range(8):
        send(at)
        row.refresh_from_db()
        at = row.next_try_at or at

    assert [outcome for outcome, _ in tried(row)] == ["deferred"] * 8 + ["given_up"]


def test_pauses_grow_and_after_eight_tries_it_is_given_up(post: Post) -> None:
    post.says["END"] = "451 4.3.0 later"
    row, at, pauses = outbox.delivery(), NOW, []
    for _ in range(7):
        send(at)
        row.refresh_from_db()
        assert row.next_try_at is not None
        pauses.append((row.next_try_at - at) / dt.timedelta(minutes=1))
        assert send(row.next_try_at - dt.timedelta(seconds=1)) == 0
        at = row.next_try_at
    send(at)

    row.refresh_from_db()
    steps = [1, 5, 15, 60, 240, 480, 960]
    assert [0.8 * step <= pause <= 1.2 * step for pause, step in zip(pauses, steps, strict=True)] == [True] * 7
    assert pauses != steps
    assert (row.state, row.attempts, row.reply_text) == (State.GIVEN_UP, 8, "4.3.0 later")
    assert [outcome for outcome, _ in tried(row)] == ["deferred"] * 8 + ["given_up"]


def test_two_days_count_from_the_first_try_and_not_from_the_making(post: Post) -> None:
    after_a_weekend = NOW + dt.timedelta(days=3)
    row = outbox.delivery()
    post.says["RCPT"] = "451 4.7.1 greylisted"

    send(after_a_weekend)
    assert (tried(row), row.state) == ([("deferred", 451)], State.DEFERRED)
    send(after_a_weekend + dt.timedelta(hours=47))
    assert (tried(row)[1:], row.state) == ([("deferred", 451)], State.DEFERRED)
    send(after_a_weekend + dt.timedelta(hours=48))
    assert (tried(row)[2:], row.state) == ([("deferred", 451), ("given_up", 451)], State.GIVEN_UP)


def test_nobody_is_written_to_who_no_longer_wants_it(post: Post) -> None:
    gone = outbox.delivery(to=outbox.subscription(make.person(Role.FOCAL_POINT, is_active=False)))
    ended = outbox.delivery(to=outbox.subscription(ended_at=NOW, ended_how="by the person"))

    assert send() == 0

    assert post.connections == 0
    assert [tried(row) for row in (gone, ended)] == [[("cancelled", None)]] * 2
    assert {gone.state, ended.state} == {State.CANCELLED}
    assert ended.tries.get().text == "no rule of the person asks for it any more"


def test_a_warning_whose_time_is_over_is_not_sent_any_more(post: Post) -> None:
    over = outbox.delivery(outbox.alert(valid_until=NOW.date() - dt.timedelta(days=1)))
    last_day = outbox.delivery(outbox.alert(valid_until=NOW.date()))

    assert send() == 1

    assert (tried(over), over.tries.get().text) == ([("cancelled", None)], "the warning's time is over")
    assert tried(last_day) == [("sent", 250)]


@pytest.mark.usefixtures("post")
def test_what_is_not_released_or_not_due_does_not_go() -> None:
    outbox.delivery(outbox.alert(state="draft"))
    outbox.delivery(next_try_at=NOW + dt.timedelta(seconds=1))

    assert send() == 0
    assert not DeliveryAttempt.objects.exists()


def test_neither_addresses_nor_the_servers_words_reach_the_log(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    rows = outbox.deliveries(2)
    post.says |= {rows[0].person.email: f"550 5.1.1 <{rows[0].person.email}> unknown", rows[1].person.email: HANG}

    with caplog.at_level(logging.DEBUG, logger="alerts"):
        send()

    assert [record.getMessage() for record in caplog.records if record.name.startswith("alerts")] == [
        f"delivery {rows[0].pk}: refused at RCPT (550)",
        f"delivery {rows[1].pk}: no answer at RCPT (None)",
    ]


@pytest.mark.django_db(transaction=True)
def test_one_sender_at_a_time(post: Post) -> None:
    outbox.deliveries(2)
    post.says["END"] = HANG

    first = Aside(lambda: send(limit=1))
    post.wait_for("END")
    second = Aside(send)
    assert second.join() == 0
    assert first.join() == 0

    assert post.connections == 1
    post.says.clear()
    assert send() == 1


def test_a_host_that_had_its_mails_of_the_minute_waits_and_no_try_is_counted(post: Post, settings: Settings) -> None:
    settings.MAIL_MOST_A_MINUTE_TO_A_HOST = 2
    rows = outbox.deliveries(3)

    assert send(NOW) == 2
    assert send(NOW + dt.timedelta(seconds=59)) == 0

    last = Delivery.objects.get(pk=rows[2].pk)
    assert (last.state, last.attempts, last.next_try_at) == ("waiting", 0, NOW + dt.timedelta(minutes=1))
    assert send(NOW + dt.timedelta(minutes=1)) == 1


def test_a_usual_mail_takes_one_question_and_one_statement(post: Post) -> None:
    outbox.deliveries(21)
    assert send(NOW, limit=1) == 1  # goes the long way, which writes them all

    with CaptureQueriesContext(connection) as queries:
        assert send(NOW) == 20

    assert (
        len(queries) <= 20 * 4 + 22
    )  # both are planned once; a savepoint and its end around the two: here the test holds the transaction
